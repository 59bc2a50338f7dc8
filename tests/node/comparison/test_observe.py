"""How an account of a witness becomes facts that mean the same in both worlds."""

from tests.node.comparison.docker_world import Report
from tests.node.comparison.observe import facts

MEBIBYTE = 1 << 20


def world(**said):
    own = {
        "identity": "me",
        "args": ["run"],
        "environment": ["HOSTNAME=web-7f9c-abcde"],
        "directory": "/",
        "process": {"Uid": "0 0 0 0", "Gid": "0 0 0 0", "NoNewPrivs": "0", "Seccomp": "2"}
        | dict.fromkeys(("CapEff", "CapPrm", "CapInh", "CapAmb", "CapBnd"), "0"),
        "groups": [0],
        "limits": {},
        "sysctls": {},
        "cgroup": {},
        "mounts": [],
        "devices": [],
        "writable": {},
        "host": "web-7f9c-abcde",
        "domain": "",
        "hosts_file": "",
        "resolver": "",
        "zone": "UTC",
        "umask": 0o22,
        "terminal": False,
        "standard_in": "null",
        "first": "witness",
        "number": 1,
        "namespaces": {"net": "1", "ipc": "1", "pid": "1"},
    }
    return own | said


def seen(*, calls=(), dialled=None, **said):
    return facts("web", {"web": Report(world(**said), tuple(calls), dialled or {})})


def entry(path, kind="file", **more):
    return {"path": path, "kind": kind, "mode": "0644", "user": 0, "group": 0, **more}


def mount(point, entries=(), **more):
    return {"point": point, "kind": "ext4", "options": ["rw"], "size": 1 << 40, "entries": list(entries), **more}


def test_names_that_a_world_makes_up_are_words():
    found = seen()
    assert found["host name"] == "made up"
    assert found["environment.HOSTNAME"] == "own host name"


def test_capabilities_have_their_names():
    found = seen(process={**world()["process"], "CapEff": "0000000000000401"})
    assert [x for x in found if x.startswith("capability")] == [
        "capability.effective.CHOWN",
        "capability.effective.NET_BIND_SERVICE",
    ]


def test_the_folder_of_a_configmap_is_the_files_that_a_program_sees():
    timed = "/..2026_11_26_05_00_00.123"
    entries = [
        entry("", "folder", mode="0777"),
        entry("/..data", "link", digest="..2026_11_26_05_00_00.123"),
        entry(timed, "folder"),
        entry(f"{timed}/a.conf", digest="cafe"),
        entry("/a.conf", "link", digest="..data/a.conf"),
        entry("/own", "link", digest="../elsewhere"),
    ]
    found = seen(mounts=[mount("/etc/app", entries)])
    files = {key: value for key, value in found.items() if key.startswith("file.") and key.count(".") < 4}
    assert files["file./etc/app/a.conf"] == "file"
    assert found["file./etc/app/a.conf.content"] == "cafe"
    assert found["file./etc/app/own"] == "link"
    assert not [key for key in found if "2026" in key or "..data" in key]


def test_a_tmpfs_holds_no_more_than_the_memory_limit():
    shared = mount("/dev/shm", [entry("", "folder")], kind="tmpfs", size=64 * MEBIBYTE)
    assert seen(mounts=[shared])["mount./dev/shm.size"] == str(64 * MEBIBYTE)
    limited = seen(mounts=[shared], cgroup={"memory.max": str(MEBIBYTE)})
    assert limited["mount./dev/shm.size"] == str(MEBIBYTE)


def test_limits_of_both_versions_of_control_groups_read_alike():
    first = seen(cgroup={"memory.max": "9223372036854771712", "cpu.quota": "50000", "cpu.period": "100000"})
    second = seen(cgroup={"memory.max": "max", "cpu.quota": "50000 100000"})
    assert {first["memory limit"], second["memory limit"]} == {"none"}
    assert {first["processor limit"], second["processor limit"]} == {"0.500"}


def test_a_probe_is_told_by_how_it_asks():
    command = {"args": ["check"], "uid": 5, "gid": 6, "directory": "/"}
    request = {"args": ["http", "/"], "uid": -1, "gid": -1, "directory": ""}
    assert seen()["probed"] == "not at all"
    assert seen(calls=[request])["probed"] == "over the network"
    assert seen(calls=[command])["called.['check']"] == "5:6 in /"


def test_who_answers_is_named():
    answered = {"addresses": ["10.0.0.1"], "lookup": "", "outcome": "answered", "answered": "me"}
    unknown = {"addresses": None, "lookup": "no such name", "outcome": ""}
    found = seen(dialled={"web:80/tcp": answered, "other:80/tcp": unknown})
    assert found["port.web:80/tcp"] == "answered by web"
    assert (found["name.other"], found["port.other:80/tcp"]) == ("unknown", "no such name")
