"""What holds for every resource of every stack; the program is the real one, only the clouds are played."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from longshore.components.application import ROLE
from longshore.components.resources import notes
from longshore.convert.kubernetes.kinds import WORKLOADS
from longshore.convert.kubernetes.stable import stable_name
from longshore.rehearsal.plan import UNKNOWN
from longshore.stack.reading import convert_stack, read_stack
from tests.components.ground import before
from tests.components.stage import APPLICATION, REPOSITORY, own

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from longshore.rehearsal.plan import Node

Graph = dict[str, "Node"]


def real(graph: Graph) -> list[Node]:
    """Resources that something outside Pulumi is made for, by the program itself."""
    return [
        node
        for node in graph.values()
        if node.custom and not (node.expected or node.read or node.type.startswith("pulumi:"))
    ]


def objects(graph: Graph) -> list[Node]:
    return [node for node in graph.values() if node.type.startswith("kubernetes:") and not node.read]


def test_every_resource_has_an_explicit_provider_of_its_package(graph):
    for node in real(graph):
        assert node.provider, node.urn
        assert graph[node.provider].type == f"pulumi:providers:{node.type.split(':')[0]}", node.urn


def test_every_resource_stands_below_a_component(graph):
    for node in real(graph):
        assert node.parent, node.urn
        assert not graph[node.parent].custom, node.urn


def test_every_component_says_that_it_is_complete(graph):
    for node in graph.values():
        if not (node.custom or node.remote or node.expected):
            assert node.outputs is not None, node.urn


def test_components_wait_for_nothing_themselves(graph):
    """Because it would be in vain: what a component waits for, its children do not wait for."""
    for node in graph.values():
        if not (node.custom or node.remote):
            assert node.needs == (), node.urn


def test_what_a_resource_needs_is_there(graph):
    for node in graph.values():
        unknown = [urn for urn in node.needs if urn not in graph and not urn.endswith("-eksCluster")]
        assert unknown == [], node.urn
        assert node.urn not in before(graph, node.urn), f"{node.urn} waits for itself"


def test_aws_refuses_another_account_and_tags_everything(graph):
    for node in graph.values():
        if node.type == "pulumi:providers:aws":
            assert json.loads(node.inputs["allowedAccountIds"]) == ["111122223333"]
            tags = json.loads(node.inputs["defaultTags"])["tags"]
            assert {"environment", "stack", "managed-by"} <= tags.keys()


def test_kubernetes_providers_keep_their_identity_and_their_kubeconfig(graph):
    own_providers = [
        node for node in graph.values() if node.type == "pulumi:providers:kubernetes" and not node.expected
    ]
    assert {node.inputs["upsertExistingObjects"] for node in own_providers} == {"true", "false"}
    for node in own_providers:
        assert node.inputs["kubeconfig"], node.urn
        assert node.inputs["clusterIdentifier"], node.urn


def test_only_what_is_inside_a_namespace_of_ours_may_be_taken_over(graph):
    for node in objects(graph):
        takes_over = graph[node.provider].inputs["upsertExistingObjects"] == "true"
        namespaced = "namespace" in node.inputs.get("metadata", {})
        below_team = "TeamAccess" in node.urn or "Identity" in node.urn or APPLICATION in node.urn
        assert takes_over <= (namespaced and below_team), node.urn


def test_resources_that_may_be_taken_over_are_called_as_their_objects(graph):
    """Or a renamed resource would take its own object over and then delete it as the old resource's.

    Where a stack has several namespaces, behind a name that is one namespace's alone.
    """
    namespaces: dict[str, set[str]] = {}
    for node in objects(graph):
        if graph[node.provider].inputs["upsertExistingObjects"] == "true":
            prefix, _, name = node.name.rpartition("/")
            assert name == stable_name(dict(node.inputs)), node.urn
            namespaces.setdefault(prefix, set()).add(node.inputs["metadata"]["namespace"])
    assert all(len(found) == 1 for found in namespaces.values())


def test_no_value_of_a_secret_can_be_in_the_state(graph):
    for node in graph.values():
        assert not re.search(r"core/v1:Secret|secretVersion", node.type), node.urn
        assert not re.search(r'"[a-zA-Z]*Wo"', json.dumps(node.inputs)), node.urn


def policies(node: Node) -> Iterator[dict[str, Any]]:
    for key in ("policy", "assumeRolePolicy"):
        text = node.inputs.get(key)
        if isinstance(text, str) and text.startswith("{"):
            yield json.loads(text)


def test_no_policy_allows_everything(graph):
    for node in graph.values():
        for policy in policies(node):
            for statement in policy["Statement"]:
                for word in ("Action", "Resource"):
                    given = statement.get(word, [])
                    for item in [given] if isinstance(given, str) else given:
                        assert item != "*", node.urn
                        assert not (word == "Action" and item.endswith(":*")), node.urn


def test_team_objects_stand_in_a_namespace_and_after_it(graph):
    """One of the stack's own, or that which a platform has made for its team and which is read."""
    own_ones = {
        node.inputs["metadata"]["name"]: node.urn
        for node in objects(graph)
        if node.type == "kubernetes:core/v1:Namespace" and "TeamAccess" in node.urn
    }
    there = {node.inputs["name"]: node.urn for node in graph.values() if node.read and "TeamNamespace" in node.urn}
    for node in objects(graph):
        if re.search(r"TeamAccess|Identity|Application", node.urn) and node.urn not in own_ones.values():
            namespace = (own_ones | there)[node.inputs["metadata"]["namespace"]]
            assert namespace in before(graph, node.urn), node.urn


