"""A value that is changed changes what it says, and nothing else; what is misspelt is refused."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from longshore.report.helm.chart import chart
from tests.attributes import golden
from tests.charts.programs import FailedError, Programs, written

if TYPE_CHECKING:
    from pathlib import Path

    from longshore.model import Manifest

pytestmark = pytest.mark.cluster

COMPOSE = """\
services:
  web:
    image: registry.example.com:5000/web:1.0
    ports: ["8080:80"]
    expose: ["9000"]
    environment: {COLOUR: "{{ red }}", SIZE: "1", LOG: info}
    healthcheck: {test: [CMD, curl, "-f", "http://localhost:80/up"], interval: 5s}
    mem_limit: 64m
    cpus: 0.5
    depends_on: {migrate: {condition: service_completed_successfully}}
  migrate:
    image: registry.example.com:5000/web:1.0
    command: [migrate]
    environment: {LOG: info}
    mem_limit: 64m
    restart: "no"
  proxy:
    image: registry.example.com/proxy:1
    network_mode: service:web
    mem_limit: 64m
    environment: {LOG: info}
  db:
    image: postgres:16
    environment: {POSTGRES_PASSWORD: "${DB_PASSWORD}"}
    volumes: [data:/var/lib/postgresql/data]
    mem_limit: 64m
volumes: {data: {}}
"""

CALLED = "app.kubernetes.io/name"


class Made:
    """What the chart makes with other values, object by object."""

    def __init__(self, manifests: list[Manifest]) -> None:
        self.objects = {f"{each['kind']}/{_stem(each)}": each for each in manifests}

    def container(self, workload: str, name: str = "") -> dict[str, Any]:
        """A container of a workload; the one that is called as the workload is, unless another is named."""
        name = name or workload.partition("/")[2]
        pod = self.objects[workload]["spec"]["template"]["spec"]
        return next(each for each in pod["containers"] if each["name"] == name)

    def env(self, workload: str, name: str = "") -> dict[str, Any]:
        """The variables of a container, in their order."""
        return {entry["name"]: entry.get("value") for entry in self.container(workload, name).get("env", ())}


def _stem(manifest: Manifest) -> str:
    name: str = manifest["metadata"]["name"]
    return name.rpartition("-")[0] if manifest["kind"] == "Job" else name


INGRESS = ("services.web.ingress.host=shop.example.com", "services.web.ingress.className=nginx")
SETS = {
    "as-it-is": (),
    "a-team": (
        "services.web.image.tag=2.0",
        "services.web.env.COLOUR=blue",
        "services.web.env.SIZE=null",
        "services.web.env.NEW=7",
        "services.web.resources.limits.cpu=null",
        "services.web.resources.limits.memory=128Mi",
        "services.web.livenessProbe=null",
        "services.web.readinessProbe.periodSeconds=9",
        "services.web.podAnnotations.a=b",
        "services.web.nodeSelector.disk=fast",
        "services.proxy.image.digest=sha256:abc",
    ),
    "debug": ("commonEnv.LOG=debug", "services.proxy.env.LOG=warn"),
    "two-pods": ("services.web.replicaCount=2",),
    "other-job": ("services.migrate.image.tag=2",),
    "debug-alone": ("commonEnv.LOG=debug",),
    "scaled": ("services.web.autoscaling.enabled=true", "services.web.autoscaling.maxReplicas=4"),
    "probe": ("services.web.livenessProbe.tcpSocket.port=80",),
    "ingress": (*INGRESS, "services.web.ingress.tlsSecret=tls"),
    "no-ingress": (*INGRESS, "services.web.ingress.enabled=false"),
    "balancer": ("services.web.service.type=LoadBalancer",),
    "left-out": ("services.db=null", "services.proxy=null", "networkPolicy.enabled=false"),
    "kept": ("persistence.resourcePolicy=keep",),
}
"""Sets of values, each of which is another part of one run of Helm."""

REFUSED = {
    "services.webb.replicaCount=2": "webb",
    "services.web.replicas=2": "replicas",
    "services.web.image.tga=2": "tga",
    "services.web.resources.limit.cpu=1": "limit",
    "services.web.env=1": "env",
    "services.web.livenessProbe.period=1": "period",
    "services.web.ingress.hosts=a": "hosts",
    "services.proxy.replicaCount=2": "replicaCount",
    "services.migrate.replicaCount=2": "replicaCount",
    "services.db.replicaCount=2": "maximum",
    "commonEnvs.A=1": "commonEnvs",
    "persistence.resourcePolicy=kept": "resourcePolicy",
}
"""A value that is misspelt or does harm → what is said of it."""


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The chart of a small project."""
    home = written({"compose.yaml": COMPOSE}, tmp_path_factory.mktemp("small"))
    conversion = golden.answer(home).conversion
    assert conversion
    return chart("small", conversion.manifests)


