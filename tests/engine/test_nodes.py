"""What changes of nodes do on a real engine, beside an EKS that refuses what EKS refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.engine.eks_of_tests import NODE_GROUP, RELEASE, Groups
from tests.engine.project import operations, resources
from tests.engine.test_platform import PLATFORM, managed

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.engine.project import Project
    from tools.cluster.api import Api

GENERAL = "longshore-dev-nodes-general"
NEWER = "1.35.3-20260901"


def general(**settings: Any) -> Callable[[dict[str, Any]], None]:
    def change(config: dict[str, Any]) -> None:
        config["longshore:cluster"]["nodeGroups"]["general"].update(settings)

    return change


def cluster(**settings: Any) -> Callable[[dict[str, Any]], None]:
    return lambda config: config["longshore:cluster"].update(settings)


def group(project: Project) -> dict[str, Any]:
    """The group `general` as the state has it."""
    (found,) = [
        resource["inputs"]
        for resource in resources(project.stack(PLATFORM))
        if resource["type"] == NODE_GROUP and resource["urn"].endswith(f"::{GENERAL}")
    ]
    return dict(found)


@pytest.mark.usefixtures("like_eks", "chart")
def test_an_autoscaler_owns_the_number_of_nodes_and_the_stack_its_bounds(aws: Project, api: Api) -> None:
    aws.settings(PLATFORM, managed)
    stack, there = aws.stack(PLATFORM), Groups(Path(aws.environment["STUB_AWS_GROUPS"]))
    assert set(operations(stack.up())) == {"create"}, "the kinds of load balancers come with their chart"
    assert group(aws)["releaseVersion"] == RELEASE
    for name in ("alb", "alb-internal"):
        spec = api.get("elbv2.k8s.aws/v1beta1", "IngressClassParams", "", name)["spec"]
        assert spec["group"] == {"name": spec["scheme"]}
        assert {tag["key"] for tag in spec["tags"]} >= {"environment", "stack"}
    assert set(operations(stack.up())) == {"same"}

    there.change(GENERAL, {"desiredSize": 5})
    assert set(operations(stack.up())) == {"same"}, "what the autoscaler did is no difference"

    aws.settings(PLATFORM, general(minimum=3))
    assert operations(stack.up())["update"] == 1
    assert there.sizes[GENERAL] == {"minSize": 3, "desiredSize": 5, "maxSize": 6}, "no node in use was ended"
    assert set(operations(stack.up())) == {"same"}

    there.change(GENERAL, {"desiredSize": 3})
    aws.settings(PLATFORM, general(minimum=7, desired=7, maximum=9))
    assert operations(stack.up())["update"] == 1
    assert there.sizes[GENERAL] == {"minSize": 7, "desiredSize": 7, "maxSize": 9}
    assert set(operations(stack.up())) == {"same"}

    there.publish(NEWER)
    assert operations(stack.up())["update"] == 2, "both groups get the newer image"
    assert group(aws)["releaseVersion"] == NEWER
    aws.settings(PLATFORM, general(release=RELEASE))
    assert operations(stack.up())["update"] == 1
    assert group(aws)["releaseVersion"] == RELEASE

    aws.settings(PLATFORM, cluster(autoscaler=False))
    changed = operations(stack.up())
    assert changed["delete"] >= 5, "the autoscaler with its namespace and its role"
    aws.settings(PLATFORM, general(desired=8))
    assert operations(stack.up())["update"] == 1
    assert there.sizes[GENERAL]["desiredSize"] == 8, "without an autoscaler the file has the say"

    stack.destroy()
    assert resources(stack) == []
    assert there.sizes == {}
    entries = [json.loads(line) for line in (aws.folder / "aws.jsonl").read_text("utf-8").splitlines()]
    gone = [
        entry["type"].rsplit(":", 1)[1] for entry in entries if entry["op"] == "delete" and not entry.get("preview")
    ]
    last = gone.index("Cluster")
    assert max(index for index, kind in enumerate(gone) if kind in {"PodIdentityAssociation", "NodeGroup"}) < last


DENIED = (
    "invoking {token}: 1 error occurred:\n\t* reading: api error AccessDeniedException: User: {user} is not authorized "
    "to perform: {right} on resource: * because no identity-based policy allows the {right} action\n\n"
)


@pytest.mark.parametrize(
    ("token", "right", "help_text"),
    [
        ("aws:ssm/getParameter:getParameter", "ssm:GetParameter", "or name the `release` of each group"),
        ("aws:eks/getClusters:getClusters", "eks:ListClusters", "as roles of a bootstrap stack have it"),
    ],
)
@pytest.mark.parametrize("verb", ["preview", "up"])
def test_a_right_to_ask_that_is_missing_is_said_once_at_its_place(
    aws: Project, verb: str, token: str, right: str, help_text: str
) -> None:
    aws.settings(PLATFORM, managed)
    stack, there = aws.stack(PLATFORM), Groups(Path(aws.environment["STUB_AWS_GROUPS"]))
    there.refuse({token: DENIED.format(token=token, user="arn:aws:sts::111122223333:assumed-role/ci/me", right=right)})
    done = aws.run(verb, PLATFORM, "--suppress-progress", *(["--yes", "--skip-preview"] if verb == "up" else []))
    assert done.returncode
    diagnostics = done.stdout[done.stdout.index("Diagnostics:") :]
    (line,) = [one for one in diagnostics.splitlines() if "asks AWS" in one]
    assert "Pulumi.platform.dev.yaml:" in line
    assert f"`longshore:cluster.nodeGroups` asks AWS, and whoever deploys has no right to `{right}`" in line
    assert help_text in line
    assert "Traceback" not in done.stdout + done.stderr
    assert "unhandled" not in done.stdout + done.stderr
    assert not [found for found in resources(stack) if found["type"].startswith(("aws:", "eks:", "kubernetes:"))]


BATCH = {
    "capacityTypes": ["spot", "on-demand"],
    "architectures": ["arm64"],
    "labels": {"tier": "batch"},
    "limits": {"cpu": "64", "memory": "256Gi"},
    "taints": ["dedicated=batch:NoSchedule"],
    "weight": 10,
}


@pytest.mark.usefixtures("like_eks", "chart")
def test_pools_come_and_go_in_auto_mode(aws: Project, api: Api) -> None:
    stack = aws.stack(PLATFORM)
    stack.up()
    aws.settings(PLATFORM, cluster(nodePools={"batch": BATCH, "large": {"disk": 200}}))
    made = operations(stack.up())
    assert set(made) == {"same", "create"}
    assert made["create"] == 4, "a pool and its class for each"
    assert set(operations(stack.up())) == {"same"}
    pool = api.get("karpenter.sh/v1", "NodePool", "", "batch")["spec"]
    assert pool["limits"] == {"cpu": "64", "memory": "256Gi"}
    assert pool["template"]["spec"]["taints"] == [{"key": "dedicated", "value": "batch", "effect": "NoSchedule"}]
    nodes = api.get("eks.amazonaws.com/v1", "NodeClass", "", "large")["spec"]
    assert nodes["ephemeralStorage"] == {"size": "200Gi"}
    assert nodes["tags"]["stack"] == PLATFORM
    assert len(nodes["subnetSelectorTerms"]) == 3

    aws.settings(PLATFORM, cluster(nodePools={"batch": {**BATCH, "disk": 120, "taints": []}}))
    changed = operations(stack.up())
    assert (changed["update"], changed["delete"]) == (2, 2)
    assert "replace" not in changed
    assert api.get("eks.amazonaws.com/v1", "NodeClass", "", "batch")["spec"]["ephemeralStorage"] == {"size": "120Gi"}
    assert "taints" not in api.get("karpenter.sh/v1", "NodePool", "", "batch")["spec"]["template"]["spec"]
    stack.destroy()
    assert resources(stack) == []
    assert api.list("karpenter.sh/v1", "NodePool") == api.list("eks.amazonaws.com/v1", "NodeClass") == []
