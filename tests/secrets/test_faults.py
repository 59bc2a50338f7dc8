"""Everything that goes wrong between us and AWS: one clear message, nothing half-written, nothing lost."""

from __future__ import annotations

import json
import os
import re
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import ClassVar

import botocore.client
import pytest
from botocore.exceptions import ClientError

from longshore.errors import Refused
from longshore.stores.document import MOST_BYTES, check_key, document
from longshore.stores.value import Value


def refuse(monkeypatch, operation, code, message="no", times=10**6):
    """Let AWS answer `operation` with an error, the next `times` times."""
    real = botocore.client.BaseClient._make_api_call
    left = [times]

    def call(client, name, arguments):
        if name == operation and left[0]:
            left[0] -= 1
            raise ClientError({"Error": {"Code": code, "Message": message}}, name)
        return real(client, name, arguments)

    monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", call)


class Throttled(BaseHTTPRequestHandler):
    """An AWS that has had enough: it counts the requests."""

    seen: ClassVar[list[str]] = []

    def do_POST(self):
        target = self.headers["X-Amz-Target"] or "sts"
        self.seen.append(target)
        if target == "sts":
            body = (
                b'<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>'
                b"<Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
            )
            self.send_response(200)
        else:
            body = b'{"__type": "ThrottlingException", "message": "Rate exceeded"}'
            self.send_response(400)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def test_throttled(project, monkeypatch):
    server = HTTPServer(("127.0.0.1", 0), Throttled)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _seconds: None)
    try:
        answer = project.push("--from", ".env", "--yes", "--service", "db")
    finally:
        server.shutdown()
        server.server_close()
    assert answer.code == 4
    assert "error: can't read dev/shop/db: AWS throttles the requests, after five tries" in answer.err
    assert "wait a minute, then run the command again" in answer.err
    assert Throttled.seen.count("secretsmanager.GetSecretValue") == 5


@pytest.mark.parametrize("code", ["ExpiredTokenException", "UnrecognizedClientException", "InvalidClientTokenId"])
def test_expired_credentials(project, aws, monkeypatch, code):
    refuse(monkeypatch, "GetCallerIdentity", code)
    answer = project.push("--from", ".env", "--yes")
    assert answer.code == 4
    assert "have expired or are not valid" in answer.err
    assert "aws sso login" in answer.err
    assert aws.names() == []


def test_credentials_that_expire_on_the_way(project, aws, monkeypatch):
    real = botocore.client.BaseClient._make_api_call
    done = []

    def call(client, name, arguments):
        if name == "CreateSecret":
            done.append(arguments["Name"])
            if len(done) == 3:
                raise ClientError({"Error": {"Code": "ExpiredTokenException", "Message": ""}}, name)
        return real(client, name, arguments)

    monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", call)
    answer = project.push("--from", ".env", "--yes")
    assert answer.code == 4
    assert answer.err.count("wrote ") == 2
    assert "2 of 4 were not written; run the command again" in answer.err
    assert len(aws.names()) == 2
    assert project.push("--from", ".env", "--yes").code == 0
    assert len(aws.names()) == 4


