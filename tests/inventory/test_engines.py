"""The collector on engines that are not Docker's newest: Podman with root and without, as root and as the user."""

import json
import tempfile
from pathlib import Path

import pytest

from longshore.cli.inventory.program import archive
from longshore.decoding.errors import decode
from longshore.inventory.collector.program import Wish, collect
from longshore.inventory.collector.samples import Plan
from longshore.inventory.document import INVENTORY
from longshore.inventory.matching import observed
from tests.cli.screen import longshore
from tests.inventory import estate, recorded
from tests.inventory.played import playing
from tools.docker import podman
from tools.docker.engine import EngineUnavailableError
from tools.go_program import NotBuiltError, built
from tools.node.images import write_archive

MIB = 1 << 20
RECORDINGS = Path(__file__).parent / "recordings"
COMPOSE = """
name: shop
x-common: &common
  environment: {DB_PASSWORD: canary-environment}
  labels: {com.example.token: canary-label}
  stop_grace_period: 1s
  network_mode: none
services:
  web:
    <<: *common
    image: registry.example.com/shop/web:1.4
    command: [-memory, "0:40", -listen, "0.0.0.0:8080", -listen, "127.0.0.1:9000", -token, canary-command]
  worker:
    <<: *common
    image: registry.example.com/shop/worker:1.4
    command: [-memory, "0:20,1:200", -token, canary-command]
    mem_limit: 64m
    restart: always
  cache:
    <<: *common
    image: registry.example.com/shop/store:1.4
    command: [-memory, "0:25", -write, /data/dump, -token, canary-command]
  db:
    <<: *common
    image: registry.example.com/shop/store:1.4
    command: [-memory, "0:20", -write, /data/table, -token, canary-command]
    volumes: ["db-data:/data", "./files:/files"]
volumes: {db-data: {}}
"""
AS_ITS_USER = ["setpriv", "--reuid", str(podman.USER), "--regid", str(podman.USER), "--clear-groups"]


@pytest.fixture(scope="module", params=["root", "rootless", "rootless, as its user"])
def collected(request):
    """The inventory of one Podman, its samples and what was told; taken twice, the second time going on."""
    rootless = request.param != "root"
    try:
        built(estate.PROGRAM, "allocator")
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            folder.chmod(0o755)
            with podman.running(folder / "engine", rootless=rootless) as (engine, pid):
                before = AS_ITS_USER if "user" in request.param else []
                return request.param, _collected(engine, pid, folder, before, rootful=not rootless)
    except (EngineUnavailableError, NotBuiltError) as error:
        pytest.skip(str(error))


def _collected(engine, pid, folder, before, *, rootful):
    project = folder / "project"
    (project / "files").mkdir(parents=True)
    (project / "compose.yaml").write_text(COMPOSE if rootful else COMPOSE.replace("    mem_limit: 64m\n", ""))
    engine.load(write_archive(estate.images(folder / "layers"), folder / "images.tar"))
    engine.compose("up", "-d", folder=project)
    program, samples = folder / "longshore-inventory.pyz", folder / "samples" / "vm.jsonl"
    program.write_bytes(archive())
    samples.parent.mkdir()
    samples.parent.chmod(0o777)
    words = ["--for", "3s", "--every", "0.5s", "--percent", "50", "--samples", str(samples)]
    for _ in range(2):
        done = estate.collected(pid, program, engine.socket, *words, before=before)
        assert done.returncode == 0, done.stderr
    started = list(folder.rglob("exec-process-*"))
    assert not started, "nothing is run in a container"
    return done.stdout, samples.read_text(), done.stderr


def container(document, service):
    return next(each for each in document["containers"] if each["compose"]["service"] == service)


@pytest.mark.cluster
def test_no_canary_is_anywhere(collected):
    assert estate.CANARY not in "".join(collected[1])


@pytest.mark.cluster
def test_it_is_one_that_the_converter_reads(collected, tmp_path):
    document = json.loads(collected[1][0])
    assert decode(INVENTORY, document).wrong == []
    assert (document["engine"]["kind"], document["engine"]["rootless"]) == ("podman", collected[0] != "root")
    (tmp_path / "compose.yaml").write_text(COMPOSE)
    (tmp_path / "vm.json").write_text(collected[1][0])
    screen = longshore("check", "--inventory", "vm.json", "-o", "json", folder=tmp_path)
    assert screen.code in {0, 1}
    assert "inventory-differs" not in screen.out
    assert longshore("inventory", "show", "vm.json", folder=tmp_path).code == 0


