"""`deploy.resources` → `resources` of the container: memory and CPU as `mem_limit` and `cpus`, GPUs as `gpus`.

`limits.pids` has no equivalent per pod: the kubelet limits processes for a whole node. `generic_resources` are names
that a Swarm administrator gave; a cluster has those of its device plugins, so one for GPUs is an error.
Source: https://github.com/compose-spec/compose-spec/blob/main/deploy.md#resources
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from longshore.convert.attributes.gpus import device
from longshore.convert.estate.facts import resources
from longshore.convert.kubernetes.quantity import cpu, memory
from longshore.convert.registry import attribute
from longshore.model import Severity, Unsupported

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from longshore.convert.estate import Service
    from longshore.convert.view import View
    from longshore.model import Effect, Path


@attribute("services.*.deploy.resources")
def deploy_resources(value: View, service: Service) -> Iterator[Effect]:
    """Translate limits and reservations."""
    limits, reservations = value.get("limits"), value.get("reservations")
    if limits:
        yield from _limits(limits, service)
    if reservations:
        yield from _reservations(reservations, service)


def _limits(limits: View, service: Service) -> Iterator[Effect]:
    found = resources(service)
    if limits.get("cpus") and found.cpu_limit:
        yield service.put_container("resources", "limits", "cpu", value=cpu(found.cpu_limit))
    if limits.get("memory") and found.memory_given:
        setting = f"{service.setting}.memory" if service.settings.memory else ""
        yield service.put_container("resources", "limits", "memory", value=memory(found.memory_limit), setting=setting)
    pids = limits.get("pids")
    if pids and int(pids) > 0:
        yield Unsupported(
            f"the number of processes ({pids}) is not limited per container",
            "the kubelet's `podPidsLimit` holds for all pods of a node",
            ("limits", "pids"),
            "pids-limit",
        )


def _reservations(reservations: View, service: Service) -> Iterator[Effect]:
    found = resources(service)
    if reservations.get("cpus"):
        setting = f"{service.setting}.cpu" if service.settings.cpu else ""
        yield service.put_container("resources", "requests", "cpu", value=cpu(found.cpu_request), setting=setting)
    if reservations.get("memory"):
        yield service.put_container("resources", "requests", "memory", value=memory(found.memory_request))
    for index, request in enumerate(reservations.get("devices") or ()):
        yield from device(request, service, ("reservations", "devices", index))
    for index, entry in enumerate(reservations.get("generic_resources") or ()):
        yield _generic(entry.plain().get("discrete_resource_spec") or {}, ("reservations", "generic_resources", index))


def _generic(named: Mapping[str, Any], at: Path) -> Unsupported:
    """Refuse a resource that a Swarm's administrator named; GPUs are what most of them name so."""
    kind = str(named.get("kind") or "")
    if "gpu" in kind.lower():
        return Unsupported(
            f"`{kind}` is a name that a Swarm's administrator gave to GPUs; a cluster does not know it",
            f"write `devices: [{{driver: nvidia, count: {named.get('value') or 1}, capabilities: [gpu]}}]` beside it, "
            "under `reservations`",
            at,
            "gpus",
            Severity.ERROR,
        )
    return Unsupported(
        "a cluster does not know the resources that a Swarm administrator named",
        "select nodes by a label instead, with `placement.constraints`",
        at,
        "generic-resources",
    )
