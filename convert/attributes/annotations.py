"""`annotations` → annotations of the pod.

A key that Kubernetes does not allow is reported; so is a value with a secret in it, which everybody could read.
Source: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#annotations
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from convert.estate.labels import unfit
from convert.kubernetes.pod import POD_ANNOTATIONS
from convert.model import Put, Unsupported
from convert.registry import attribute

if TYPE_CHECKING:
    from collections.abc import Iterator

    from convert.estate import Service
    from convert.model import Effect
    from convert.view import View


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