@pytest.mark.cluster
def test_users_ports_and_owners_are_as_the_container_counts_them(collected):
    document = json.loads(collected[1][0])
    web, cache, db = (container(document, name) for name in ("web", "cache", "db"))
    assert (web["begins"], web["processes"]) == ([1200, 1300], [[1200, 1300]])
    assert [(each["port"], each["loopback"]) for each in web["listening"]] == [(8080, False), (9000, True)]
    assert not web["hasShell"]
    assert cache["processes"] == [[70, 71]]
    (mount,) = cache["mounts"]
    assert mount["owner"] == {"uid": 70, "gid": 71, "mode": 0o750}
    assert document["volumes"][mount["volume"]]["anonymous"]
    assert document["volumes"][mount["volume"]]["size"] >= MIB
    bind = next(each for each in db["mounts"] if each["kind"] == "bind")
    assert bind["owner"]["uid"] != 70, "it is nobody's in the container, and not the user's"
    assert document["volumes"]["shop_db-data"]["compose"] == "db-data"


@pytest.mark.cluster
def test_what_it_uses_is_seen_or_said_not_to_be(collected):
    document = json.loads(collected[1][0])
    used = document["usage"]["containers"]
    if not used:
        assert collected[0] != "root"
        assert any("version 1 of cgroups counts none" in each for each in document["unseen"])
        return
    assert 40 * MIB <= max(row[2] for row in used["shop-web-1"]["rows"]) <= 60 * MIB


@pytest.mark.cluster
def test_what_is_killed_is_named(collected):
    document = json.loads(collected[1][0])
    if not document["usage"]["containers"]:
        pytest.skip("without root, version 1 of control groups has no limits")
    assert any(each["event"] == "die" and each["exitCode"] == 137 for each in document["usage"]["events"])
    found = observed(decode(INVENTORY, document).settings, "shop", {"services": {"worker": {}}}, "vm.json")
    assert found.services["worker"].size.killed
    assert found.services["worker"].size.too_little == 64 * MIB


@pytest.mark.parametrize("recording", sorted(RECORDINGS.glob("*.json")), ids=lambda path: path.stem)
def test_an_engine_that_was_recorded_is_read_as_it_is(recording, tmp_path):
    """Docker 29 (API 1.56), with four services of the estate; on the machine itself more is seen."""
    said = recorded.answers(json.loads(recording.read_text()))
    with playing(tmp_path / "s", said) as server:
        wish = Wish(f"unix://{tmp_path}/s", "", Plan(0.3, 0.1, 1.0))
        text = "".join(collect(wish, lambda _: None))
    assert all(path == "/version" or path.startswith("/v1.56/") for path in server.asked)
    assert estate.CANARY not in text
    document = json.loads(text)
    assert decode(INVENTORY, document).wrong == []
    assert document["engine"]["api"] == "1.56"
    web, worker, cache, db = (container(document, name) for name in ("web", "worker", "cache", "db"))
    assert (web["begins"], web["processes"], web["state"]["health"]) == ([1200, 1300], [[1200, 1300]], "healthy")
    assert worker["limits"]["memory"] == 64 * MIB
    assert worker["state"]["restarts"]
    (mount,) = cache["mounts"]
    assert document["volumes"][mount["volume"]]["anonymous"]
    assert document["volumes"][mount["volume"]]["size"] >= MIB
    assert mount["owner"] == {"uid": 70, "gid": 71, "mode": 0o750}
    assert db["mounts"][0]["volume"] == "shop_db-data"
    assert 40 * MIB <= document["usage"]["containers"]["shop-web-1"]["rows"][0][2] <= 60 * MIB
    images = {each["names"][0]: each for each in document["images"]}
    assert images["registry.example.com/shop/web:1.4"]["healthcheck"]["test"] == ["CMD", "/bin/healthcheck.sh"]
    assert images["registry.example.com/shop/store:1.4"]["volumes"] == ["/data"]
