"""Zero canaries: values planted wherever people keep secrets, and everything that any command puts out is searched.

A canary is searched as it is, in base64, in a URL, and as the beginning of its hashes.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import logging
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from longshore.cli.plan import rehearse_stack
from longshore.cli.shell import Shell
from longshore.stack.reading import convert_stack, read_stack
from tests.secrets.conftest import ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.secrets.conftest import Answer, Project

PLACES = (
    "dotenv dotenv_quoted dotenv_url dotenv_unused pushed env_file env_file_composed secret_file literal literal_url "
    "literal_dotted literal_default literal_jdbc config_value command healthcheck label annotation deploy_label "
    "build_arg build_context logging image config_content hook driver_opts bind unknown_key broken"
).split()


def canary(place: str) -> str:
    return f"Canary-{place.replace('_', '-')}-q7Zx"


SECRETS = {place: canary(place) for place in PLACES}

ENV = f"""\
DB_PASSWORD={canary("dotenv")}
ADMIN_PASSWORD="{canary("dotenv_quoted")} #1"
FRAUD_ADDRESS=postgres://fraud:{canary("dotenv_url")}@db/fraud
NOBODY_READS_TOKEN={canary("dotenv_unused")}
CHAT_WEBHOOK_URL=https://chat.example.com/{canary("config_value")}
"""

CLEAN = f"""\
services:
  web:
    image: registry.example.com/web:1.0
    mem_limit: 64m
    user: "1000"
    env_file: web.env
    environment:
      DATABASE_URL: postgres://app:${{DB_PASSWORD}}@db/shop
      FRAUD: ${{FRAUD_ADDRESS:-none}}
      API_TOKEN: ${{API_TOKEN:-{canary("literal_default")}}}
      LEGACY_PASSWORD: {canary("literal")}
      QUEUE: amqp://shop:{canary("literal_url")}@mq/
      discovery.password: {canary("literal_dotted")}
      JDBC: jdbc:postgresql://db/shop?user=a&password={canary("literal_jdbc")}&x=1
    command: ["serve", "--token", "${{API_TOKEN}}", "${{DB_PASSWORD}}"]
    healthcheck: {{test: ["CMD-SHELL", "probe '${{DB_PASSWORD}}' \\"${{ADMIN_PASSWORD}}\\""]}}
    secrets: [tls_key, admin]
    configs: [{{source: chat, target: /etc/chat.yaml}}]
    build:
      context: https://git:{canary("build_context")}@git.example.com/web.git
      args: {{NPM_TOKEN: {canary("build_arg")}}}
    logging: {{driver: splunk, options: {{splunk-token: {canary("logging")}}}}}
  db:
    image: postgres:16
    mem_limit: 64m
    environment: {{POSTGRES_PASSWORD: "${{DB_PASSWORD}}"}}
configs:
  chat: {{content: "hook: ${{CHAT_WEBHOOK_URL}}"}}
secrets:
  tls_key: {{file: ./tls.key}}
  admin: {{environment: ADMIN_PASSWORD}}
"""

DIRTY = f"""
  worker:
    image: shop:{canary("image")}@registry.example.com/worker:1.0
    command: ["work", "--password", "{canary("command")}"]
    healthcheck: {{test: redis-cli -a {canary("healthcheck")} ping}}
    labels: {{com.example.note: "postgres://a:{canary("label")}@h"}}
    annotations: {{com.example.note: "postgres://a:{canary("annotation")}@h"}}
    deploy: {{labels: {{com.example.note: "postgres://a:{canary("deploy_label")}@h"}}}}
    configs: [plain]
    volumes: ["./settings.ini:/etc/settings.ini:ro", "share:/share"]
    post_start: [{{command: ["hook", "--token={canary("hook")}"]}}]
    pasword: {canary("unknown_key")}
configs:
  plain: {{content: "url: redis://:{canary("config_content")}@cache"}}