@pytest.fixture(scope="module")
def made(programs: Programs, small: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Made]:
    """What it makes with each set of values."""
    found = programs.template_values(small, SETS, tmp_path_factory.mktemp("sets"))
    return {name: Made(manifests) for name, manifests in found.items()}


def _differing(one: Made, other: Made) -> set[str]:
    names = one.objects.keys() | other.objects.keys()
    return {name for name in names if one.objects.get(name) != other.objects.get(name)}


def test_what_a_team_changes(made: dict[str, Made]) -> None:
    before, after = made["as-it-is"], made["a-team"]
    assert _differing(before, after) == {"Deployment/web"}
    web, was = after.container("Deployment/web"), before.container("Deployment/web")
    assert web["image"] == "registry.example.com:5000/web:2.0"
    assert before.env("Deployment/web") == {"COLOUR": "{{ red }}", "LOG": "info", "SIZE": "1"}
    assert after.env("Deployment/web") == {"COLOUR": "blue", "LOG": "info", "NEW": "7"}
    assert web["resources"]["limits"] == {"memory": "128Mi"}
    assert "livenessProbe" not in web
    assert web["readinessProbe"] == {**was["readinessProbe"], "periodSeconds": 9}
    assert web["startupProbe"] == was["startupProbe"]
    template = after.objects["Deployment/web"]["spec"]["template"]
    assert template["metadata"]["annotations"]["a"] == "b"
    assert template["spec"]["nodeSelector"] == {"disk": "fast"}
    assert after.container("Deployment/web", "proxy")["image"] == "registry.example.com/proxy:1@sha256:abc"


def test_a_chart_that_is_no_part_of_another_takes_values_as_those_do(
    programs: Programs, small: dict[str, str], made: dict[str, Made], tmp_path: Path
) -> None:
    given = [word for value in SETS["a-team"] for word in ("--set", value)]
    alone = Made(programs.template(written(small, tmp_path), *given, namespace="shop"))
    assert _differing(alone, made["a-team"]) == set()


def test_a_variable_of_all_changes_everywhere_and_is_added_nowhere(made: dict[str, Made]) -> None:
    debug = made["debug"]
    assert debug.env("Deployment/web")["LOG"] == "debug"
    assert debug.env("Job/migrate")["LOG"] == "debug"
    assert debug.env("Deployment/web", "proxy") == {"LOG": "warn"}
    assert "LOG" not in debug.env("Deployment/db")


def test_a_changed_job_is_a_new_one(made: dict[str, Made]) -> None:
    """Its pods cannot be changed: under the same name, an upgrade would fail."""
    names = {
        made[name].objects["Job/migrate"]["metadata"]["name"]
        for name in ("as-it-is", "two-pods", "other-job", "debug-alone")
    }
    assert len(names) == 3, "the number of another service's pods leaves it as it is"
    assert all(len(name) == len("migrate-12345678") for name in names)


