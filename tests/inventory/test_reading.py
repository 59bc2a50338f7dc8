"""An inventory is read as the collector writes it, or refused with one located error that repeats nothing of it."""

import json
import os
import sys
from time import process_time

import pytest

from longshore.cli.inventory.show import picture
from longshore.cli.inventory.show import text as shown
from longshore.compose.source import MOST_BYTES
from longshore.decoding.errors import decode
from longshore.disk import Disk
from longshore.inventory.collector.document import LARGEST
from longshore.inventory.collector.program import Wish, collect
from longshore.inventory.collector.samples import Plan
from longshore.inventory.document import INVENTORY
from longshore.inventory.matching import observed
from longshore.inventory.reading import UnreadableError, read_inventory
from longshore.inventory.sizing import size
from tests.cli.screen import longshore
from tests.inventory.played import CANARY, answers, playing

COMPOSE = """
services:
  web:
    image: shop/web:1
    restart: always
  new:
    image: shop/new:1
    restart: always
"""
INIT = "init --cluster kubeconfig --team shop --secrets fake --name shop -y -f compose.yaml".split()


@pytest.fixture(scope="module")
def text(tmp_path_factory):
    folder = tmp_path_factory.mktemp("played")
    with playing(folder / "s", answers()):
        wish = Wish(f"unix://{folder}/s", "", Plan(0.3, 0.1, 1.0))
        return "".join(collect(wish, lambda _: None))


@pytest.fixture
def project(tmp_path, text):
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop/compose.yaml").write_text(COMPOSE)
    (tmp_path / "shop/vm.json").write_text(text)
    return tmp_path / "shop"


def test_what_the_collector_writes_is_what_the_schema_says(text):
    assert decode(INVENTORY, json.loads(text)).wrong == []
    assert LARGEST < MOST_BYTES


def test_a_container_of_compose_1_is_its_service(text):
    inventory = decode(INVENTORY, json.loads(text)).settings
    model = {"services": {"web": {"image": "docker.io/shop/web:1"}, "new": {}}}
    found = observed(inventory, "shop", model, "vm.json")
    assert set(found.services) == {"web"}
    assert found.services["web"].own
    assert found.services["web"].user == 1000
    assert not observed(inventory, "shop", {"services": {"web": {"image": "shop/web:2"}}}, "").services["web"].own
    assert observed(inventory, "elsewhere", model, "vm.json").services.keys() == {"web"}, "most of it is there"
    assert observed(inventory, "shop", {"services": {"other": {}}}, "vm.json") is None


@pytest.mark.parametrize("name", ["shop_web_1", "shop-web-1", "the-web"])
def test_a_container_without_labels_is_known_by_its_name(text, name):
    document = json.loads(text)
    document["containers"][0] |= {"compose": None, "name": name}
    model = {"services": {"web": {"image": "shop/web:1", "container_name": "the-web"}}}
    assert observed(decode(INVENTORY, document).settings, "shop", model, "vm.json").services.keys() == {"web"}


def test_check_takes_what_was_seen(project):
    alone, seen = longshore("check", folder=project), longshore("check", "--inventory", "vm.json", "-v", folder=project)
    assert (alone.code, seen.code) == (0, 0)
    assert "not-in-inventory" in seen.out
    explained = longshore("explain", "deployment/web", "--inventory", "vm.json", folder=project)
    assert "runAsUser" in explained.out
    assert "setting inventory vm.json" in explained.out
    assert longshore("render", "--inventory", "vm.json", folder=project).out != longshore("render", folder=project).out


