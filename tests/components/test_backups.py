"""What a cluster keeps is kept again, and comes back: what AWS Backup finds, and which claim gets a restored volume."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from longshore.stack.file import read_stack_file
from longshore.stack.validation import check_settings
from tests.components.ground import before
from tests.components.stage import EKS, GUARD, MANAGED, copy, edit, nodes, play
from tests.components.test_graphs import laid_out

if TYPE_CHECKING:
    from pathlib import Path

    from longshore.rehearsal.plan import Node

PLATFORM = "platform.dev"
VOLUME = {"volume": "vol-0123456789abcdef0", "zone": "eu-west-1b", "size": "100Gi"}


def planned(root: Path, backup: dict[str, Any] | None, **cluster: Any) -> dict[str, Node]:
    def change(config: dict[str, Any]) -> None:
        config["longshore:cluster"].update(cluster)
        if backup is not None:
            config["longshore:backup"] = backup

    edit(copy(root), PLATFORM, change)
    return nodes(play(root, PLATFORM, known=True))


def of(graph: dict[str, Node], kind: str) -> list[Node]:
    return [node for node in graph.values() if node.type.endswith(f":{kind}")]


def test_the_plan_finds_what_carries_the_tag_of_the_cluster_and_only_what_holds_data_does(tmp_path: Path):
    graph = planned(
        tmp_path, {"schedule": "cron(0 1 * * ? *)", "keepDays": 90}, compute="managed", nodeGroups={"a": {}}
    )
    (selection,) = (node.inputs for node in of(graph, "Selection"))
    (wanted,) = selection["selectionTags"]
    assert (wanted["type"], wanted["key"], wanted["value"]) == ("STRINGEQUALS", "longshore-backup", "longshore-dev")
    (disks,) = (node.inputs for node in of(graph, "StorageClass") if node.inputs["metadata"]["name"] == "gp3")
    assert "longshore-backup=longshore-dev" in disks["parameters"].values()
    (files,) = (node.inputs for node in of(graph, "FileSystem"))
    assert files["tags"]["longshore-backup"] == "longshore-dev"
    tagged = {node.type for node in graph.values() if "longshore-backup" in str(node.inputs)}
    assert tagged == {
        "aws:backup/selection:Selection",
        "aws:efs/fileSystem:FileSystem",
        "kubernetes:storage.k8s.io/v1:StorageClass",
    }, "no node, no load balancer"
    (plan,) = (node.inputs for node in of(graph, "Plan"))
    (rule,) = plan["rules"]
    assert (rule["schedule"], rule["lifecycle"]["deleteAfter"]) == ("cron(0 1 * * ? *)", 90)


def test_without_the_setting_nothing_is_made_and_nothing_carries_the_tag(tmp_path: Path):
    for name, backup in (("left-out", None), ("none", {"keepDays": 0})):
        (tmp_path / name).mkdir()
        graph = planned(tmp_path / name, backup)
        assert not of(graph, "Vault") + of(graph, "Selection")
        assert "longshore-backup" not in str([node.inputs for node in graph.values()])


def test_shared_files_are_kept_once(tmp_path: Path):
    """By the plan, and not by the policy of the file system too, unless somebody asks for both."""
    laid_out("backup", tmp_path)
    assert not of(nodes(play(tmp_path, "case")), "BackupPolicy")
    edit(tmp_path, "case", lambda config: config["longshore:cluster"].update(sharedStorage={"backups": True}))
    assert of(nodes(play(tmp_path, "case")), "BackupPolicy")
    edit(tmp_path, "case", lambda config: config.pop("longshore:backup"))
    edit(tmp_path, "case", lambda config: config["longshore:cluster"].update(sharedStorage=True))
    assert of(nodes(play(tmp_path, "case")), "BackupPolicy"), "in production, as before there was a plan"


def test_the_vault_of_production_is_protected_and_never_emptied(tmp_path: Path):
    (vault,) = of(nodes(play(laid_out("backup", tmp_path), "case")), "Vault")
    assert vault.protected
    assert not vault.inputs.get("forceDestroy")
    edit(tmp_path, "case", lambda config: config.update({"longshore:production": False}))
    (vault,) = of(nodes(play(tmp_path, "case")), "Vault")
    assert not vault.protected
    assert vault.inputs["forceDestroy"]


@pytest.mark.parametrize(("compute", "driver"), [("auto", "ebs.csi.eks.amazonaws.com"), ("managed", "ebs.csi.aws.com")])
def test_a_restored_volume_is_kept_for_its_claim(tmp_path: Path, compute: str, driver: str):
    groups = {"nodeGroups": {"a": {}}} if compute == "managed" else {}
    graph = planned(tmp_path, {"restore": {"shop/postgres-data": VOLUME}}, compute=compute, **groups)
    (volume,) = (node for node in of(graph, "PersistentVolume"))
    spec = volume.inputs["spec"]
    assert spec["claimRef"] == {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "namespace": "shop",
        "name": "postgres-data",
    }
    assert spec["csi"] == {"driver": driver, "volumeHandle": VOLUME["volume"], "fsType": "ext4"}
    assert spec["capacity"] == {"storage": "100Gi"}
    assert spec["persistentVolumeReclaimPolicy"] == "Retain"
    (class_,) = (node.inputs for node in of(graph, "StorageClass") if node.inputs["metadata"]["name"] == "gp3")
    assert spec["storageClassName"] == "gp3"
    assert class_["provisioner"] == driver
    (term,) = spec["nodeAffinity"]["required"]["nodeSelectorTerms"]
    assert term["matchExpressions"][0]["values"] == ["eu-west-1b"]


def test_a_restored_volume_is_there_before_its_claim_and_goes_after_it(tmp_path: Path):
    graph = nodes(play(laid_out("backup", tmp_path), "case"))
    (claim,) = of(graph, "PersistentVolumeClaim")
    (volume,) = of(graph, "PersistentVolume")
    assert volume.urn in before(graph, claim.urn)


def warnings(config: dict[str, Any]) -> list[str]:
    checked = check_settings({GUARD: ["aws", "kubernetes"], **config}, read_stack_file("", "stack.yaml"))
    return [finding.message for finding in checked.findings if "backup" in finding.message]


def test_a_cluster_of_production_without_backups_is_told():
    prod = {**EKS, "longshore:environment": "prod"}
    assert len(warnings(prod)) == 1
    assert not warnings({**prod, "longshore:backup": {}})
    assert not warnings({**prod, "longshore:backup": {"keepDays": 0}})
    assert not warnings(EKS)
    managed = {**prod, "longshore:cluster": {**MANAGED, "nodeGroups": {"a": {}}}}
    assert len(warnings(managed)) == 1
