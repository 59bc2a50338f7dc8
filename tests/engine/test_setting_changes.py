"""What a change of one setting does to a platform that is there: it may cost time, and never data."""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from longshore.stack.addons import NEEDED, SHARED_STORAGE
from tests.engine.test_platform import PLATFORM, managed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tests.engine.project import Project
    from tools.cluster.api import Api
    from tools.cluster.fixtures import Target

DATA = frozenset(
    {
        "aws:cloudwatch/logGroup:LogGroup",
        "aws:ec2/subnet:Subnet",
        "aws:ec2/vpc:Vpc",
        "aws:efs/accessPoint:AccessPoint",
        "aws:efs/fileSystem:FileSystem",
        "aws:eks/cluster:Cluster",
        "aws:kms/key:Key",
        "aws:s3/bucket:Bucket",
        "eks:index:Cluster",
        "kubernetes:core/v1:Namespace",
        "kubernetes:helm.sh/v3:Release",
        "pulumi:providers:kubernetes",
    }
)
"""Types of what holds data, and of what it could not be reached without."""

GONE = frozenset({"delete", "delete-replaced", "replace", "create-replacement"})


def lost(project: Project) -> Iterator[str]:
    """What a preview would delete or replace of that which holds data."""
    done = project.run("preview", PLATFORM, "--json")
    previewed = json.loads(done.stdout)
    said = "\n".join(one["message"] for one in previewed.get("diagnostics", ()) if one["severity"] == "error")
    assert done.returncode == 0, f"{said}\n{done.stderr[-3000:]}"
    for step in previewed["steps"]:
        urn = step["urn"]
        kind = urn.split("::")[2].rsplit("$", 1)[-1]
        if step["op"] in GONE and kind in DATA and not urn.endswith("-eks-k8s"):
            yield f"{step['op']} {urn}"


def of(section: str, **settings: Any) -> Callable[[dict[str, Any]], None]:
    def change(config: dict[str, Any]) -> None:
        config[f"longshore:{section}"].update(settings)

    return change


def endpoint(*cidrs: str) -> Callable[[dict[str, Any]], None]:
    return of("cluster", endpoint={"public": bool(cidrs), **({"cidrs": list(cidrs)} if cidrs else {})})


def newer(config: dict[str, Any]) -> None:
    names = (*NEEDED["auto"], SHARED_STORAGE)
    config["longshore:cluster"].update(version="1.36", addons=dict.fromkeys(names, "v1.0.0-eksbuild.1"))


ADMIN, VIEWER = (f"arn:aws:iam::123456789012:role/{name}" for name in ("another-admin", "another-viewer"))
SHARED: Mapping[str, Callable[[dict[str, Any]], None]] = {
    "tags": lambda config: config["longshore:aws"]["tags"].update(owner="web"),
    "production": lambda config: config.update({"longshore:production": "true"}),
    "nat per zone": of("network", nat="per-zone"),
    "nat regional": of("network", nat="regional"),
    "endpoints": of("network", endpoints=["ecr.api", "sts"]),
    "flow log days": of("network", flowLogDays=90),
    "version": newer,
    "endpoint private": endpoint(),
    "endpoint ranges": endpoint("198.51.100.0/24"),
    "admins": of("cluster", admins=[ADMIN]),
    "viewers": of("cluster", viewers=[VIEWER]),
    "addon version": of("cluster", addons={"metrics-server": "v0.9.1-eksbuild.1"}),
    "addon told": of("cluster", addons={"metrics-server": {"configuration": {"replicas": 3}}}),
    "addon left out": of("cluster", addons={"metrics-server": ""}),
    "addon more": of("cluster", addons={"amazon-cloudwatch-observability": "v6.4.0-eksbuild.1"}),
    "network policies": of("cluster", networkPolicies=False),
    "support": of("cluster", support="extended"),
    "logs": of("cluster", logs=["audit"]),
    "log days": of("cluster", logDays=30),
    "protect": of("cluster", protect=True),
    "operator replicas": of("operator", replicas=3),
    "operator values": of("operator", values={"concurrent": 9}),
    "backup": lambda config: config.update({"longshore:backup": {"keepDays": 7}}),
    "budget": of("budget", monthly=901, notify=["others@example.com"]),
}
AUTO: Mapping[str, Callable[[dict[str, Any]], None]] = {
    "pools": of("cluster", nodePools=["general-purpose"]),
    "own pools": of("cluster", nodePools={"batch": {"capacityTypes": ["spot"], "taints": ["a=b:NoSchedule"]}}),
}
"""Setting → a change of it."""


