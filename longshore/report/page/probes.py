"""Probes of a container in a few words: what is asked, how often, and how often in vain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from longshore.report.page.model import Probe

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_KINDS = ("startup", "readiness", "liveness")
_PERIOD, _FAILURES = 10, 3
"""What Kubernetes takes where a probe does not say."""


def probes(container: Mapping[str, Any]) -> Iterator[Probe]:
    """The probes that a container has, in the order in which they begin to count."""
    for kind in _KINDS:
        if probe := container.get(f"{kind}Probe"):
            period, failures = probe.get("periodSeconds", _PERIOD), probe.get("failureThreshold", _FAILURES)
            yield Probe(kind, _asks(probe), f"every {period}s, {failures} failures count")


def _asks(probe: Mapping[str, Any]) -> str:
    if request := probe.get("httpGet"):
        scheme = str(request.get("scheme", "HTTP"))
        return f"{scheme} GET {request.get('path', '/')} on {request['port']}"
    if connection := probe.get("tcpSocket"):
        return f"a connection to {connection['port']}"
    if health := probe.get("grpc"):
        return f"gRPC health on {health['port']}"
    return " ".join(map(str, probe.get("exec", {}).get("command", ())))
