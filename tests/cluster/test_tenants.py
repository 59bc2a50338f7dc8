"""A tenant on a real API server: its deployer deploys the shop with rights in its namespace alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.components.conftest import tenants
from tests.components.ground import kind_of, made
from tools.cluster.api import Api, ApiError
from tools.cluster.members import member
from tools.cluster.workloads import end_namespaces, wait_until_up

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from longshore.rehearsal.plan import Node
    from tools.cluster.api import Manifest

__all__ = ["tenants"]

FORBIDDEN = 403
NAMESPACES = ("shop", "search", "search-trial")
ON_EKS = {"kubernetes:StorageClass", "kubernetes:IngressClass", "kubernetes:IngressClassParams", "kubernetes:Release"}
"""Kinds that the cluster of the tests has of its own, or has not."""


def objects(graph: dict[str, Node], word: str) -> list[Manifest]:
    """The objects of a stack below the components whose type has a word in it, in the order of making."""
    nodes = [node for node in made(graph) if node.type.startswith("kubernetes:") and word in node.urn]
    return [dict(node.inputs) for node in nodes if kind_of(node) not in ON_EKS]


@pytest.fixture(scope="module")
def estate(tenants: dict[str, dict[str, Node]]) -> list[Manifest]:
    """All that the stack of the shop makes: nothing but objects in its namespace."""
    graph = tenants["shop"]
    assert {kind_of(node).split(":")[0] for node in made(graph)} == {"kubernetes"}
    found = objects(graph, "")
    assert len(found) > 200
    assert {each["metadata"]["namespace"] for each in found} == {"shop"}
    return found


@pytest.fixture(scope="module")
def platform(api: Api, external_secrets_kinds: None, tenants: dict[str, dict[str, Node]]) -> Iterator[None]:
    """What the platform makes for its tenants, made by an administrator."""
    for word in ("TeamAccess", "Identity"):
        for each in objects(tenants["platform"], word):
            api.apply(each)
    yield
    end_namespaces(api, list(NAMESPACES))


@pytest.fixture(scope="module")
def deployer(api: Api, platform: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """A connection as whoever deploys the shop."""
    with Api(member(api, tmp_path_factory.mktemp("deployer"), "team:shop:deploy")) as connection:
        yield connection


def refused(step: Any, *arguments: Any, **options: Any) -> bool:
    """Whether the API server forbids a step."""
    with pytest.raises(ApiError) as error:
        step(*arguments, **options)
    return error.value.status == FORBIDDEN


def place(manifest: Manifest, namespace: str = "shop") -> tuple[str, str, str, str]:
    return manifest["apiVersion"], manifest["kind"], namespace, manifest["metadata"]["name"]


@pytest.mark.usefixtures("simulated")
def test_a_deployer_deploys_sees_and_takes_down_the_shop(api: Api, deployer: Api, estate: list[Manifest]) -> None:
    """Each object of the plan by server-side apply, as Pulumi does it; quota, limits and levels let its pods in."""
    deployer.get("v1", "Namespace", "", "shop")
    for each in estate:
        deployer.apply(each)
    for each in estate:
        deployer.get(*place(each))
        deployer.list(each["apiVersion"], each["kind"], "shop")
    wait_until_up(api, "shop")
    for kind in ("Pod", "Event", "Endpoints", "ResourceQuota", "LimitRange"):
        deployer.list("v1", kind, "shop")
    for each in reversed(estate):
        deployer.delete(*place(each))
    assert not [each for each in estate if each["kind"] == "Deployment" and api.exists(*place(each))]


def test_another_tenant_is_out_of_reach(deployer: Api, estate: list[Manifest]) -> None:
    one_of_each = {each["kind"]: each for each in estate}.values()
    for theirs in ("search", "search-trial", "default"):
        for each in one_of_each:
            moved = {**each, "metadata": {**each["metadata"], "namespace": theirs}}
            assert refused(deployer.apply, moved), f"{each['kind']} in {theirs}"
            assert refused(deployer.list, each["apiVersion"], each["kind"], theirs)
            assert refused(deployer.delete, *place(each, theirs))
        assert refused(deployer.get, "v1", "Namespace", "", theirs)


def test_what_the_platform_made_is_the_platforms(api: Api, deployer: Api, tenants: dict[str, dict[str, Node]]) -> None:
    """But for policies and accounts, which a team has more of: who may write one kind may write all of that kind."""
    theirs = [
        each for each in objects(tenants["platform"], "TeamAccess") if each["metadata"].get("namespace") == "shop"
    ]
    kinds = {each["kind"] for each in theirs}
    assert kinds == {"LimitRange", "NetworkPolicy", "ResourceQuota", "Role", "RoleBinding"}
    for each in theirs:
        if each["kind"] != "NetworkPolicy":
            assert refused(deployer.apply, each), each["kind"]
            assert refused(deployer.delete, *place(each)), each["kind"]
    namespace = api.get("v1", "Namespace", "", "shop")
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "baseline"
    level = {"metadata": {"labels": {"pod-security.kubernetes.io/enforce": "privileged"}}}
    assert refused(deployer.patch, "v1", "Namespace", "", "shop", level)
    assert refused(deployer.delete, "v1", "Namespace", "", "shop")
    assert refused(deployer.create, {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "mine"}})


def test_nobody_of_a_team_reads_a_secret(api: Api, deployer: Api, tmp_path: Path) -> None:
    api.apply({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "web"}, "stringData": {"a": "b"}}, "shop")
    with Api(member(api, tmp_path, "team:shop")) as person:
        for who in (deployer, person):
            assert refused(who.get, "v1", "Secret", "shop", "web")
            assert refused(who.list, "v1", "Secret", "shop")
            token = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}
            path = "/api/v1/namespaces/shop/serviceaccounts/longshore-secrets/token"
            assert refused(who.request, "POST", path, json=token)
        person.list("apps/v1", "Deployment", "shop")
        assert refused(person.list, "apps/v1", "Deployment", "search")
