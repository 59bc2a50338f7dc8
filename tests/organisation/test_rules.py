"""The rules of an organisation: what each refuses and lets pass, what is waived, and what `check` makes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from longshore.model import Severity
from longshore.policies.rules import RULES, Seen, Wanted, full_name, judged, violations
from longshore.stack.reading import convert_stack, read_stack
from tests.components.stage import small

if TYPE_CHECKING:
    from pathlib import Path

WANTED = Wanted(("registry.example.com/", "docker.io/library/"), ("cost-centre",), ("door",), production=True)
KEY = "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA0Z3VS5JJcds3xfn\n-----END RSA PRIVATE KEY-----"
SOUND = {
    "name": "web",
    "image": "registry.example.com/web:1",
    "resources": {"limits": {"memory": "64Mi"}},
    "ports": [{"containerPort": 80}],
    "readinessProbe": {"tcpSocket": {"port": 80}},
}


def workload(kind: str = "Deployment", **changes: Any) -> Seen:
    container = {key: value for key, value in {**SOUND, **changes}.items() if value is not None}
    return Seen(kind, "web", {"kind": kind, "spec": {"template": {"spec": {"containers": [container]}}}})


def balancer(kind: str, name: str = "web", scheme: str = "", **spec: Any) -> Seen:
    notes = {"alb.ingress.kubernetes.io/scheme": scheme} if scheme else {}
    return Seen(kind, name, {"metadata": {"name": name, "annotations": notes}, "spec": spec})


def provider(**tags: str) -> Seen:
    return Seen("pulumi:providers:aws", "aws", {"defaultTags": {"tags": tags}})


BREAKS = [
    ("no-secret-object", Seen("Secret", "web", {"data": {}})),
    ("plain-credential", workload(env=[{"name": "X", "value": "postgres://app:hunter2secret@db/shop"}])),
    ("plain-credential", Seen("ConfigMap", "web", {"data": {"key.pem": KEY}})),
    ("memory-limit", workload(resources=None)),
    ("memory-limit", workload("Job", resources={"limits": {"cpu": "1"}}, ports=None)),
    ("readiness-probe", workload(readinessProbe=None)),
    ("public-load-balancer", balancer("Service", type="LoadBalancer")),
    ("public-load-balancer", balancer("Ingress", ingressClassName="alb")),
    ("public-load-balancer", balancer("Ingress", scheme="internet-facing")),
    ("protected-data", Seen("PersistentVolumeClaim", "data", {}, protected=False)),
    ("protected-data", Seen("aws:efs/fileSystem:FileSystem", "shared", {}, protected=False)),
    ("allowed-registry", workload(image="quay.io/other/web:1")),
    ("allowed-registry", workload(image="registry.example.com.evil.net/web:1")),
    ("allowed-registry", workload(image="someone/web")),
    ("required-tag", provider(team="shop")),
    ("required-tag", Seen("pulumi:providers:aws", "aws", {})),
]
KEEPS = [
    workload(),
    workload(image="nginx:1.27.3"),
    workload("Job", ports=None, readinessProbe=None),
    workload(env=[{"name": "DB_PASSWORD", "valueFrom": {"secretKeyRef": {"name": "web", "key": "DB_PASSWORD"}}}]),
    Seen("ConfigMap", "web", {"data": {"colour": "blue"}}),
    balancer("Service", type="ClusterIP"),
    balancer("Ingress", ingressClassName="alb-internal"),
    balancer("Ingress", scheme="internal"),
    balancer("Service", "door", type="LoadBalancer"),
    Seen("PersistentVolumeClaim", "data", {}, protected=True),
    Seen("PersistentVolumeClaim", "data", {}),
    provider(**{"cost-centre": "platform"}),
    Seen("aws:ec2/vpc:Vpc", "dev", {"tags": {}}),
]


@pytest.mark.parametrize(("rule", "resource"), BREAKS)
def test_each_rule_refuses_what_it_forbids_and_no_other_does(rule: str, resource: Seen) -> None:
    assert [one.rule for one in violations(resource, WANTED)] == [rule]
    assert all(one.message and one.help for one in violations(resource, WANTED))


@pytest.mark.parametrize("resource", KEEPS)
def test_what_keeps_to_the_rules_passes(resource: Seen) -> None:
    assert [one.rule for one in violations(resource, WANTED)] == []


def test_every_rule_is_broken_by_something() -> None:
    assert {rule for rule, _ in BREAKS} == RULES.keys()


def test_no_value_is_repeated() -> None:
    found = [one for _, resource in BREAKS for one in violations(resource, WANTED)]
    assert "hunter2" not in "".join(one.message + one.help for one in found)
    assert "MIIE" not in "".join(one.message + one.help for one in found)


def test_outside_of_production_data_may_go() -> None:
    assert not list(
        violations(Seen("PersistentVolumeClaim", "data", {}, protected=False), WANTED._replace(production=False))
    )


def test_a_waiver_lets_one_rule_of_one_object_pass_and_is_counted() -> None:
    waivers = {"memory-limit Deployment/web": "measured next week", "readiness-probe Job/gone": "no more"}
    broken = workload(resources=None, readinessProbe=None)
    found = judged([broken], WANTED._replace(waivers=waivers))
    assert [one.rule for one in found.violations] == ["readiness-probe"]
    assert [one.rule for one in found.waived] == ["memory-limit"]
    assert found.unneeded == ("readiness-probe Job/gone",)


@pytest.mark.parametrize(
    ("image", "name"),
    [
        ("nginx", "docker.io/library/nginx"),
        ("grafana/loki:3", "docker.io/grafana/loki:3"),
        ("localhost:5000/x", "localhost:5000/x"),
        ("localhost/x", "localhost/x"),
        ("ghcr.io/a/b@sha256:0", "ghcr.io/a/b@sha256:0"),
    ],
)
def test_the_full_name_of_an_image(image: str, name: str) -> None:
    assert full_name(image) == name


def told(root: Path) -> list[tuple[Severity, str, str]]:
    stack = read_stack("web.local", str(root))
    estate = convert_stack(stack, {})
    assert estate
    return [
        (one.severity, str(one.span), one.message) for one in estate.findings if "longshore:policies" in one.message
    ]


def test_check_holds_a_stack_against_them_at_the_place_of_the_setting(tmp_path: Path) -> None:
    compose = "services: {web: {image: 'quay.io/a/web:1', mem_limit: 64m}, cache: {image: 'redis:7', mem_limit: 64m}}"
    policies = {"registries": ["docker.io/library/"], "waivers": {"allowed-registry Deployment/web": "until June"}}
    strict = {**policies, "waivers": {"memory-limit Deployment/web": "x", "no-such-rule Deployment/web": "x"}}
    root = small(tmp_path / "a", compose, {"longshore:policies": policies})
    assert told(root) == [
        (Severity.INFO, "stacks/Pulumi.web.local.yaml:13:5", "`longshore:policies.waivers` let 1 rule pass")
    ]
    found = told(small(tmp_path / "b", compose, {"longshore:policies": strict}))
    assert [severity for severity, _, _ in found] == [Severity.ERROR] * 3
    messages = " ".join(message for _, _, message in found)
    assert "(allowed-registry): Deployment web runs quay.io/a/web:1, which is of no allowed registry" in messages
    assert "`longshore:policies.waivers.memory-limit Deployment/web` waives what nothing breaks" in messages
    assert "the rules are no-secret-object" in messages
    assert told(small(tmp_path / "c", compose)) == []
