"""`deploy.update_config` → how a Deployment replaces its pods.

`order: start-first` starts `parallelism` new pods before old ones go; `stop-first` takes as many old ones away first,
and where that is all of them, the new ones wait until they have ended (`Recreate`). A parallelism of 0 means all at
once. Without `order` the house rule holds (policy `rollout`). `monitor` → `minReadySeconds`. A rollout whose pods do
not become ready stops, which is `failure_action: pause`; where new pods came first, those of the last version keep
serving, so there is nothing to roll back to. `delay` and `max_failure_ratio` have no equivalent.
Source: https://github.com/compose-spec/compose-spec/blob/main/deploy.md#update_config
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.compose.units import seconds
from longshore.convert.estate.facts import recreates, why_recreated
from longshore.convert.registry import attribute
from longshore.model import Severity, Unsupported

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.convert.view import View
    from longshore.model import Effect


@attribute("services.*.deploy.update_config")
def deploy_update_config(value: View, service: Service) -> Iterator[Effect]:
    """Translate order and parallelism, report the rest."""
    if not value:
        return
    parallelism, order, monitor = value.get("parallelism"), value.get("order"), value.get("monitor")
    kind = service.workload.kind
    if service.host is not service or kind == "Job":
        value.plain()
        yield Unsupported("the pods are not replaced one by one", code="update-config", severity=Severity.INFO)
        return
    if parallelism is not None or order:
        yield from _strategy(service, 1 if parallelism is None else int(parallelism), str(order or ""))
    if monitor:
        yield service.put("spec", "minReadySeconds", value=seconds(monitor))
    if value.get("delay"):
        yield _lost("delay", "the next pod is replaced as soon as the one before is ready", Severity.INFO)
    if value.get("max_failure_ratio"):
        yield _lost("max_failure_ratio", "a rollout stops at the first pod that does not become ready", Severity.INFO)
    action = value.get("failure_action")
    if action == "rollback":
        yield _lost(
            "failure_action",
            "a failed rollout stops while the pods of the last version keep serving; it is not undone by itself",
            Severity.INFO,
        )
    elif action == "continue":
        yield _lost("failure_action", "a failed rollout stops; it does not go on", Severity.WARNING)


def _strategy(service: Service, parallelism: int, order: str) -> Iterator[Effect]:
    kind = service.workload.kind
    count = parallelism or "100%"
    if kind == "Deployment" and recreates(service):
        if order != "stop-first":
            yield _lost(
                "order" if order else "parallelism",
                f"{why_recreated(service)}: the old pod ends before the new one starts",
                Severity.INFO if order != "start-first" else Severity.WARNING,
            )
        return
    strategy = "strategy" if kind == "Deployment" else "updateStrategy"
    if order == "stop-first" or kind == "StatefulSet":
        yield service.put("spec", strategy, "rollingUpdate", "maxUnavailable", value=count)
        if kind != "StatefulSet":
            yield service.put("spec", strategy, "rollingUpdate", "maxSurge", value=0)
    else:
        yield service.put("spec", strategy, "rollingUpdate", "maxUnavailable", value=0)
        yield service.put("spec", strategy, "rollingUpdate", "maxSurge", value=count)


def _lost(key: str, reason: str, severity: Severity) -> Unsupported:
    return Unsupported(reason, at=(key,), code="update-config", severity=severity)