volumes:
  share: {{driver_opts: {{type: cifs, device: //nas/share, o: "username=u,password={canary("driver_opts")}"}}}}
"""


def plant(project: Project) -> Project:
    project.write(".env", ENV)
    project.write("more.env", f"API_TOKEN={canary('pushed')}\n")
    project.write(
        "web.env",
        f"MAIL_PASSWORD={canary('env_file')}\nMAIL_URL=smtp://m:{canary('env_file_composed')}@mail\nZONE=UTC\n",
    )
    project.write("tls.key", f"-----BEGIN PRIVATE KEY-----\n{canary('secret_file')}\n-----END PRIVATE KEY-----\n")
    project.write("compose.yaml", CLEAN)
    project.write("settings.ini", f"[db]\nurl=postgres://a:{canary('bind')}@h\n")
    project.write("worse.yaml", "services:" + DIRTY.replace(f"    pasword: {canary('unknown_key')}\n", ""))
    project.write("typo.yaml", "services:" + DIRTY)
    project.write("broken.yaml", f'services:\n  web:\n    environment:\n      DB_PASSWORD: "{canary("broken")}\n')
    return project


@pytest.fixture
def planted(project: Project) -> Project:
    return plant(project)


def forms(secret: str) -> Iterator[str]:
    yield secret
    yield quote(secret, safe="")
    for padding in ("", "x", "xx"):
        # the middle of its base64, wherever it stands in a longer text
        yield base64.b64encode(f"{padding}{secret}xxx".encode()).decode()[4:-8]
    for digest in (hashlib.sha256, hashlib.sha1, hashlib.md5):
        yield digest(secret.encode()).hexdigest()[:8]


FORMS = {form: place for place, secret in SECRETS.items() for form in forms(secret)}


def leaks(text: str) -> set[str]:
    return {place for form, place in FORMS.items() if form in text}


def silent(*texts: str) -> None:
    assert set().union(*map(leaks, texts)) == set()


def test_the_search_finds_what_it_must():
    for place, secret in SECRETS.items():
        assert leaks(f"a {secret} b") == {place}
        assert place in leaks(base64.b64encode(f"user:{secret}@host".encode()).decode())
        assert place in leaks(f"hash {hashlib.sha256(secret.encode()).hexdigest()}")
    assert leaks("nothing at all") == set()


READING = [
    ("check",), ("check", "-v"), ("check", "--output", "concise"), ("check", "--output", "json"),
    ("check", "--output", "github"), ("check", "-o", "gitlab"), ("check", "-o", "junit"),
    ("check", "-o", "sarif", "-v"), ("check", "--statistics"), ("check", "--production"), ("render",),
    ("render", "--annotate"), ("render", "-o", "json"), ("explain", "deployment/web"),
    ("explain", "externalsecret/web-secrets"), ("explain", "deployment/worker"), ("explain", "plaintext-secret"),
    ("config",), ("config", "-o", "json"), ("explain", "deployment/web", "-o", "json"), ("attributes",),
    ("config", "--variables", "-o", "json"),
]  # fmt: skip
"""Verbs that read compose files."""

FILES = [("compose.yaml",), ("compose.yaml", "worse.yaml"), ("compose.yaml", "typo.yaml"), ("broken.yaml",)]


@pytest.mark.parametrize("debug", ["", "1"])
@pytest.mark.parametrize("files", FILES, ids="+".join)
@pytest.mark.parametrize("words", READING, ids=" ".join)
def test_no_verb_shows_a_value(planted, words, files, debug):
    named = [word for file in files for word in ("-f", file)]
    extra = ["--fail-on", "never"] if words[0] == "render" else []
    if words[0] == "attributes" or words == ("explain", "plaintext-secret"):
        named = []
    answer = planted.longshore(*words, *named, *extra, LONGSHORE_DEBUG=debug)
    assert answer.code in {0, 1, 2}, answer.err
    silent(answer.out, answer.err)


def test_the_clean_files_are_converted_and_the_others_say_what_is_wrong(planted):
    """Or the searches above would have searched nothing."""
    rendered = planted.longshore("render", "-f", "compose.yaml").out
    assert "kind: ExternalSecret" in rendered
    assert "secretKeyRef" in rendered
    found = planted.longshore("check", "-f", "compose.yaml", "-f", "worse.yaml", "--output", "json").out
    codes = {finding["code"] for finding in json.loads(found)["findings"]} if found.startswith("{") else set()
    codes |= {
        line
        for line in (
            "plaintext-secret",
            "secret-in-image",
            "secret-in-label",
            "secret-in-file",
            "secret-in-build",
            "secret-in-logging",
        )
        if line in found
    }
    assert codes >= {
        "plaintext-secret",
        "secret-in-image",
        "secret-in-label",
        "secret-in-file",
        "secret-in-build",
        "secret-in-logging",
    }


def test_no_file_that_is_written_holds_a_value(planted):
    before = {path for path in planted.folder.rglob("*") if path.is_file()}
    planted.longshore("render", "-f", "compose.yaml", "-f", "worse.yaml", "--fail-on", "never", "--output-dir", "out/")
    planted.longshore("render", "-f", "compose.yaml", "--annotate", "--output-file", "all.yaml")
    written = {path for path in planted.folder.rglob("*") if path.is_file()} - before
    assert len(written) > 10
    silent(*(path.read_text() for path in written))


def test_a_stack_shows_no_value(planted):
    for words in (("check",), ("check", "-v"), ("render",), ("plan",), ("plan", "-o", "json")):
        answer = planted.longshore(*words, "-s", "shop.dev", PATH="/usr/bin:/bin", LONGSHORE_DEBUG="1")
        assert answer.code in {0, 1}, answer.err
        silent(answer.out, answer.err)


def test_the_mock_plan_holds_no_value(planted):
    """All inputs of all resources, as an engine would keep them in its state."""
    shell = Shell(io.StringIO(), io.StringIO(), io.BytesIO(), {"PATH": "/usr/bin:/bin"}, str(planted.folder))
    rehearsal = rehearse_stack("shop.dev", shell)
    assert not rehearsal.bug, rehearsal.bug
    assert any(node.type.endswith(":ExternalSecret") for node in rehearsal.nodes)
    silent(
        json.dumps([node._asdict() for node in rehearsal.nodes], default=str),
        str(rehearsal.messages),
        str(rehearsal.exports),
    )


def every_secrets_verb(planted: Project) -> Iterator[Answer]:
    push = ("secrets", "push", "-s", "shop.dev", "--from", ".env", "--from", "more.env")
    yield planted.longshore(*push)
    yield planted.longshore(*push, typed="n\n")
    yield planted.longshore("secrets", "check", "-s", "shop.dev")
    yield planted.longshore(*push, "--yes", "-v", LONGSHORE_DEBUG="1")
    yield planted.longshore(*push, "--yes", "--output", "json")
    planted.write("more.env", f"API_TOKEN={canary('pushed')}\nDB_PASSWORD={canary('dotenv_unused')}\n")
    for output in ("text", "json"):
        yield planted.longshore("secrets", "diff", "-s", "shop.dev", "--from", "more.env", "--output", output)
        yield planted.longshore(*push, "--output", output)
        yield planted.longshore("secrets", "check", "-s", "shop.dev", "--output", output, "-v")
        yield planted.longshore("secrets", "ls", "-s", "shop.dev", "--output", output, "-v")
    yield planted.longshore(*push, "--yes")
    yield planted.longshore("secrets", "push", "-s", "shop.dev", "--rollback", "DB_PASSWORD", "--yes")
    yield planted.longshore("secrets", "push", "-s", "shop.dev", f"DB_PASSWORD={canary('dotenv')}")


def test_no_secrets_verb_shows_a_value(planted, aws, caplog):
    caplog.set_level(logging.DEBUG)
    answers = list(every_secrets_verb(planted))
    assert [answer.code for answer in answers].count(0) > 5, [(answer.code, answer.err) for answer in answers]
    silent(*(text for answer in answers for text in answer[1:]), caplog.text)
    stored = json.dumps(aws.everything())
    there = "dotenv dotenv_quoted pushed env_file env_file_composed secret_file literal literal_url literal_dotted"
    assert leaks(stored) >= {*there.split(), "literal_jdbc", "config_value"}, "the values did get to the store"


def test_what_a_push_leaves_on_the_disk_is_nothing(planted, aws, tmp_path_factory, monkeypatch):
    temporary = tmp_path_factory.mktemp("temporary")
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr("tempfile.tempdir", None)
    before = {path: path.read_bytes() for path in planted.folder.rglob("*") if path.is_file()}
    planted.longshore("secrets", "push", "-s", "shop.dev", "--from", ".env", "--yes")
    assert {path: path.read_bytes() for path in planted.folder.rglob("*") if path.is_file()} == before
    assert list(temporary.rglob("*")) == []


def test_a_deployment_s_pins_hold_no_value(planted, aws):
    planted.longshore("secrets", "push", "-s", "shop.dev", "--from", ".env", "--from", "more.env", "--yes")
    estate = convert_stack(read_stack("shop.dev", str(planted.folder)), {}, deploying=True)
    silent(json.dumps(estate.conversion.manifests), str(estate.conversion), str(estate.findings))
    assert "uuid/" in json.dumps(estate.conversion.manifests)


BUGS = [
    "longshore.convert.secrets.needs.detect",
    "longshore.convert.secrets.detection.find",
    "longshore.convert.kubernetes.hostnames.rewrite",
    "longshore.cli.secrets.changes.change",
    "longshore.cli.secrets.push.detect",
    "longshore.stores.document.json.dumps",
]


@pytest.mark.parametrize("debug", ["", "1"])
@pytest.mark.parametrize("place", BUGS)
def test_a_bug_of_ours_shows_no_value(planted, aws, monkeypatch, place, debug):
    """Whatever a library raises, with whatever it was given in its message."""
    library: dict = {"told": (ENV, CLEAN)}
    code = compile("def fail(*given, **named):\n    raise KeyError(given, named, told)", "/library.py", "exec")
    exec(code, library)  # noqa: S102  it must not be in a file of ours
    monkeypatch.setattr(place, library["fail"])
    for words in (("check", "-f", "compose.yaml"), ("secrets", "push", "-s", "shop.dev", "--from", ".env", "--yes")):
        answer = planted.longshore(*words, LONGSHORE_DEBUG=debug)
        silent(answer.out, answer.err)


def test_a_value_in_the_stack_file_is_refused_and_not_shown(planted):
    path = planted.folder / "stacks/Pulumi.shop.dev.yaml"
    planted.write(
        "stacks/Pulumi.shop.dev.yaml", path.read_text() + f"    variables: {{DB_PASSWORD: {canary('literal')}}}\n"
    )
    answer = planted.longshore("check", "-s", "shop.dev", LONGSHORE_DEBUG="1")
    assert answer.code == 2
    silent(answer.out, answer.err)
    assert ACCOUNT in path.read_text()
