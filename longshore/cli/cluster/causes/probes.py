"""Which probe of a container fails, what it asks, and what it was told last: kubelet says so in events only.

Source: https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from longshore.cli.cluster.causes.cause import Cause, is_about, said_by_program
from longshore.cli.cluster.health import declared
from longshore.convert.secrets.detection.masks import hidden, merged, replaced

if TYPE_CHECKING:
    from longshore.cli.cluster.causes.cause import Scene
    from longshore.cluster.client import Object

_KINDS: Final = {"Readiness": "readinessProbe", "Startup": "startupProbe", "Liveness": "livenessProbe"}
_PATIENCE: Final = 60
"""Seconds for which a container that is not ready yet is only slow, where no event says more."""


def failing(pod: Object, status: Object, service: str, scene: Scene) -> Cause | None:
    """The probe that keeps a running container from being ready, or that has it started again."""
    running = (status.get("state") or {}).get("running")
    name, pod_name = str(status.get("name")), str(pod["metadata"]["name"])
    for event in scene.said("Pod", pod_name, "Unhealthy", "ProbeWarning"):
        kind, _, said = str(event.get("message") or "").partition(" probe ")
        if kind not in _KINDS or not is_about(event, name):
            continue
        if status.get("ready") or (not running and kind != "Liveness"):
            return None
        asked = _asked(pod, name, _KINDS[kind])
        times = int(event.get("count") or (event.get("series") or {}).get("count") or 1)
        often = f", {times} times" if times > 1 else ""
        what = f"its {kind.lower()} probe{asked} fails{often}: {said_by_program(said.partition(': ')[2] or said)}"
        return Cause(f"probe-{kind.lower()}", what, _help(service, scene), name)
    if running and not status.get("ready") and _seconds(str(running.get("startedAt") or ""), scene) > _PATIENCE:
        asked = next((found for kind in _KINDS.values() if (found := _asked(pod, name, kind))), "")
        return Cause("not-ready", f"it runs, and is not ready yet{asked and f': its probe{asked} did not pass'}",
                     _help(service, scene), name)  # fmt: skip
    return None


def killed_by_probe(pod: Object, status: Object, service: str, scene: Scene) -> Cause | None:
    """Its liveness probe had a container started again: that, and no exit code of 137 or 143, is what to tell."""
    name = str(status.get("name"))
    if not status.get("restartCount"):
        return None
    killed = scene.said("Pod", str(pod["metadata"]["name"]), "Killing")
    kind = next(
        (
            kind
            for event in killed
            for kind in ("Liveness", "Startup")
            if is_about(event, name) and f"failed {kind.lower()} probe" in str(event.get("message"))
        ),
        "",
    )
    if not kind:
        return None
    said = next(
        (
            str(event.get("message")).partition(": ")[2]
            for event in scene.said("Pod", str(pod["metadata"]["name"]), "Unhealthy")
            if is_about(event, name) and str(event.get("message")).startswith(kind)
        ),
        "",
    )
    often = "once" if status["restartCount"] == 1 else f"{status['restartCount']} times"
    answer = f": {said_by_program(said)}" if said else ""
    what = f"its {kind.lower()} probe{_asked(pod, name, _KINDS[kind])} failed, and it was started again {often}{answer}"
    return Cause(f"probe-{kind.lower()}", what, _help(service, scene), name, past=bool(status.get("ready")))


def _help(service: str, scene: Scene) -> str:
    return (
        f"`longshore logs -s {scene.stack} {service}` shows what it is at; the probe is made from `healthcheck` "
        "in the compose file, whose `start_period` is the time to start"
    )


def _asked(pod: Object, container: str, kind: str) -> str:
    """What a probe asks, in brackets; of a command its first word, for the others may hold secrets."""
    probe = declared(pod, container).get(kind) or {}
    if "httpGet" in probe:
        asked = probe["httpGet"]
        path = str(asked.get("path") or "/")
        return f" (GET {replaced(path, merged(hidden(path), len(path)))} on port {asked.get('port')})"
    if "tcpSocket" in probe:
        return f" (TCP port {probe['tcpSocket'].get('port')})"
    if "grpc" in probe:
        return f" (gRPC port {probe['grpc'].get('port')})"
    command = (probe.get("exec") or {}).get("command") or []
    return f" (`{command[0]}` …)" if command else ""


def _seconds(timestamp: str, scene: Scene) -> float:
    try:
        return (scene.now - datetime.fromisoformat(timestamp).astimezone(UTC)).total_seconds()
    except ValueError:
        return 0.0