@pytest.mark.parametrize(
    "change", ["none", "truncated", "other version", "other kind", "no JSON", "wrong type", "too large"]
)
def test_a_bad_inventory_is_one_located_error(project, text, change):
    version = next(number for number, line in enumerate(text.splitlines(), 1) if line.startswith('"version"'))
    containers = next(number for number, line in enumerate(text.splitlines(), 1) if line.startswith('"containers"'))
    end = text.count("\n", 0, len(text) // 2) + 1
    changed, place, words = {
        "none": (text, "", ""),
        "truncated": (text[: len(text) // 2], f"vm.json:{end}:", "not complete"),
        "other version": (text.replace('"version": 1,', '"version": 2,'), f"vm.json:{version}:1", "another version"),
        "other kind": (json.dumps({"format": CANARY}), "vm.json:1:1", "this is no inventory"),
        "no JSON": (CANARY, "vm.json:1:1", "no JSON"),
        "wrong type": (
            text.replace('"hasShell": ', f'"canary": "{CANARY}", "hasShell": '),
            f"vm.json:{containers}:1",
            "`containers[0].canary` is not a setting",
        ),
        "too large": (text + " " * MOST_BYTES, "vm.json:1:1", "at most 16 MiB"),
    }[change]
    (project / "vm.json").write_text(changed)
    screen = longshore("check", "--inventory", "vm.json", "-o", "concise", folder=project)
    if change == "none":
        assert screen.code == 0
        return
    assert screen.code == 2
    errors = [line for line in screen.out.splitlines() if "error[" in line]
    assert len(errors) == 1, screen.out
    assert errors[0].startswith(place)
    assert words in errors[0]
    assert CANARY not in screen.out + screen.err


def test_another_hosts_inventory_is_refused(project, text):
    (project / "vm.json").write_text(
        text.replace('"service": "web"', '"service": "billing"').replace("shop_web_1", "x")
    )
    screen = longshore("check", "--inventory", "vm.json", "-o", "concise", folder=project)
    assert screen.code == 2
    assert "vm.json:1:1" in screen.out
    assert "nothing of this project runs on the machine" in screen.out


@pytest.mark.parametrize("kind", ["missing", "folder", "pipe"])
def test_what_is_no_file_is_said_at_once(project, kind):
    if kind == "folder":
        (project / "other").mkdir()
    elif kind == "pipe":
        os.mkfifo(project / "other")
    screen = longshore("check", "--inventory", "other", folder=project)
    assert screen.code == 2
    assert "no file" in screen.out or "no such file" in screen.out


def test_a_stack_names_its_inventory_and_a_flag_another_one(project, text):
    assert longshore(*INIT, folder=project).code == 0
    (project / "facts").mkdir()
    with (project / "stacks/Pulumi.shop.dev.yaml").open("a") as file:
        file.write("  longshore:inventory: facts/vm.json\n")
    missing = longshore("check", "-s", "shop.dev", "-o", "concise", folder=project)
    assert missing.code == 2
    assert "facts/vm.json:1:1" in missing.out
    (project / "facts/vm.json").write_text(text)
    explained = longshore("explain", "deployment/web", "-s", "shop.dev", folder=project)
    assert "setting inventory facts/vm.json" in explained.out
    other = longshore("check", "-s", "shop.dev", "--inventory", "other.json", "-o", "concise", folder=project)
    assert other.code == 2
    assert "other.json:1:1" in other.out


ODD = [
    10**400,
    2**63,
    -(2**63),
    -1,
    0,
    float("inf"),
    float("nan"),
    1e300,
    "",
    "x" * 5000,
    "\0\x1b[31m",
    None,
    True,
    [],
    {},
]


def places(value, path=()):
    """The path of each value in a document."""
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield from places(each, (*path, key))


def with_value(document, path, value):
    changed = json.loads(json.dumps(document))
    held = changed
    for key in path[:-1]:
        held = held[key]
    held[path[-1]] = value
    return json.dumps(changed)


def test_whatever_stands_anywhere_in_an_inventory_is_read_or_refused(text, tmp_path):
    """Numbers beyond all bounds, times without an end, what is no text: no verb may end with a bug."""
    document, read, refused = json.loads(text), 0, 0
    model = {"services": {"web": {"image": "shop/web:1", "volumes": []}}, "volumes": {}}
    sys.set_int_max_str_digits(0)
    try:
        texts = [with_value(document, path, odd) for path in places(document) if path for odd in ODD]
    finally:
        sys.set_int_max_str_digits(4300)
    for changed in texts:
        (tmp_path / "vm.json").write_text(changed)
        try:
            inventory = read_inventory(Disk(), str(tmp_path / "vm.json"), "vm.json")
        except UnreadableError as error:
            refused += error.finding.span.line >= 1
            continue
        read += 1
        assert "\x1b" not in shown(inventory, picture(inventory), everything=True)
        observed(inventory, "shop", model, "vm.json")
        size(inventory, [each.name for each in inventory.containers])
    assert read > 300
    assert refused > 500


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be"])
def test_an_inventory_that_went_through_a_shell_of_windows_is_one(project, text, encoding):
    marked = ("\ufeff" if encoding == "utf-16-be" else "") + text
    (project / "vm.json").write_bytes(marked.encode(encoding))
    assert longshore("check", "--inventory", "vm.json", folder=project).code == 0


def test_a_hundred_megabytes_are_refused_soon(project, text):
    with (project / "vm.json").open("w") as file:
        file.write(text)
        file.truncate(100 << 20)
    begun = process_time()
    screen = longshore("check", "--inventory", "vm.json", "-o", "concise", folder=project)
    assert screen.code == 2
    assert screen.out.count("error[") == 1
    assert "vm.json:1:1" in screen.out
    assert "at most 16 MiB" in screen.out
    assert process_time() - begun < 5


@pytest.mark.parametrize("part", range(1, 40))
def test_an_inventory_that_ends_anywhere_is_one_located_error(project, text, part):
    (project / "vm.json").write_text(text[: len(text) * part // 40])
    screen = longshore("check", "--inventory", "vm.json", "-o", "concise", folder=project)
    assert screen.code == 2
    (error,) = (line for line in screen.out.splitlines() if "error[" in line)
    assert error.startswith("vm.json:")
