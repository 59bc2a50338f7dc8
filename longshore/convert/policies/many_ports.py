"""Services with more ports than a load balancer takes: the ranges of telephony, of video calls, of passive FTP.

A Service has no ranges: it lists every port, each node keeps a rule for each of them, and a Network Load Balancer has
at most 50 listeners. `kubectl apply` remembers an object in an annotation, which holds 256 KiB: about 3,900 ports.
Source: https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-limits.html
and https://kubernetes.io/docs/reference/using-api/server-side-apply/#migration-between-merge-strategies
"""

from __future__ import annotations

from json import dumps
from typing import TYPE_CHECKING, Final

from longshore.convert.estate.ports import every
from longshore.convert.estate.ranges import Range, ranges
from longshore.convert.kubernetes.aws_load_balancers import LISTENERS
from longshore.convert.registry import service_policy
from longshore.model import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service

ANNOTATIONS: Final = 256 << 10
"""Bytes that all annotations of an object may have."""

_REST: Final = 2 << 10
"""Bytes that what is written of a Service beside its ports takes at most."""


@service_policy
def many_ports(service: Service) -> Iterator[Problem]:
    """Say what becomes of a service with many ports, and what to do."""
    ports = every(service)
    if len(ports) <= LISTENERS or service.host is not service:
        return
    listed = ", ".join(str(part) for part in ranges(Range(port.number, port.number, port.protocol) for port in ports))
    entries = [{"name": port.name, **port.entry()} for port in ports]
    large = len(dumps(entries, separators=(",", ":"))) + _REST > ANNOTATIONS
    yield Problem(
        "many-ports",
        Severity.WARNING,
        f"the Service lists {len(ports):,} ports one by one ({listed}), since Kubernetes has no ranges there; a "
        f"Network Load Balancer has at most {LISTENERS} listeners{_TOO_LARGE if large else ''}",
        "let the program use fewer ports (its RTP or passive range), or one for all, if it can; expose those that are "
        "called from outside by `exposure.port`" + ("; apply with `kubectl apply --server-side`" if large else ""),
    )


_TOO_LARGE: Final = ", and `kubectl apply` refuses an object of this size"
