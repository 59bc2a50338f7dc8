"""Folders of the Docker host with data: `init` writes the volumes that take their place, into a file of their own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.cli.init.making import IN_AWS, config, longshore

if TYPE_CHECKING:
    from pathlib import Path

NAME = "compose.shop.volumes.yaml"
DATABASE = """\
services:
  db: {image: "postgres:16.4", mem_limit: 512m, volumes: ["./db:/var/lib/postgresql/data"]}
"""


def errors(folder: Path) -> set[str]:
    answer = longshore(folder, "check", "-s", "shop.dev", "--output", "json")
    found = json.loads(answer.out)["findings"]
    return {finding["code"] for finding in found if finding["severity"] == "error"}


def volumes(folder: Path) -> dict[str, dict[str, str]]:
    """Service → target → volume, of the file that was written."""
    services = yaml.safe_load((folder / NAME).read_text("utf-8"))["services"]
    return {name: {each["target"]: each["source"] for each in own["volumes"]} for name, own in services.items()}


def test_a_folder_with_data_has_a_volume_in_the_cluster_and_stays_at_docker(folder):
    (folder / "compose.yaml").write_text(DATABASE, "utf-8")
    before = (folder / "compose.yaml").read_bytes()
    made = longshore(folder, "init", *IN_AWS)
    assert made.code == 0, made.err
    assert f"{NAME}: 1 volume for data" in made.out
    assert (folder / "compose.yaml").read_bytes() == before
    assert config(folder, "shop.dev")["longshore:compose"]["files"] == ["compose.yaml", NAME]
    assert volumes(folder) == {"db": {"/var/lib/postgresql/data": "db-data"}}
    assert errors(folder) == set()
    rendered = longshore(folder, "render", "-s", "shop.dev")
    objects = {(each["kind"], each["metadata"]["name"]) for each in yaml.safe_load_all(rendered.out)}
    assert ("PersistentVolumeClaim", "db-data") in objects, rendered.err
    assert "bind" in longshore(folder, "check").out, "without the second file all is as before"


@pytest.mark.parametrize(
    "mount",
    [
        "./empty:/data",
        "./missing:/data",
        "./binary:/data",
        "/srv/shop/data:/data",
        "/mnt/disk/uploads:/var/www/html/uploads",
        "./text:/var/lib/postgresql/data",
    ],
)
def test_what_keeps_data_has_a_volume(folder, mount):
    _written(folder, mount)
    assert list(volumes(folder)["web"]) == [mount.rpartition(":")[2]]
    assert "bind" not in errors(folder)


@pytest.mark.parametrize(
    "mount",
    [
        "./text:/etc/app:ro",
        "./missing:/data:ro",
        "./missing.conf:/etc/app.conf",
        "./empty:/var/www/html",
        "./text/app.conf:/data/app.conf",
        "./text:/settings",
        "./missing:/usr/local/bin/tool",
        "./missing:/etc/app",
        "./missing:/opt/shop/src",
        "/var/run/docker.sock:/var/run/docker.sock",
        "/etc/localtime:/etc/localtime:ro",
        "/proc:/host/proc",
        "/:/rootfs",
        "/var/log:/var/log",
        "/home/ops/.ssh:/root/.ssh",
        "/srv/media:/media:ro",
    ],
)
def test_settings_programs_and_what_is_the_hosts_own_have_none(folder, mount):
    _written(folder, mount)
    assert not (folder / NAME).exists()
    assert config(folder, "shop.dev")["longshore:compose"]["files"] == ["compose.yaml"]


def _written(folder: Path, mount: str) -> None:
    (folder / "empty").mkdir()
    (folder / "text").mkdir()
    (folder / "text" / "app.conf").write_text("level: info\n", "utf-8")
    (folder / "binary").mkdir()
    (folder / "binary" / "base").write_bytes(bytes(range(256)))
    text = f'services: {{web: {{image: "postgres:16.4", mem_limit: 1g, volumes: ["{mount}"]}}}}\n'
    (folder / "compose.yaml").write_text(text, "utf-8")
    assert longshore(folder, "init", *IN_AWS).code == 0


def test_one_folder_is_one_volume_for_all_and_names_are_taken_once(folder):
    (folder / "compose.yaml").write_text(
        """\
services:
  writer: {image: "app:1", mem_limit: 1g, volumes: ["/srv/media:/in", "./a/data:/a", "./b/data:/b", "kept:/c"]}
  reader: {image: "app:1", mem_limit: 1g, volumes: ["/srv/media:/out:ro"]}
volumes: {kept: {}, writer-data: {}}
""",
        "utf-8",
    )
    assert longshore(folder, "init", *IN_AWS).code == 0
    assert volumes(folder) == {
        "writer": {"/in": "media", "/a": "writer-data-2", "/b": "writer-data-3"},
        "reader": {"/out": "media"},
    }
    written = yaml.safe_load((folder / NAME).read_text("utf-8"))
    assert [bool(each.get("read_only")) for each in written["services"]["reader"]["volumes"]] == [True]
    assert list(written["volumes"]) == ["media", "writer-data-2", "writer-data-3"]


def test_a_folder_within_another_is_left_to_its_owner(folder):
    text = DATABASE.replace('["./db', '["./db/wal:/wal", "./db')
    (folder / "compose.yaml").write_text(text, "utf-8")
    assert longshore(folder, "init", *IN_AWS).code == 0
    assert not (folder / NAME).exists()
    assert "bind" in errors(folder)


def test_another_environment_reads_the_file_that_is_there(folder):
    (folder / "compose.yaml").write_text(DATABASE, "utf-8")
    longshore(folder, "init", *IN_AWS)
    text = (folder / NAME).read_text("utf-8").replace("db-data", "database")
    (folder / NAME).write_text(text, "utf-8")
    more = longshore(folder, "init", "--environment", "prod", *IN_AWS)
    assert more.code == 0, more.err
    assert config(folder, "shop.prod")["longshore:compose"]["files"] == ["compose.yaml", NAME]
    assert (folder / NAME).read_text("utf-8") == text


def test_a_service_that_comes_by_include_has_one_too(folder):
    (folder / "compose.yaml").write_text("include: [data/compose.yaml]\n", "utf-8")
    (folder / "data").mkdir()
    (folder / "data" / "compose.yaml").write_text(DATABASE, "utf-8")
    made = longshore(folder, "init", *IN_AWS)
    assert made.code == 0, made.err
    assert volumes(folder) == {"db": {"/var/lib/postgresql/data": "db-data"}}
    assert errors(folder) == set()


def test_a_dollar_in_a_path_stays_one(folder):
    (folder / "compose.yaml").write_text(DATABASE.replace("./db:/var/lib/postgresql/data", "./db:/data/$$x"), "utf-8")
    assert longshore(folder, "init", *IN_AWS).code == 0
    rendered = longshore(folder, "render", "-s", "shop.dev")
    assert "mountPath: /data/$x" in rendered.out, rendered.err
