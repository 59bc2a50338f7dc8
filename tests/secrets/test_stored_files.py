"""Files with a secret in them that services mount: `push` stores them as they are read in the container."""

from __future__ import annotations

import json
import re
from base64 import b64decode

import pytest

KEYS = b"\xfe\xed\xfe\xed\x00\x00\x00\x02" + bytes(range(256))
PEM = "-----BEGIN PRIVATE KEY-----\nMIICANARYpem\n-----END PRIVATE KEY-----\n"
FOLDER = "dev/shop/_shared/files"
COMPOSE = """\
services:
  web:
    image: registry.example.com/web:1.0
    mem_limit: 64m
    volumes: ["./trust.jks:/trust.jks", "./etc:/etc/app:ro"]
    configs: [{source: pem, target: /key.pem}, {source: text, target: /text}]
    secrets: [store]
  my_db:
    image: postgres:16
    mem_limit: 64m
configs:
  pem: {file: ./etc/tls/key.pem}
  text: {content: "url: amqp://app:kTz81xCANARYtext@mq/shop"}
secrets:
  store: {file: ./other.p12}
"""
EXPECTED = {
    f"{FOLDER}/etc/tls/key.pem": {"value": PEM},
    f"{FOLDER}/etc/pass.ini": {"value": "host = my-db\r\npassword = Hq7sCANARYini5tG\r\n"},
    "dev/shop/_shared/configs/text": {"value": "url: amqp://app:kTz81xCANARYtext@mq/shop"},
}


@pytest.fixture
def mounting(project):
    project.write("compose.yaml", COMPOSE)
    for name in ("trust.jks", "other.p12"):
        (project.folder / name).write_bytes(KEYS)
    project.write("etc/tls/key.pem", PEM)

    (project.folder / "etc/pass.ini").write_bytes(b"host = my_db\r\npassword = Hq7sCANARYini5tG\r\n")
    project.write("etc/plain.ini", "listen = 80\n")
    project.write("empty.env", "")
    return project


def push(project, *words):
    return project.push("--from", "empty.env", "--yes", *words)


def test_every_file_is_stored_once_byte_for_byte(mounting, aws):
    answer = push(mounting)
    assert answer.code == 0, answer.err
    found = aws.everything()
    for path in (f"{FOLDER}/trust.jks", "dev/shop/_shared/store"):
        (stored,) = found.pop(path).items()
        assert stored[0] == "base64"
        assert b64decode(stored[1]) == KEYS
    assert found == EXPECTED
    assert "CANARY" not in answer.out + answer.err
    versions = {path: aws.versions(path) for path in aws.names()}
    assert push(mounting).code == 0
    assert {path: aws.versions(path) for path in aws.names()} == versions


def test_the_other_verbs_know_them(mounting, aws):
    lacking = mounting.longshore("secrets", "check", "-s", "shop.dev")
    assert lacking.code == 1
    assert f"{FOLDER}/trust.jks: there is no such secret" in lacking.out
    assert push(mounting).code == 0
    assert mounting.longshore("secrets", "check", "-s", "shop.dev").code == 0
    assert mounting.longshore("secrets", "diff", "-s", "shop.dev", "--from", "empty.env").code == 0
    listed = mounting.longshore("secrets", "ls", "-s", "shop.dev", "--output", "json").json
    assert f"{FOLDER}/etc/tls/key.pem" in json.dumps(listed)
    mounting.write("etc/tls/key.pem", PEM.replace("pem", "new"))
    differing = mounting.longshore("secrets", "diff", "-s", "shop.dev", "--from", "empty.env")
    assert differing.code == 1
    assert "CANARY" not in differing.out + differing.err
    before = aws.versions(f"{FOLDER}/trust.jks")
    assert push(mounting, "--service", "etc/tls/key.pem").code == 0
    assert aws.values(f"{FOLDER}/etc/tls/key.pem") == {"value": PEM.replace("pem", "new")}
    assert aws.versions(f"{FOLDER}/trust.jks") == before