def group(**settings: Any) -> Callable[[dict[str, Any]], None]:
    return of("cluster", nodeGroups={"general": settings, "spot": {"capacity": "spot"}})


MANAGED: Mapping[str, Callable[[dict[str, Any]], None]] = {
    "nodes minimum": group(minimum=4, desired=4),
    "nodes types": group(instanceTypes=["m7i.xlarge"]),
    "nodes disk": group(disk=100),
    "nodes labels": group(labels={"tier": "web"}),
    "nodes taints": group(taints=["dedicated=batch:NoSchedule"]),
    "nodes release": group(release="1.35.3-20260701"),
    "nodes at once": group(maxUnavailable=2),
    "nodes image": group(ami="BOTTLEROCKET_x86_64"),
    "nodes capacity": group(capacity="spot", instanceTypes=["m7i.large", "m6i.large", "m7a.large"]),
    "nodes group gone": of("cluster", nodeGroups={"general": {}}),
}


@pytest.mark.usefixtures("like_eks", "chart")
@pytest.mark.parametrize("compute", ["auto", "managed"])
def test_no_change_of_a_setting_takes_data(aws: Project, compute: str) -> None:
    if compute == "managed":
        aws.settings(PLATFORM, managed)
    aws.stack(PLATFORM).up()
    path = aws.folder / "stacks" / f"Pulumi.{PLATFORM}.yaml"
    before, found = path.read_text("utf-8"), {}
    for setting, change in (AUTO | SHARED if compute == "auto" else MANAGED).items():
        aws.settings(PLATFORM, change)
        found[setting] = list(lost(aws))
        path.write_text(before, "utf-8")
    assert {setting: gone for setting, gone in found.items() if gone} == {}
    aws.stack(PLATFORM).destroy()


STATES = sorted(Path(__file__).with_name("states").glob("*.json"))
"""Platforms that an earlier version made, by `pulumi stack export`, with words for what was of their cluster."""


@contextmanager
def placed(api: Api, deployment: Mapping[str, Any]) -> Iterator[None]:
    """The objects of a state on the cluster, as that version's provider had made them there."""
    made = []
    for resource in deployment["resources"]:
        manifest = resource.get("inputs") or {}
        if resource["type"].startswith("kubernetes:") and "kind" in manifest:
            where = api.path(manifest["apiVersion"], manifest["kind"], manifest["metadata"].get("namespace", ""))
            api.request("POST", where, json=manifest, params={"fieldManager": "pulumi-kubernetes"})
            made.append(manifest)
    yield
    for manifest in reversed(made):
        metadata = manifest["metadata"]
        place = (manifest["apiVersion"], manifest["kind"], metadata.get("namespace", ""), metadata["name"])
        api.delete(*place)
        api.wait(lambda place=place: not api.exists(*place), f"{place[1]} {place[3]} deleted", pause=0.2)  # type: ignore[misc]


@pytest.mark.usefixtures("like_eks", "chart")
@pytest.mark.parametrize("state", STATES, ids=lambda path: path.stem)
def test_what_an_earlier_version_made_goes_on_without_a_loss(
    aws: Project, api: Api, cluster: Target, state: Path
) -> None:
    if state.stem == "managed":
        aws.settings(PLATFORM, managed)
    server = yaml.safe_load(cluster.kubeconfig.read_text("utf-8"))["clusters"][0]["cluster"]
    words = {
        "ENDPOINT": server["server"],
        "AUTHORITY": server["certificate-authority-data"],
        "CHART": str(aws.folder / "chart"),
    }
    text = re.sub("|".join(words), lambda word: words[word[0]], state.read_text("utf-8"))
    stack = aws.stack(PLATFORM)
    exported = stack.export_stack()
    exported.deployment = json.loads(text)
    stack.import_stack(exported)
    with placed(api, exported.deployment):
        assert list(lost(aws)) == []
