"""`longshore logs`: each line once, under its compose name, in the order of time, while pods come and go."""

from __future__ import annotations

import io
import json
import threading
import time
from calendar import timegm
from typing import Any, NamedTuple

import pytest

from longshore.cli.program import run
from longshore.cli.shell import Shell
from tests.cli.api_server import World, shop


class Waiting(io.StringIO):
    """A stream whose content can be waited for."""

    def wait(self, text: str) -> None:
        end = time.monotonic() + 60
        while text not in self.getvalue():
            assert time.monotonic() < end, f"{text!r} is not in {self.getvalue()!r}"
            time.sleep(0.02)


class Called(NamedTuple):
    thread: threading.Thread
    out: Waiting
    err: Waiting
    code: list[int]

    def ended(self) -> int:
        self.thread.join(60)
        assert not self.thread.is_alive()
        return self.code[0]


@pytest.fixture
def world(tmp_path):
    with shop(tmp_path) as found:
        yield found


@pytest.fixture
def logs(world, tmp_path):
    """Begin `longshore logs` with some words; it ends with the test at the latest."""

    def call(*words: str) -> Called:
        out, err, code = Waiting(), Waiting(), []
        environment = {"KUBECONFIG": str(tmp_path / "kubeconfig")}
        shell = Shell(out, err, io.BytesIO(), environment, str(tmp_path))
        arguments = ["logs", "-s", "shop.local", *words]
        thread = threading.Thread(target=lambda: code.append(run(arguments, shell)), daemon=True)
        thread.start()
        return Called(thread, out, err, code)

    return call


def pod(name: str, service: str = "web", made: str = "2026-01-01T00:00:00Z", **statuses: Any) -> dict[str, Any]:
    """A pod of ours; statuses: container → how often it was started again, or its whole status."""
    labels = {"app.kubernetes.io/name": service, "app.kubernetes.io/managed-by": "longshore"}
    told = [
        {"name": each, "restartCount": 0, "state": {"running": {}}, **(status if isinstance(status, dict) else {})}
        for each, status in statuses.items()
    ]
    return {
        "metadata": {"name": name, "uid": name, "labels": labels, "creationTimestamp": made},
        "spec": {"containers": [{"name": each} for each in statuses if each != "init"]},
        "status": {
            "containerStatuses": [each for each in told if each["name"] != "init"],
            "initContainerStatuses": [each for each in told if each["name"] == "init"],
        },
    }


def at(second: int, text: str, fraction: str = ".000000001") -> str:
    return f"2026-01-01T00:00:{second:02}{fraction}Z {text}"


ENDED = {"state": {"terminated": {"exitCode": 0}}}


def two_services(world: World) -> None:
    world.put("pods", pod("web-b", made="2026-01-01T00:00:02Z", web={}))
    world.put("pods", pod("web-a", web={}, side={}, init=ENDED))
    world.put("pods", pod("api-a", "api", api={}))
    world.say("web-a", "init", at(0, "ready to go"), ends=True)
    world.say("web-a", "web", at(1, "one"), at(4, "four"))
    world.say("web-a", "side", at(2, "two"))
    world.say("web-b", "web", at(3, "three"))
    world.say("api-a", "api", at(5, "five"))


def test_all_services_in_the_order_of_time_under_their_compose_names(world, logs):
    two_services(world)
    call = logs()
    assert call.ended() == 0, call.err.getvalue()
    assert call.err.getvalue() == ""
    assert call.out.getvalue().splitlines() == [
        "web-1/init | ready to go",
        "web-1      | one",
        "side-1     | two",
        "web-2      | three",
        "web-1      | four",
        "api-1      | five",
    ]


@pytest.mark.parametrize(
    ("words", "lines"),
    [
        (["api"], ["api-1 | five"]),
        (["side"], ["side-1 | two"]),
        (["web", "--tail", "1"], ["web-1/init | ready to go", "web-2      | three", "web-1      | four"]),
        (["api", "--no-log-prefix"], ["five"]),
        (["api", "-t"], ["api-1 | 2026-01-01T00:00:05.000000001Z five"]),
        (["api", "--since", "2026-01-01T00:00:06Z"], []),
        (["api", "-o", "json"], [json.dumps({"name": "api-1", "pod": "api-a", "container": "api",
                                             "time": "2026-01-01T00:00:05.000000001Z", "text": "five"})]),
    ],
)  # fmt: skip
def test_what_is_asked_for(world, logs, words, lines):
    two_services(world)
    call = logs(*words)
    assert call.ended() == 0, call.err.getvalue()
    assert call.out.getvalue().splitlines() == lines


def test_colours_are_those_of_the_names(world, logs):
    two_services(world)
    coloured, plain = logs("--color", "always"), logs("--color", "always", "--no-color")
    assert (coloured.ended(), plain.ended()) == (0, 0)
    assert "\033[36mweb-1/init | \033[0mready" in coloured.out.getvalue()
    assert "\033[33mweb-1      | \033[0mone" in coloured.out.getvalue()
    assert "\033" not in plain.out.getvalue()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nobody"], "stack shop.local has no service `nobody`"),
        (["--tail", "x"], "`--tail` cannot be `x`"),
        (["--since", "yesterday"], "`--since` cannot be `yesterday`"),
        (["-f", "--previous"], "exclude each other"),
    ],
)
def test_what_cannot_be(world, logs, words, said):
    call = logs(*words)
    assert call.ended() == 2
    assert said in call.err.getvalue()