def test_services_select_pods_that_are_there(graph):
    workloads = [node.inputs for node in objects(graph) if node.type.rsplit(":", 1)[1] in WORKLOADS]
    pods = [workload["spec"]["template"] for workload in workloads]
    for workload in workloads:
        selector = workload["spec"].get("selector", {}).get("matchLabels", {})
        assert selector.items() <= workload["spec"]["template"]["metadata"]["labels"].items()
    for node in objects(graph):
        if node.type == "kubernetes:core/v1:Service" and node.inputs["spec"].get("selector"):
            selected = [
                pod for pod in pods if node.inputs["spec"]["selector"].items() <= pod["metadata"]["labels"].items()
            ]
            assert selected, node.urn
            named = {
                port["name"] for pod in selected for box in pod["spec"]["containers"] for port in box.get("ports", ())
            }
            for port in node.inputs["spec"].get("ports", ()):
                assert isinstance(port["targetPort"], float) or port["targetPort"] in named, node.urn


def secret_names(value: Any) -> Iterator[str]:
    """Names of the Secrets that a pod reads, as environment entries or as files."""
    for key, child in value.items() if isinstance(value, dict) else enumerate(value):
        if key == "secretKeyRef":
            yield child["name"]
        elif key == "secretName":
            yield child
        elif isinstance(child, (dict, list)):
            yield from secret_names(child)


def test_workloads_come_after_their_secrets(graph):
    secrets = {
        node.inputs["spec"]["target"]["name"]: node.urn
        for node in objects(graph)
        if node.type.endswith(":ExternalSecret")
    }
    used = set()
    for node in objects(graph):
        if node.type.rsplit(":", 1)[1] in WORKLOADS:
            earlier = before(graph, node.urn)
            named = set(secret_names(node.inputs["spec"]["template"]))
            assert {secrets[name] for name in named & secrets.keys()} <= earlier, node.urn
            used |= named
    assert secrets.keys() <= used


@pytest.mark.parametrize("stack", ["platform.dev", "shop.dev"])
def test_a_preview_shows_what_a_deployment_makes(stack):
    """Nothing is made inside an `apply`, where it would be missing while outputs are not known."""
    unknown, known = own(stack), own(stack, known=True)
    assert unknown.keys() == known.keys()


