"""`depends_on` → the order of creation: an object is made when those it waits for are ready.

`service_healthy` waits until the pods are ready, `service_completed_successfully` until the Job has succeeded, and
`service_started` waits for readiness too, which is more than compose does. The order holds for deployments; when a node
is lost later, pods come back in any order and must bear that others are not there yet.
A service that has no `healthcheck` here is ready when its first port accepts a connection; a HEALTHCHECK inside its
image is not known. `restart: true` has no equivalent: a pod is not restarted because another was replaced.
Source: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#depends_on
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.estate.facts import asked_port
from longshore.convert.registry import attribute
from longshore.model import After, Approximated, LocalOnly, Severity, Unsupported

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.convert.view import View
    from longshore.model import Effect


@attribute("services.*.depends_on")
def depends_on(value: View, service: Service) -> Iterator[Effect]:
    """Translate each dependency."""
    implied = _implied(service)
    for name, dependency in value.items():
        condition = str(dependency.get("condition") or "service_started")
        restarts = dependency.get("restart")
        dependency.get("required")
        other = service.estate.services.get(name)
        if other is None:
            yield _unmade(service, name)
            continue
        if other.workload == service.workload:
            continue
        joined = other.host is not other or service.host is not service
        if joined and _waits_for(other, service):
            yield Unsupported(
                f"the pod of `{other.host.name}` waits for the pod of `{service.host.name}` already",
                at=(name,),
                code="depends-on",
            )
            continue
        yield After(service.workload, other.workload)
        yield from _condition(name, condition, other)
        if restarts and name not in implied:
            yield Unsupported(
                f"pods are not restarted when `{name}` is replaced",
                "let the program connect again when a connection breaks",
                (name, "restart"),
                "depends-on-restart",
                Severity.INFO,
            )


def _unmade(service: Service, name: str) -> LocalOnly | Unsupported:
    """Tell who needs what no container provides; an optional dependency that is not enabled is none."""
    other = service.estate.absent.get(name)
    if other is None or not other.model.get("provider"):
        return LocalOnly("", at=(name,))
    return Unsupported(
        f"`{name}` is not made, and `{service.name}` starts without it, and without the variables "
        f"`{name.upper().replace('-', '_')}_…` that its provider would set",
        f"pass the address of what takes the place of `{name}` in `environment`",
        (name,),
        "provider",
    )


def _condition(name: str, condition: str, other: Service) -> Iterator[Effect]:
    kind = other.workload.kind
    if condition == "service_completed_successfully" and kind != "Job":
        yield Approximated(
            f"`{name}` is a {kind} and does not complete; it is waited for until it is ready",
            "leave `workload` to the converter: what others await to complete becomes a Job",
            (name, "condition"),
            "depends-on",
        )
    elif condition == "service_healthy" and kind != "Job" and not (other.health_test or other.image_test):
        port = asked_port(other)
        told = f"when port {port} accepts a connection" if port else "as soon as it runs"
        yield Approximated(
            f"`{name}` has no `healthcheck` in the compose file (and none of its image is known): it counts as ready "
            f"{told}",
            "write its health check into the compose file",
            (name, "condition"),
            "depends-on",
        )


def _implied(service: Service) -> frozenset[str]:
    """Services that the loader added to `depends_on`, because another attribute names them."""
    model = service.model
    named = [str(link).partition(":")[0] for link in (*(model.get("links") or ()), *(model.get("volumes_from") or ()))]
    modes = (str(model.get(key) or "") for key in ("network_mode", "pid", "ipc"))
    return frozenset(named) | {mode.removeprefix("service:") for mode in modes}


def _waits_for(waiting: Service, awaited: Service) -> bool:
    """Does the pod of `waiting` come after that of `awaited`, by what any container in either depends on?"""
    estate = waiting.estate
    seen: set[str] = set()
    left = [waiting.host.name]
    while left:
        owner = left.pop()
        if owner == awaited.host.name:
            return True
        if owner in seen:
            continue
        seen.add(owner)
        for member in estate.pods[owner]:
            names = member.model.get("depends_on") or {}
            left.extend(
                estate.services[name].host.name
                for name in names
                if name in estate.services and estate.services[name].host.name != owner
            )
    return False
