"""What the converter is told by a stack: `Request` (which files, which variables) and `Options` (what was decided)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from longshore.compose import Request
from longshore.convert.kubernetes.nodes import NAMED
from longshore.convert.kubernetes.quantity import bytes_in, millicores_in
from longshore.convert.options import Capacity, Nodes, Options, Storage
from longshore.convert.secrets.detection import variable
from longshore.convert.secrets.detection.uses import secret_by_use
from longshore.stack.eks_settings import EksCluster
from longshore.stack.names import store_role
from longshore.stack.settings import KubeconfigCluster, Settings
from longshore.stack.shared_classes import class_of

if TYPE_CHECKING:
    from collections.abc import Mapping

from longshore.stack.settings import CapacitySettings, ClusterSettings, Compose

APPLICATION_LOAD_BALANCER, INTERNAL_APPLICATION_LOAD_BALANCER = "alb", "alb-internal"
NETWORK_LOAD_BALANCERS = {"auto": "eks.amazonaws.com/nlb", "managed": "service.k8s.aws/nlb"}
"""Way of computing on EKS → the class of network load balancers: of Auto Mode, of the AWS Load Balancer Controller."""


def options_of(settings: Settings, platform: Settings | None = None) -> Options:
    """Say to the converter what the stack decided; `platform`: the settings of the stack whose cluster it runs on."""
    workloads = settings.workloads
    cluster, domain = (platform or settings).cluster, (platform or settings).domain
    return Options(
        environment=settings.environment,
        team=settings.team,
        namespace=settings.team_namespace,
        # Not the project's name, which is that of a folder: it is part of selectors, and nobody can change those.
        application=workloads.application or settings.team,
        production=settings.in_production,
        kubernetes_version=_version(cluster),
        services=settings.services,
        storage=_storage(settings.storage, cluster, settings.team),
        secrets=settings.secrets._replace(
            region=settings.secrets.region or (settings.aws.region if settings.aws else ""),
            role=store_role(settings, platform),
        ),
        capacity=_capacity(settings.capacity if settings.capacity.nodes or platform is None else platform.capacity),
        default_memory=workloads.memory,
        default_cpu=workloads.cpu,
        network_policies=workloads.network_policies,
        pod_security=workloads.pod_security,
        ingress_class=workloads.ingress_class or _ingress_class(cluster),
        internal_ingress_class="" if workloads.ingress_class else _internal_ingress_class(cluster),
        shared_load_balancers=not workloads.ingress_class and _share_load_balancers(cluster),
        zone=domain.zone if domain else "",
        issuer=domain.issuer_name if domain else "",
        load_balancer_class=workloads.load_balancer_class or _load_balancer_class(cluster),
        image_pull_secrets=workloads.image_pull_secrets,
        nodes=_nodes(cluster) if isinstance(cluster, EksCluster) else (),
    )


def request_of(
    settings: Settings, compose: Compose, root: str, project: str, environment: Mapping[str, str]
) -> Request:
    """Say to the loader which compose files to read.

    root: the folder of Pulumi.yaml, where relative names start. project: the name in it, by which Compose calls what
    lies beside it: a folder is called otherwise in every checkout, and its name is in labels. environment: that of the
    process.
    """
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
        root_name=project,
        variables=compose.variables,
        is_secret=is_secret,
        used_as_secrets=secret_by_use,
        plain=frozenset(name for name, secret in declared.items() if not secret),
        allow_outside=compose.allow_outside,
    )


def _storage(storage: Storage, cluster: ClusterSettings, team: str) -> Storage:
    if not isinstance(cluster, EksCluster) or not cluster.shared_storage or storage.shared_class:
        return storage
    own = team if team in cluster.shared_storage.teams else ""
    owners = {owner: class_of(own, owner) for owner in cluster.shared_storage.owners}
    return storage._replace(shared_class=class_of(own), shared_owners={**owners, **storage.shared_owners})


def _ingress_class(cluster: ClusterSettings) -> str:
    return APPLICATION_LOAD_BALANCER if isinstance(cluster, EksCluster) else ""


def _internal_ingress_class(cluster: ClusterSettings) -> str:
    """The class says where its load balancers stand, not the Ingress: `components/clusters/classes.py`."""
    return INTERNAL_APPLICATION_LOAD_BALANCER if isinstance(cluster, EksCluster) and cluster.balances else ""


def _share_load_balancers(cluster: ClusterSettings) -> bool:
    return isinstance(cluster, EksCluster) and cluster.shares_load_balancers


def _nodes(cluster: EksCluster) -> tuple[Nodes, ...]:
    """Where pods may run; AWS's pool `system` is kept for the pods of the cluster itself."""
    if cluster.compute == "managed":
        return tuple(
            Nodes(
                name,
                {**group.labels, NAMED: name},
                ("arm64",) if "ARM" in group.ami else ("amd64",),
                group.taints,
            )
            for name, group in cluster.node_groups.items()
        )
    own = [
        Nodes(name, {**pool.labels, NAMED: name}, pool.architectures, pool.taints)
        for name, pool in cluster.own_pools.items()
    ]
    return (*(Nodes(name) for name in cluster.built_in_pools if name != "system"), *own)


def _load_balancer_class(cluster: ClusterSettings) -> str:
    return NETWORK_LOAD_BALANCERS[cluster.compute] if isinstance(cluster, EksCluster) else ""


def _capacity(capacity: CapacitySettings) -> Capacity:
    return Capacity(
        nodes=capacity.nodes,
        node_memory=bytes_in(capacity.memory or "0"),
        node_cpu=millicores_in(capacity.cpu or "0"),
    )


def _version(cluster: ClusterSettings) -> tuple[int, int]:
    if not isinstance(cluster, EksCluster | KubeconfigCluster):
        return Options().kubernetes_version
    major, minor = cluster.version.split(".")
    return int(major), int(minor)
