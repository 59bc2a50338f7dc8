"""What a stack says of logs and alarms, and cannot be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.decoding.errors import Wrong
from longshore.stack.eks_settings import EksCluster
from longshore.stack.observability_settings import ADDON
from longshore.stack.settings import KubeconfigCluster

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.stack.settings import Settings


def observed(settings: Settings) -> Iterator[Wrong]:
    """Find logs of no cluster of ours, and alarms that would wake nobody or see nothing."""
    seen, alarms, cluster = settings.observability, settings.alarms, settings.cluster
    if seen and not isinstance(cluster, EksCluster):
        help_text = "write it in the stack that makes the cluster"
        yield Wrong(("observability",), "is of an EKS cluster, and this stack makes none", help_text, key=True)
    elif seen and isinstance(cluster, EksCluster):
        own = cluster.addons.get(ADDON)
        if not seen.version and not (own and own.version):
            lists = f"aws eks describe-addon-versions --kubernetes-version {cluster.version} --addon-name {ADDON}"
            yield Wrong(("observability",), f"must pin the add-on `{ADDON}`", f"write `version`; `{lists}` lists them")
        if seen.version and own and own.version and own.version != seen.version:
            message = f"is not that of `cluster.addons.{ADDON}`, {own.version}"
            yield Wrong(("observability", "version"), message, "say it in one of them", key=True)
    if alarms is None:
        return
    if not settings.team:
        yield Wrong(("alarms",), "are those of a team", "write `longshore:team: …`", key=True)
    if not alarms.notify and not alarms.topic:
        yield Wrong(("alarms",), "tell nobody", "write `notify: [ops@example.com]`, or `topic`")
    if isinstance(cluster, EksCluster) and not seen:
        yield _unseen()
    elif isinstance(cluster, KubeconfigCluster) and not cluster.eks:
        help_text = "name it in `cluster.eks`, or leave them out"
        yield Wrong(("alarms",), "are CloudWatch's, and need a cluster of EKS", help_text, key=True)


def unobserved(settings: Settings, platform: Settings) -> Iterator[Wrong]:
    """Find alarms over a cluster that measures nothing."""
    if settings.alarms and platform.observability is None:
        yield _unseen()


def _unseen() -> Wrong:
    help_text = "write `longshore:observability` in the stack that makes the cluster"
    return Wrong(("alarms",), "go by what nobody measures on this cluster", help_text, key=True)
