"""Viewers of an EKS cluster, on a real API server: they read every kind that a stack makes, and no Secret of a team."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from longshore.components.clusters.viewers import GROUP
from longshore.convert.kubernetes.kinds import API_VERSION
from tests.cluster.estates import ROOT, longshore
from tests.components.ground import kind_of, made
from tests.components.stage import copy, edit, nodes, own, play
from tools.cluster.api import Api, ApiError
from tools.cluster.members import member
from tools.cluster.workloads import apply_all

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tools.cluster.api import Manifest

STACKS = ("platform.dev", "shop.dev", "shop.local")
RBAC = ("ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding")
OPERATOR = "external-secrets"
FORBIDDEN, NOT_FOUND = 403, 404


def objects(stack: str) -> list[dict[str, Any]]:
    """What a stack makes in Kubernetes, but for what Helm makes."""
    nodes = [node for node in made(own(stack)) if node.type.startswith("kubernetes:")]
    return [dict(node.inputs) for node in nodes if kind_of(node) != "kubernetes:Release"]


def kinds() -> set[tuple[str, str]]:
    """(apiVersion, kind) of all that a stack or a conversion makes."""
    found = {(each["apiVersion"], each["kind"]) for stack in STACKS for each in objects(stack)}
    return found | {(version, kind) for kind, version in API_VERSION.items()}


@pytest.fixture(scope="module")
def viewer(api: Api, external_secrets_kinds: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """A connection as a viewer, with what a platform stack makes for these."""
    ours = [each for each in objects("platform.dev") if each["kind"] in RBAC]
    assert {each["kind"] for each in ours} == set(RBAC)
    operator = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": OPERATOR}}
    if not api.exists("v1", "Namespace", "", OPERATOR):
        api.create(operator)
    for each in ours:
        api.apply(each)
    with Api(member(api, tmp_path_factory.mktemp("viewer"), GROUP)) as connection:
        yield connection
    for each in ours:
        meta = each["metadata"]
        api.delete(each["apiVersion"], each["kind"], meta.get("namespace", ""), meta["name"])


def allowed(viewer: Api, verb: str, group: str, resource: str, namespace: str = "") -> bool:
    """What the API server says of a right; also of kinds that it does not serve."""
    resource, _, subresource = resource.partition("/")
    attributes = {"verb": verb, "group": group, "resource": resource, "subresource": subresource}
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": {**attributes, "namespace": namespace}},
    }
    answer = viewer.request("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", json=review)
    return bool(answer["status"]["allowed"])


def plural(api: Api, version: str, kind: str) -> str:
    try:
        return api.kind(version, kind).plural
    except ApiError as error:
        if error.status != NOT_FOUND:
            raise
        return kind.lower() if kind.endswith("s") else f"{kind.lower()}s"


def test_every_kind_is_read_and_none_is_written(api: Api, viewer: Api) -> None:
    found = kinds()
    assert {"Namespace", "StorageClass", "IngressClass", "IngressClassParams", "RoleBinding"} <= {x[1] for x in found}
    for version, kind in sorted(found):
        group = version.rpartition("/")[0]
        resource = plural(api, version, kind)
        for verb in ("get", "list", "watch"):
            assert allowed(viewer, verb, group, resource), f"{verb} {resource} of {version}"
        for verb in ("create", "update", "patch", "delete", "deletecollection"):
            assert not allowed(viewer, verb, group, resource), f"{verb} {resource} of {version}"


@pytest.mark.parametrize(
    ("verb", "group", "resource"),
    [
        ("get", "", "secrets"),
        ("list", "", "secrets"),
        ("watch", "", "secrets"),
        ("create", "", "pods/exec"),
        ("create", "", "pods/attach"),
        ("create", "", "pods/portforward"),
        ("create", "", "serviceaccounts/token"),
        ("get", "", "nodes/proxy"),
        ("get", "", "pods/proxy"),
        ("get", "", "services/proxy"),
        ("impersonate", "", "users"),
        ("impersonate", "", "groups"),
        ("escalate", "rbac.authorization.k8s.io", "clusterroles"),
        ("bind", "rbac.authorization.k8s.io", "clusterroles"),
    ],
)
def test_no_way_leads_to_a_secret(viewer: Api, verb: str, group: str, resource: str) -> None:
    assert not allowed(viewer, verb, group, resource)
    assert not allowed(viewer, verb, group, resource, "kube-system")


def test_the_marketplace_is_read_object_by_object(api: Api, viewer: Api, namespace: str) -> None:
    """All of it as it lies there, and beside it a Secret that the operator would have made."""
    manifests: list[Manifest] = longshore("render", ROOT, "-s", "shop.local").manifests
    assert len(manifests) > 150
    apply_all(api, manifests, namespace)
    for each in manifests:
        where = each["apiVersion"], each["kind"], namespace, each["metadata"]["name"]
        assert viewer.get(*where)["metadata"]["uid"] == api.get(*where)["metadata"]["uid"]
    api.create({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "web"}, "stringData": {"a": "b"}}, namespace)
    for name in ("web", "absent"):
        with pytest.raises(ApiError, match="forbidden") as refused:
            viewer.get("v1", "Secret", namespace, name)
        assert refused.value.status == FORBIDDEN
    with pytest.raises(ApiError, match="forbidden"):
        viewer.list("v1", "Secret", namespace)


def test_the_release_of_the_operator_is_read(api: Api, viewer: Api) -> None:
    """Helm keeps it in Secrets, which it looks for by their labels."""
    assert viewer.list("v1", "Secret", OPERATOR, labelSelector="owner=helm") == []
    assert not allowed(viewer, "create", "", "secrets", OPERATOR)
    assert not allowed(viewer, "delete", "", "secrets", OPERATOR)


def test_who_is_in_no_group_reads_nothing(api: Api, viewer: Api, tmp_path: Path) -> None:
    with Api(member(api, tmp_path)) as nobody, pytest.raises(ApiError, match="forbidden"):
        nobody.list("apps/v1", "Deployment")


def test_every_release_is_readable(tmp_path: Path) -> None:
    """A chart in a namespace of its own, whose Secrets viewers may read: or its drift would never be seen."""
    root = copy(tmp_path)
    domain = {"zone": "example.com", "zoneId": "Z0123456789ABCDEFGHIJ"}
    edit(root, "platform.dev", lambda config: config.update({"longshore:domain": domain}))
    graph = nodes(play(root, "platform.dev"))
    releases = [node.inputs["namespace"] for node in made(graph) if kind_of(node) == "kubernetes:Release"]
    rights = [node.inputs for node in made(graph) if kind_of(node) == "kubernetes:Role"]
    readable = {x["metadata"]["namespace"] for x in rights for rule in x["rules"] if rule["resources"] == ["secrets"]}
    assert len(releases) > 1
    assert set(releases) <= readable