def test_nothing_was_started_yet(world, logs):
    waits = {"state": {"waiting": {"reason": "ImagePullBackOff"}}}
    world.put("pods", pod("web-a", web=waits))
    call = logs("web")
    assert call.ended() == 1
    assert "web-1 was not started yet: ImagePullBackOff" in call.err.getvalue()
    assert "longshore status -s shop.local" in call.err.getvalue()


def test_the_run_before_the_last_restart(world, logs):
    world.put("pods", pod("web-a", web={"restartCount": 2}))
    world.put("pods", pod("api-a", "api", api={}))
    world.logs["web-a", "web", True] = [at(1, "last words")]
    call = logs("--previous")
    assert call.ended() == 0
    assert call.out.getvalue() == "web-1 | last words\n"


def test_since_a_while_ago_is_asked_for_as_a_moment(world, logs):
    two_services(world)
    assert logs("api", "--since", "1h30m").ended() == 0
    (asked,) = [query for path, query in world.asked if path.endswith("/log")]
    moment = time.strptime(asked["sinceTime"], "%Y-%m-%dT%H:%M:%SZ")
    assert 5390 < time.time() - timegm(moment) < 5500


def test_following_while_pods_come_go_and_start_again(world, logs):
    world.put("pods", pod("web-a", web={}))
    world.say("web-a", "web", at(1, "one"))
    call = logs("-f", "web")
    call.out.wait("web-1 | one\n")
    world.say("web-a", "web", at(2, "two"))
    call.out.wait("web-1 | two\n")
    world.put("pods", pod("api-a", "api", api={}))
    world.put("pods", pod("web-b", made="2026-01-01T00:00:03Z", web={}), "ADDED")
    world.say("web-b", "web", at(3, "new"))
    world.put("pods", pod("web-b", made="2026-01-01T00:00:03Z", web={}), "MODIFIED")
    call.out.wait("web-2 | new\n")
    call.err.wait("note: web-2 is web-b")
    world.say("web-a", "web", at(4, "bye"), ends=True)
    world.put("pods", pod("web-a", web={}), "DELETED")
    call.err.wait("note: web-1 is gone")
    world.put("pods", pod("web-b", web={"restartCount": 1}), "MODIFIED")
    world.say("web-b", "web", at(5, "again"))
    call.out.wait("web-2 | again\n")
    call.err.wait("note: web-2 was started again")
    assert call.out.getvalue().count("one\n") == 1
    assert "api" not in call.out.getvalue()


def test_a_connection_that_breaks_loses_no_line_and_shows_none_twice(world, logs):
    """Also lines of the very same moment, which a kubelet gives again from the beginning of their second."""
    world.put("pods", pod("web-a", web={}))
    world.say("web-a", "web", at(1, "a"), at(1, "b"))
    world.cut["web-a", "web"] = 4
    call = logs("-f", "web")
    call.out.wait("b\n")
    world.say("web-a", "web", at(1, "c"), at(1, "d"), at(1, "later", ".5"), at(2, "e"))
    call.out.wait("e\n")
    world.say("web-a", "web", at(3, "f"))
    call.out.wait("f\n")
    assert [line.rpartition("| ")[2] for line in call.out.getvalue().splitlines()] == [
        "a",
        "b",
        "c",
        "d",
        "later",
        "e",
        "f",
    ]


def test_following_a_job_ends_with_it(world, logs):
    world.put("pods", pod("migrate-a", "migrate", migrate={}))
    world.say("migrate-a", "migrate", at(1, "half"))
    call = logs("-f", "migrate")
    call.out.wait("half\n")
    world.say("migrate-a", "migrate", at(2, "whole"), ends=True)
    world.put("pods", pod("migrate-a", "migrate", migrate=ENDED), "MODIFIED")
    assert call.ended() == 0
    assert call.out.getvalue().splitlines() == ["migrate-1 | half", "migrate-1 | whole"]
    assert "migrate-1 exited with code 0" in call.err.getvalue()


def test_a_cron_job_of_others_is_known_by_its_name(world, logs):
    job = {"metadata": {"name": "backup-123", "ownerReferences": [{"kind": "CronJob", "name": "backup"}]}}
    world.put("jobs", job)
    world.put("cronjobs", {"metadata": {"name": "backup"}})
    made = pod("backup-123-x", backup={})
    owner = {"kind": "Job", "name": "backup-123", "controller": True}
    made["metadata"] |= {"labels": {}, "ownerReferences": [owner]}
    world.put("pods", made)
    world.say("backup-123-x", "backup", at(1, "saved"))
    call = logs("backup")
    assert call.ended() == 0, call.err.getvalue()
    assert call.out.getvalue() == "backup-1 | saved\n"


def test_credentials_that_ended_are_asked_for_again(world, logs, tmp_path):
    """As those of a plugin, which last for minutes: the first are old, the next are not."""
    world.token = "fresh"
    state = tmp_path / "asked"
    program = tmp_path / "program"
    program.write_text(
        f'#!/bin/sh\nif [ -e {state} ]; then t=fresh; else t=old; fi; touch {state}\n'
        'echo "{\\"status\\": {\\"token\\": \\"$t\\"}}"\n', "utf-8")  # fmt: skip
    program.chmod(0o755)
    text = (tmp_path / "kubeconfig").read_text("utf-8")
    plugin = f"{{exec: {{apiVersion: client.authentication.k8s.io/v1, command: {program}}}}}"
    (tmp_path / "kubeconfig").write_text(text.replace("{token: t}", plugin), "utf-8")
    two_services(world)
    call = logs("api")
    assert call.ended() == 0, call.err.getvalue()
    assert "five" in call.out.getvalue()
