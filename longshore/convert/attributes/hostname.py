"""`hostname` → `hostname` of the pod: what `hostname` prints inside it.

It is a DNS label there; of `mail.example.com` the first part is taken. As in Docker, it is not how others reach the
service. All replicas have the same one.
Source: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#hostname
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.kubernetes.names import label
from longshore.convert.registry import attribute
from longshore.model import Approximated

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.model import Effect


@attribute("services.*.hostname")
def hostname(value: str, service: Service) -> Iterator[Effect]:
    """Translate the name, as far as it is one label."""
    name = label(value.partition(".")[0])
    yield from service.share_pod("hostname", value=name, attribute="hostname")
    if name != value:
        yield Approximated(
            f"a pod's host name is one DNS label: `{name}`",
            "if the program needs the full name, pass it in its configuration",
        )
