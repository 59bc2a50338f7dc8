"""`longshore config` prints what loads again: the second output is the first one, and no secret is in either."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from longshore.cli.masked_model import concealed
from longshore.cli.program import run
from longshore.cli.shell import Shell
from longshore.compose.printed import complete, printable, used, variables
from longshore.convert.secrets.detection import variable
from longshore.report.yaml_text import document
from tests.compose.cases import read_catalogue
from tests.compose.memory import HERE, read

if TYPE_CHECKING:
    from longshore.compose import Loaded

ROOT = Path(__file__).parents[2]
MARKETPLACE = ROOT / "examples" / "marketplace"


NOT_READ_AGAIN = "a build context that is disabled"
"""It names a service that is not in the output, and it cannot be left out: a build needs it."""


def printed(loaded: Loaded) -> str:
    assert loaded.project, [finding.message for finding in loaded.findings]
    model = used(complete(loaded.project.model))
    return document(printable(model, concealed(model)))


def longshore(*words: str, directory: Path = MARKETPLACE, stdin: str = "", **environment: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    shell = Shell(out, err, io.BytesIO(stdin.encode()), environment, str(directory), words)
    return run(words, shell), out.getvalue(), err.getvalue()


@pytest.mark.parametrize("secrets", [None, variable], ids=["as Docker", "secrets by name"])
def test_the_output_is_a_fixed_point(secrets: Any, capsys: pytest.CaptureFixture[str]) -> None:
    tried = 0
    for case in read_catalogue():
        asked = dict(case.ask)
        if case.refused or case.differs or asked.keys() & {"literal", "directory", "project_directory", "name"}:
            continue
        if case.name.endswith(NOT_READ_AGAIN):
            continue
        environment = {"HOME": "/home/me", **asked.get("environment", {})}
        env_files = tuple(asked["env_files"]) if "env_files" in asked else None
        request = {"environment": environment, "is_secret": secrets, "profiles": tuple(asked.get("profiles", ()))}
        first = read(
            dict(case.files),
            case.links,
            files=tuple(asked.get("files", ())),
            env_files=env_files,
            allow_outside=True,
            services=tuple(asked.get("services", ())),
            **request,
        )
        text = printed(first)
        again = read({**case.files, "-": text}, files=("-",), **{**request, "profiles": ("*",)})
        assert again.project, f"{case.name}: {[finding.message for finding in again.findings]}\n{text}"
        assert printed(again) == text, case.name
        tried += 1
    with capsys.disabled():
        print(f"\nfixed point: {tried} cases of the catalogue")
    assert tried > 500


def test_the_marketplace_is_a_fixed_point() -> None:
    words = ("config", "--env-file", ".env.example", "--profile", "*", "-f", "compose.yaml", "-f", "compose.prod.yaml")
    code, first, _ = longshore(*words)
    assert code == 0
    code, second, _ = longshore("config", "-f", "-", "--project-directory", ".", "--profile", "*", stdin=first)
    assert code == 0
    assert second == first
    code, as_json, _ = longshore(*words, "-o", "json")
    assert code == 0
    assert json.loads(as_json) == yaml.safe_load(first)


def test_no_secret_is_printed_unless_asked_for(tmp_path: Path) -> None:
    canaries = {"DB_PASSWORD": "cheese-4711", "API_TOKEN": "tomato-4712"}
    (tmp_path / ".env").write_text("".join(f"{name}={value}\n" for name, value in canaries.items()))
    (tmp_path / "e.env").write_text("SMTP_PASSWORD=carrot-4713\n")
    (tmp_path / "compose.yaml").write_text(
        "services:\n  web:\n    image: x\n    env_file: e.env\n    environment:\n"
        "      URL: postgres://u:${DB_PASSWORD}@db/x\n      DB_PASSWORD:\n      ADMIN_PASSWORD: potato-4714\n"
        "      LINK: amqp://u:pepper-4715@mq\n    command: [redis-server, --requirepass, onion-4716]\n"
        "    labels: {api.token: garlic-4717}\n    build: {args: {NPM_TOKEN: radish-4718}}\n"
    )
    everything = ("cheese", "tomato", "carrot", "potato", "pepper", "onion", "garlic", "radish")
    for words in (
        (),
        ("-o", "json"),
        ("--environment",),
        ("--variables",),
        ("--hash", "*"),
        ("--no-interpolate",),
    ):
        code, out, err = longshore("config", *words, directory=tmp_path)
        assert code == 0, err
        assert not [word for word in everything if word in out + err], words
    code, out, err = longshore("config", directory=tmp_path)
    assert "ADMIN_PASSWORD: ${ADMIN_PASSWORD}" in out
    assert "SMTP_PASSWORD: ${SMTP_PASSWORD}" in out
    assert 'LINK: "***"' in out or "LINK: '***'" in out or "LINK: ***" in out
    assert "--show-values" in err
    code, out, _ = longshore("config", "--show-values", directory=tmp_path)
    assert not [word for word in everything if word not in out and word != "tomato"]


def test_lists_of_names(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(
        "name: p\nservices:\n  b: {build: ., profiles: [dev]}\n  a: {image: 'x:${TAG:-1}', volumes: ['data:/d']}\n"
        "volumes: {data: , unused: }\nnetworks: {other: }\n"
    )
    expected = {
        ("--services",): "a\n",
        ("--services", "--profile", "dev"): "a\nb\n",
        ("--images", "--profile", "*"): "p-b\nx:1\n",
        ("--profiles",): "dev\n",
        ("--volumes",): "data\nunused\n",
        ("--networks",): "default\nother\n",
        ("-q",): "",
    }
    for words, output in expected.items():
        assert longshore("config", *words, directory=tmp_path)[:2] == (0, output), words
    code, out, _ = longshore("config", directory=tmp_path)
    assert code == 0
    assert "unused" not in out
    code, out, _ = longshore("config", "--all-resources", directory=tmp_path)
    assert "unused" in out
    code, out, _ = longshore("config", "--variables", directory=tmp_path)
    assert out.splitlines()[1].split() == ["TAG", "false", "1"]
    code, out, _ = longshore("config", "--no-interpolate", directory=tmp_path)
    assert "x:${TAG:-1}" in out
    code, out, _ = longshore("config", "--hash", "a", directory=tmp_path)
    assert out.startswith("a ")
    assert len(out.split()[1]) == 64
    assert longshore("config", "--hash", "b", directory=tmp_path)[0] == 2
    assert longshore("config", "--hash", "a", "--services", directory=tmp_path)[0] == 2


def test_a_digest_changes_with_what_runs_and_with_nothing_else(tmp_path: Path) -> None:
    def digest(body: str) -> str:
        (tmp_path / "compose.yaml").write_text(f"services:\n  a: {body}\n  b: {{image: y}}\n")
        return longshore("config", "--hash", "a", directory=tmp_path)[1]

    base = digest("{image: x, environment: {A: 1}}")
    for same in ("{environment: [A=1], image: x}", "{image: x, environment: {A: 1}, scale: 3, depends_on: [b]}"):
        assert digest(same) == base
    for other in ("{image: y, environment: {A: 1}}", "{image: x, environment: {A: 2}}", "{image: x}"):
        assert digest(other) != base


def test_exit_codes(tmp_path: Path) -> None:
    assert longshore("config", directory=tmp_path)[0] == 3
    assert longshore("config", "-f", "nope.yaml", directory=tmp_path)[0] == 2
    (tmp_path / "compose.yaml").write_text("services: {a: {imag: x}}")
    code, out, err = longshore("config", directory=tmp_path)
    assert (code, out) == (2, "")
    assert "did you mean `image`?" in err


def test_the_variables_of_every_form() -> None:
    text = "${A} $B ${C:-c} ${D-${E:?e}} ${F:+f} $$G ${H?} ${C-other} ${A:?}"
    found = {each.name: each[1:] for each in variables({"x": [text, {"y": "$Z"}]})}
    assert found == {
        "A": (True, "", ""),
        "B": (False, "", ""),
        "C": (False, "c", ""),
        "D": (False, "${E:?e}", ""),
        "E": (True, "", ""),
        "F": (False, "", "f"),
        "H": (True, "", ""),
        "Z": (False, "", ""),
    }
    assert HERE
