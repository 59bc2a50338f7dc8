"""What a stack says of single services, and contradicts itself: told at the setting, before a compose file is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.decoding.errors import Wrong
from longshore.stack.addons import METRICS
from longshore.stack.eks_settings import EksCluster

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.stack.settings import ClusterSettings, Settings


def scales(settings: Settings) -> Iterator[Wrong]:
    """Find numbers between which no autoscaler can decide."""
    for name, service in settings.services.items():
        place, scale = ("services", name, "scale"), service.scale
        if scale is None:
            continue
        if service.replicas is not None:
            help_text = "drop `replicas`: an autoscaler would write over it, and each deployment over the autoscaler"
            yield Wrong(place, "decides how many pods there are, and so does `replicas`", help_text, key=True)
        if scale.min < 1:
            help_text = "write 1 or more: what runs no pod uses nothing that could be measured"
            yield Wrong((*place, "min"), "is less than one", help_text)
        if scale.max <= scale.min:
            help_text = f"write more than {scale.min}, or `replicas: {scale.min}` in place of `scale`"
            yield Wrong((*place, "max"), f"leaves nothing to decide: `min` is {scale.min}", help_text)


def unmeasured(settings: Settings, cluster: ClusterSettings) -> Iterator[Wrong]:
    """Find services that are to be scaled on a cluster that measures nothing."""
    if not isinstance(cluster, EksCluster) or cluster.addon_versions.get(METRICS) != "":
        return
    for name, service in settings.services.items():
        if service.scale:
            help_text = f"let the cluster have the add-on `{METRICS}`"
            yield Wrong(
                ("services", name, "scale"), "goes by what nobody measures on this cluster", help_text, key=True
            )
