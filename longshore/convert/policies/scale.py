"""`scale` of a service in the stack file → a HorizontalPodAutoscaler, and a workload that says no number of pods.

The autoscaler keeps between `min` and `max` pods, so that they use on average so many percent of the processor or the
memory that they request; the cluster must measure that (metrics-server). It is refused where a second pod does harm,
where each pod has data of its own, and where a limit keeps the pods below the mark at which there would be more.
Source: https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from longshore.convert.estate.facts import resources
from longshore.convert.estate.storage import templated
from longshore.convert.estate.writers import never_two
from longshore.convert.kubernetes.kinds import API_VERSION, REPLICATED
from longshore.convert.registry import service_policy
from longshore.model import Default, ObjectKey, Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.convert.options import Scale
    from longshore.model import Effect

USUAL = 80
"""Percent of the processor where a stack names no mark, as Kubernetes has it."""


@service_policy
def scale(service: Service) -> Iterator[Effect]:
    """Let the cluster decide how many pods run, where the stack says so."""
    wanted = service.settings.scale
    if wanted is None:
        return
    trouble = _trouble(service, wanted)
    if trouble:
        yield trouble
        return
    key, (kind, name) = ObjectKey("HorizontalPodAutoscaler", service.slug), service.workload
    spec = {
        "scaleTargetRef": {"apiVersion": API_VERSION[kind], "kind": kind, "name": name},
        "minReplicas": wanted.min,
        "maxReplicas": wanted.max,
        "metrics": [_metric(what, percent) for what, percent in _marks(wanted).items()],
    }
    yield Default(key, ("spec",), spec, f"{service.setting}.scale")


def _marks(wanted: Scale) -> dict[str, int]:
    """What is measured → percent of its request."""
    found = {what: percent for what, percent in (("cpu", wanted.cpu), ("memory", wanted.memory)) if percent}
    return found or {"cpu": USUAL}


def _metric(what: str, percent: int) -> dict[str, Any]:
    target = {"type": "Utilization", "averageUtilization": percent}
    return {"type": "Resource", "resource": {"name": what, "target": target}}


def _trouble(service: Service, wanted: Scale) -> Problem | None:
    setting, kind = f"{service.setting}.scale", service.workload.kind
    drop = f"drop `{setting}` from the stack file"
    if service.host is not service:
        host = service.host.name
        return Problem(
            "scale", Severity.ERROR, f"`{setting}`: it runs in the pod of `{host}`", f"scale `{host}` instead"
        )
    if kind not in REPLICATED:
        runs = "a job ends by itself" if kind == "Job" else "a DaemonSet runs one pod on each node"
        return Problem("scale", Severity.ERROR, f"`{setting}`: {runs}, so there is nothing to scale", drop)
    why = never_two(service)
    if why:
        return Problem("scale", Severity.ERROR, f"`{setting}`: no two of its pods may run at once: {why}", drop)
    own = templated(service)
    if own:
        return Problem(
            "scale",
            Severity.ERROR,
            f"`{setting}`: each of its pods has a volume `{own[0]}` of its own, and a new one begins with an empty one",
            f"{drop}, and give the pods a number by `{service.setting}.replicas`, or keep the data elsewhere",
        )
    return _out_of_reach(service, wanted, setting)


def _out_of_reach(service: Service, wanted: Scale, setting: str) -> Problem | None:
    """A mark that the pods cannot get to, since their limit is not above it."""
    found = [resources(member) for member in service.estate.pods[service.name]]
    limits = [one.cpu_limit for one in found]
    totals = {
        "cpu": (sum(one.cpu_request for one in found), 0 if None in limits else sum(filter(None, limits))),
        "memory": (sum(one.memory_request for one in found), sum(one.memory_limit for one in found)),
    }
    for what, percent in _marks(wanted).items():
        request, limit = totals[what]
        if limit and percent * request >= limit * 100:
            return Problem(
                "scale",
                Severity.ERROR,
                f"`{setting}.{what}`: at {percent} percent of their request the pods are at their limit",
                f"write less than {limit * 100 // request}, or let the request be smaller than the limit",
            )
    return None
