"""In which order objects are made, how long each is waited for, and what reordering a compose file changes."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pulumi
import pytest

from longshore.components.clusters.stack_reference import _required
from longshore.components.kubernetes_object import type_token
from longshore.components.resources import notes, resource, rollout_seconds, timeouts
from longshore.convert.kubernetes.creation import creation_needs
from longshore.convert.kubernetes.kinds import API_VERSION
from longshore.convert.kubernetes.order import apply_order, dependencies
from longshore.model import Conversion, ObjectKey, key_of
from longshore.program.bound_cluster import command, reach
from longshore.stack.settings import KubeconfigCluster, Settings
from tests.components.stage import APPLICATION, nodes, play, small

WEB, DB = "app.kubernetes.io/name", "part"


def service(name: str, selector: dict[str, str], **spec: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": {"selector": selector, **spec}}


def deployment(name: str, **spec: Any) -> dict[str, Any]:
    pod = {"metadata": {"labels": {WEB: name, DB: "x"}}, "spec": {"containers": [{"name": name}]}}
    metadata = {"name": name}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": {"template": pod, **spec}}


def needs(*manifests: dict[str, Any]) -> dict[str, set[str]]:
    objects = {key_of(manifest): manifest for manifest in manifests}
    conversion = Conversion(tuple(manifests), (), {}, dependencies(objects, ()), {})
    found = creation_needs(conversion)
    assert len(apply_order(found)) == len(manifests)
    return {str(key): {str(need) for need in wanted} for key, wanted in found.items()}


def test_a_workload_comes_after_the_services_that_select_it():
    found = needs(
        service("web", {WEB: "web"}), service("all", {DB: "x"}), service("db", {WEB: "db"}), deployment("web")
    )
    assert found["deployment/web"] == {"service/web", "service/all"}


def test_a_load_balancer_and_an_ingress_come_after_the_workload():
    rules = [{"http": {"paths": [{"backend": {"service": {"name": "web"}}}]}}]
    ingress = {"apiVersion": "x", "kind": "Ingress", "metadata": {"name": "web"}, "spec": {"rules": rules}}
    balancer = service("outside", {WEB: "web"}, type="LoadBalancer")
    found = needs(ingress, balancer, service("web", {WEB: "web"}), deployment("web"))
    assert found == {
        "ingress/web": {"deployment/web"},
        "service/outside": {"deployment/web"},
        "deployment/web": {"service/web"},
        "service/web": set(),
    }


def test_a_service_without_pods_waits_for_nothing():
    assert needs(service("lost", {WEB: "nobody"}), service("other", {})) == {
        "service/lost": set(),
        "service/other": set(),
    }


def probe(**given: int) -> dict[str, int]:
    return {"periodSeconds": 10, "failureThreshold": 3, **given}


def test_a_rollout_is_given_what_its_probes_allow():
    slow = deployment(
        "slow", replicas=4, strategy={"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}, minReadySeconds=10
    )
    slow["spec"]["template"]["spec"]["containers"][0].update(
        startupProbe=probe(failureThreshold=60), readinessProbe=probe()
    )
    waves, pull, start, ready, stop = 4, 300, 630, 10, 30
    assert rollout_seconds(slow) == pytest.approx(waves * (pull + start + ready + stop), abs=60)
    del slow["spec"]["replicas"]
    assert rollout_seconds(slow, most=4) == pytest.approx(waves * (pull + start + ready + stop), abs=60)
    fast = deployment("fast", progressDeadlineSeconds=1200)
    assert rollout_seconds(fast) > 1200, "Kubernetes gives up first, and says why"


PLATFORM = {
    "IngressClass": "networking.k8s.io/v1",
    "LimitRange": "v1",
    "Namespace": "v1",
    "ResourceQuota": "v1",
    "Role": "rbac.authorization.k8s.io/v1",
    "RoleBinding": "rbac.authorization.k8s.io/v1",
    "StorageClass": "storage.k8s.io/v1",
}


@pytest.mark.parametrize(("kind", "api_version"), {**API_VERSION, **PLATFORM}.items())
def test_the_type_of_an_object_is_that_of_the_class_of_the_sdk(kind, api_version):
    group, _, version = api_version.rpartition("/")
    if group == "external-secrets.io":
        expected = f"kubernetes:{api_version}:{kind}"
    else:
        module = import_module(f"pulumi_kubernetes.{group.partition('.')[0] or 'core'}.{version}")
        expected = getattr(module, kind).pulumi_type
    assert type_token(api_version, kind) == expected


def test_what_is_waited_for():
    external = {"kind": "ExternalSecret", "metadata": {"name": "x"}, "spec": {}}
    assert notes(external) == {"pulumi.com/waitFor": "condition=Ready"}
    assert notes(service("web", {})) == {"pulumi.com/skipAwait": "true"}
    assert notes(service("web", {}, type="LoadBalancer")) == {}
    given = timeouts({"kind": "Job", "metadata": {"name": "x"}, "spec": {"activeDeadlineSeconds": 90}})
    assert given
    assert given.create == "90s"


def test_a_secret_is_refused():
    with pytest.raises(ValueError, match="never by Pulumi"):
        resource("x", {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "x"}}, None)  # type: ignore[arg-type]


COMPOSE = {
    "web": """\
  web:
    image: nginx:1.27.3
    mem_limit: 64m
    ports: ['80']
    depends_on: {db: {condition: service_healthy}}
