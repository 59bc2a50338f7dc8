"""`deploy.labels` → annotations of the workload; as in Swarm they are not those of the containers.

Annotations, because labels of compose hold text that a Kubernetes label may not (rules of a proxy, commands).
Source: https://github.com/compose-spec/compose-spec/blob/main/deploy.md#labels
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.estate.labels import read_elsewhere, reader, unfit
from longshore.convert.registry import attribute
from longshore.model import Unsupported

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.convert.view import View
    from longshore.model import Effect


@attribute("services.*.deploy.labels")
def deploy_labels(value: View, service: Service) -> Iterator[Effect]:
    """Translate each entry."""
    labels = service.model.get("labels") or {}
    yield from read_elsewhere(value, service)
    for key, text in value.items():
        if reader(key):
            continue
        if service.host is not service:
            yield Unsupported(f"the workload belongs to `{service.host.name}`", at=(key,), code="label-key")
        elif wrong := unfit(key, str(text), (key,)):
            yield wrong
        elif str(labels.get(key, text)) != str(text):
            yield Unsupported(f"`labels` gives `{key}` another value, which holds", at=(key,), code="label-key")
        else:
            yield service.put("metadata", "annotations", key, value=str(text))
