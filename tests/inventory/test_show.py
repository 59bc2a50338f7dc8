"""One screen of an inventory: what is in trouble comes first, and nothing of what was dropped comes back."""

import json

from tests.cli.screen import longshore
from tests.inventory.played import CANARY
from tests.inventory.test_reading import text
from tests.inventory.test_size import MIB, inventory

__all__ = ["text"]


def vm(text):
    document = inventory(text, [(90, 50)] * 24, limit=64, kills=3)
    web = document["containers"][0]
    web["mounts"] = [
        {"kind": "volume", "volume": "data", "source": "", "target": "/data", "readOnly": False, "owner": None}
    ]
    web["listening"] = [{"port": 8080, "protocol": "tcp", "loopback": False}]
    other = {**web, "name": "adminer", "id": "a" * 64, "compose": None, "mounts": [], "listening": None}
    document["containers"].insert(0, other)
    document["volumes"]["data"]["size"] = 7 * MIB
    host = document["host"] or {
        "name": "vm",
        "kernel": "",
        "cpus": 1,
        "memory": 1,
        "timezone": "",
        "hosts": [],
        "sysctls": {},
        "timers": [],
    }
    backup = {"file": "/etc/cron.d/backup", "when": "0 3 * * *", "callsEngine": True, "names": ["shop_web_1"]}
    document["host"] = {**host, "cron": [backup]}
    return json.dumps(document)


def test_the_killed_come_first_and_each_part_has_its_lines(text, tmp_path):
    (tmp_path / "vm.json").write_text(vm(text))
    screen = longshore("inventory", "show", "vm.json", folder=tmp_path)
    assert screen.code == 0
    rows = [line.split() for line in screen.out.splitlines()]
    assert rows[3][:3] == ["shop_web_1", "90Mi", "64Mi"]
    assert "killed 3x" in screen.out.splitlines()[3]
    assert rows[4][0] == "adminer"
    assert "  shop/web:1" in screen.out
    assert "  data 7Mi shop_web_1:/data" in screen.out
    assert "  shop_web_1 8080" in screen.out
    assert "compose:\n  adminer" in screen.out
    assert "  /etc/cron.d/backup (0 3 * * *): shop_web_1" in screen.out
    assert len(rows) <= 40
    assert CANARY not in screen.out


def test_programs_get_the_same_as_json_also_from_standard_input(text, tmp_path):
    screen = longshore("inventory", "show", "-", "-o", "json", folder=tmp_path, stdin=vm(text).encode())
    found = json.loads(screen.out)
    assert [each["name"] for each in found["containers"]] == ["shop_web_1", "adminer"]
    assert found["notOfCompose"] == ["adminer"]


def test_what_is_no_inventory_is_refused_with_its_place(tmp_path):
    (tmp_path / "vm.json").write_text("{}")
    screen = longshore("inventory", "show", "vm.json", folder=tmp_path)
    assert screen.code == 2
    assert screen.err.startswith("error: vm.json:1:1: this is no inventory")


def test_the_screen_says_how_containers_ended_and_how_many_are_alive(text, tmp_path):
    document = json.loads(vm(text))
    own = document["containers"][0]
    states = {"one": ("exited", 0), "two": ("exited", 137), "three": ("paused", 0), "four": ("created", 0)}
    for name, (status, code) in states.items():
        state = {**own["state"], "status": status, "exitCode": code, "health": "", "oomKilled": False}
        document["containers"].append({**own, "name": name, "id": name, "state": state})
    (tmp_path / "vm.json").write_text(json.dumps(document))
    screen = longshore("inventory", "show", "vm.json", folder=tmp_path)
    assert "6 containers, 3 alive, " in screen.out
    shown = {line.split()[0]: line for line in screen.out.splitlines() if line.startswith(tuple(states))}
    assert "exited (0)" in shown["one"]
    assert "exited (137)" in shown["two"]
    assert "paused" in shown["three"]
    assert "created" in shown["four"]
