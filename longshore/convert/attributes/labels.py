"""`labels` → annotations of the workload and of its pods.

Annotations take any text; labels of Kubernetes do not, and selecting by them is the business of the converter. A key
that is no valid annotation is reported, and so is a value with a secret in it. Labels that programs
read from Docker (a proxy, an updater, a scheduler) are left out: one finding for each says what does its work here. For
a proxy it is the `exposure` that the labels amount to, with all that it does not do; an error, where it would let in
whom the proxy keeps out.
Source: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#labels
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.estate.labels import read_elsewhere, reader, unfit
from longshore.convert.kubernetes.pod import POD_ANNOTATIONS
from longshore.convert.registry import attribute
from longshore.model import Put, Unsupported

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.convert.view import View
    from longshore.model import Effect


@attribute("services.*.labels")
def labels(entries: View, service: Service) -> Iterator[Effect]:
    """Translate each label that somebody can read."""
    explicit = service.model.get("annotations") or {}
    yield from read_elsewhere(entries, service)
    for key, value in entries.items():
        if reader(key):
            continue
        wrong = unfit(key, str(value), (key,))
        if wrong:
            yield wrong
        elif (other := _other(service, key, value)) is not None:
            yield Unsupported(f"the pod is shared with `{other.name}`, which gives `{key}` another value", at=(key,))
        else:
            yield Put(service.workload, ("metadata", "annotations", key), str(value))
            if key not in explicit:
                yield Put(service.workload, (*POD_ANNOTATIONS, key), str(value))


def _other(service: Service, key: str, value: object) -> Service | None:
    """A service before this one in the same pod that gives the label another value."""
    for member in service.estate.pods[service.host.name]:
        if member is service:
            return None
        if (member.model.get("labels") or {}).get(key, value) != value:
            return member
    return None