def test_the_manifests_bind_what_is_stored_and_hold_none_of_it(mounting, aws):
    assert push(mounting).code == 0
    answer = mounting.longshore("render", "-s", "shop.dev")
    assert answer.code == 0, answer.err
    assert "CANARY" not in answer.out + answer.err
    bound = set(re.findall(r"key: (dev/shop/\S+)", answer.out))
    assert bound == set(aws.names())
    assert "plain.ini" in answer.out
    told = mounting.longshore("explain", "deployment/web", "-s", "shop.dev").out
    assert "CANARY" not in told
    assert any("volumes" in line and "compose.yaml" in line for line in told.splitlines())


def test_a_version_that_is_pushed_rolls_the_pods(mounting, aws):
    from longshore.stack.reading import convert_stack, read_stack  # noqa: PLC0415

    def names():
        estate = convert_stack(read_stack("shop.dev", str(mounting.folder)), {}, deploying=True)
        assert estate
        assert estate.conversion
        return {m["metadata"]["name"] for m in estate.conversion.manifests if m["kind"] == "ExternalSecret"}

    assert push(mounting).code == 0
    first = names()
    mounting.write("etc/tls/key.pem", PEM.replace("pem", "new"))
    assert push(mounting).code == 0
    assert len(first - names()) == 1


@pytest.mark.parametrize(
    ("source", "code"),
    [("../outside.p12:/x:ro", "bind"), ("./link.p12:/x:ro", "bind"), ("./large.p12:/x:ro", "secret-file")],
)
def test_what_lies_outside_or_is_too_large_is_refused_with_a_place(mounting, aws, source, code):
    (mounting.folder.parent / "outside.p12").write_bytes(KEYS)
    (mounting.folder / "link.p12").symlink_to("../outside.p12")
    (mounting.folder / "large.p12").write_bytes(KEYS * 200)
    mounting.write("compose.yaml", COMPOSE.replace("./trust.jks:/trust.jks", source))
    answer = mounting.longshore("check", "-s", "shop.dev", "--output", "concise")
    assert answer.code == 1
    assert re.search(rf"compose\.yaml:5:\d+: error.*{code}", answer.out), answer.out
    push(mounting)
    assert not [name for name in aws.names() if "p12" in name]


def test_a_folder_whose_secrets_changed_their_kind(mounting, aws):
    """A key that was text and is none now is another key of the same secret: the old one is not read any more."""
    assert push(mounting).code == 0
    (mounting.folder / "etc/tls/key.pem").write_bytes(b"\x30\x82\x04\xbd\x02\x01\x00\x30\x0d" + bytes(99))
    assert push(mounting, "--prune").code == 0
    assert set(aws.values(f"{FOLDER}/etc/tls/key.pem")) == {"base64"}
    assert mounting.longshore("secrets", "check", "-s", "shop.dev").code == 0


def test_hosts_are_written_as_the_cluster_calls_them(project, aws):
    project.write(
        "compose.yaml",
        "services:\n"
        "  web:\n"
        "    image: registry.example.com/web:1.0\n"
        "    mem_limit: 64m\n"
        "    environment:\n"
        "      DATABASE_URL: ${DATABASE_URL}\n"
        "      DB_PASSWORD: ${DB_PASSWORD}\n"
        "  my_db:\n"
        "    image: postgres:16\n"
        "    mem_limit: 64m\n",
    )
    project.write(".env", "DATABASE_URL=postgres://my_db:pw-of-my_db@my_db:5432/my_db\nDB_PASSWORD=my_db\n")
    answer = project.push("--from", ".env", "--yes")
    assert answer.code == 0, answer.err
    assert aws.everything() == {
        "dev/shop/web": {"DATABASE_URL": "postgres://my_db:pw-of-my_db@my-db:5432/my_db", "DB_PASSWORD": "my_db"}
    }
