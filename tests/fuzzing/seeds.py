"""What the fuzzer starts from: every golden case, real projects, the example, stacks with answers of a store."""

from __future__ import annotations

import json
import os
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING

from tests.fuzzing.case import FOLDER, LINK, STORE, VARIABLES, Case, encode
from tests.secrets.conftest import COMPOSE, ENV, STACK

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
CORPUS = Path(os.environ.get("LONGSHORE_CORPUS") or ROOT.parent / "shared" / "corpus")

LARGEST = 24_000
"""Bytes of a file that is worth trying again and again."""
_LARGEST_PART = 4_000
"""Bytes of a project whose reading is tried alone."""
_MOST_FILES = 12

CANARY = "ghp_q9Zr4tXw7LmB2vKc8NsY3hJd6PfG1aEu5ToR"
"""A token that no output may hold: its shape says what it is, whatever it is called."""

COMMANDS = (
    "check", "check -v", "render --fail-on never", "config", "render --fail-on never --annotate", "check --output json",
    "render --fail-on never --output-dir out/", "config -o json", "check --output github --production",
    "render --fail-on never -o json --output-file out.json", "config --no-interpolate", "config --variables",
    "config --environment", "config --hash *", "check --profile * --fail-on warning", "explain services.web",
    "explain deployment/web", "render -n shop --fail-on never web", "config --show-values", "config --images",
    "check --output concise -q", "config --services", "check --color always", "config --volumes", "explain",
    "attributes", "attributes environment", "completion bash", "config --profiles", "config --networks",
    "check -o sarif -v", "check -o junit", "check -o gitlab -v", "check compose.yaml --statistics",
    "check --ignore plaintext-secret --min-severity info", "explain deployment/web -o json",
    "config --variables -o json",
)  # fmt: skip
ON_STACKS = (
    "check -s shop.dev", "render -s shop.dev --fail-on never", "secrets push -s shop.dev --from .env --yes",
    "secrets diff -s shop.dev --from .env", "secrets check -s shop.dev", "secrets ls -s shop.dev",
    "secrets push -s shop.dev --from .env --yes --prune --output json", "secrets check -s shop.dev --output json",
    "secrets push -s shop.dev --rollback DB_PASSWORD --yes", "secrets ls -s shop.dev --output json",
    "secrets push -s shop.dev --random DB_PASSWORD:20 --if-not-set --yes", "check -s shop.dev --output json",
    "secrets push -s shop.dev --from .env --dry-run -v", "secrets diff -s shop.dev --from .env --output json",
)  # fmt: skip

OPERATIONS = ("place", "describe", "read", "versions", "paths", "write", "roll_back", "restore")
"""What is asked of a store."""

_PROJECT = "name: longshore\nconfig:\n  pulumi:disable-default-providers: {value: [aws, kubernetes]}\n"
_VAULT = STACK + "  longshore:secrets: {backend: vault, server: 'https://vault.example.com', mount: kv, role: shop}\n"
_METADATA = {
    "data": {
        "current_version": 2, "max_versions": 0, "cas_required": False, "delete_version_after": "0s",
        "custom_metadata": {"longshore-keys": "DB_PASSWORD", "longshore-version": "2 1"},
        "versions": {
            number: {"created_time": "2026-01-01T00:00:00.1234Z", "deletion_time": "", "destroyed": False}
            for number in ("1", "2")
        },
    }
}  # fmt: skip
_ANSWERS = (
    {"VersionId": "a" * 36, "SecretString": json.dumps({"DB_PASSWORD": CANARY}), "CreatedDate": 1.7e9},
    {"ARN": "arn:x", "Name": "dev/shop/db", "VersionIdsToStages": {"a" * 36: ["AWSCURRENT"], "b" * 36: ["AWSPREVIOUS"]},
     "Tags": [{"Key": "longshore-keys", "Value": "A"}, {"Key": "longshore-version", "Value": f"{'a' * 36} 1"}]},
    {"SecretList": [{"Name": "dev/shop/db"}, {"Name": "dev/shop/old"}]},
    {"Versions": [{"VersionId": "a" * 36, "VersionStages": ["AWSCURRENT"], "CreatedDate": 1.7e9}]},
    _METADATA,
    {"data": {"data": {"DB_PASSWORD": CANARY}, "metadata": {"version": 2, "created_time": "2026-01-01T00:00:00Z"}}},
    {"data": {"keys": ["db", "old/"]}},
)  # fmt: skip
_FAULTS = (
    b'400 {"__type": "ResourceNotFoundException", "message": "no"}',
    b'400 {"__type": "ThrottlingException", "message": "slow down"}',
    b'400 {"__type": "InvalidRequestException", "message": "marked for deletion"}',
    b'404 {"errors": []}', b'403 {"errors": ["permission denied"]}', b"200 not json", b"500", b"200 []", b"200 null",
    b'400 {"errors": ["check-and-set parameter did not match"]}', b'503 {"errors": ["sealed"]}',
)  # fmt: skip


