"""No line of a file shows a secret value, in whatever form it was written; what is no secret can be read."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from longshore.report.excerpt import shown
from longshore.report.masking import Source

CANARY = "hunter2-CANARY"

WEB = "services:\n  web:\n"
ENVIRONMENT = f"{WEB}    environment:\n"

HIDING_PLACES = {
    "map": ENVIRONMENT + "      DB_PASSWORD: hunter2-CANARY\n",
    "quoted": ENVIRONMENT + '      DB_PASSWORD: "hunter2-CANARY"  # note\n',
    "list": ENVIRONMENT + "      - DB_PASSWORD=hunter2-CANARY\n",
    "quoted list": ENVIRONMENT + '    - "DB_PASSWORD=hunter2-CANARY"\n',
    "flow map": WEB + "    environment: {A: b, DB_PASSWORD: hunter2-CANARY, C: d}\n",
    "flow list": WEB + '    environment: ["A=b", "DB_PASSWORD=hunter2-CANARY"]\n',
    "json": '{"services": {"web": {"environment": {"DB_PASSWORD":"hunter2-CANARY"}}}}\n',
    "flow over lines": WEB + "    environment: {\n      A: b,\n      DB_PASSWORD: hunter2-CANARY\n    }\n",
    "default": ENVIRONMENT + "      A: ${DB_PASSWORD:-hunter2-CANARY}\n",
    "default in a URL": ENVIRONMENT + "      A: postgres://u:${DB_PASSWORD:-hunter2-CANARY}@h/db\n",
    "nested default": ENVIRONMENT + "      A: ${B:-${DB_SECRET-hunter2-CANARY}}\n",
    "alternative": ENVIRONMENT + "      A: ${DB_PASSWORD:+hunter2-CANARY}\n",
    "URL": ENVIRONMENT + "      DATABASE_URL: postgres://shop:hunter2-CANARY@db:5432/shop\n",
    "URL with a second @": ENVIRONMENT + "      DATABASE_URL: postgres://shop:a@hunter2-CANARY@db/x\n",
    "DSN": ENVIRONMENT + "      DB: Server=db;User Id=sa;Password=hunter2-CANARY;\n",
    "image": WEB + "    image: https://user:hunter2-CANARY@registry/x\n",
    "block text": ENVIRONMENT + "      A: |\n        b\n        hunter2-CANARY\n",
    "folded text": ENVIRONMENT + "      - >-\n        hunter2-CANARY\n        a: hunter2-CANARY\n",
    "block text with a comment": "configs:\n  a:\n    content: |  #\n      # hunter2-CANARY\n      b: hunter2-CANARY\n",
    "block text after an anchor": "x-a: &a |\n  hunter2-CANARY\n",
    "text over lines": ENVIRONMENT + '      A: "one\n        hunter2-CANARY\n        b: hunter2-CANARY"\n',
    "item over lines": ENVIRONMENT + '      - "A=one\n        hunter2-CANARY"\n      - one\n        hunter2-CANARY\n',
    "item at its dash": ENVIRONMENT + "      - one\n       hunter2-CANARY\n",
    "flag": WEB + "    command: redis-server --requirepass hunter2-CANARY --port 1\n",
    "flag with =": WEB + "    command: redis-server --password=hunter2-CANARY\n",
    "flow flag": WEB + '    command: ["redis-server", "--requirepass", "hunter2-CANARY"]\n',
    "flow flag with spaces": WEB + '    command: [a, "--token", "hunter2 hunter2-CANARY"]\n',
    "item flag": WEB + "    command:\n      - redis-server\n      - --requirepass\n      - hunter2-CANARY\n",
    "quoted item flag": WEB + "    command:\n    - \"--auth-token\"\n    - 'hunter2-CANARY'\n",
    "short flag": WEB + '    healthcheck:\n      test: ["CMD-SHELL", "mysqladmin ping -phunter2-CANARY"]\n',
    "short flag apart": WEB + "    healthcheck:\n      test: redis-cli -a hunter2-CANARY ping\n",
    "label": WEB + "    labels:\n      - traefik.http.middlewares.a.basicauth.users=admin:hunter2-CANARY\n",
    "build args": WEB + "    build:\n      args:\n        NPM_TOKEN: hunter2-CANARY\n",
    "extension": "x-env: &env\n  API_KEY: hunter2-CANARY\nservices: {}\n",
    "item of a secret name": "x-env:\n  API_KEYS:\n    - hunter2-CANARY\n    - name: hunter2-CANARY\n",
    "named secrets by the user": ENVIRONMENT + "      secrets: hunter2-CANARY\n",
    "driver options": "volumes:\n  a:\n    driver_opts:\n      o: username=a,password=hunter2-CANARY\n",
    "comment": WEB + "    # DB_PASSWORD: hunter2-CANARY\n    image: a\n",
    "config": "configs:\n  a:\n    content: hunter2-CANARY\n",
    "key of several words": ENVIRONMENT + "      ? DB_PASSWORD\n      : hunter2-CANARY\n",
    "like another setting, in a flow": ENVIRONMENT[:-1] + " {\n        A: b, DB_PASSWORD: CANARY0=CANARY}\n",
    "token": ENVIRONMENT + "      A: ghp_0123456789abcdefghijhunter2CANARY012345\n",
}


@pytest.mark.parametrize("form", HIDING_PLACES)
def test_no_form_shows_the_value(form: str) -> None:
    source = Source("compose.yaml", HIDING_PLACES[form])
    for number in range(1, len(source.lines) + 1):
        assert "CANARY" not in shown(source, number)[0]


@given(
    st.sampled_from(["DB_PASSWORD", "apiToken", "MY_SECRET", "a.auth.b", "x-private-key"]),
    st.text(min_size=4),
    st.data(),
)
@settings(max_examples=200, deadline=None)
def test_no_style_that_yaml_knows_shows_the_value(name: str, noise: str, data: st.DataObject) -> None:
    value = f"CANARY{noise}CANARY"
    model = {
        "services": {
            "web": {"environment": data.draw(st.sampled_from([{"A": "b", name: value}, ["A=b", f"{name}={value}"]]))}
        }
    }
    text = yaml.safe_dump(
        model,
        default_style=data.draw(st.sampled_from([None, '"', "'", "|", ">"])),
        default_flow_style=data.draw(st.booleans()),
        width=data.draw(st.sampled_from([20, 80, 1000])),
        indent=data.draw(st.sampled_from([2, 4, 8])),
        allow_unicode=data.draw(st.booleans()),
    )
    source = Source("compose.yaml", text)
    for number in range(1, len(source.lines) + 1):
        assert "CANARY" not in shown(source, number)[0]


ENV = """\
# settings
# OLD_PASSWORD=hunter2-CANARY
PORT=hunter2-CANARY
export NAME="hunter2-CANARY"
KEY="-----BEGIN
hunter2-CANARY=hunter2-CANARY
-----END"
SALT: hunter2-CANARY
hunter2-CANARY
LAST=1
"""


def test_env_files_show_names_only() -> None:
    source = Source("deploy/.env.prod", ENV)
    assert [shown(source, number)[0] for number in range(1, 11)] == [
        "# settings",
        "# OLD_PASSWORD=***",
        "PORT=***",
        "export NAME=***",
        "KEY=***",
        "***",
        "***",
        "SALT: ***",
        "***",
        "LAST=***",
    ]


@pytest.mark.parametrize(
    ("line", "seen"),
    [
        ("    image: registry.example/auth-service:1.27", "    image: registry.example/auth-service:1.27"),
        ("      DB_PASSWORD: ${DB_PASSWORD}", "      DB_PASSWORD: ${DB_PASSWORD}"),
        ("      DB_PASSWORD: ${DB_PASSWORD:?set it}", "      DB_PASSWORD: ${DB_PASSWORD:?set it}"),
        ("      - DB_PASSWORD=$DB_PASSWORD", "      - DB_PASSWORD=$DB_PASSWORD"),
        ("      - DB_PASSWORD", "      - DB_PASSWORD"),
        ("      DATABASE_URL: postgres://shop:pw@db/shop", "      DATABASE_URL: postgres://shop:***@db/shop"),
        ("      LOG_LEVEL: debug", "      LOG_LEVEL: debug"),
        ("    restart: on-failure:3", "    restart: on-failure:3"),
        ('      - "8080:80"', '      - "8080:80"'),
        ("    command: serve --port 80 --token abc --quiet", "    command: serve --port 80 --token *** --quiet"),
    ],
)
def test_what_is_no_secret_is_shown(line: str, seen: str) -> None:
    source = Source("compose.yaml", f"services:\n  auth:\n    environment:\n{line}\n")
    assert shown(source, 4)[0] == seen


def test_structure_that_only_sounds_secret_is_shown() -> None:
    text = """\
services:
  auth:
    secrets: [db_password]
    depends_on:
      session: {condition: service_healthy}
secrets:
  db_password:
    file: ./db_password.txt
"""
    source = Source("compose.yaml", text)
    assert [shown(source, number)[0] for number in range(1, 9)] == text.splitlines()


def test_terminal_commands_are_not_passed_on() -> None:
    source = Source("compose.yaml", "a: \x1b[31mred\u202eleft\ttab\n")
    assert shown(source, 1)[0] == "a: \ufffd[31mred\ufffdleft tab"
