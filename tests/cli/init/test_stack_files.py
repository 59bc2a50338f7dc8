"""Stack files of ours hold, what is open stands in them as comments, and no value of a secret does."""

from __future__ import annotations

import json
import re

import jsonschema_rs
import pytest

from longshore.stack.file import read_stack_file
from tests.cli.init.making import COMPOSE, IN_AWS, config, files, longshore, uncommented


def test_what_nobody_said_is_left_to_fill_in_and_plan_says_what(folder):
    made = longshore(folder, "init")
    assert made.code == 0, made.err
    assert "platform.dev.yaml: fill in `accountId`" in made.out
    assert "platform.dev.yaml: fill in `region`" in made.out
    checked = longshore(folder, "check", "-s", "platform.dev", "--output", "concise")
    errors = [line for line in checked.out.splitlines() if "error" in line and "stack-setting" in line]
    assert len(errors) == 2
    assert "an AWS account id: 12 digits" in checked.out
    assert "an AWS region such as `eu-west-1`" in checked.out
    text = (folder / "stacks" / "Pulumi.platform.dev.yaml").read_text("utf-8")
    filled = text.replace("YOUR-REGION", "eu-west-1").replace("YOUR-ACCOUNT-ID", "123456789012")
    (folder / "stacks" / "Pulumi.platform.dev.yaml").write_text(filled, "utf-8")
    assert longshore(folder, "check", "-s", "platform.dev").code == 0
    assert longshore(folder, "check", "-s", "shop.dev").code == 0


@pytest.mark.parametrize(
    ("words", "secrets", "missing"),
    [
        ((), {"backend": "fake"}, ""),
        (("--secrets", "vault", "--server", "https://v.example.com"), {"backend": "vault"}, ""),
        (("--secrets", "vault"), {"backend": "vault"}, "needs the address of Vault"),
        (("--secrets", "aws-secrets-manager", "--region", "eu-west-1"), {"region": "eu-west-1"}, ""),
        (("--secrets", "aws-secrets-manager"), {"region": "YOUR-REGION"}, ""),
        (("--environment", "prod", "--secrets", "fake"), {"backend": "fake"}, ""),
    ],
)
def test_on_a_cluster_of_ones_own(folder, words, secrets, missing):
    made = longshore(folder, "init", "--cluster", "kubeconfig", "--context", "kind-a: b", *words)
    assert made.code == 0, made.err
    name = "shop.prod" if "prod" in words else "shop.dev"
    found = config(folder, name)
    assert found["longshore:cluster"] == {"kind": "kubeconfig", "context": "kind-a: b"}
    assert secrets.items() <= found["longshore:secrets"].items()
    assert found["longshore:operator"] == {}
    checked = longshore(folder, "check", "-s", name, "--output", "concise")
    assert missing in checked.out
    assert ("stack-setting" in "".join(re.findall(r"error.*", checked.out))) == bool(missing)
    second = longshore(folder, "init", "--team", "other", "--context", "kind-a: b", *words)
    assert second.code == 0, second.err
    assert "longshore:operator" not in config(folder, name.replace("shop", "other"))


def test_decisions_stand_as_comments_that_are_settings_when_uncommented(folder):
    longshore(folder, "init", *IN_AWS)
    assert "longshore:services" not in config(folder, "shop.dev")
    found = uncommented(folder, "shop.dev", "longshore:services:")
    opened = {"kind": "ingress", "port": 80, "host": "web.dev.example.com"}
    assert found == {"web": {"memory": "256Mi", "exposure": opened}}
    text = (folder / "stacks" / "Pulumi.shop.dev.yaml").read_text("utf-8")
    assert "published 80, 53/udp: open" in text
    assert "#   web: API_TOKEN, LEGACY_PASSWORD" in text
    assert "#   db: DB_PASSWORD" in text
    assert "LOG_LEVEL" not in text
    path = folder / "stacks" / "Pulumi.shop.dev.yaml"
    path.write_text(f"{text}  longshore:services: {found}\n", "utf-8")
    checked = longshore(folder, "check", "-s", "shop.dev", "--output", "concise")
    assert checked.code == 0
    assert "missing-memory-limit" not in checked.out


