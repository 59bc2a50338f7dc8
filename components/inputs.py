"""What the converter is told by a stack: `Request` (which files, which variables) and `Options` (what was decided)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from components.settings import SHARED_CLASS, EksCluster, KubeconfigCluster, Settings
from convert.options import Capacity, Options, Storage
from convert.secrets.detection import variable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from components.settings import CapacitySettings, ClusterSettings, Compose
    from convert.compose import Request

_QUANTITY = re.compile(r"([0-9]+(?:\.[0-9]+)?)([A-Za-z]*)").fullmatch
_UNITS = {"": 1.0, "m": 0.001, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18} | {
    f"{letter}i": 1024.0**power for power, letter in enumerate("KMGTPE", 1)
}


def options_of(settings: Settings, platform: Settings | None = None) -> Options:
    """Say to the converter what the stack decided; `platform`: the settings of the stack whose cluster it runs on."""
    workloads = settings.workloads
    production = settings.in_production
    return Options(
        environment=settings.environment,
        team=settings.team,
        namespace=settings.team_namespace,
        # Not the project's name, which is that of a folder: it is part of selectors, and nobody can change those.
        application=workloads.application or settings.team,
        production=production,
        kubernetes_version=_version((platform or settings).cluster),
        services=settings.services,
        storage=_storage(settings, platform),
        secrets=settings.secrets._replace(
            region=settings.secrets.region or (settings.aws.region if settings.aws else ""),
            role=settings.store_role,
        ),
        capacity=_capacity(settings.capacity if settings.capacity.nodes or platform is None else platform.capacity),
        default_memory=workloads.memory,
        default_cpu=workloads.cpu,
        network_policies=workloads.network_policies,
        pod_security=workloads.pod_security,
        ingress_class=workloads.ingress_class,
        image_pull_secrets=workloads.image_pull_secrets,
    )


def request_of(settings: Settings, compose: Compose, root: str, environment: Mapping[str, str]) -> Request:
    """Say to the loader which compose files to read.

    root: the folder of Pulumi.yaml, where relative names start. environment: that of the process.
    """
    from convert.compose import Request  # noqa: PLC0415  a platform stack reads no compose file

    declared = settings.secrets.variables

    def is_secret(name: str, value: str | None) -> bool:
        return declared[name] if name in declared else variable(name, value)

    return Request(
        files=compose.files,
        working_directory=root,
        project_directory=str(Path(root, compose.directory)) if compose.directory else "",
        environment=environment,
        env_files=compose.env_files,
        profiles=compose.profiles,
        services=compose.services,
        project_name=compose.name,
        variables=compose.variables,
        is_secret=is_secret,
        allow_outside=compose.allow_outside,
    )


def quantity(text: str) -> float:
    """Read a Kubernetes quantity: `2Gi` is 2147483648.0, `250m` is 0.25.

    Source: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
    """
    match = _QUANTITY(text)
    if not match or match[2] not in _UNITS:
        raise ValueError(f"`{text}` is no Kubernetes quantity")
    return float(match[1]) * _UNITS[match[2]]


def _storage(settings: Settings, platform: Settings | None) -> Storage:
    cluster = (platform or settings).cluster
    if isinstance(cluster, EksCluster) and cluster.shared_storage and not settings.storage.shared_class:
        return settings.storage._replace(shared_class=SHARED_CLASS)
    return settings.storage


def _capacity(capacity: CapacitySettings) -> Capacity:
    return Capacity(
        nodes=capacity.nodes,
        node_memory=int(quantity(capacity.memory or "0")),
        node_cpu=round(quantity(capacity.cpu or "0") * 1000),
    )


def _version(cluster: ClusterSettings) -> tuple[int, int]:
    if not isinstance(cluster, EksCluster | KubeconfigCluster):
        return Options().kubernetes_version
    major, minor = cluster.version.split(".")
    return int(major), int(minor)
