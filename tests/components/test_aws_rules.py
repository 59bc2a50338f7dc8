"""What AWS would refuse half-way through a deployment, refused before it begins."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from longshore.stack import aws_rules, node_rules
from longshore.stack.access_entries import let_in_twice
from longshore.stack.file import read_stack_file
from longshore.stack.images import REPOSITORY_NAME
from longshore.stack.reading import read_stack
from longshore.stack.validation import check_settings, told
from tests.components.stage import copy, edit, nodes, play

if TYPE_CHECKING:
    from pathlib import Path

PLATFORM, SHOP = "platform.dev", "shop.dev"
EKS: dict[str, Any] = {
    "pulumi:disable-default-providers": ["aws", "kubernetes"],
    "longshore:environment": "dev",
    "longshore:aws": {"region": "eu-west-1", "accountId": "111122223333"},
    "longshore:network": {},
    "longshore:cluster": {"kind": "eks"},
}
NAMES = {
    "aws:iam/role:Role": (64, r"[\w+=,.@-]+"),
    "aws:eks/cluster:Cluster": (100, r"[0-9A-Za-z][A-Za-z0-9_-]*"),
    "aws:eks/nodeGroup:NodeGroup": (63, r"[0-9A-Za-z][A-Za-z0-9_-]*"),
    "aws:ec2/launchTemplate:LaunchTemplate": (125, r"[A-Za-z0-9().\-/_]+"),
    "aws:ec2/securityGroup:SecurityGroup": (255, r"[A-Za-z0-9 ._\-:/()#,@+=]+"),
    "aws:cloudwatch/logGroup:LogGroup": (512, r"[\w./#-]+"),
    "aws:ecr/repository:Repository": (
        256,
        r"[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*/[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*",
    ),
    "aws:kms/alias:Alias": (256, r"alias/[\w/-]+"),
    "aws:budgets/budget:Budget": (100, r"[^:\\]+"),
}
"""Type → how long its name may be, and of what: the API references of the services."""
ARNS = [f"arn:aws:iam::111122223333:role/{name}" for name in ("a", "b")]


def cluster(**settings: Any) -> dict[str, Any]:
    return {"longshore:cluster": {"kind": "eks", **settings}}


def nodes_of(**settings: Any) -> dict[str, Any]:
    return cluster(compute="managed", nodeGroups={"general": settings})


def tags(**found: str) -> dict[str, Any]:
    return {"longshore:aws": {**EKS["longshore:aws"], "tags": found}}


def open_to(*ranges: str) -> dict[str, Any]:
    return cluster(endpoint={"public": True, "cidrs": list(ranges)})


def messages(change: dict[str, Any]) -> list[str]:
    return [found.message for found in check_settings({**EKS, **change}, read_stack_file("", "stack.yaml")).findings]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (tags(**{"aws:owner": "x"}), "`longshore:aws.tags.aws:owner` begins with `aws:`"),
        (tags(Team="x"), "`longshore:aws.tags.Team` is set by Longshore itself"),
        (tags(owner="x", Owner="y"), "`longshore:aws.tags.Owner` is there twice"),
        (tags(owner="x?"), "`longshore:aws.tags.owner` is no tag that AWS takes"),
        (tags(**{f"t{number}": "x" for number in range(41)}), "`longshore:aws.tags` are 41"),
        ({"longshore:aws": {**EKS["longshore:aws"], "region": "us-west-1"}}, "`us-west-1` offers two zones"),
        ({"longshore:environment": "e" * 47, **cluster(name="x")}, "`longshore:environment` is too long"),
        ({"longshore:environment": "e" * 33}, "`longshore:environment` is too long"),
        (cluster(name="c" * 43), "`longshore:cluster.name` is too long"),
        (open_to("203.0.113.7/24"), "`203.0.113.7/24` has bits set behind its prefix"),
        (open_to("203.0.113.0/33"), "is no address range"),
        (open_to("10.1.0.0/16"), "`10.1.0.0/16` is private"),
        (open_to(*(f"203.0.113.{number}/32" for number in range(41))), "are 41 ranges"),
        (cluster(addons={"kube-proxy": "v1.35.3-eksbuild.18"}), "is built into Auto Mode"),
        (cluster(compute="managed", nodeGroups={"a": {}}, addons={"vpc-cni": ""}), "cannot be left out"),
        (cluster(addons={"eks-pod-identity-agent": "v1.4.0-eksbuild.1"}), "is built into Auto Mode"),
        (
            cluster(compute="managed", nodeGroups={"a": {}}, addons={"eks-pod-identity-agent": ""}),
            "cannot be left out: by it other add-ons get their rights",
        ),
        (
            cluster(addons={"external-dns": {"version": "v0.20.0-eksbuild.3", "policies": ["A"]}}),
            "`longshore:cluster.addons.external-dns.policies` are for a ServiceAccount that is not known",
        ),
        (
            cluster(addons={"metrics-server": {"serviceAccount": "metrics-server"}}),
            "`longshore:cluster.addons.metrics-server.serviceAccount` gets no rights",
        ),
        (
            {
                "longshore:aws": {**EKS["longshore:aws"], "assumeRole": f"{ARNS[0]}"},
                **cluster(admins=[ARNS[1], ARNS[0]]),
            },
            "`longshore:cluster.admins[1]` is the role that deploys",
        ),
        (cluster(sharedStorage=True, addons={"aws-efs-csi-driver": ""}), "is what `sharedStorage` works by"),
        (cluster(sharedStorage=True, version="1.40", addons={"metrics-server": "v1.0.0-eksbuild.1"}), "must pin"),
        (cluster(compute="managed", nodeGroups={"a b": {}}), "is no name for a node group"),
        (cluster(compute="managed", nodeGroups={"a" * 60: {}}), "is no name for a node group"),
        (nodes_of(minimum=0, desired=0, maximum=0), "must have a `maximum` of 1 or more"),
        (nodes_of(disk=8), "has no room for the image of a node"),
        (nodes_of(ami="AL2023_ARM_64_STANDARD"), "`m7i.large` is x86, and the image is for ARM"),
        (nodes_of(instanceTypes=["c7gn.large"]), "`c7gn.large` is ARM, and the image is for x86"),
        (nodes_of(labels={"kubernetes.io/role": "x"}), "is a label that EKS keeps for itself"),
        (nodes_of(labels={"a b": "x"}), "is no label of Kubernetes"),
    ],
)
def test_what_aws_refuses_is_refused_first(change, message):
    assert [found for found in messages(change) if message in found], messages(change)


@pytest.mark.parametrize(
    "change",
    [
        tags(owner="shop", **{"cost-centre": "42", "url": "https://example.com/a_b+c@d"}),
        open_to("203.0.113.7/32", "198.51.100.0/24"),
        nodes_of(ami="BOTTLEROCKET_ARM_64", instanceTypes=["t4g.small", "im4gn.large", "a1.large"]),
        nodes_of(instanceTypes=["g4dn.xlarge", "m7i-flex.large"], labels={"example.com/pool": "", "a": "b_c.d"}),
        cluster(compute="managed", nodeGroups={"a": {}}, addons={"coredns": ""}),
        cluster(addons={"amazon-cloudwatch-observability": {"version": "v6.4.0-eksbuild.1", "policies": ["A"]}}),
        cluster(addons={"metrics-server": {"configuration": {"replicas": 3}}}),
        cluster(sharedStorage=False, addons={"aws-efs-csi-driver": ""}),
        cluster(sharedStorage="true"),
    ],
)
def test_what_aws_takes_is_taken(change):
    assert messages(change) == []


@pytest.mark.parametrize("compute", ["auto", "managed"])
def test_the_longest_names_that_are_allowed_fit(tmp_path: Path, compute: str) -> None:
    """Those that Pulumi makes up from the name of a resource, and those that we give."""
    root = copy(tmp_path)
    (root / "stacks" / f"Pulumi.{SHOP}.yaml").unlink()
    name, environment = "c" * aws_rules.LONGEST_CLUSTER, "e" * aws_rules.LONGEST_ENVIRONMENT
    groups = {"g" * (node_rules.NODE_GROUP_NAME - node_rules.RANDOM - len(f"{name}-nodes-")): {}}

    def long(config: dict[str, Any]) -> None:
        config["longshore:environment"] = environment
        config["longshore:cluster"] |= {"name": name, "compute": compute}
        if compute == "managed":
            config["longshore:cluster"]["nodeGroups"] = groups
        config["longshore:images"] = {"repositories": {"t" * 100: ["i" * (REPOSITORY_NAME - 101)]}}

    edit(root, PLATFORM, long)
    found = nodes(play(root, PLATFORM)).values()
    assert {node.type for node in found} >= NAMES.keys() - {
        "aws:eks/nodeGroup:NodeGroup" if compute == "auto" else "",
        "aws:ec2/launchTemplate:LaunchTemplate" if compute == "auto" else "",
    }
    for node in found:
        if node.type in NAMES:
            longest, characters = NAMES[node.type]
            given = str(node.inputs.get("name") or f"{node.name}{node_rules.RANDOM * 'x'}")
            assert len(given) <= longest, given
            assert re.fullmatch(characters, given, re.ASCII), given


def test_a_role_that_is_listed_for_both_has_one_entry(tmp_path: Path) -> None:
    root = copy(tmp_path)
    edit(root, SHOP, lambda config: config["longshore:access"].update(people=ARNS, deployers=[ARNS[0], ARNS[0]]))
    entries = {
        node.inputs["principalArn"]: node.inputs["kubernetesGroups"]
        for node in nodes(play(root, SHOP)).values()
        if node.type == "aws:eks/accessEntry:AccessEntry"
    }
    assert entries == {ARNS[0]: ["team:shop", "team:shop:deploy"], ARNS[1]: ["team:shop"]}


def test_a_role_of_another_stack_of_the_cluster_is_refused(tmp_path: Path) -> None:
    """By the platform or by another team: AWS would say so after the namespace is there."""
    root = copy(tmp_path)
    edit(root, PLATFORM, lambda config: config["longshore:cluster"].update(admins=ARNS))
    edit(root, SHOP, lambda config: config["longshore:access"].update(people=["arn:aws:iam::111122223333:role/c"]))
    text = (root / "stacks" / f"Pulumi.{SHOP}.yaml").read_text("utf-8")
    (root / "stacks/Pulumi.twin.dev.yaml").write_text(text.replace("team: shop", "team: twin"), "utf-8")
    assert [found.message for found in read_stack("twin.dev", str(root)).findings] == [
        f"`longshore:access.{place}[0]` `arn:aws:iam::111122223333:role/{role}` is let in by stack shop.dev already, "
        "and EKS takes one entry per role"
        for place, role in (("people", "c"), ("deployers", "shop-deploy"))
    ]
    (root / "stacks/Pulumi.twin.dev.yaml").unlink()
    edit(root, SHOP, lambda config: config["longshore:access"].update(people=ARNS[1:]))
    (found,) = read_stack(SHOP, str(root)).findings
    assert f"`longshore:access.people[0]` `{ARNS[1]}` is let in by stack {PLATFORM} already" in found.message


@pytest.mark.parametrize(
    ("deployer", "place"),
    [
        ("arn:aws:iam::111122223333:role/b", "`longshore:cluster.viewers[0]`"),
        ("arn:aws:sts::111122223333:assumed-role/b/ci-42", "`longshore:cluster.viewers[0]`"),
        ("arn:aws:sts::111122223333:assumed-role/platform/me@example.com", "`longshore:cluster.admins[0]`"),
        ("arn:aws:iam::111122223333:user/people/me", "`longshore:access.people[0]`"),
        ("arn:aws:iam::111122223333:role/d", "`longshore:tenants.books.access.people[0]`"),
        ("arn:aws:iam::999922223333:role/b", ""),
        ("arn:aws:iam::111122223333:role/c", ""),
        ("", ""),
    ],
)
def test_whoever_deploys_is_known_by_what_aws_calls_them(deployer, place):
    file = read_stack_file("", "stack.yaml")
    people = ["arn:aws:iam::111122223333:user/people/me"]
    admins = ["arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/platform"]
    access = {"longshore:access": {"people": people}, "longshore:team": "x"}
    tenants = {"longshore:tenants": {"books": {"access": {"people": ["arn:aws:iam::111122223333:role/d"]}}}}
    settings = check_settings({**EKS, **cluster(admins=admins, viewers=ARNS[1:]), **access, **tenants}, file).settings
    assert settings
    found = [told(one, file) for one in let_in_twice(settings, deployer)]
    assert len(found) == bool(place)
    assert all(place in each and "leave it out" in each for each in found)
