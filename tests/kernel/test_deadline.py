"""A conversion that takes longer than it may ends at a service, with its place and without manifests."""

from __future__ import annotations

import io
import json

import pytest

from longshore import deadline as module
from longshore.cli.program import run
from longshore.cli.shell import Shell
from longshore.compose import Request, load
from longshore.deadline import SECONDS, VARIABLE, deadline
from longshore.model import Severity
from tests.compose.memory import HERE, Memory

COMPOSE = "services:\n" + "".join(f"  s{number}:\n    image: a:1\n    mem_limit: 64m\n" for number in range(20))


@pytest.fixture
def clock(monkeypatch):
    """A clock that goes on by a second whenever it is looked at."""
    ticks = iter(range(10**6))
    monkeypatch.setattr(module, "monotonic", lambda: next(ticks))


def check(folder, *words, **environment):
    (folder / "compose.yaml").write_text(COMPOSE)
    out, err = io.StringIO(), io.StringIO()
    code = run(words, Shell(out, err, io.BytesIO(), environment, str(folder), words))
    return code, out.getvalue(), err.getvalue()


def looks_while_reading(text: str) -> int:
    """How often reading asks whether it is late."""
    asked: list[None] = []
    files = Memory({f"{HERE}/compose.yaml": text})
    loaded = load(Request(HERE, environment={}), files, lambda: bool(asked.append(None)))
    assert loaded.project
    return len(asked)


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize(("after", "service"), [(1, "s0"), (6, "s5"), (25, "s4")])
def test_the_service_is_named(tmp_path, after, service):
    """The third ends in the policies, which go over all services once more."""
    seconds = str(looks_while_reading(COMPOSE) + after)
    code, out, _ = check(tmp_path, "check", "--output", "json", **{VARIABLE: seconds})
    assert code == 1
    (found,) = [finding for finding in json.loads(out)["findings"] if finding["code"] == "time-limit"]
    assert found["severity"] == "error"
    assert service in str(found)
    code, out, err = check(tmp_path, "render", **{VARIABLE: seconds})
    assert (code, out) == (1, "")
    assert f"compose.yaml:{int(service[1:]) * 3 + 2}:" in err


FILES = {
    "compose.yaml": "include: [more.yaml]\nservices:\n  a: {extends: {file: base.yaml, service: b}}\n  c: {image: x}\n",
    "more.yaml": "services:\n  d: {image: x}\n",
    "base.yaml": "services:\n  b: {image: x}\n",
}


def test_reading_ends_wherever_it_is(tmp_path):
    """At each look, in every file and at every service, it ends with one finding that has a place."""
    files = Memory({f"{HERE}/{name}": text for name, text in FILES.items()})
    places = set()
    for number in range(1000):
        left = iter(range(number))
        loaded = load(Request(HERE, environment={}), files, lambda: next(left, None) is None)  # noqa: B023
        if loaded.project:
            break
        (finding,) = [each for each in loaded.findings if each.code == "time-limit"]
        assert finding.severity is Severity.ERROR
        assert finding.span
        places.add((finding.span.file, finding.span.line))
    assert number > 20
    assert {file for file, _ in places} == set(FILES)
    assert {("compose.yaml", 3), ("compose.yaml", 4)} <= places


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize(
    "words",
    [
        ("check",),
        ("render",),
        ("config",),
        ("explain", "deployment/s0"),
        ("config", "--no-interpolate"),
        ("init", "--team", "shop", "--region", "eu-west-1", "--account", "111122223333", "--yes"),
    ],
)
def test_every_verb_ends_while_it_reads(tmp_path, words):
    assert looks_while_reading(COMPOSE) > 5
    code, out, err = check(tmp_path, *words, **{VARIABLE: "5"})
    assert code in {1, 2}
    assert "reading took longer than it may" in err + out


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("seconds", ["0", "900000000"])
def test_it_may_be_lifted(tmp_path, seconds):
    code, out, _ = check(tmp_path, "render", **{VARIABLE: seconds})
    assert code == 0
    assert out.count("kind: Deployment") == 20


@pytest.mark.parametrize("text", ["soon", "-1", "1.5", "9" * 5000, "\u0661"])
def test_what_is_no_number_is_refused(tmp_path, text):
    code, _, err = check(tmp_path, "check", **{VARIABLE: text})
    assert code == 2
    assert VARIABLE in err
    assert len(err) < 300


def test_there_is_one_where_nobody_says():
    assert SECONDS == 600
    assert not deadline({})()


@pytest.mark.usefixtures("clock")
def test_init_writes_nothing_of_what_it_had_no_time_for(tmp_path):
    """Reading is done, and converting begins too late."""
    words = ("init", "--team", "shop", "--region", "eu-west-1", "--account", "111122223333", "--yes")
    code, _, err = check(tmp_path, *words, **{VARIABLE: str(looks_while_reading(COMPOSE) + 3)})
    assert code == 2
    assert "converting took longer than it may" in err
    assert [path.name for path in tmp_path.iterdir()] == ["compose.yaml"]
