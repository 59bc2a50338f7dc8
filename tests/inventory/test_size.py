"""What is recommended of samples with a known need, and where it is written."""

import json

import pytest
import yaml

from longshore.decoding.errors import decode
from longshore.errors import Refused
from longshore.inventory.document import INVENTORY
from longshore.inventory.sizing import size
from longshore.prices.table import Prices
from longshore.stack.editing import with_settings
from tests.cli.screen import longshore
from tests.inventory.test_reading import INIT, text

__all__ = ["text"]

MIB = 1 << 20
HOUR = 3600
SERVICES = ("config", "longshore:services")


def inventory(text, rows, *, span=HOUR, limit=0, kills=0):
    """One of the service `web`, with (MiB, millicores) of each span of time."""
    document = json.loads(text)
    name = document["containers"][0]["name"]
    used = [[number, 10, mib * MIB, cpu, cpu] for number, (mib, cpu) in enumerate(rows)]
    killed = {"at": 0.0, "name": name, "event": "oom", "exitCode": None, "healthy": None}
    document["containers"][0]["limits"]["memory"] = limit * MIB
    document["usage"] |= {"begun": 0.0, "ended": float(len(rows) * span), "span": span, "events": [killed] * kills}
    document["usage"]["containers"] = {name: {"limit": limit * MIB, "rows": used}}
    return document


def sized(document):
    return size(decode(INVENTORY, document).settings, [document["containers"][0]["name"]])


def test_a_day_of_steady_use_is_believed(text):
    found = sized(inventory(text, [(90, 50)] * 24))
    assert (found.memory, found.cpu, found.whole, found.growth, found.killed) == (128 * MIB, 50, True, 0, 0)
    assert 90 * MIB < found.memory <= 2 * 90 * MIB


def test_a_peak_at_night_counts_and_is_no_leak(text):
    found = sized(inventory(text, [(30, 10)] * 20 + [(150, 900)] + [(30, 10)] * 5))
    assert (found.memory, found.cpu, found.growth) == (208 * MIB, 10, 0)


def test_quiet_hours_are_not_believed(text):
    found = sized(inventory(text, [(30, 10)] * 8))
    assert not found.whole
    assert found.hours == 8
    assert not sized(inventory(text, [(30, 10)] * 8, span=60)).whole


def test_hours_with_a_long_gap_between_them_are_no_day(text):
    document = inventory(text, [(30, 10)] * 4)
    document["usage"]["ended"] = 30.0 * HOUR
    assert not sized(document).whole


def test_a_leak_is_named_also_where_it_has_peaks(text):
    rows = [(100 + 5 * hour + (80 if hour % 6 == 3 else 0), 10) for hour in range(24)]
    assert 4 * MIB <= sized(inventory(text, rows)).growth <= 6 * MIB
    assert sized(inventory(text, [(100 + hour % 7, 10) for hour in range(24)])).growth == 0


def test_nobody_gets_less_than_what_was_too_little(text):
    found = sized(inventory(text, [(40, 10)] * 24, limit=64, kills=5))
    assert (found.killed, found.too_little, found.memory) == (5, 64 * MIB, 96 * MIB)


def test_without_a_sample_nothing_is_said(text):
    document = inventory(text, [(40, 10)] * 24)
    document["usage"]["containers"] = {}
    assert sized(document) is None


def test_a_kill_is_told_where_there_was_no_time_for_a_sample(text):
    document = inventory(text, [(40, 10)] * 24, limit=64)
    document["usage"]["containers"] = {}
    document["containers"][0]["state"]["oomKilled"] = True
    found = sized(document)
    assert (found.killed, found.too_little, found.memory, found.peak) == (1, 64 * MIB, 96 * MIB, 0)
    assert not found.whole


