"""Tenants: what a platform makes for a team, what the team's stack then has of it, and what the two must not say."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pulumi
import pytest

from longshore.cluster.bound import STACK, TEAM
from longshore.components.team_namespace import _checked
from longshore.model import Severity
from longshore.stack.names import store_role
from longshore.stack.reading import convert_stack, read_stack
from tests.components.conftest import TENANTS, as_tenant
from tests.components.ground import kind_of, made
from tests.components.stage import copy, edit, nodes, play
from tests.components.test_front_door import OIDC, exposing

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from longshore.rehearsal.plan import Node

ROLE = "arn:aws:iam::111122223333:role/longshore-dev-eu-west-1-shop-secrets"


def written(graph: dict[str, Node], kind: str, name: str) -> Node:
    (found,) = (node for node in made(graph) if kind_of(node) == kind and node.name == name)
    return found


def project(root: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """A platform with tenants and the shop on it, with a change in its stack file."""
    copy(root)
    edit(root, "platform.dev", lambda config: config.update({"longshore:tenants": TENANTS}))
    edit(root, "shop.dev", as_tenant)
    edit(root, "shop.dev", change)
    return root


def test_the_team_makes_nothing_outside_of_its_namespace(tenants):
    found = made(tenants["shop"])
    assert {kind_of(node).split(":")[0] for node in found} == {"kubernetes"}
    assert {node.inputs["metadata"]["namespace"] for node in found} == {"shop"}
    providers = {node.type for node in tenants["shop"].values() if node.type.startswith("pulumi:providers:")}
    assert providers == {"pulumi:providers:kubernetes"}, "no credentials of AWS are asked for"


def test_the_platform_makes_the_identity_that_the_store_of_the_team_assumes(tenants):
    platform, shop = tenants["platform"], tenants["shop"]
    role = written(platform, "aws:Role", "shop-secrets-role")
    account = written(shop, "kubernetes:ServiceAccount", "longshore-secrets").inputs["metadata"]
    assert account["annotations"]["eks.amazonaws.com/role-arn"] == ROLE
    assert ROLE.endswith(f"/{role.inputs['name']}")
    tokens = written(platform, "kubernetes:Role", "shop-secrets/longshore-secrets-tokens").inputs
    assert tokens["metadata"]["namespace"] == account["namespace"]
    assert tokens["rules"][0]["resourceNames"] == [account["name"]]


def test_each_role_of_iam_is_let_in_once_with_all_namespaces_of_its_team(tenants):
    found = made(tenants["platform"])
    entries = [node.inputs["principalArn"] for node in found if kind_of(node) == "aws:AccessEntry"]
    assert len(entries) == len(set(entries))
    scopes = {
        node.inputs["principalArn"].rpartition("/")[2]: node.inputs["accessScope"].get("namespaces")
        for node in found
        if kind_of(node) == "aws:AccessPolicyAssociation"
    }
    assert scopes["search"] == ["search", "search-trial"]
    assert scopes["shop-deploy"] == ["shop"]
    bound = [node.inputs for node in found if node.name.endswith("/team-deployers") and "RoleBinding" in node.type]
    groups = {each["metadata"]["namespace"]: each["subjects"][0]["name"] for each in bound}
    assert groups == {"shop": "team:shop:deploy", "search": "team:search:deploy", "search-trial": "team:search:deploy"}


def test_levels_quotas_and_environments_are_those_of_the_tenant(tenants):
    platform = tenants["platform"]
    labels = written(platform, "kubernetes:Namespace", "search-trial").inputs["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"
    assert labels["longshore.dev/environment"] == "trial"
    quota = written(platform, "kubernetes:ResourceQuota", "shop/team").inputs["spec"]["hard"]
    assert quota["requests.cpu"] == "40"
    assert not [node for node in made(platform) if node.name == "search-secrets-role"], "Vault has roles of its own"


def test_a_team_that_is_no_tenant_goes_on_as_before(tmp_path):
    root = project(tmp_path, lambda config: config.update({"longshore:team": "web"}))
    found = read_stack("shop.dev", str(root))
    assert found.settings
    assert (
        store_role(found.settings, found.platform)
        == "arn:aws:iam::111122223333:role/longshore-eu-west-1-dev-web-secrets"
    )


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"longshore:access": {"exec": True}}, "`longshore:access` of team shop stands in stack platform.dev"),
        ({"longshore:quota": {"pods": 3}}, "`longshore:quota` of team shop stands in stack platform.dev"),
        ({"longshore:environment": "trial"}, "is not that of namespace `shop` in stack platform.dev, `dev`"),
        ({"longshore:workloads": {"podSecurity": "privileged"}}, "`longshore:workloads.podSecurity` is `baseline` in"),
        ({"longshore:workloads": {"networkPolicies": False}}, "leaves out what pods need to speak"),
        ({"longshore:secrets": {"prefix": "mine/"}}, "`longshore:secrets.prefix` is left out in stack platform.dev"),
        ({"longshore:secrets": {"backend": "fake"}}, "`longshore:secrets.backend` is `aws-secrets-manager` in"),
        ({"longshore:namespace": "elsewhere"}, "stack platform.dev has made shop for the team"),
        ({"longshore:team": "web", "longshore:namespace": "search"}, "has made for team search"),
    ],
)
def test_what_is_said_against_the_platform_is_told_with_its_place(tmp_path, change, told):
    found = read_stack("shop.dev", str(project(tmp_path, lambda config: config.update(change))))
    assert found.settings is None
    (finding,) = found.findings
    assert told in finding.message
    assert finding.help
    assert finding.span
    assert finding.span.file == "stacks/Pulumi.shop.dev.yaml"


def test_a_secret_of_others_that_the_tenant_may_not_read_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv("LONGSHORE_REHEARSAL", "1")
    small = {"longshore:compose": {"files": ["compose.yaml"]}, "longshore:services": {}}
    root = project(tmp_path, lambda config: config.update(small))
    compose = "services: {web: {image: 'nginx:1.27.3', mem_limit: 64m, secrets: [key]}}\n"
    (root / "compose.yaml").write_text(compose + "secrets: {key: {external: true, name: shared/key}}\n", "utf-8")
    estate = convert_stack(read_stack("shop.dev", str(root)), {})
    assert estate
    errors = [finding.message for finding in estate.findings if finding.severity is Severity.ERROR]
    assert errors == ["`longshore:team` reads the secret `shared/key`, which its tenant may not"]
    allowed = json.loads(json.dumps(TENANTS))
    allowed["shop"]["secrets"]["also"] = ["shared/key"]
    edit(root, "platform.dev", lambda config: config.update({"longshore:tenants": allowed}))
    estate = convert_stack(read_stack("shop.dev", str(root)), {})
    assert estate
    assert not [finding for finding in estate.findings if finding.severity is Severity.ERROR]


def test_a_login_that_the_load_balancer_may_not_read_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv("LONGSHORE_REHEARSAL", "1")
    root = project(tmp_path, exposing("gateway", login=OIDC))
    estate = convert_stack(read_stack("shop.dev", str(root)), {})
    assert estate
    (error,) = [finding for finding in estate.findings if finding.severity is Severity.ERROR]
    assert error.message.endswith("which the load balancer may not read")
    assert "`loginSecrets` of `longshore:tenants.shop`" in error.help
    allowed = json.loads(json.dumps(TENANTS))
    allowed["shop"]["loginSecrets"] = [error.message.split("`")[3]]
    edit(root, "platform.dev", lambda config: config.update({"longshore:tenants": allowed}))
    estate = convert_stack(read_stack("shop.dev", str(root)), {})
    assert estate
    assert not [finding for finding in estate.findings if finding.severity is Severity.ERROR]
    rights = written(nodes(play(root, "platform.dev")), "kubernetes:Role", "shop/load-balancers").inputs
    assert rights["rules"][0]["resourceNames"] == allowed["shop"]["loginSecrets"]


@pytest.mark.parametrize(
    ("metadata", "told"),
    [
        ({"annotations": {STACK: "longshore/shop.dev"}, "labels": {TEAM: "shop"}}, "made by this very stack"),
        ({"annotations": {STACK: "longshore/platform.dev"}, "labels": {TEAM: "search"}}, "is of team search"),
        ({"annotations": None}, "is of nobody that Longshore knows"),
    ],
)
def test_a_namespace_that_is_not_the_platforms_for_the_team_is_refused(metadata, told):
    with pytest.raises(pulumi.RunError, match=told):
        _checked("shop", metadata, "shop", "longshore/shop.dev")


def test_the_namespace_that_the_platform_made_is_taken():
    metadata = {"annotations": {STACK: "longshore/platform.dev"}, "labels": {TEAM: "shop"}}
    assert _checked("shop", metadata, "shop", "longshore/shop.dev") == "shop"
    assert _checked("shop", None, "shop", "longshore/shop.dev") == "shop", "a rehearsal asks no cluster"
