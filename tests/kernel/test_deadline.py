"""A conversion that takes longer than it may ends at a service, with its place and without manifests."""

from __future__ import annotations

import io
import json

import pytest

from longshore import deadline as module
from longshore.cli.program import run
from longshore.cli.shell import Shell
from longshore.deadline import SECONDS, VARIABLE, deadline

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


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize(("seconds", "service"), [("1", "s0"), ("6", "s5"), ("25", "s4")])
def test_the_service_is_named(tmp_path, seconds, service):
    """The third ends in the policies, which go over all services once more."""
    code, out, _ = check(tmp_path, "check", "--output", "json", **{VARIABLE: seconds})
    assert code == 1
    (found,) = [finding for finding in json.loads(out)["findings"] if finding["code"] == "time-limit"]
    assert found["severity"] == "error"
    assert service in str(found)
    code, out, err = check(tmp_path, "render", **{VARIABLE: seconds})
    assert (code, out) == (1, "")
    assert f"compose.yaml:{int(service[1:]) * 3 + 2}:" in err


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