def seeds(part: str = "") -> Iterator[bytes]:
    """Every seed, always in the same order. part: of `PARTS`; empty for whole command lines."""
    yield from map(encode, _OF_PARTS[part]()) if part else _whole()


def _whole() -> Iterator[bytes]:
    commands = cycle(COMMANDS)
    for folder in _projects():
        files = tuple(_files(folder))
        if files:
            yield encode(Case(tuple(next(commands).split()), files))
    yield from map(encode, _stacks())
    for command in COMMANDS:
        yield encode(Case(tuple(command.split()), (("compose.yaml", COMPOSE.encode()), (".env", ENV.encode()))))


def _command_lines() -> Iterator[Case]:
    for command in (*COMMANDS, *ON_STACKS, "help check", "init --team shop --env dev", "-q status -s shop.dev"):
        yield Case(("!words", *command.split()), ((VARIABLES, b"LONGSHORE_OUTPUT=json\nNO_COLOR=1"),))


def _compose() -> Iterator[Case]:
    for folder in _projects():
        files = tuple(_files(folder))
        if files and sum(len(content) for _, content in files) <= _LARGEST_PART:
            yield Case(("!compose",), files)


def _env_files() -> Iterator[Case]:
    texts = [ENV.encode(), f"A={CANARY}\nexport B=\"x ${{A}}\\n\"\nC: d # e\nD\nE='f\n g'\n".encode()]
    texts += [content for folder in _projects() for name, content in _files(folder) if ".env" in name]
    for text in dict.fromkeys(texts):
        yield Case(("!env",), ((".env", text), (VARIABLES, b"HOME=/x\nUSER=y")))


def _stack_files() -> Iterator[Case]:
    texts = [path.read_text() for path in sorted((ROOT / "stacks").glob("Pulumi.*.yaml"))]
    texts += [path.read_text() for path in sorted((ROOT / "tests/components/wrong").rglob("Pulumi.yaml"))]
    for page in sorted((ROOT / "docs").rglob("*.md")):
        texts += [block.split("```")[0] for block in page.read_text().split("```yaml\n")[1:]]
    for text in (STACK, _VAULT, *(text for text in texts if text.startswith("config:") or "\nconfig:" in text)):
        yield Case(("!stack",), (("Pulumi.shop.dev.yaml", text.encode()),))


def _answered() -> Iterator[Case]:
    good = [f"200 {json.dumps(answer)}".encode() for answer in _ANSWERS]
    for kind in ("aws", "vault"):
        for operation in OPERATIONS:
            for answer in (*good, *_FAULTS):
                yield Case(("!store", kind, operation), ((STORE, b"\n".join((answer, *good))),))


_OF_PARTS = {
    "!words": _command_lines, "!compose": _compose, "!env": _env_files, "!stack": _stack_files, "!store": _answered,
}  # fmt: skip


def _projects() -> Iterator[Path]:
    for place in (ROOT / "tests/attributes", ROOT / "tests/policies", ROOT / "examples", CORPUS):
        yield from sorted({path.parent for path in place.rglob("*.y*ml") if path.stem in {"compose", "docker-compose"}})


def _files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """The compose files of a folder first, then what lies beside them."""
    found = [path for path in folder.rglob("*") if path.is_file() and path.name not in {"report.txt", "manifests.yaml"}]
    found.sort(key=lambda path: ("compose" not in path.name, len(path.parts), path))
    for path in found[:_MOST_FILES]:
        content = path.read_bytes()
        if len(content) <= LARGEST:
            yield str(path.relative_to(folder)), content


def _stacks() -> Iterator[Case]:
    aws = [f"200 {json.dumps(answer)}".encode() for answer in _ANSWERS]
    beside = (("compose.yaml", COMPOSE.encode()), (".env", ENV.encode()), ("Pulumi.yaml", _PROJECT.encode()))
    more = (("web.env", f"MAIL_PASSWORD={CANARY}\nZONE=UTC\n".encode()), ("tls.key", b"one key\n"))
    rest = (("sub" + FOLDER, b""), (LINK + "away", b"/etc/hostname"))
    for index, (command, stack) in enumerate((each, file) for file in (STACK, _VAULT) for each in ON_STACKS):
        answers = (aws[index % len(aws)], *_FAULTS[index % len(_FAULTS) :][:2], *aws)
        yield Case(
            tuple(command.split()),
            (
                ("stacks/Pulumi.shop.dev.yaml", stack.encode()),
                *beside,
                *more,
                *rest,
                (STORE, b"\n".join(answers)),
                (VARIABLES, b"VAULT_TOKEN=x\nHOME=/nonexistent"),
            ),
        )
    for name in ("platform.dev", "shop.dev", "shop.local"):
        text = (ROOT / f"stacks/Pulumi.{name}.yaml").read_bytes()
        yield Case(("check", "-s", name), ((f"stacks/Pulumi.{name}.yaml", text), *beside))
