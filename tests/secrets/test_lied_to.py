"""A store that answers what no store answers: every value of every answer, replaced by every kind of value.

Whatever it says, a verb ends with one of our exit codes, quotes nothing of it, and a push writes nothing after it.
"""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest
import requests
from botocore.awsrequest import AWSResponse
from botocore.httpsession import URLLib3Session

from longshore.stores import aws_secrets_manager, vault
from longshore.stores.aws_secrets_manager import SecretsManager
from longshore.stores.interface import BackendError, Content, Described
from longshore.stores.value import Value
from longshore.stores.vault import Vault
from tests.fuzzing.seeds import CANARY, ON_STACKS
from tests.fuzzing.world import ACCOUNT, Body

if TYPE_CHECKING:
    from collections.abc import Iterator

LIES: tuple[Any, ...] = (
    None,
    5,
    -1.5,
    1e308,
    10**30,
    True,
    "",
    CANARY,
    "2026-13-45",
    [],
    [None],
    {},
    {"a": None},
    [[{}]],
)
NEVER_ENDING = {"NextToken": "more", "Versions": [], "SecretList": []}

AWS = {
    "GetSecretValue": {
        "VersionId": "a" * 36,
        "SecretString": json.dumps({"DB_PASSWORD": CANARY}),
        "CreatedDate": 1.7e9,
    },
    "DescribeSecret": {
        "Name": "dev/shop/db",
        "VersionIdsToStages": {"a" * 36: ["AWSCURRENT"], "b" * 36: ["AWSPREVIOUS"]},
        "Tags": [{"Key": "longshore-keys", "Value": "A"}, {"Key": "longshore-version", "Value": f"{'a' * 36} 1"}],
    },
    "ListSecrets": {"SecretList": [{"Name": "dev/shop/db"}]},
    "ListSecretVersionIds": {
        "Versions": [{"VersionId": "a" * 36, "VersionStages": ["AWSCURRENT"], "CreatedDate": 1.7e9}]
    },
}
VERSION = {"created_time": "2026-01-01T00:00:00.1Z", "deletion_time": "", "destroyed": False}
VAULT = {
    "metadata": {
        "data": {
            "current_version": 2,
            "max_versions": 0,
            "cas_required": False,
            "delete_version_after": "0s",
            "custom_metadata": {"longshore-keys": "A", "longshore-version": "2 1"},
            "versions": {"1": VERSION, "2": VERSION},
        }
    },
    "data": {"data": {"data": {"DB_PASSWORD": CANARY}, "metadata": {"version": 2}}},
    "list": {"data": {"keys": ["db"]}},
}
VERBS = [
    tuple(command.split()[1:])
    for command in ON_STACKS
    if command.startswith("secrets") and "--output" not in command and "--prune" not in command
]


def replaced(answer: Any, path: tuple[Any, ...], lie: Any) -> Any:
    """A copy of an answer with something else at a place."""
    if not path:
        return lie
    made = copy.deepcopy(answer)
    at = made
    for part in path[:-1]:
        at = at[part]
    at[path[-1]] = lie
    return made


def places(answer: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    if isinstance(answer, (dict, list)):
        for key in answer if isinstance(answer, dict) else range(len(answer)):
            yield from places(answer[key], (*path, key))


def lies(answers: dict[str, Any]) -> list[dict[str, bytes]]:
    """All answers of a store, one of them wrong in one place, missing it, or no JSON at all."""
    found = []
    for name, answer in answers.items():
        wrong: list[bytes] = [b"", b"<html>", b"[" * 100_000, b"{", json.dumps(NEVER_ENDING).encode()]
        for path in places(answer):
            wrong += [json.dumps(replaced(answer, path, lie)).encode() for lie in LIES]
        found += [{**{key: json.dumps(each).encode() for key, each in answers.items()}, name: lie} for lie in wrong]
    return found


class Liar:
    """The answers of both stores by what is asked; writes are counted, and are taken."""

    def __init__(self) -> None:
        self.answers: dict[str, bytes] = {}
        self.writes = 0
        self.status = 200

    def aws(self, request: Any) -> AWSResponse:
        operation = str(request.headers.get("X-Amz-Target", b""), "ascii") if "sts." not in request.url else ""
        name = operation.rpartition(".")[2]
        self.writes += name in {"CreateSecret", "PutSecretValue", "UpdateSecretVersionStage"}
        body = ACCOUNT if not operation else self.answers.get(name, b"{}")
        return AWSResponse(request.url, self.status if operation else 200, {}, Body(body))

    def vault(self, request: Any, **_: Any) -> requests.Response:
        response = requests.Response()
        response.status_code, response.url, response.request = self.status, request.url, request
        if request.method in {"PUT", "POST"} and "/data/" in request.url:
            self.writes += 1
            response._content = b'{"data": {"version": 3}}'
        elif "lookup-self" in request.url or request.method != "GET":
            kind = "list" if request.method == "LIST" else ""
            response._content = self.answers.get(kind, b"{}")
        else:
            response._content = self.answers["metadata" if "/metadata/" in request.url else "data"]
        return response


@pytest.fixture
def liar(monkeypatch: pytest.MonkeyPatch) -> Liar:
    made = Liar()
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "x")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    monkeypatch.setattr("longshore.stores.aws_secrets_manager.MOST_PAGES", 5)
    monkeypatch.setattr("longshore.stores.vault.MOST_PAGES", 5)
    monkeypatch.setattr(URLLib3Session, "send", made.aws)
    monkeypatch.setattr(requests.Session, "send", made.vault)
    return made