""",
    "db": """\
  db:
    image: postgres:17.2
    mem_limit: 64m
    healthcheck: {test: pg_isready}
    volumes: ['data:/var/lib/postgresql/data']
""",
    "job": """\
  job:
    image: busybox:1.37.0
    mem_limit: 64m
    restart: 'no'
    environment: {some_key_with_underscores: x}
""",
}


def composed(*names: str) -> str:
    return (
        "name: web\nservices:\n"
        + "".join(COMPOSE[name] for name in names)
        + ("volumes: {data: {}}\n" if "db" in names else "")
    )


def test_the_order_of_services_changes_nothing(tmp_path):
    one = nodes(play(small(tmp_path / "one", composed("web", "db", "job")), "web.local"))
    two = nodes(play(small(tmp_path / "two", composed("job", "db", "web")), "web.local"))
    assert {urn: (node.inputs, node.needs) for urn, node in one.items() if APPLICATION in urn} == {
        urn: (node.inputs, node.needs) for urn, node in two.items() if APPLICATION in urn
    }


def test_a_new_service_adds_its_own_resources_and_changes_no_other(tmp_path):
    before = nodes(play(small(tmp_path / "one", composed("db")), "web.local"))
    after = nodes(play(small(tmp_path / "two", composed("job", "db")), "web.local"))
    assert before.keys() < after.keys()
    assert {urn: node.inputs for urn, node in before.items() if APPLICATION in urn} == {
        urn: after[urn].inputs for urn in before if APPLICATION in urn
    }
    assert {node.name for urn, node in after.items() if urn not in before} == {"job"}


@pytest.mark.parametrize("production", [True, False])
def test_what_holds_data_is_protected_in_production(tmp_path, production):
    settings = {"longshore:production": production, "longshore:storage": {"size": "1Gi"}}
    found = nodes(play(small(tmp_path / "web", composed("web", "db"), settings), "web.local"))
    protected = {node.type.rsplit(":", 1)[1] for node in found.values() if node.protected and APPLICATION in node.urn}
    assert protected == ({"PersistentVolumeClaim"} if production else set())


@pytest.mark.parametrize(
    ("compose", "settings", "where"),
    [
        ("services: {web: {image: x, prots: []}}", {}, "compose.yaml:1:28"),
        ("- web", {}, "compose.yaml:1:1"),
        ("services: {web: {image: x, volumes: ['data:/data']}}", {}, "compose.yaml:1:"),
        ("services: {web: {image: x, ports: ['99999:80']}}", {}, "compose.yaml:1:"),
        ("services: {web: {image: x}}", {"longshore:teem": "x"}, "Pulumi.web.local.yaml:"),
        ("services: {web: {image: x, privileged: true}}", {}, "compose.yaml:1:"),
    ],
    ids=["key", "list", "volume", "port", "setting", "unsafe"],
)
def test_a_mistake_registers_nothing(tmp_path, compose, settings, where):
    found = play(small(tmp_path, compose, settings), "web.local")
    assert found.bug == ""
    assert where in found.failure
    assert found.nodes == ()


def test_a_missing_file_registers_nothing(tmp_path):
    root = small(tmp_path, "services: {}", {"longshore:compose": {"files": ["elsewhere.yaml"]}})
    found = play(root, "web.local")
    assert "elsewhere.yaml" in found.failure
    assert found.nodes == ()


def test_two_resources_of_one_name_are_refused_as_the_engine_does(tmp_path):
    program = tmp_path / "twice.py"
    lines = ["import pulumi", "for n in 'aa':", "    pulumi.ComponentResource('a:b:C', n)"]
    program.write_text("\n".join(lines), "utf-8")
    found = play(small(tmp_path / "project", composed("web")), "web.local", program=program)
    assert "duplicate resource urn:pulumi:web.local::longshore::a:b:C::a" in found.bug


def test_asking_an_account_is_refused(tmp_path):
    program = tmp_path / "asks.py"
    program.write_text("import pulumi_aws\npulumi_aws.get_caller_identity()\n", "utf-8")
    found = play(small(tmp_path / "project", composed("web")), "web.local", program=program)
    assert "a plan must not depend on an account" in found.bug


@pytest.mark.parametrize("ending", ["sys.exit(3)", "sys.exit('no account')", "os._exit(3)", "os.kill(os.getpid(), 9)"])
def test_a_program_that_ends_itself_has_no_plan(tmp_path, ending):
    """What it registered before is not all that there would be, and an empty plan would say that nothing is made."""
    program = tmp_path / "ends.py"
    program.write_text(f"import os, sys\n{ending}\n", "utf-8")
    found = play(small(tmp_path / "project", composed("web")), "web.local", program=program)
    assert found.bug or found.failure
    assert found.nodes == ()


def test_a_program_that_ends_well_has_one(tmp_path):
    program = tmp_path / "ends.py"
    program.write_text("import sys, pulumi\npulumi.ComponentResource('a:b:C', 'a')\nsys.exit(0)\n", "utf-8")
    found = play(small(tmp_path / "project", composed("web")), "web.local", program=program)
    assert [node.name for node in found.nodes] == ["a"]
    assert not found.bug + found.failure


def test_an_order_of_unknown_objects_is_no_mistake():
    assert ObjectKey("Service", "web") not in needs(deployment("web"))


def test_a_platform_that_exports_no_kubeconfig_is_told():
    """Or the provider would take the kubeconfig of whoever runs Pulumi."""
    with pytest.raises(pulumi.RunError, match="deploy it first"):
        _required(None, "kubeconfig", "platform.dev")
    assert _required("{}", "kubeconfig", "platform.dev") == "{}"


def test_a_kubeconfig_that_is_not_there_is_told(monkeypatch, tmp_path):
    """Or the provider would take the path for the content."""
    whole = Settings("dev", KubeconfigCluster(kind="kubeconfig"))
    monkeypatch.setenv("KUBECONFIG", "/one:/two")
    with pytest.raises(pulumi.RunError, match=r"no kubeconfig at /one:/two; set `longshore:cluster\.path`"):
        reach(whole, str(tmp_path), needs_operator=False)


def test_the_login_is_called_by_its_name_where_the_engine_finds_it(monkeypatch, tmp_path):
    """By a path only where there is no other way: the state of one machine is read on the next."""
    here = str(Path(sys.executable).parent)
    monkeypatch.setenv("PATH", here)
    assert command() == [sys.executable, "-P", "-m", "longshore.cluster.login"], "there for programs alone"
    program = tmp_path / "longshore-login"
    program.write_text("#!/bin/sh\n", "utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{here}:{tmp_path}")
    assert command() == ["longshore-login"]


@pytest.mark.parametrize(
    ("asked", "settings", "ignored"),
    [
        ("", {}, ("spec.replicas",)),
        (", scale: 1", {}, ()),
        (", deploy: {replicas: 3}", {}, ()),
        ("", {"longshore:services": {"web": {"replicas": 1}}}, ()),
        (", deploy: {replicas: 3}", {"longshore:services": {"web": {"scale": {"max": 5}}}}, ("spec.replicas",)),
    ],
)
def test_the_number_of_pods_is_left_to_others_where_no_file_has_it(tmp_path, asked, settings, ignored):
    compose = f"services: {{web: {{image: 'nginx:1.27.0', mem_limit: 64m{asked}}}}}\n"
    found = nodes(play(small(tmp_path / "project", compose, settings), "web.local"))
    (workload,) = [node for node in found.values() if node.type.endswith(":Deployment")]
    assert workload.ignored == ignored
