"""`annotations` → annotations of the pod.

A key that Kubernetes does not allow is reported; so is a value with a secret in it, which everybody could read.
Source: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#annotations
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.estate.labels import unfit
from longshore.convert.kubernetes.pod import POD_ANNOTATIONS
from longshore.convert.registry import attribute
from longshore.model import Put, Unsupported

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.convert.view import View
    from longshore.model import Effect


@attribute("services.*.annotations")
def pod_annotations(value: View, service: Service) -> Iterator[Effect]:
    """Translate each entry."""
    others = service.host.model.get("annotations") or {} if service.host is not service else {}
    for key, text in value.items():
        wrong = unfit(key, str(text), (key,))
        if wrong:
            yield wrong
        elif others.get(key, text) != text:
            yield Unsupported(f"the pod belongs to `{service.host.name}`, which gives `{key}` another value", at=(key,))
        else:
            yield Put(service.workload, (*POD_ANNOTATIONS, key), str(text))
