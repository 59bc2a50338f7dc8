"""How often a Job is tried: what compose or the owner says, else as often as it takes to get its first call through.

A new pod's address is not let through by network policies from its first moment, and what it calls may still be on its
way: a program that ends when its first call is refused would fail for ever where it is started once. In the same pod,
started again, it finds its address let through. So attempts are restarts of the container (`OnFailure`), as Docker's
are; new pods (`Never`) would each lose the same race again.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from longshore.regex import Regex

if TYPE_CHECKING:
    from longshore.convert.estate import Service

TRIES: Final = 6
"""Kubernetes' own `backoffLimit`: attempts for about five minutes, at growing distances."""


_POLICY: Final = Regex(r"(no|always|unless-stopped|on-failure)(?::([0-9]{1,9}))?", re.ASCII)


class Retries(NamedTuple):
    """How often a Job is tried again.

    limit: `backoffLimit`; 0 is once. setting: the stack setting that gave it, empty where none did. told: compose or
    the owner gave the number.
    """

    limit: int
    setting: str = ""
    told: bool = True


def retries(service: Service) -> Retries:
    """How often the Job of `service` is tried again.

    Docker's `on-failure:4` starts a container four times again. Kubernetes counts a restart when it begins, and at
    `backoffLimit` ends the pod at once: for four that may finish, the limit is five.
    Source: https://kubernetes.io/docs/concepts/workloads/controllers/job/#pod-backoff-failure-policy
    """
    if service.settings.backoff_limit is not None:
        return Retries(service.settings.backoff_limit, f"{service.setting}.backoffLimit")
    if service.extension.backoff_limit is not None:
        return Retries(service.extension.backoff_limit)
    tries = _tries(service)
    if tries is not None:
        return Retries(tries + 1 if tries else TRIES)
    if service.host.model.get("network_mode") == "none":
        return Retries(0, told=False)
    return Retries(TRIES, told=False)


def _tries(service: Service) -> int | None:
    """The number that compose gives to `on-failure`, 0 for ever; None: compose does not speak of other attempts."""
    policy = (service.model.get("deploy") or {}).get("restart_policy") or {}
    if policy.get("condition"):
        return int(policy.get("max_attempts") or 0) if policy["condition"] == "on-failure" else None
    name, tries = restart_policy(str(service.model.get("restart") or "")) or ("", 0)
    return tries if name == "on-failure" else None


def restart_policy(text: str) -> tuple[str, int] | None:
    """Split `on-failure:4` into name and number of attempts, 0 for as many as it takes; None: Docker knows no such one.

    Source: https://docs.docker.com/reference/cli/docker/container/run/#restart
    """
    match = _POLICY.fullmatch(text)
    if match is None or (match[2] and match[1] != "on-failure"):
        return None
    return match[1], int(match[2] or 0)