@pytest.mark.parametrize(
    ("kind", "restarts", "limit", "killed"),
    [
        ("podman", 3, 64, 2),
        ("podman", 0, 64, 0),
        ("podman", 3, 0, 0),
        ("docker", 3, 64, 0),
    ],
)
def test_podman_tells_a_kill_by_its_exit_code_alone(text, kind, restarts, limit, killed):
    """What people stop ends with the same code, and is not started again by itself."""
    document = inventory(text, [(40, 10)] * 24, limit=limit)
    document["engine"]["kind"] = kind
    document["containers"][0]["state"]["restarts"] = restarts
    name = document["containers"][0]["name"]
    ended = {"name": name, "event": "die", "healthy": None}
    document["usage"]["events"] = [{**ended, "at": 1.0, "exitCode": code} for code in (137, 0, 137, 1)]
    assert sized(document).killed == killed


def test_what_is_wrong_with_many_is_said_once(project, text):
    names = "abcd"
    (project / "compose.yaml").write_text(
        "services:\n" + "".join(f"  {name}: {{image: 'shop/web:1', restart: always}}\n" for name in names)
    )
    document = inventory(text, [(40, 10)] * 3)
    (own,), used = document["containers"], document["usage"]["containers"]
    (rows,) = used.values()
    document["containers"] = [
        {**own, "name": f"shop-{name}-1", "compose": {**own["compose"], "service": name}} for name in names
    ]
    document["usage"]["containers"] = {f"shop-{name}-1": rows for name in names}
    (project / "vm.json").write_text(json.dumps(document))
    screen = longshore("size", "vm.json", folder=project)
    assert screen.out.count("3 h of samples are too few") == 1
    assert "4 of them: 3 h of samples are too few" in screen.out


def test_nodes_have_their_price_and_the_cheapest_is_first(project):
    (project / "compose.yaml").write_text(COMPOSE.replace("LIMIT", "128m").replace("SETTING", "A: b"))
    found = json.loads(longshore("size", "vm.json", "-o", "json", folder=project).out)["nodes"]
    monthly = [float(each["monthly"]) for each in found]
    assert monthly == sorted(monthly)
    hour = Prices("").find(f"ec2.{found[0]['type']}").amount
    assert monthly[0] == pytest.approx(float(hour * 730 * found[0]["nodes"]), abs=0.01)
    assert "USD a month" in longshore("size", "vm.json", folder=project).out


COMPOSE = """
services:
  web:
    image: shop/web:1
    restart: always
    mem_limit: LIMIT
    environment: {SETTING}
  new: {image: "shop/new:1", restart: always}
"""


@pytest.fixture
def project(tmp_path, text):
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop/vm.json").write_text(json.dumps(inventory(text, [(90, 50)] * 24)))
    return tmp_path / "shop"


@pytest.mark.parametrize(
    ("setting", "size_of_it", "memory"),
    [
        ("JAVA_OPTS: -Xmx512m", "512Mi", "768Mi"),
        ("NODE_OPTIONS: --max-old-space-size=1024", "1Gi", "1536Mi"),
        ("ES_JAVA_OPTS: -Xms1g -Xmx1g", "1Gi", "1536Mi"),
        ("POSTGRES_INITDB_ARGS: -c shared_buffers=256MB", "256Mi", "384Mi"),
        ("REDIS_ARGS: --maxmemory 300mb", "300Mi", "450Mi"),
    ],
)
def test_settings_that_contradict_the_limit_are_named(project, setting, size_of_it, memory):
    (project / "compose.yaml").write_text(COMPOSE.replace("LIMIT", "128m").replace("SETTING", setting))
    screen = longshore("size", "vm.json", "-o", "json", folder=project)
    assert screen.code == 1
    (web,) = json.loads(screen.out)["services"]
    key = setting.partition(":")[0]
    assert web["warnings"] == [f"its `{key}` lets it take {size_of_it}, its limit is 128Mi"]
    assert web["memory"] == memory
    assert json.loads(screen.out)["unseen"] == ["new"]


