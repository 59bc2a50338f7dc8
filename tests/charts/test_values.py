"""A value that is changed changes what it says, and nothing else; what is misspelt is refused."""

from __future__ import annotations

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


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The chart of a small project."""
    home = written({"compose.yaml": COMPOSE}, tmp_path_factory.mktemp("small"))
    conversion = golden.answer(home).conversion
    assert conversion
    return written(chart("small", conversion.manifests), home / "chart")


def _made(programs: Programs, folder: Path, *values: str) -> Made:
    return Made(programs.template(folder, *(word for value in values for word in ("--set", value))))


def _differing(one: Made, other: Made) -> set[str]:
    names = one.objects.keys() | other.objects.keys()
    return {name for name in names if one.objects.get(name) != other.objects.get(name)}


def test_what_a_team_changes(programs: Programs, folder: Path) -> None:
    before = _made(programs, folder)
    after = _made(
        programs,
        folder,
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
    )
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


def test_a_variable_of_all_changes_everywhere_and_is_added_nowhere(programs: Programs, folder: Path) -> None:
    made = _made(programs, folder, "commonEnv.LOG=debug", "services.proxy.env.LOG=warn")
    assert made.env("Deployment/web")["LOG"] == "debug"
    assert made.env("Job/migrate")["LOG"] == "debug"
    assert made.env("Deployment/web", "proxy") == {"LOG": "warn"}
    assert "LOG" not in made.env("Deployment/db")


def test_a_changed_job_is_a_new_one(programs: Programs, folder: Path) -> None:
    """Its pods cannot be changed: under the same name, an upgrade would fail."""
    names = {
        _made(programs, folder, *values).objects["Job/migrate"]["metadata"]["name"]
        for values in (
            (),
            ("services.web.replicaCount=2",),
            ("services.migrate.image.tag=2",),
            ("commonEnv.LOG=debug",),
        )
    }
    assert len(names) == 3, "the number of another service's pods leaves it as it is"
    assert all(len(name) == len("migrate-12345678") for name in names)


def test_several_pods_have_a_budget(programs: Programs, folder: Path) -> None:
    one, two = _made(programs, folder), _made(programs, folder, "services.web.replicaCount=2")
    assert _differing(one, two) == {"Deployment/web", "PodDisruptionBudget/web"}
    budget = two.objects["PodDisruptionBudget/web"]
    assert budget["spec"]["selector"] == two.objects["Deployment/web"]["spec"]["selector"]
    scaled = _made(programs, folder, "services.web.autoscaling.enabled=true", "services.web.autoscaling.maxReplicas=4")
    assert _differing(one, scaled) == {"Deployment/web", "PodDisruptionBudget/web", "HorizontalPodAutoscaler/web"}
    assert "replicas" not in scaled.objects["Deployment/web"]["spec"]
    spec = scaled.objects["HorizontalPodAutoscaler/web"]["spec"]
    assert (spec["minReplicas"], spec["maxReplicas"], spec["scaleTargetRef"]["name"]) == (1, 4, "web")


def test_a_probe_that_asks_something_else(programs: Programs, folder: Path) -> None:
    probe = _made(programs, folder, "services.web.livenessProbe.tcpSocket.port=80").container("Deployment/web")
    assert "httpGet" not in probe["livenessProbe"]
    assert probe["livenessProbe"]["tcpSocket"] == {"port": 80}
    assert probe["livenessProbe"]["periodSeconds"] == 5


def test_an_ingress_where_there_was_none(programs: Programs, folder: Path) -> None:
    values = ("services.web.ingress.host=shop.example.com", "services.web.ingress.className=nginx")
    before, after = _made(programs, folder), _made(programs, folder, *values, "services.web.ingress.tlsSecret=tls")
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
    closed = _made(programs, folder, *values, "services.web.ingress.enabled=false")
    assert _differing(before, closed) == set()


def test_a_load_balancer_where_there_was_none(programs: Programs, folder: Path) -> None:
    before, after = _made(programs, folder), _made(programs, folder, "services.web.service.type=LoadBalancer")
    assert _differing(before, after) == {"Service/web", "NetworkPolicy/public-web"}
    assert after.objects["Service/web"]["spec"]["type"] == "LoadBalancer"


def test_what_is_left_out(programs: Programs, folder: Path) -> None:
    before = _made(programs, folder)
    without = _made(programs, folder, "services.db=null", "services.proxy=null", "networkPolicy.enabled=false")
    gone = {name for name in before.objects if name not in without.objects}
    policies = {name for name in before.objects if name.startswith("NetworkPolicy/")}
    assert gone > policies | {"Deployment/db", "Service/db", "PersistentVolumeClaim/data", "ExternalSecret/db-secrets"}
    containers = without.objects["Deployment/web"]["spec"]["template"]["spec"]["containers"]
    assert [each["name"] for each in containers] == ["web"]


def test_volumes_that_outlive_the_release(programs: Programs, folder: Path) -> None:
    made = _made(programs, folder, "persistence.resourcePolicy=keep")
    annotations = made.objects["PersistentVolumeClaim/data"]["metadata"]["annotations"]
    assert annotations["helm.sh/resource-policy"] == "keep"


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("services.webb.replicaCount=2", "webb"),
        ("services.web.replicas=2", "replicas"),
        ("services.web.image.tga=2", "tga"),
        ("services.web.resources.limit.cpu=1", "limit"),
        ("services.web.env=1", "env"),
        ("services.web.livenessProbe.period=1", "period"),
        ("services.web.ingress.hosts=a", "hosts"),
        ("services.proxy.replicaCount=2", "replicaCount"),
        ("services.migrate.replicaCount=2", "replicaCount"),
        ("services.db.replicaCount=2", "maximum"),
        ("commonEnvs.A=1", "commonEnvs"),
        ("persistence.resourcePolicy=kept", "resourcePolicy"),
    ],
)
def test_what_is_misspelt_or_does_harm_is_refused(programs: Programs, folder: Path, value: str, told: str) -> None:
    with pytest.raises(FailedError, match=told):
        _made(programs, folder, value)
