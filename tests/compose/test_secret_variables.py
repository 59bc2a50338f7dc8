"""A secret variable stands in the model by name, whether it is set or not; its value is nowhere in it."""

from __future__ import annotations

from typing import Any

from longshore.compose.references import reference, visible
from tests.compose.memory import read

CANARY = "canary-4711"


def secret(name: str, _value: str | None) -> bool:
    return "PASSWORD" in name or "TOKEN" in name


def model(content: Any, **request: Any) -> dict[str, Any]:
    loaded = read(content, is_secret=secret, **request)
    assert loaded.project, [finding.message for finding in loaded.findings]
    whole = repr(loaded.project.model) + repr(dict(loaded.project.environment)) + repr(loaded.findings)
    assert CANARY not in whole
    return dict(loaded.project.model["services"]["web"])


def test_every_operator() -> None:
    text = (
        "services: {web: {image: x, environment: {A: '${DB_PASSWORD}', B: '${DB_PASSWORD:-canary-4711}',"
        " C: '${DB_PASSWORD-canary-4711}', D: '${DB_PASSWORD:?no}', E: '${DB_PASSWORD?no}', F: $DB_PASSWORD,"
        " G: '${DB_PASSWORD:+on}', H: '${DB_PASSWORD+on}', I: 'u:${DB_PASSWORD}@h',"
        " J: '${X:-${API_TOKEN}}', K: $$DB_PASSWORD}}}"
    )
    for environment in ({}, {"DB_PASSWORD": ""}, {"DB_PASSWORD": CANARY, "API_TOKEN": CANARY}):
        found = model(text, environment=environment)["environment"]
        name = reference("DB_PASSWORD")
        assert found == {
            **dict.fromkeys("ABCDEF", name),
            "G": "on",
            "H": "on",
            "I": f"u:{name}@h",
            "J": reference("API_TOKEN"),
            "K": "$DB_PASSWORD",
        }


def test_with_and_without_values_the_model_is_the_same() -> None:
    files = {
        "compose.yaml": "services: {web: {image: x, env_file: e.env,"
        " environment: {DB_PASSWORD: , URL: 'a:${DB_PASSWORD}@b'}}}",
        "e.env": f"API_TOKEN={CANARY}\nPLAIN=1\nBOTH=x-${{DB_PASSWORD}}\n",
    }
    unset = model(dict(files))
    assert model({**files, ".env": f"DB_PASSWORD={CANARY}\n"}) == unset
    assert model(dict(files), environment={"DB_PASSWORD": CANARY}) == unset
    assert {name: visible(value) for name, value in unset["environment"].items()} == {
        "DB_PASSWORD": "${DB_PASSWORD}",
        "URL": "a:${DB_PASSWORD}@b",
        "API_TOKEN": "${API_TOKEN}",
        "PLAIN": "1",
        "BOTH": "x-${DB_PASSWORD}",
    }


def test_a_value_that_is_made_of_a_secret_holds_its_name() -> None:
    files = {
        "compose.yaml": "services: {web: {image: x, command: ['${LINK}'], labels: {a: $LINK}}}",
        ".env": f"DB_PASSWORD={CANARY}\nLINK=db://u:${{DB_PASSWORD}}@h\n",
    }
    found = model(files)
    assert found["command"] == [f"db://u:{reference('DB_PASSWORD')}@h"]
    assert found["labels"] == {"a": f"db://u:{reference('DB_PASSWORD')}@h"}


def test_the_raw_format_and_includes() -> None:
    files = {
        "compose.yaml": "include: [inc/compose.yaml]\n"
        "services: {web: {image: x, env_file: [{path: e.env, format: raw}]}}",
        "e.env": f"API_TOKEN={CANARY}\n",
        "inc/compose.yaml": "services: {inc: {image: y, environment: ['A=${SUB_PASSWORD}', SUB_PASSWORD]}}",
        "inc/.env": f"SUB_PASSWORD={CANARY}\n",
    }
    loaded = read(files, is_secret=secret)
    assert loaded.project
    assert CANARY not in repr(loaded.project.model)
    assert model(dict(files))["environment"] == {"API_TOKEN": reference("API_TOKEN")}
    inner = loaded.project.model["services"]["inc"]["environment"]
    assert inner == {"A": reference("SUB_PASSWORD"), "SUB_PASSWORD": reference("SUB_PASSWORD")}


def test_a_number_cannot_be_secret() -> None:
    loaded = read(
        "services: {web: {image: x, scale: '${TOKEN_COUNT}'}}", is_secret=secret, environment={"TOKEN_COUNT": CANARY}
    )
    (finding,) = loaded.findings
    assert finding.code == "wrong-type"
    assert "${TOKEN_COUNT}" in finding.message
    assert CANARY not in repr(loaded.findings)


def test_variables_of_the_stack_file_win() -> None:
    files = {"compose.yaml": "services: {web: {image: 'x:${TAG}'}}", ".env": "TAG=file\n"}
    assert model(dict(files), environment={"TAG": "process"}, variables={"TAG": "stack"})["image"] == "x:stack"
    assert model(dict(files), environment={"TAG": "process"})["image"] == "x:process"
    assert model(dict(files))["image"] == "x:file"


def test_as_docker_reads_it_without_a_rule() -> None:
    loaded = read("services: {web: {image: 'x:${DB_PASSWORD:-d}'}}", environment={"DB_PASSWORD": "p"})
    assert loaded.project
    assert loaded.project.model["services"]["web"]["image"] == "x:p"


def test_files_of_variables_named_by_a_variable() -> None:
    files = {
        "compose.yaml": "services: {web: {image: 'x:${A}${B}'}}",
        ".env": "A=default\n",
        "1.env": "A=1\nB=1\n",
        "2.env": "B=2\n",
    }
    assert model(dict(files), environment={"COMPOSE_ENV_FILES": "1.env,2.env"})["image"] == "x:12"
    assert model(dict(files), environment={"COMPOSE_ENV_FILES": "1.env"}, env_files=("2.env",))["image"] == "x:2"


def test_no_message_shows_a_value_that_may_be_secret() -> None:
    bodies = (
        "environment: [4711]",
        "environment: [{DB_PASSWORD: canary-4711}]",
        "environment: DB_PASSWORD=canary-4711",
        "environment: {DB_PASSWORD: [canary-4711]}",
        "labels: canary-4711",
        "build: {args: canary-4711}",
        "command: redis-server --requirepass 'canary-4711",
        "healthcheck: {test: [redis-cli -a canary-4711 ping]}",
        "extends: {file: 'https://u:canary-4711@h/x.yaml', service: a}",
        "hostname: !!int canary-4711",
        "hostname: '${X:?because ${DB_PASSWORD}}'",
        "environment: {DB_PASSWORD: 04711}",
        "environment: {DB_PASSWORD: 1e10, A: 2024-04-11}",
    )
    for body in bodies:
        loaded = read(f"services: {{web: {{image: x, {body}}}}}", is_secret=secret, environment={"DB_PASSWORD": CANARY})
        assert loaded.findings, body
        assert "4711" not in repr(loaded.findings), body
        assert "\ue0fa" not in repr(loaded.findings), body
