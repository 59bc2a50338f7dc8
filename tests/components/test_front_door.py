"""How services are reached from outside on EKS: one load balancer for a scheme, rollouts that it knows of, logins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from longshore.convert.options import Options
from longshore.stack.inputs import options_of
from longshore.stack.reading import read_stack
from tests.components.stage import EKS, check, copy, edit, nodes, own, play

if TYPE_CHECKING:
    from pathlib import Path

    from longshore.rehearsal.plan import Node

PLATFORM, SHOP = "platform.dev", "shop.dev"
CERTIFICATE = "arn:aws:acm:eu-west-1:111122223333:certificate/0"
OIDC = {
    "kind": "oidc",
    "clientId": "shop",
    "issuer": "https://id.example.com",
    "authorizationEndpoint": "https://id.example.com/authorize",
    "tokenEndpoint": "https://id.example.com/token",
    "userInfoEndpoint": "https://id.example.com/me",
    "variable": "OIDC_CLIENT_SECRET",
}


def of(found: dict[str, Node], kind: str) -> dict[str, Node]:
    return {node.name: node for node in found.values() if node.type.endswith(f":{kind}")}


def exposing(service: str, **exposure: Any) -> Any:
    given = {"kind": "ingress", "host": f"{service}.example.com", "certificate": CERTIFICATE, **exposure}

    def change(config: dict[str, Any]) -> None:
        config["longshore:services"].setdefault(service, {})["exposure"] = given

    return change


@pytest.mark.parametrize(("setting", "groups"), [("shared", {"internet-facing", "internal"}), ("each", set())])
def test_one_load_balancer_for_a_scheme(tmp_path: Path, setting: str, groups: set[str]) -> None:
    root = copy(tmp_path)
    edit(root, PLATFORM, lambda config: config["longshore:cluster"].update(loadBalancers=setting))
    made = of(nodes(play(root, PLATFORM)), "IngressClassParams").values()
    assert {node.inputs["spec"]["group"]["name"] for node in made if "group" in node.inputs["spec"]} == groups


@pytest.mark.parametrize(
    ("cluster", "workloads", "shared"),
    [
        ({}, {}, True),
        ({"loadBalancers": "each"}, {}, False),
        ({"compute": "managed", "nodeGroups": {"a": {}}}, {}, True),
        ({"compute": "managed", "nodeGroups": {"a": {}}, "loadBalancerController": False}, {}, False),
        ({}, {"ingressClass": "mine-alb"}, False),
    ],
)
def test_a_conversion_knows_what_is_shared(cluster: Any, workloads: Any, *, shared: bool) -> None:
    config = {**EKS, "longshore:cluster": {"kind": "eks", **cluster}, "longshore:workloads": workloads}
    settings = check(config).settings
    assert options_of(settings).shared_load_balancers is shared
    assert not Options().shared_load_balancers


def test_a_namespace_on_eks_asks_the_load_balancer_whether_a_pod_is_ready() -> None:
    """And no other: elsewhere nobody reads it."""
    labels = of(own(SHOP), "Namespace")["shop"].inputs["metadata"]["labels"]
    assert labels["eks.amazonaws.com/pod-readiness-gate-inject"] == "enabled"
    assert labels["elbv2.k8s.aws/pod-readiness-gate-inject"] == "enabled"
    elsewhere = of(own("shop.local"), "Namespace")["shop"].inputs["metadata"]["labels"]
    assert not [key for key in elsewhere if key.endswith("pod-readiness-gate-inject")]


def test_the_load_balancer_may_read_the_client_of_a_login_and_nothing_else(tmp_path: Path) -> None:
    root = copy(tmp_path)
    edit(root, SHOP, exposing("gateway", login=OIDC))
    found = nodes(play(root, SHOP))
    (secret,) = [
        node for name, node in of(found, "ExternalSecret").items() if node.inputs["spec"]["target"]["name"] == name
        and name == "gateway-login"
    ]  # fmt: skip
    assert secret.inputs["spec"]["target"]["template"]["data"]["clientSecret"] == "{{ .OIDC_CLIENT_SECRET }}"
    (rule,) = of(found, "Role")["load-balancers"].inputs["rules"]
    assert (rule["resources"], rule["resourceNames"]) == (["secrets"], ["gateway-login"])
    subjects = of(found, "RoleBinding")["load-balancers"].inputs["subjects"]
    assert {subject["name"] for subject in subjects} == {"eks:managed", "aws-load-balancer-controller"}
    assert "load-balancers" not in of(own(SHOP), "Role")


def test_the_variable_of_a_login_is_one_that_is_stored_with_the_service(tmp_path: Path) -> None:
    root = copy(tmp_path)
    edit(root, SHOP, exposing("gateway", login=OIDC))
    entry = of(nodes(play(root, SHOP)), "ExternalSecret")["gateway-login"].inputs["spec"]["data"][0]
    assert entry["remoteRef"] == {"key": "dev/shop/gateway", "property": "OIDC_CLIENT_SECRET"}


def test_one_load_balancer_waits_for_one_time(tmp_path: Path) -> None:
    root = copy(tmp_path)
    text = (root / "stacks" / f"Pulumi.{SHOP}.yaml").read_text("utf-8")
    (root / "stacks/Pulumi.twin.dev.yaml").write_text(text.replace("team: shop", "team: twin"), "utf-8")
    edit(root, "twin.dev", lambda config: config.pop("longshore:access", None))
    edit(root, SHOP, exposing("gateway", idleTimeout=900))
    edit(root, "twin.dev", exposing("gateway", idleTimeout=60))
    (found,) = read_stack("twin.dev", str(root)).findings
    assert found.message == (
        "`longshore:services.gateway.exposure.idleTimeout` is 60, and 900 in stack shop.dev, which shares the load "
        "balancer"
    )
    edit(root, "twin.dev", exposing("gateway", idleTimeout=60, internal=True))
    assert read_stack("twin.dev", str(root)).findings == ()
