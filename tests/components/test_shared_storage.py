"""File systems that several pods mount, as a plan has them: whose they are, who owns what, and how they are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from longshore.stack.inputs import options_of
from longshore.stack.reading import read_stack
from tests.components.stage import copy, edit, nodes, play

if TYPE_CHECKING:
    from pathlib import Path

    from longshore.rehearsal.plan import Node

PLATFORM = "platform.dev"
SHARES = {"teams": ["shop"], "owners": ["999:999"], "lifecycleDays": 90, "backups": True}


def laid_out(root: Path, shares: Any) -> Path:
    edit(copy(root), PLATFORM, lambda config: config["longshore:cluster"].update(sharedStorage=shares))
    return root


def of_kind(root: Path, kind: str) -> dict[str, Node]:
    graph = nodes(play(root, PLATFORM))
    return {node.name: node for node in graph.values() if node.type.endswith(f":{kind}")}


def test_each_team_that_asks_has_a_file_system_and_each_owner_a_class(tmp_path):
    root = laid_out(tmp_path, SHARES)
    graph = nodes(play(root, PLATFORM, known=True))
    files = {node.name: node.inputs for node in graph.values() if node.type.endswith(":FileSystem")}
    assert files.keys() == {"longshore-dev-shared", "longshore-dev-shared-shop"}
    assert files["longshore-dev-shared"]["lifecyclePolicies"] == [
        {"transitionToIa": "AFTER_90_DAYS"},
        {"transitionToPrimaryStorageClass": "AFTER_1_ACCESS"},
    ]
    classes = {
        node.inputs["metadata"]["name"]: node.inputs["parameters"]
        for node in graph.values()
        if node.type.endswith(":StorageClass") and node.inputs["provisioner"] == "efs.csi.aws.com"
    }
    common, own = "longshore-dev-shared-id", "longshore-dev-shared-shop-id"
    assert {name: (found["fileSystemId"], found.get("uid"), found.get("gid")) for name, found in classes.items()} == {
        "efs": (common, None, None),
        "efs-999-999": (common, "999", "999"),
        "efs-shop": (own, None, None),
        "efs-shop-999-999": (own, "999", "999"),
    }
    assert len([node for node in graph.values() if node.type.endswith(":FileSystemPolicy")]) == 2
    assert len([node for node in graph.values() if node.type.endswith(":BackupPolicy")]) == 2
    assert len([node for node in graph.values() if node.type.endswith(":MountTarget")]) == 6
    drivers = [node for node in graph.values() if node.inputs.get("addonName") == "aws-efs-csi-driver"]
    assert len(drivers) == 1


def test_a_team_with_a_file_system_of_its_own_is_told_its_classes(tmp_path):
    found = read_stack("shop.dev", str(laid_out(tmp_path, SHARES)))
    assert found.settings
    storage = options_of(found.settings, found.platform).storage
    assert (storage.shared_class, storage.shared_owners) == ("efs-shop", {"999:999": "efs-shop-999-999"})


def test_nothing_is_moved_and_nothing_backed_up_where_nobody_wants_it(tmp_path):
    root = laid_out(tmp_path, {"lifecycleDays": 0})
    (files,) = of_kind(root, "FileSystem").values()
    assert "lifecyclePolicies" not in files.inputs
    assert of_kind(root, "BackupPolicy") == {}


def test_there_is_none_where_it_says_so(tmp_path):
    assert of_kind(laid_out(tmp_path, shares=False), "FileSystem") == {}