def test_several_pods_have_a_budget(made: dict[str, Made]) -> None:
    one, two, scaled = made["as-it-is"], made["two-pods"], made["scaled"]
    assert _differing(one, two) == {"Deployment/web", "PodDisruptionBudget/web"}
    budget = two.objects["PodDisruptionBudget/web"]
    assert budget["spec"]["selector"] == two.objects["Deployment/web"]["spec"]["selector"]
    assert _differing(one, scaled) == {"Deployment/web", "PodDisruptionBudget/web", "HorizontalPodAutoscaler/web"}
    assert "replicas" not in scaled.objects["Deployment/web"]["spec"]
    spec = scaled.objects["HorizontalPodAutoscaler/web"]["spec"]
    assert (spec["minReplicas"], spec["maxReplicas"], spec["scaleTargetRef"]["name"]) == (1, 4, "web")


def test_a_probe_that_asks_something_else(made: dict[str, Made]) -> None:
    probe = made["probe"].container("Deployment/web")
    assert "httpGet" not in probe["livenessProbe"]
    assert probe["livenessProbe"]["tcpSocket"] == {"port": 80}
    assert probe["livenessProbe"]["periodSeconds"] == 5


def test_an_ingress_where_there_was_none(made: dict[str, Made]) -> None:
    before, after = made["as-it-is"], made["ingress"]
    assert _differing(before, after) == {"Ingress/web", "NetworkPolicy/public-web"}
    spec = after.objects["Ingress/web"]["spec"]
    assert spec["ingressClassName"] == "nginx"
    assert spec["tls"] == [{"hosts": ["shop.example.com"], "secretName": "tls"}]
    backend = spec["rules"][0]["http"]["paths"][0]["backend"]
    assert backend == {"service": {"name": "web", "port": {"number": 80}}}
    assert after.objects["NetworkPolicy/public-web"]["spec"] == {
        "podSelector": {"matchLabels": {CALLED: "web", "app.kubernetes.io/instance": "shop"}},
        "policyTypes": ["Ingress"],
        "ingress": [{"ports": [{"port": 80, "protocol": "TCP"}]}],
    }
    assert _differing(before, made["no-ingress"]) == set()


def test_a_load_balancer_where_there_was_none(made: dict[str, Made]) -> None:
    before, after = made["as-it-is"], made["balancer"]
    assert _differing(before, after) == {"Service/web", "NetworkPolicy/public-web"}
    assert after.objects["Service/web"]["spec"]["type"] == "LoadBalancer"


def test_what_is_left_out(made: dict[str, Made]) -> None:
    before, without = made["as-it-is"], made["left-out"]
    gone = {name for name in before.objects if name not in without.objects}
    policies = {name for name in before.objects if name.startswith("NetworkPolicy/")}
    assert gone > policies | {"Deployment/db", "Service/db", "PersistentVolumeClaim/data", "ExternalSecret/db-secrets"}
    containers = without.objects["Deployment/web"]["spec"]["template"]["spec"]["containers"]
    assert [each["name"] for each in containers] == ["web"]


def test_volumes_that_outlive_the_release(made: dict[str, Made]) -> None:
    annotations = made["kept"].objects["PersistentVolumeClaim/data"]["metadata"]["annotations"]
    assert annotations["helm.sh/resource-policy"] == "keep"


@pytest.fixture(scope="module")
def said(programs: Programs, small: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What Helm says of each value that is refused, from one run that has them all."""
    sets = {f"wrong-{number}": (value,) for number, value in enumerate(REFUSED)}
    with pytest.raises(FailedError) as failed:
        programs.template_values(small, sets, tmp_path_factory.mktemp("refused"))
    parts = re.split(r"^(wrong-\d+):\n", str(failed.value), flags=re.MULTILINE)[1:]
    told = dict(zip(parts[::2], parts[1::2], strict=True))
    return {value: told.get(name, "") for name, (value,) in sets.items()}


@pytest.mark.parametrize("value", REFUSED)
def test_what_is_misspelt_or_does_harm_is_refused(said: dict[str, str], value: str) -> None:
    assert REFUSED[value] in said[value]
