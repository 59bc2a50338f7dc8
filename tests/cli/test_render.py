"""`longshore render`: manifests where they belong, complete or not at all."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.cli.screen import longshore

if TYPE_CHECKING:
    from pathlib import Path


def kinds(text: str) -> set[tuple[str, str]]:
    return {(manifest["kind"], manifest["metadata"]["name"]) for manifest in yaml.safe_load_all(text)}


def test_manifests_go_to_standard_output_and_nothing_else_does(clean: Path) -> None:
    screen = longshore("render", folder=clean)
    assert (screen.code, screen.err) == (0, "")
    assert {("Deployment", "web"), ("Deployment", "api"), ("Service", "api")} <= kinds(screen.out)


def test_an_error_writes_nothing(estate: Path) -> None:
    screen = longshore("render", folder=estate)
    assert (screen.code, screen.out) == (1, "")
    assert "error[devices]" in screen.err
    screen = longshore("render", "-o", "out", folder=estate)
    assert (screen.code, screen.out) == (1, "")
    assert not (estate / "out").exists()


def test_never_fail_writes_what_could_be_translated(estate: Path) -> None:
    screen = longshore("render", "--fail-on", "never", folder=estate)
    assert screen.code == 0
    assert ("Deployment", "web") in kinds(screen.out)
    assert "error[devices]" in screen.err


def test_two_runs_give_the_same_bytes(clean: Path) -> None:
    assert longshore("render", folder=clean).out == longshore("render", folder=clean).out


def test_json_is_a_list_that_kubectl_takes(clean: Path) -> None:
    document = json.loads(longshore("render", "--format", "json", folder=clean).out)
    assert (document["apiVersion"], document["kind"]) == ("v1", "List")
    assert document["items"] == list(yaml.safe_load_all(longshore("render", folder=clean).out))


def test_a_file(clean: Path) -> None:
    screen = longshore("render", "-o", "out.yaml", folder=clean)
    assert (screen.code, screen.out, screen.err) == (0, "", "")
    assert (clean / "out.yaml").read_text() == longshore("render", folder=clean).out
    assert sorted(os.listdir(clean)) == [".env", "compose.yaml", "out.yaml"]


@pytest.mark.parametrize("target", ["out", "out/", "deep/er"])
def test_a_folder_has_one_file_an_object(clean: Path, target: str) -> None:
    assert longshore("render", "-o", target, folder=clean).code == 0
    files = {file.name: file.read_text() for file in (clean / target).iterdir()}
    assert "deployment-web.yaml" in files
    assert {name: yaml.safe_load(text)["kind"].lower() for name, text in files.items()} == {
        name: name.partition("-")[0] for name in files
    }
    assert kinds("---\n".join(files.values())) == kinds(longshore("render", folder=clean).out)


def test_what_is_no_longer_made_leaves_the_folder(clean: Path) -> None:
    longshore("render", "-o", "out", folder=clean)
    compose = clean / "compose.yaml"
    compose.write_text(compose.read_text().replace("  api:\n", "  shop-api:\n"))
    longshore("render", "-o", "out", folder=clean)
    names = os.listdir(clean / "out")
    assert "deployment-shop-api.yaml" in names
    assert "deployment-api.yaml" not in names


def test_a_folder_with_other_things_is_left_alone(clean: Path) -> None:
    (clean / "out").mkdir()
    (clean / "out" / "notes.txt").write_text("mine")
    screen = longshore("render", "-o", "out", folder=clean)
    assert screen.code == 2
    assert screen.err == "error: out holds notes.txt, which is no manifest of ours\nhelp: give a folder of its own\n"
    assert os.listdir(clean / "out") == ["notes.txt"]


def test_where_nothing_can_be_written(clean: Path) -> None:
    (clean / "file").write_text("")
    screen = longshore("render", "-o", "file/out.yaml", folder=clean)
    assert screen.code == 2
    assert screen.err.startswith("error: file/out.yaml can't be written: ")


def test_annotations_name_lines_and_policies_and_change_nothing(clean: Path) -> None:
    noted = longshore("render", "--annotate", folder=clean).out
    assert "image: nginx:1.27.2  # from compose.yaml:4\n" in noted
    assert "# from policy service_account\napiVersion: v1\nkind: ServiceAccount\n" in noted
    plain = longshore("render", folder=clean).out
    assert list(yaml.safe_load_all(noted)) == list(yaml.safe_load_all(plain))


def test_chosen_services(clean: Path) -> None:
    made = kinds(longshore("render", "api", folder=clean).out)
    assert ("Deployment", "api") in made
    assert ("Deployment", "web") not in made


def test_namespace_and_environment(clean: Path) -> None:
    out = longshore("render", "-n", "shop-dev", "--environment", "test", "--team", "blue", folder=clean).out
    assert {manifest["metadata"].get("namespace") for manifest in yaml.safe_load_all(out)} == {"shop-dev"}
    assert "test/blue/" in out
