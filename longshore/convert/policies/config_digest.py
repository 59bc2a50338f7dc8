"""A digest of all ConfigMaps that a pod mounts, as an annotation of the pod: a change of content rolls the pods.

Kubernetes does not restart a pod when its ConfigMap changes, and a file mounted by `subPath` does not even follow.
Secrets are not in it: their version is in their name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from longshore.convert.estate.binds import bind
from longshore.convert.estate.configs import config
from longshore.convert.estate.content import content_digest
from longshore.convert.estate.storage import inherited
from longshore.convert.kubernetes.names import digest
from longshore.convert.kubernetes.pod import POD_ANNOTATIONS
from longshore.convert.registry import service_policy
from longshore.model import Default

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service

ANNOTATION: Final = "longshore.dev/config-digest"


@service_policy
def config_digest(service: Service) -> Iterator[Default]:
    """Annotate the pods of one workload, for all containers in it."""
    if service.host is not service:
        return
    found = {name: text for member in service.estate.pods[service.name] for name, text in _contents(member)}
    if found:
        total = digest(*(part for name in sorted(found) for part in (name, found[name])))
        yield Default(service.workload, (*POD_ANNOTATIONS, ANNOTATION), total)


def _contents(service: Service) -> Iterator[tuple[str, str]]:
    own = [(service, mount) for mount in service.model.get("volumes") or []]
    for owner, mount in (*own, *((given.owner, given.mount) for given in inherited(service))):
        made = bind(owner, mount) if mount.get("type") == "bind" else None
        if made and made.files:
            yield made.name, content_digest(made.files)
    for mount in service.model.get("configs") or []:
        declared = config(service.estate, str(mount["source"]))
        if declared.usable and declared.files:
            yield declared.name, content_digest(declared.files)