def backend(store: str) -> Any:
    if store == "vault":
        return Vault(vault.Place("https://vault.example.com", "kv"), {})
    return SecretsManager(aws_secrets_manager.Place("eu-west-1", "123456789012", {}))


def asked(store: Any) -> Iterator[Any]:
    """What every method gives, errors of ours included."""
    for ask in (
        lambda: store.describe("dev/shop/db"),
        lambda: store.read("dev/shop/db"),
        lambda: store.versions("dev/shop/db"),
        lambda: store.paths("dev/shop/"),
        lambda: store.write("dev/shop/db", {"A": Value("b")}, "2"),
    ):
        try:
            yield ask()
        except BackendError as error:
            yield error


def has_its_types(given: Any) -> bool:
    """Is it what the interface promises, whatever the store said, and an error that does not repeat it?"""
    if isinstance(given, Described):
        return isinstance(given.version, str) and isinstance(given.previous, str)
    if isinstance(given, tuple) and not isinstance(given, Content):
        return all(isinstance(getattr(each, "id", each), str) for each in given)
    if isinstance(given, BackendError):
        return CANARY not in f"{given.message} {given.help}"
    return given is None or isinstance(given, (str, Content))


@pytest.mark.parametrize("store", ["aws", "vault"])
def test_no_lie_is_believed_or_repeated(liar, monkeypatch, store):
    monkeypatch.setenv("VAULT_TOKEN", "x")
    truth = AWS if store == "aws" else VAULT
    connected, told = backend(store), lies(truth)
    assert len(told) > 200
    liar.answers = {key: json.dumps(each).encode() for key, each in truth.items()}
    described, content, versions, paths, _ = asked(connected)
    assert (len(described.keys), list(content.values), len(versions), len(paths)) == (
        1,
        ["DB_PASSWORD"],
        1 + (store == "vault"),
        1,
    )
    for liar.answers in told:
        for given in asked(connected):
            assert has_its_types(given), (liar.answers, given)


@pytest.mark.parametrize("status", [400, 403, 404, 429, 500, 503])
@pytest.mark.parametrize("store", ["aws", "vault"])
def test_no_error_is_repeated_but_by_its_name(liar, monkeypatch, store, status):
    monkeypatch.setenv("VAULT_TOKEN", "x")
    connected, liar.status = backend(store), status
    for code in (
        CANARY,
        f"--password={CANARY}",
        f"Access{CANARY}",
        5,
        None,
        [CANARY],
        {"Code": CANARY},
        "Wrong\x1b[31m",
    ):
        body = {"__type": code, "message": CANARY, "Error": {"Code": code}, "errors": [CANARY, code]}
        liar.answers = dict.fromkeys((*AWS, *VAULT, "PutSecretValue"), json.dumps(body).encode())
        for given in asked(connected):
            assert has_its_types(given), given
            assert "\x1b" not in getattr(given, "message", "")


@pytest.mark.parametrize("verb", VERBS[::2], ids=" ".join)
def test_a_login_page_in_the_way_ends_every_verb(project, liar, verb):
    liar.answers = dict.fromkeys(AWS, f"<html>{CANARY}".encode())
    answer = project.longshore("secrets", *verb)
    assert answer.code == 4
    assert CANARY not in answer.out + answer.err
    assert liar.writes == 0


def test_nothing_is_written_after_a_lie(project, liar):
    liar.answers = {name: json.dumps(answer).encode() for name, answer in AWS.items()}
    assert project.push("--from", ".env", "--yes").code == 0
    assert liar.writes
    liar.writes = 0
    for lie in (b"<html>", b"[]", b'{"SecretString": "[]"}'):
        liar.answers = {**liar.answers, "GetSecretValue": lie}
        assert project.push("--from", ".env", "--yes").code == 4
    assert liar.writes == 0