def test_the_exposure_that_labels_amount_to_is_proposed(folder):
    labels = 'traefik.http.routers.web.rule: "Host(`a.example.com`)"'
    text = f"services:\n  web:\n    image: nginx:1.27.2\n    labels:\n      {labels}\n"
    (folder / "compose.yaml").write_text(text, "utf-8")
    longshore(folder, "init", *IN_AWS)
    found = uncommented(folder, "shop.dev", "longshore:services:")
    assert {"kind": "ingress", "host": "a.example.com"}.items() <= found["web"]["exposure"].items()


def test_no_secret_value_is_in_any_file_or_word(folder):
    hidden = "$$2y$$05$$CANARYCANARYCANARYCANARYOz5Nj8pL7"
    (folder / "web.env").write_text("MAIL_PASSWORD=CANARY-in-env-file\n", "utf-8")
    more = (
        "    env_file: web.env\n"
        "    command: server --password CANARY-in-command\n"
        f'    labels:\n      traefik.http.middlewares.a.basicauth.users: "admin:{hidden}"\n'
        "      traefik.http.routers.db.rule: Host(`db.example.com`)\n"
        "      traefik.http.routers.db.middlewares: a\n"
        "  queue:\n    image: redis:7.2\n    environment:\n"
        "      - URL=postgres://app:CANARY-in-url@db/shop\n"
    )
    (folder / "compose.yaml").write_text(COMPOSE + more, "utf-8")
    before = set(files(folder))
    made = longshore(folder, "init", *IN_AWS, "--ci", "github")
    assert made.code == 0, made.err
    written = "".join(text.decode() for name, text in files(folder).items() if name not in before)
    assert "CANARY" not in written
    assert "CANARY" not in made.out + made.err
    assert "MAIL_PASSWORD" in written


def test_the_reason_of_a_refusal_has_no_value_in_it(folder):
    text = "services:\n  web:\n    image: web:1.0\n    environment:\n      - ADMIN_PASSWORD:CANARY-by-colon\n"
    (folder / "compose.yaml").write_text(text, "utf-8")
    refused = longshore(folder, "init", *IN_AWS)
    assert refused.code == 2
    assert "compose.yaml:5:9" in refused.err
    assert "CANARY" not in refused.err


def test_errors_that_forbid_the_deployment_are_named(folder):
    text = COMPOSE.replace(
        "    mem_limit: 512m\n", "    mem_limit: 512m\n    volumes: ['/var/run/docker.sock:/var/run/docker.sock']\n"
    )
    (folder / "compose.yaml").write_text(text, "utf-8")
    made = longshore(folder, "init", *IN_AWS)
    assert made.code == 0, made.err
    checked = longshore(folder, "check", "-s", "shop.dev", "--output", "concise")
    codes = set(re.findall(r"error\[([a-z-]+)\]", checked.out))
    assert codes
    written = (folder / "stacks" / "Pulumi.shop.dev.yaml").read_text("utf-8")
    for code in codes:
        assert re.search(rf"^  #   {code}: db$", written, re.MULTILINE)
        assert f"errors that forbid the deployment: {code}" in made.out


@pytest.mark.parametrize("words", [(), IN_AWS, ("--cluster", "kubeconfig", "--secrets", "vault", "--ci", "github")])
def test_an_editor_finds_a_schema_that_takes_them(folder, words):
    longshore(folder, "init", *words)
    files = list((folder / "stacks").glob("Pulumi.*.yaml"))
    assert files
    for path in files:
        text = path.read_text("utf-8")
        schema = path.parent / re.findall(r"\A# yaml-language-server: \$schema=(\S+)\n", text)[0]
        validator = jsonschema_rs.validator_for(json.loads(schema.read_text("utf-8")))
        filled = text.replace("YOUR-REGION", "eu-west-1").replace("YOUR-ACCOUNT-ID", "123456789012")
        assert not [error.message for error in validator.iter_errors(read_stack_file(filled, path.name).values)]


def test_a_schema_of_another_version_is_told(folder):
    longshore(folder, "init")
    (folder / "stacks/schemas/stack.schema.json").write_text("{}", "utf-8")
    again = longshore(folder, "init", "--team", "other")
    assert "left stacks/schemas/stack.schema.json: is of another version" in again.out
    assert "compose.schema.json" not in again.out
