"""Any cluster that a kubeconfig reaches: kind, GKE, AKS, an EKS that somebody else made.

Pulumi is given the path of the file, so no token or key of it gets into the state.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pulumi

from longshore.components.clusters.connection import connect
from longshore.stack.pins import REHEARSAL
from longshore.stack.settings import KubeconfigCluster

if TYPE_CHECKING:
    from collections.abc import Mapping

    from longshore.components.clusters.interface import Oidc, Place


class Kubeconfig(pulumi.ComponentResource):
    """A cluster by its kubeconfig; `longshore.components.clusters.interface.Cluster` says what it offers."""

    def __init__(
        self, name: str, settings: KubeconfigCluster, *, path: str, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("longshore:kubernetes:Kubeconfig", name, None, opts)
        self.name: pulumi.Input[str] | None = None
        self.oidc: Oidc | None = None
        self.exports: Mapping[str, pulumi.Input[Any]] = {"clusterIdentifier": settings.identifier}
        self.connection = connect(
            name,
            kubeconfig=path,
            identifier=settings.identifier,
            context=settings.context,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs(dict(self.exports))


def kubeconfig_path(settings: KubeconfigCluster, root: str) -> str:
    """The absolute path of the file: the stack's, `$KUBECONFIG`, or kubectl's own default."""
    chosen = settings.path or os.environ.get("KUBECONFIG") or "~/.kube/config"
    return str(Path(root, Path(chosen).expanduser()))


def cluster(place: Place) -> Kubeconfig:
    """Reach the cluster of the stack."""
    settings = place.settings.cluster
    assert isinstance(settings, KubeconfigCluster)  # noqa: S101  the kind chose this module
    path = kubeconfig_path(settings, place.root)
    if not os.environ.get(REHEARSAL) and not Path(path).is_file():
        # The provider would take the path for the content of a kubeconfig, and say so in other words.
        several = "; name one of them" if os.pathsep in path else ""
        raise pulumi.RunError(f"no kubeconfig at {path}{several}: set `longshore:cluster.path` or $KUBECONFIG")
    return Kubeconfig(place.settings.environment, settings, path=path)
