"""`logging`: in Kubernetes the node keeps and rotates what a container prints, and an agent on the node may send it on.

With `json-file`, `local`, `journald` or `none` nothing is lost; their sizes are settings of the kubelet. A driver that
sends logs away (`syslog`, `gelf`, `fluentd`, `awslogs`, `loki` …) is: what it sent must be sent by the cluster's agent.
Source: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#logging
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.registry import attribute
from longshore.convert.view import plain
from longshore.model import LocalOnly, Unsupported

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.convert.view import View
    from longshore.model import Effect


KEPT = frozenset({"", "json-file", "local", "journald", "none"})


@attribute("services.*.logging")
def logging(value: View, service: Service) -> Iterator[Effect]:
    """Read the driver; its options may hold tokens, and are never shown."""
    driver = str(value.get("driver") or "")
    plain(value)
    if driver in KEPT:
        yield LocalOnly("")
        return
    yield Unsupported(
        f"logs of `{service.name}` are no longer sent by `{driver}`; they are kept on the node, for `kubectl logs`",
        "let the cluster's log agent (Fluent Bit, the CloudWatch agent, Alloy) read them and send them where they went",
    )