def test_the_reasoning_is_shown(project):
    (project / "compose.yaml").write_text(COMPOSE.replace("LIMIT", "128m").replace("SETTING", "A: b"))
    screen = longshore("size", "vm.json", folder=project)
    assert screen.code == 0
    assert "used 90Mi at most in 24 h, and a third more" in screen.out
    assert "50m was enough in 95 of 100 spans of time" in screen.out
    assert "no sample of: new" in screen.out
    longer = longshore("size", "vm.json", "--cycle", "7d", folder=project)
    assert longer.code == 1
    assert "24 h of samples are too few" in longer.out


def test_it_is_written_into_the_stack_file_and_then_holds(project):
    (project / "compose.yaml").write_text(COMPOSE.replace("    mem_limit: LIMIT\n", "").replace("SETTING", "A: b"))
    assert longshore(*INIT, folder=project).code == 0
    file = project / "stacks/Pulumi.shop.dev.yaml"
    before = file.read_text()
    screen = longshore("size", "vm.json", "-s", "shop.dev", "--write", folder=project)
    assert screen.code == 0, screen.out + screen.err
    after = file.read_text()
    assert [line for line in before.splitlines() if line not in after.splitlines()] == []
    assert yaml.safe_load(after)["config"]["longshore:services"] == {"web": {"memory": "128Mi", "cpu": "50m"}}
    assert "memory: 128Mi" in longshore("render", "-s", "shop.dev", folder=project).out
    assert longshore("size", "vm.json", "-s", "shop.dev", "--write", folder=project).err.startswith("nothing to change")
    assert longshore("size", "vm.json", "--write", folder=project).code == 2


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("config:\n  a: 1\n", "config:\n  a: 1\n  longshore:services:\n    web:\n      memory: 1Gi\n"),
        ("config:\n  a: 1  # why", "config:\n  a: 1  # why\n  longshore:services:\n    web:\n      memory: 1Gi"),
        (
            "config:\n  longshore:services:\n    web:\n      # little\n      memory: 128Mi  # as ever\n  b: 1\n",
            "config:\n  longshore:services:\n    web:\n      # little\n      memory: 1Gi  # as ever\n  b: 1\n",
        ),
        (
            "config:\n  longshore:services:\n    web:\n      a: 2  # 2\n\n    #\n    a: {cpu: 1}\n",
            "config:\n  longshore:services:\n    web:\n      a: 2  # 2\n      memory: 1Gi\n\n    #\n    a: {cpu: 1}\n",
        ),
        (
            "config:\n  longshore:services: {web: {replicas: 2}, api: {}}\n",
            "config:\n  longshore:services: {web: {memory: 1Gi, replicas: 2}, api: {}}\n",
        ),
        ("config:\n  longshore:services: {}\n", "config:\n  longshore:services: {web: {memory: 1Gi}}\n"),
        (
            "config:\n  longshore:services:\n  # to decide\n  b: 1\n",
            "config:\n  longshore:services:\n    web:\n      memory: 1Gi\n  # to decide\n  b: 1\n",
        ),
        (
            "config:\n  ä: 'ö'\n  longshore:services:\n    web:\n      memory:\n",
            "config:\n  ä: 'ö'\n  longshore:services:\n    web:\n      memory: 1Gi\n",
        ),
    ],
)
def test_a_stack_file_keeps_everything_else(before, after):
    assert with_settings(before, {(*SERVICES, "web", "memory"): "1Gi"}, "stack") == after


def test_what_looks_like_a_number_is_written_as_a_text():
    after = with_settings("config:\n  a: 1\n", {(*SERVICES, "web", "cpu"): "2"}, "stack")
    assert after == 'config:\n  a: 1\n  longshore:services:\n    web:\n      cpu: "2"\n'


def test_a_file_in_which_another_setting_would_change_is_left_alone():
    shared = "config:\n  longshore:services:\n    web: &one {memory: 128Mi}\n    api: *one\n"
    with pytest.raises(Refused, match="without changing something else"):
        with_settings(shared, {(*SERVICES, "web", "memory"): "1Gi"}, "stack")
