"""Images made of files: the same files make the same layers, and archives and the store agree on what is in them."""

import json
import tarfile
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from longshore.convert.estate import image_facts
from tools.node.images import File, Folder, Image, Link, Store, full_name, make_layer, write_archive
from tools.node.standins import STANDINS


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("redis", "docker.io/library/redis:latest"),
        ("redis:7", "docker.io/library/redis:7"),
        ("bitnami/redis", "docker.io/bitnami/redis:latest"),
        ("docker.io/redis:7", "docker.io/library/redis:7"),
        ("localhost/app", "localhost/app:latest"),
        ("registry.example.com:5000/shop/api", "registry.example.com:5000/shop/api:latest"),
        ("ghcr.io/x/y@sha256:00", "ghcr.io/x/y@sha256:00"),
    ],
)
def test_a_name_is_read_as_docker_reads_it(written, meant):
    assert full_name(written) == meant


def test_a_layer_has_the_files_as_they_were_given(tmp_path: Path):
    program = tmp_path / "program"
    program.write_bytes(b"#!/bin/sh\n")
    files = {
        "bin/program": program,
        "etc/motd": b"hello",
        "etc/shadow": File(b"", 0o640, 0, 42),
        "tmp": Folder(0o1777),
        "sh": Link("bin/program"),
    }
    layer = make_layer(files, tmp_path / "layers")
    with tarfile.open(layer.path) as tar:
        found = {x.name: (x.mode, x.uid, x.gid, x.linkname) for x in tar}
    assert found == {
        "bin/program": (0o755, 0, 0, ""),
        "etc/motd": (0o644, 0, 0, ""),
        "etc/shadow": (0o640, 0, 42, ""),
        "tmp": (0o1777, 0, 0, ""),
        "sh": (0o777, 0, 0, "bin/program"),
    }
    program.touch()
    assert make_layer(files, tmp_path / "again").digest == layer.digest


def test_an_archive_tells_the_same_to_docker_and_to_the_store(tmp_path: Path):
    layer = make_layer({"motd": b"hello"}, tmp_path / "layers")
    images = [Image("a:1", (layer,), {"Cmd": ["a"]}), Image("ghcr.io/b", (layer,), {"Cmd": ["b"]})]
    archive = write_archive(images, tmp_path / "images.tar")
    with tarfile.open(archive) as tar:
        docker = json.loads(tar.extractfile("manifest.json").read())
        names = [x.name for x in tar]
    assert [x["RepoTags"] for x in docker] == [["a:1"], ["ghcr.io/b"]]
    assert {y for x in docker for y in (x["Config"], *x["Layers"])} <= set(names)
    assert len(names) == len(set(names)), "what images share is there once"

    direct, through = Store(tmp_path / "direct"), Store(tmp_path / "through")
    for image in images:
        direct.add(image)
    assert through.add_archive(archive) == ["docker.io/library/a:1", "ghcr.io/b:latest"]
    for store in (direct, through):
        manifest = json.loads(store.find("ghcr.io/b", "latest"))
        config = json.loads(store.blob(manifest["config"]["digest"]).read_bytes())
        assert (config["config"], config["rootfs"]["diff_ids"]) == ({"Cmd": ["b"]}, [layer.digest])
        assert store.blob(layer.digest).read_bytes() == layer.path.read_bytes()
        assert store.find("ghcr.io/b", "2") is None


def test_a_pattern_of_tags_yields_to_a_tag_and_to_a_longer_one(tmp_path: Path):
    store = Store(tmp_path)
    layer = make_layer({}, tmp_path / "layers")
    for tag in ("*", "*alpine*", "7-alpine"):
        store.add(Image(f"redis:{tag}", (layer,), {"Cmd": [tag]}))

    def chosen(tag):
        manifest = json.loads(store.find("docker.io/library/redis", tag))
        return json.loads(store.blob(manifest["config"]["digest"]).read_bytes())["config"]["Cmd"][0]

    assert {x: chosen(x) for x in ("6", "6-alpine3.20", "7-alpine")} == {
        "6": "*",
        "6-alpine3.20": "*alpine*",
        "7-alpine": "7-alpine",
    }
    assert store.find("docker.io/library/other", "6") is None


@pytest.mark.parametrize(
    "reference", ["postgres:16-alpine", "postgres:16", "redis:7.4.1-alpine", "nginx:1.27", "mariadb:10.11", "mysql:8.4"]
)
def test_a_stand_in_is_as_the_converter_knows_the_image(reference):
    """Else the node would show a world that nobody has."""
    fits = [x for x in STANDINS if any(fnmatchcase(reference, name) for name in x.names)]
    standin, known = fits[0], image_facts.known(reference)
    assert known.certain
    assert {x: standin.users.get(x) for x in known.users} == dict(known.users)
    assert tuple(standin.config.get("Volumes", {})) == known.data
    assert f"{known.ports[0]}/tcp" in standin.config["ExposedPorts"]
    assert standin.config.get("StopSignal", "") == known.stop_signal
    assert standin.config.get("User", "") == ""
    assert known.user in {0, None}
