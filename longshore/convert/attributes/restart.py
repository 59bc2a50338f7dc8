"""`restart`, `deploy.restart_policy` → the kind of workload, and how often a Job tries again.

`always`, `unless-stopped` and nothing at all: Kubernetes starts the container again whenever it ends. `no` and
`on-failure[:N]`: the service is a Job, which runs once per deployment and is awaited, unless it listens on a port, has
a health check or several replicas, is called by others, or is a server by its image (`redis`); then it stays, is a
Deployment, and is started again also when it ends by itself. A Job of `on-failure:N` is started again N times where it
fails; how often any other one, policy `jobs` says. `on-failure` of a Swarm's `restart_policy` makes a Job only of what
is called after work that is done once (`migrator`, `db-init`). `delay` and `window` have no equivalent: pauses between
attempts grow from 10 s to 5 minutes.
Source: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#restart
and https://github.com/compose-spec/compose-spec/blob/main/deploy.md#restart_policy
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.estate.retries import restart_policy as restart_policy_of
from longshore.convert.estate.retries import retries
from longshore.convert.registry import attribute
from longshore.model import Approximated, Severity, Unsupported

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.convert.view import View
    from longshore.model import Effect


@attribute("services.*.restart")
def restart(value: str, service: Service) -> Iterator[Effect]:
    """Translate the policy, unless `deploy.restart_policy` says more."""
    policy = restart_policy_of(value)
    if policy is None:
        yield Unsupported(
            "Docker knows no such policy and refuses to start the container",
            "write `no`, `always`, `unless-stopped`, `on-failure` or `on-failure:4`",
            code="restart-policy",
            severity=Severity.ERROR,
        )
        return
    if ((service.model.get("deploy") or {}).get("restart_policy") or {}).get("condition"):
        return
    if service.host is not service:
        if value != service.host.model.get("restart", value):
            yield Unsupported(f"a pod has one restart policy, that of `{service.host.name}`")
        return
    yield from _outcome(service, policy[0])


@attribute("services.*.deploy.restart_policy")
def restart_policy(value: View, service: Service) -> Iterator[Effect]:
    """Translate condition and attempts, report the rest."""
    condition, tries = value.get("condition"), value.get("max_attempts")
    policy = {"none": "no", "on-failure": "on-failure"}.get(str(condition), "always")
    if condition and service.host is service:
        yield from _outcome(service, policy)
    if tries is not None and service.workload.kind != "Job":
        yield _lost("max_attempts", f"Kubernetes does not give up after {tries} attempts; it tries less often")
    if value.get("delay"):
        yield _lost("delay", "the pause before another attempt is chosen by Kubernetes: 10 s, doubled each time")
    if value.get("window"):
        yield _lost("window", "whether a start went well is told by the probes")


def _outcome(service: Service, policy: str) -> Iterator[Effect]:
    ends = policy in {"no", "on-failure"}
    if service.workload.kind != "Job":
        if ends:
            yield _stays(policy)
        return
    awaited = service.name in service.estate.completed
    found = retries(service)
    if policy == "on-failure":
        yield service.put("spec", "backoffLimit", value=found.limit, setting=found.setting)
    if not awaited and ends and not _asked(service):
        yield Approximated(
            "a service that ends is a Job: it runs once per deployment, which waits until it has succeeded",
            "if it stays, write `x-longshore: {workload: Deployment}` on the service",
            code="runs-once",
            severity=Severity.INFO if policy == "no" else Severity.WARNING,
        )
    elif not ends and awaited:
        yield Approximated(
            f"others wait for it to complete, so it is a Job and runs once per deployment, in spite of `{policy}`",
            'write `restart: "no"`',
            code="runs-once",
            severity=Severity.INFO,
        )


def _stays(policy: str) -> Approximated:
    if policy == "no":
        return Approximated(
            "the service listens, so it is a Deployment: Kubernetes starts it again whenever it ends",
            "if it is meant to end, write `x-longshore: {workload: Job}` on the service",
            code="restarts",
        )
    return Approximated(
        "Kubernetes starts the service again also when it ends without a failure",
        "if it is meant to end, write `x-longshore: {workload: Job}` on the service",
        code="restarts",
        severity=Severity.INFO,
    )


def _asked(service: Service) -> bool:
    return bool(service.settings.workload or service.extension.workload)


def _lost(key: str, reason: str) -> Unsupported:
    return Unsupported(reason, at=(key,), code="restart-policy", severity=Severity.INFO)
