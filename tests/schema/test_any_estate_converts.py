"""Whatever the loader accepts converts: any mix of attributes, over several services, alone or in one pod.

Rules know their own attribute; this shows that no two of them write one field differently (which is a bug that the
fold raises), that every field they write exists in Kubernetes, and that two runs give the same bytes.
"""

import json
import random

import pytest
import yaml

from longshore.compose import Request, load
from longshore.convert.engine import convert_project
from longshore.convert.options import Capacity, Options, ServiceSettings, Storage
from longshore.convert.secrets.detection import variable
from longshore.convert.secrets.detection.uses import secret_by_use
from longshore.disk import Disk
from tests.schema.samples import samples, service_attributes
from tests.schema.test_every_attribute_has_a_fate import REST
from tests.schema.test_fields_exist import faults

CHOICES = {
    attribute: samples(node, (attribute,))
    for attribute, node in service_attributes().items()
    if attribute not in {"extends", "provider", "pre_start", "image"}
}
IMAGES = ("registry.example.com/x:1", "postgres:16-alpine", "nginx", "grafana/grafana:11.3.0")
SECRET = {"environment": {"DB_URL": "postgres://u:${DB_PASSWORD}@other/x"}, "command": "run --token=${API_TOKEN}"}
ATTEMPTS = 60


def service(chance, names):
    chosen = chance.sample(sorted(CHOICES), chance.randint(0, 16))
    model = {"image": chance.choice(IMAGES), **{attribute: chance.choice(CHOICES[attribute]) for attribute in chosen}}
    if chance.random() < 0.3:
        model.update(SECRET)
    for attribute in ("network_mode", "pid", "ipc"):
        if names and chance.random() < 0.15:
            model[attribute] = f"service:{chance.choice(names)}"
    if chance.random() < 0.2:
        model["x-longshore"] = {
            "allow": ["privileged", "host-pid", "host-ipc", "host-network", "sysctls"],
            "workload": chance.choice(["Deployment", "StatefulSet", "DaemonSet", "Job"]),
        }
    return model


def estate(seed):
    chance = random.Random(seed)  # noqa: S311  not for secrets
    names = ["other", "My_Service", "web"][: chance.randint(1, 3)]
    services = {}
    for name in names:
        services[name] = service(chance, list(services))
    for name, model in services.items():
        if name == "other":
            # It is what the samples name; it cannot wait for itself.
            for attribute in ("depends_on", "links", "volumes_from"):
                model.pop(attribute, None)
    return services, chance


def options(chance, names):
    settings = {
        name: ServiceSettings(
            replicas=chance.choice([None, 0, 2]),
            memory=chance.choice(["", "1Gi"]),
            cpu=chance.choice(["", "2"]),
            liveness=chance.choice(["", "on", "off"]),
        )
        for name in names
    }
    return Options(
        services=settings,
        production=chance.random() < 0.3,
        pod_security=chance.choice(["privileged", "baseline", "restricted"]),
        storage=Storage(size="1Gi", shared_class=chance.choice(["", "efs"])),
        capacity=Capacity(3, 1 << 30, 1000),
        network_policies=chance.random() < 0.8,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("estate")
    (made / "given.env").write_text("A=1\n")
    return made


def mixes(folder):
    """(seed, services, project, options) of every mix that the loader accepts; `folder` holds the file of the last."""
    (folder / "given.env").write_text("A=1\n")
    for seed in range(ATTEMPTS):
        services, chance = estate(seed)
        (folder / "compose.yaml").write_text(f"{yaml.safe_dump({'services': services})}{REST}")
        request = Request(
            working_directory=str(folder),
            files=("compose.yaml",),
            project_name="p",
            profiles=("*",),
            is_secret=variable,
            used_as_secrets=secret_by_use,
        )
        project = load(request, Disk()).project
        if project is not None:
            yield seed, services, project, options(chance, services)


def test_any_mix_of_attributes(folder):
    converted = 0
    for seed, services, project, chosen in mixes(folder):
        converted += 1
        conversion = convert_project(project, chosen)
        found = [fault for manifest in conversion.manifests for fault in faults(manifest)]
        assert found == [], (seed, services)
        again = convert_project(project, chosen)
        assert json.dumps(again.manifests) == json.dumps(conversion.manifests), seed
        assert "\ue0fa" not in json.dumps(conversion.manifests, ensure_ascii=False), (seed, services)
    assert converted > ATTEMPTS // 3


EMPTY = ({}, [], None, "")
NESTED = ("deploy", "build", "healthcheck", "logging", "blkio_config", "develop", "credential_spec")
PLACES = [
    *((attribute,) for attribute in CHOICES),
    *(
        (attribute, key)
        for attribute in NESTED
        for key in CHOICES[attribute][-1]
        if isinstance(CHOICES[attribute][-1], dict)
    ),
]


@pytest.mark.parametrize("kind", ["Deployment", "Job", "shared"])
def test_what_is_empty_converts(folder, kind):
    """An empty mapping or list, null, or an empty text: what the loader lets through breaks nothing."""
    converted = 0
    for place in PLACES:
        for empty in EMPTY:
            value = empty if len(place) == 1 else {place[1]: empty}
            model = {"image": "x:1", place[0]: value}
            if kind == "Job":
                model["x-longshore"] = {"workload": "Job"}
            elif kind == "shared" and place[0] not in {"networks", "network_mode"}:
                model["network_mode"] = "service:other"
            services = {"x": model, "other": {"image": "y:1"}}
            (folder / "compose.yaml").write_text(yaml.safe_dump({"services": services}))
            project = load(
                Request(working_directory=str(folder), files=("compose.yaml",), project_name="p"), Disk()
            ).project
            if project is not None:
                converted += 1
                conversion = convert_project(project, Options())
                assert [finding for finding in conversion.findings if finding.code == "unsupported"] == [], services
    assert converted > len(PLACES) // 2