def test_no_credentials(project, monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    answer = project.push("--from", ".env", "--yes")
    assert answer.code == 4
    assert "there are no AWS credentials" in answer.err


def test_aws_out_of_reach(project, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _seconds: None)
    answer = project.push("--from", ".env", "--yes")
    assert answer.code == 4
    assert "AWS was not reached" in answer.err


@pytest.mark.parametrize("verb", [("push", "--from", ".env", "--yes"), ("diff", "--from", ".env"), ("check",), ("ls",)])
def test_wrong_account(project, aws, verb):
    path = project.folder / "stacks/Pulumi.shop.dev.yaml"
    project.write("stacks/Pulumi.shop.dev.yaml", path.read_text().replace("123456789012", "999999999999"))
    answer = project.longshore("secrets", verb[0], "-s", "shop.dev", *verb[1:])
    assert answer.code == 2
    assert "these credentials are of AWS account 123456789012, but the stack is in 999999999999" in answer.err
    assert aws.names() == []


@pytest.mark.parametrize("operation", ["CreateSecret", "GetSecretValue", "TagResource"])
def test_denied(project, aws, monkeypatch, operation):
    refuse(monkeypatch, operation, "AccessDeniedException", "User: arn:aws:iam::123456789012:user/me is not authorized")
    answer = project.push("--from", ".env", "--yes")
    assert answer.code == 4
    assert f"AWS denies {operation}" in answer.err
    assert "docs/secrets.md" in answer.err


def test_scheduled_for_deletion(pushed, aws):
    aws.client.delete_secret(SecretId="dev/shop/db", RecoveryWindowInDays=7)
    answer = pushed.push("--from", ".env", "--yes", "--dry-run")
    assert answer.code == 4
    assert "dev/shop/db is scheduled for deletion" in answer.err
    assert "--restore" in answer.err
    check = pushed.longshore("secrets", "check", "-s", "shop.dev")
    assert check.code == 1
    assert "missing: dev/shop/db: it is scheduled for deletion; `push --restore` takes that back" in check.out
    assert "scheduled for deletion on" in pushed.longshore("secrets", "ls", "-s", "shop.dev").out
    answer = pushed.push("--from", ".env", "--yes", "--restore")
    assert answer.code == 0
    assert "restored dev/shop/db" in answer.err
    assert aws.values("dev/shop/db") == {"DB_PASSWORD": "db-one"}


@pytest.mark.parametrize(("typed", "code"), [("y\n", 0), ("n\n", 4)])
def test_restoring_is_offered(pushed, aws, typed, code):
    aws.client.delete_secret(SecretId="dev/shop/db", RecoveryWindowInDays=7)
    answer = pushed.push("--from", ".env", typed=typed)
    assert "dev/shop/db is scheduled for deletion; restore it? [y/N]" in answer.err
    assert answer.code == code


def test_changed_by_somebody_else_while_we_were_asked(pushed, aws, monkeypatch):
    pushed.write("new.env", "DB_PASSWORD=db-two\n")

    def ask(_question, _shell):
        aws.edit("dev/shop/db", DB_PASSWORD="from the console")
        return "y"

    monkeypatch.setattr("longshore.cli.consent.ask", ask)
    answer = pushed.push("--from", "new.env", "DB_PASSWORD", typed="")
    assert answer.code == 1
    assert "dev/shop/db was changed by somebody else in the meantime; nothing of ours was written to it" in answer.err
    assert aws.values("dev/shop/db") == {"DB_PASSWORD": "from the console"}
    assert aws.values("dev/shop/web")["DB_PASSWORD"] == "db-two", "the next secret is written all the same"


def test_changed_by_somebody_else_in_the_very_moment(pushed, aws, monkeypatch):
    """After our last look at the secret, and before we make our version current: AWS itself refuses."""
    pushed.write("new.env", "DB_PASSWORD=db-two\n")
    real = botocore.client.BaseClient._make_api_call

    def call(client, name, arguments):
        if name == "UpdateSecretVersionStage":
            monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", real)
            aws.edit("dev/shop/db", DB_PASSWORD="from the console")
        return real(client, name, arguments)

    monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", call)
    answer = pushed.push("--from", "new.env", "--service", "db", "DB_PASSWORD", "--yes")
    assert answer.code == 1
    assert "was changed by somebody else" in answer.err
    assert aws.values("dev/shop/db") == {"DB_PASSWORD": "from the console"}
    assert pushed.push("--from", "new.env", "--service", "db", "DB_PASSWORD", "--yes").code == 0
    assert aws.values("dev/shop/db") == {"DB_PASSWORD": "db-two"}
    assert aws.values("dev/shop/db", "AWSPREVIOUS") == {"DB_PASSWORD": "from the console"}


def test_made_by_somebody_else_in_the_very_moment(project, aws, monkeypatch):
    real = botocore.client.BaseClient._make_api_call

    def call(client, name, arguments):
        if name == "CreateSecret":
            monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", real)
            aws.client.create_secret(Name=arguments["Name"], SecretString='{"DB_PASSWORD": "theirs"}')
        return real(client, name, arguments)

    monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", call)
    answer = project.push("--from", ".env", "--service", "db", "--yes")
    assert answer.code == 1
    assert "was changed by somebody else" in answer.err
    assert aws.values("dev/shop/db") == {"DB_PASSWORD": "theirs"}


def test_over_64_kib(project, aws):
    project.write(".env", f"DB_PASSWORD={'x' * MOST_BYTES}\nADMIN_PASSWORD=a-b-c\nCHAT_WEBHOOK_URL=https://x/y\n")
    answer = project.push("--from", ".env", "--yes")
    assert answer.code == 2
    assert re.search(r"dev/shop/web would be 65,\d{3} bytes, more than the 65,536 that a secret may have", answer.err)
    assert aws.names() == [], "not even the small ones"


def test_as_large_as_can_be():
    room = MOST_BYTES - len(json.dumps({"K": ""}))
    assert len(document("p", {"K": Value("x" * room)})) == MOST_BYTES
    with pytest.raises(Refused):
        document("p", {"K": Value("x" * (room + 1))})
    with pytest.raises(Refused):
        document("p", {"K": Value("é" * (room // 2 + 1))})


@pytest.mark.parametrize("key", ["a.b", "1a", "a-b", "", "a b", "a*", "ключ"])
def test_a_key_that_is_no_identifier(key):
    with pytest.raises(Refused, match="can't be a key of dev/shop/web"):
        check_key("dev/shop/web", key)


def test_an_odd_key_that_somebody_else_wrote_is_kept(pushed, aws):
    aws.edit("dev/shop/db", **{"DB_PASSWORD": "x", "a.b": "theirs"})
    assert pushed.push("--from", ".env", "--yes").code == 0
    assert aws.values("dev/shop/db") == {"DB_PASSWORD": "db-one", "a.b": "theirs"}


def test_nul_is_refused(project, aws):
    project.write(".env", (project.folder / ".env").read_text() + "DB_PASSWORD=a\0b\n")
    answer = project.push("--from", ".env", "--yes")
    assert answer.code == 2
    assert "holds a NUL character" in answer.err
    assert aws.names() == []


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('MAIL_PASSWORD="hunter2-and-more', "values.env:2:15: MAIL_PASSWORD: this quote is never closed"),
        ("MAIL_PASSWORD='hunter2-and-more", "values.env:2:15: MAIL_PASSWORD: this quote is never closed"),
        ("-----BEGIN hunter2", "values.env:2:"),
        ("MAIL PASSWORD=hunter2", "values.env:2:"),
    ],
)
def test_a_line_that_can_not_be_read_is_not_repeated(project, aws, line, says):
    project.write("values.env", f"A=b\n{line}\n")
    answer = project.push("--from", "values.env", "--yes")
    assert answer.code == 2
    assert says in answer.err
    assert "hunter2" not in answer.err + answer.out
    assert aws.names() == []


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"A=\xff\xfe", ".env:1: this is not UTF-8"), (b"A=" + b"x" * 300_000, "larger than 256 KiB")],
)
def test_a_file_that_can_not_be_read_is_told(project, aws, content, says):
    (project.folder / ".env").write_bytes(content)
    project.write(
        "stacks/Pulumi.shop.dev.yaml",
        (project.folder / "stacks/Pulumi.shop.dev.yaml").read_text() + "    envFiles: [empty.env]\n",
    )
    project.write("empty.env", "")
    answer = project.push("--from", ".env", "--yes")
    assert answer.code == 2
    assert says in answer.err


