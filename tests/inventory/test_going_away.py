"""Engines go away, are too busy, and forget containers while they are asked: no sample that was taken is lost."""

import json
from itertools import count
from threading import Timer

import pytest

from longshore.inventory.collector.program import Wish, collect
from longshore.inventory.collector.samples import Plan
from tests.inventory.played import IDENTIFIER, Cut, Status, answers, playing

OTHER = "e" * 64
STATS = f"/containers/{OTHER}/stats"


def two():
    """An engine with two containers, of which the second is asked for last."""
    said = answers()
    said["/containers/json"] = [*said["/containers/json"], {"Id": OTHER, "Names": ["/shop_db_1"]}]
    return said


def taken(said, folder, seconds=0.5):
    """(usage of the inventory, lines of samples, what was told)."""
    told, samples = [], folder / "samples.jsonl"
    with playing(folder / "s", said):
        wish = Wish(f"unix://{folder}/s", str(samples), Plan(seconds, 0.1, 1.0))
        document = json.loads("".join(collect(wish, told.append)))
    return document, [json.loads(line) for line in samples.read_text().splitlines()], told


ODD = {
    "nothing": b"",
    "half of it": b'{"memory_stats": {"usage": 1',
    "a closed connection": Cut(b'{"memory_stats'),
    "an error": Status(b"{}"),
    "a list": [1, 2],
    "numbers that are none": {"memory_stats": {"usage": "x"}, "cpu_stats": None},
    "nulls": {"memory_stats": {"usage": None}, "cpu_stats": {"cpu_usage": None}},
}


@pytest.mark.parametrize("odd", ODD)
def test_a_container_that_ends_while_it_is_asked_takes_no_other_with_it(odd, tmp_path):
    document, lines, told = taken({**two(), STATS: ODD[odd]}, tmp_path)
    assert set(document["usage"]["containers"]) == {"shop_web_1"}
    assert sum("m" in line for line in lines) >= 2
    assert told == []


@pytest.mark.parametrize("odd", [b"", b"[{", Cut(b"[{"), Status(b"[]"), {"no": "list"}])
def test_a_round_without_a_list_is_a_gap_and_no_end(odd, tmp_path):
    said, number = two(), count()
    known = {"/containers/json": said["/containers/json"]}
    said["/containers/json"] = lambda: odd if next(number) in {2, 3} else known["/containers/json"]
    document, lines, told = taken(said, tmp_path, seconds=1.2)
    assert len(document["usage"]["gaps"]) == 1
    assert len(told) == 1
    assert sum("m" in line for line in lines) >= 4


@pytest.mark.parametrize("odd", [b'{"Action": "di', Cut(b'{"Action":'), Status(b""), b"[3, null]", b"7\n"])
def test_events_that_do_not_come_cost_no_sample(odd, tmp_path):
    _, lines, _ = taken({**two(), "/events": odd}, tmp_path, seconds=0.3)
    assert sum("m" in line for line in lines) >= 2


def test_what_was_sampled_before_the_engine_went_in_the_middle_of_a_round_is_kept(tmp_path):
    """Sixteen are asked at once: of the forty the rest finds nobody, for a while."""
    said, asked, socket = answers(), count(), tmp_path / "s"
    known = said[f"/containers/{IDENTIFIER}/stats"]

    def until_it_goes():
        if next(asked) == 15:
            away = socket.rename(tmp_path / "away")
            Timer(0.5, lambda: away.rename(socket)).start()
        return known

    said["/containers/json"] = [{**said["/containers/json"][0], "Names": [f"/shop_web_{n}"]} for n in range(40)]
    said[f"/containers/{IDENTIFIER}/stats"] = until_it_goes
    document, lines, told = taken(said, tmp_path, seconds=1.5)
    gap = next(number for number, line in enumerate(lines) if line.get("e") == "gap")
    assert sum("m" in line for line in lines[:gap]) == 16
    assert len(document["usage"]["gaps"]) == len(told) == 1


def test_stock_is_taken_when_the_engine_is_there_again(tmp_path):
    said = two()
    known = {"/containers/json": said["/containers/json"]}
    number = count()
    # The rounds ask once each; the fourth time it is asked for all, ended ones too.
    said["/containers/json"] = lambda: Cut(b"[") if next(number) == 3 else known["/containers/json"]
    document, _, told = taken(said, tmp_path, seconds=0.3)
    assert document["containers"]
    assert len(told) <= 1


def test_podman_is_the_same_engine_each_time_though_it_makes_up_an_id(tmp_path):
    said, number = answers(), count()
    said["/version"] = {**said["/version"], "Components": [{"Name": "Podman Engine"}]}
    said["/info"] = lambda: {"ID": str(next(number)), "Name": "vm", "DockerRootDir": "/var/lib/containers"}
    first, lines, _ = taken(said, tmp_path, seconds=0.2)
    second, more, _ = taken(said, tmp_path, seconds=0.2)
    assert first["engine"]["id"] == second["engine"]["id"]
    assert more[: len(lines)] == lines
    assert len(more) > len(lines)


def test_numbers_that_are_of_all_processes_of_a_user_are_not_believed(tmp_path):
    """Podman without root on version 1 of control groups: each container is said to use what the session does."""
    said = answers()
    said["/version"] = {**said["/version"], "Components": [{"Name": "Podman Engine"}]}
    said["/info"] = {"Name": "vm", "CgroupVersion": "1"}
    said["/libpod/info"] = {"host": {"security": {"rootless": True}}}
    document, _, _ = taken(said, tmp_path, seconds=0.2)
    assert document["engine"]["rootless"]
    assert document["usage"]["containers"] == {}
    assert "shop_web_1: what it uses (without root, version 1 of cgroups counts none)" in document["unseen"]
