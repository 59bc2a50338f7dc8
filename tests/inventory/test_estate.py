"""What the collector sees of an estate of eight services on a real engine."""

import pytest

from tests.inventory import estate

MIB = 1 << 20


def container(collected, service):
    """The container of a service."""
    return next(each for each in collected.document["containers"] if each["compose"]["service"] == service)


def test_no_canary_is_anywhere(collected):
    assert estate.CANARY not in collected.text + collected.samples + collected.told


def test_every_service_is_seen(collected):
    assert {each["compose"]["service"] for each in collected.document["containers"]} == {*estate.NEEDS, "worker"}
    assert {each["name"] for each in collected.document["containers"]} == set(collected.document["usage"]["containers"])


def test_the_one_that_is_killed_for_memory_is_seen(collected):
    worker = container(collected, "worker")
    assert worker["limits"]["memory"] == 64 * MIB
    assert worker["state"]["restarts"] > 0
    told = [(each["name"], each["event"]) for each in collected.document["usage"]["events"]]
    assert (worker["name"], "oom") in told
    assert {name for name, event in told if event == "oom"} == {worker["name"]}


@pytest.mark.parametrize("service", sorted(set(estate.NEEDS) - {"leaky"}))
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