@pytest.mark.parametrize("stack", ["shop.dev", "shop.local"])
def test_every_manifest_reaches_its_provider_as_it_is(stack, monkeypatch):
    monkeypatch.setenv("LONGSHORE_REHEARSAL", "1")
    estate = convert_stack(read_stack(stack, str(REPOSITORY)), {})
    assert estate
    assert estate.conversion
    given = {
        (node.inputs["kind"], node.inputs["metadata"]["name"]): node.inputs
        for node in own(stack).values()
        if APPLICATION in node.urn and node.custom
    }
    assert len(given) == len(estate.conversion.manifests)
    for manifest in estate.conversion.manifests:
        found = given[manifest["kind"], manifest["metadata"]["name"]]
        expected = json.loads(json.dumps(manifest))
        metadata = expected["metadata"]
        metadata["namespace"] = "shop"
        if notes(manifest):
            metadata["annotations"] = {**metadata.get("annotations", {}), **notes(manifest)}
        if ROLE in metadata.get("annotations", {}):
            metadata["annotations"][ROLE] = UNKNOWN  # before the role is made, which keeps an earlier name
        assert found == expected


def test_production_is_protected(production):
    platform, shop = production["platform.prod"], production["shop.prod"]
    kinds = {node.type.rsplit(":", 1)[1] for node in platform.values() if node.protected}
    assert {"Vpc", "Subnet", "Cluster", "Key", "FileSystem", "Release"} <= kinds
    below_network = {
        node.type.rsplit(":", 1)[1] for node in platform.values() if node.protected and "Network" in node.urn
    }
    assert below_network == {"Vpc", "Subnet"}, "what has no data, and holds nothing up, can be taken away"
    cluster = next(node for node in platform.values() if node.type == "eks:index:Cluster")
    assert cluster.inputs["deletionProtection"] is True
    assert {node.protected for node in shop.values() if node.type.endswith(":PersistentVolumeClaim")} == {False}
    development = own("platform.dev")
    assert not any(node.protected for node in development.values())


def test_kubernetes_waits_for_managed_nodes_and_their_addons(production):
    platform = production["platform.prod"]
    release = next(node for node in platform.values() if node.type.endswith(":Release"))
    earlier = {platform[urn].type.rsplit(":", 1)[1] + " " + platform[urn].name for urn in before(platform, release.urn)}
    name = "longshore-prod"
    assert {f"NodeGroup {name}-nodes-big", f"NodeGroup {name}-nodes-general", f"Addon {name}-coredns"} <= earlier
    group = next(
        node for node in platform.values() if node.name == f"{name}-nodes-general" and node.type.endswith("NodeGroup")
    )
    assert f"{name}-eks-pod-identity-agent" in {platform[urn].name for urn in before(platform, group.urn)}
    assert group.ignored == ("scalingConfig.desiredSize",)


def test_the_cluster_outlives_its_nodes_way_out(graph):
    cluster = next((node for node in graph.values() if node.type == "eks:index:Cluster"), None)
    if cluster:
        kinds = {graph[urn].type.rsplit(":", 1)[1] for urn in before(graph, cluster.urn)}
        assert {"NatGateway", "Route", "LogGroup", "Key"} <= kinds


PLAIN = {"PAYPAL_CLIENT_ID", "TWILIO_ACCOUNT_SID"}
"""Names of accounts: told to every browser or printed on every bill."""


def secret_values() -> Mapping[str, str]:
    lines = (REPOSITORY / "examples/marketplace/.env.example").read_text("utf-8").splitlines()
    pairs = (line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    return {key: value.strip("'\"") for key, value in pairs if "fake" in value and key not in PLAIN}


def test_no_secret_of_the_example_is_anywhere_in_the_plan(graph):
    text = json.dumps([node.inputs for node in graph.values()])
    values = secret_values()
    assert len(values) > 25
    assert [key for key, value in values.items() if value in text] == []