def test_no_such_file(project, aws):
    answer = project.push("--from", "nothing.env", "--yes")
    assert answer.code == 2
    assert "nothing.env can't be read: No such file or directory" in answer.err
    assert project.push("--from", ".", "--yes").code == 2


def test_a_remote_secret_that_is_no_json_is_left_alone(pushed, aws):
    aws.client.put_secret_value(SecretId="dev/shop/db", SecretString="hunter2 in plain text")
    answer = pushed.push("--from", ".env", "--yes")
    assert answer.code == 4
    assert "dev/shop/db holds no JSON object" in answer.err
    assert "hunter2" not in answer.err
    aws.client.put_secret_value(SecretId="dev/shop/db", SecretBinary=b"hunter2")
    assert "binary data" in pushed.push("--from", ".env", "--yes").err


def test_a_number_in_the_json_is_written_as_text(pushed, aws):
    aws.client.put_secret_value(SecretId="dev/shop/db", SecretString='{"DB_PASSWORD": 5}')
    check = pushed.longshore("secrets", "check", "-s", "shop.dev")
    assert check.code == 1
    assert "missing: dev/shop/db DB_PASSWORD: its value is no text in the JSON; push it again" in check.out
    pushed.write("new.env", "DB_PASSWORD=5\n")
    assert pushed.push("--from", "new.env", "--yes", "DB_PASSWORD").code == 0
    assert aws.values("dev/shop/db") == {"DB_PASSWORD": "5"}


def test_a_fault_that_nobody_thought_of_says_what_aws_calls_it_and_no_more(project, aws, monkeypatch):
    refuse(monkeypatch, "CreateSecret", "LimitExceededException", "the value hunter2 is too much")
    answer = project.push("--from", ".env", "--yes")
    assert answer.code == 4
    assert "AWS answered LimitExceededException to CreateSecret" in answer.err
    assert "hunter2" not in answer.err
