"""What the collector sees of an estate of eight services on a real engine."""

import json
from collections import Counter

import pytest

from longshore.convert.kubernetes.quantity import bytes_in
from tests.cli.screen import longshore
from tests.inventory import estate

MIB = 1 << 20


def container(collected, service):
    """The container of a service."""
    return next(each for each in collected.document["containers"] if each["compose"]["service"] == service)


def test_no_canary_is_anywhere(collected):
    assert estate.CANARY not in collected.text + collected.samples + collected.told


def test_every_service_is_seen(collected):
    assert {each["compose"]["service"] for each in collected.document["containers"]} == set(estate.NEEDS)
    assert {each["name"] for each in collected.document["containers"]} == set(collected.document["usage"]["containers"])


def test_the_one_that_is_killed_for_memory_is_seen(collected):
    worker = container(collected, "worker")
    assert worker["limits"]["memory"] == 64 * MIB
    assert worker["state"]["restarts"] > 0
    told = [(each["name"], each["event"]) for each in collected.document["usage"]["events"]]
    assert (worker["name"], "oom") in told
    assert {name for name, event in told if event == "oom"} == {worker["name"]}


@pytest.mark.parametrize("service", sorted(set(estate.NEEDS) - {"leaky", "worker"}))
def test_the_most_that_was_used_is_what_was_taken(collected, service):
    rows = collected.document["usage"]["containers"][container(collected, service)["name"]]["rows"]
    most = max(row[2] for row in rows) / MIB
    assert estate.NEEDS[service] <= most <= estate.NEEDS[service] + 12


def test_the_processor_is_seen(collected):
    rows = collected.document["usage"]["containers"][container(collected, "web")["name"]]["rows"]
    assert max(row[3] for row in rows) in range(80, 320)


def test_users_volumes_ports_and_owners_are_seen(collected):
    web, cache, admin = (container(collected, name) for name in ("web", "cache", "admin"))
    assert (web["begins"], web["processes"]) == ([1200, 1300], [[1200, 1300]])
    assert web["listening"] == [{"port": 8080, "protocol": "tcp", "loopback": False}]
    assert admin["listening"] == [{"port": 9000, "protocol": "tcp", "loopback": True}]
    assert not web["hasShell"]
    assert web["state"]["health"] == "healthy"
    (mount,) = cache["mounts"]
    volume = collected.document["volumes"][mount["volume"]]
    assert volume["anonymous"]
    assert volume["size"] >= MIB
    assert volume["owner"] == {"uid": 70, "gid": 71, "mode": 0o750}
    (bind,) = collected.document["binds"].values()
    assert bind["size"] >= MIB


def test_health_checks_are_kept_where_they_are_harmless(collected):
    images = {each["names"][0]: each for each in collected.document["images"]}
    assert images["registry.example.com/shop/web:1.4"]["healthcheck"]["test"] == ["CMD", "/bin/healthcheck.sh"]
    assert container(collected, "cache")["healthcheck"]["test"] is None


@pytest.fixture(scope="module")
def recommended(collected):
    """What `size` says of it, where a day is as long as a round of the estate."""
    (collected.folder / "vm.json").write_text(collected.text)
    words = ["size", "vm.json", "--cycle", f"{estate.ROUND}s", "-o", "json"]
    screen = longshore(*words, folder=collected.folder)
    assert estate.CANARY not in screen.out + screen.err
    return {each["service"]: each for each in json.loads(screen.out)["services"]}


@pytest.mark.parametrize("service", sorted(set(estate.NEEDS) - {"leaky"}))
def test_what_is_recommended_is_between_the_need_and_twice_of_it(recommended, service):
    need, given = max(estate.NEEDS[service] * MIB, 20 * MIB), bytes_in(recommended[service]["memory"])
    assert need * 1.1 <= given <= need * 2
    assert recommended[service]["sure"] == (service != "worker"), "what the killed one wants was never seen"


def test_the_killed_and_the_leaking_are_named_and_nobody_else(recommended):
    warned = {name: " ".join(each["warnings"]) for name, each in recommended.items() if each["warnings"]}
    assert set(warned) == {"worker", "leaky"}
    assert "killed for its memory" in warned["worker"]
    assert bytes_in(recommended["worker"]["memory"]) >= 96 * MIB
    assert "a leak" in warned["leaky"]


def test_forty_seconds_are_no_day(collected):
    (collected.folder / "vm.json").write_text(collected.text)
    screen = longshore("size", "vm.json", "-o", "json", folder=collected.folder)
    assert screen.code == 1
    assert not any(each["sure"] for each in json.loads(screen.out)["services"])


def test_findings_about_what_was_not_known_go(collected):
    """Counted before and after, on what the converter says of the estate."""
    (collected.folder / "vm.json").write_text(collected.text)
    plain = longshore("check", "-o", "json", folder=collected.folder)
    seen = longshore("check", "--inventory", "vm.json", "-o", "json", folder=collected.folder)
    counts = [Counter(each["code"] for each in json.loads(screen.out)["findings"]) for screen in (plain, seen)]
    assert counts[0]["volume-size"] == 1
    assert counts[1]["volume-size"] == 0
    assert (counts[0]["data-not-kept"], counts[1]["data-not-kept"]) == (0, 1), "the anonymous volume is seen"
    assert counts[1]["killed-for-memory"] == counts[1]["memory-grows"] == 1
    assert estate.CANARY not in seen.out + seen.err
    explained = longshore("explain", "deployment/db", "--inventory", "vm.json", folder=collected.folder).out
    assert "fsGroup" in explained
    assert "setting inventory vm.json" in explained
