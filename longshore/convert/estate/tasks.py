"""The names of Docker Swarm's tasks: `tasks.agent` has the addresses of all containers of `agent`, not one for all.

In Kubernetes that is what a headless Service answers. A service without ports, or with `endpoint_mode: dnsrr`, has such
a one under its own name; the others get a second Service, `agent-tasks`. Wherever the old name stands it is rewritten,
as names are that Kubernetes does not allow.
Source: https://docs.docker.com/engine/swarm/networking/#use-swarm-mode-service-discovery
and https://kubernetes.io/docs/concepts/services-networking/service/#headless-services
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from longshore.convert.estate.network_names import TASKS, aliases, slugs
from longshore.convert.estate.ports import by_address
from longshore.convert.estate.swarm import is_for_swarm
from longshore.convert.estate.texts import texts
from longshore.convert.kubernetes.names import digest, host_label

if TYPE_CHECKING:
    from collections.abc import Mapping

    from longshore.convert.estate import Estate, Service

_CALL: Final = r"(?<![\w.-])tasks\.(?P<name>[A-Za-z0-9][\w-]*)(?P<port>:\d)?(?![\w-]|\.\w)"


def tasks(estate: Estate) -> Mapping[str, str]:
    """`tasks.<service>` → the name that has the addresses of its pods, for the services that are called so.

    In a file that is not for a Swarm, `tasks.mail` may be a module of a program: there it counts only as the host of a
    URL, or before a port.
    """
    return estate.memo(_tasks)


def headless(service: Service) -> str:
    """Name of the headless Service that a service needs beside its own; empty where it needs none."""
    names = tasks(service.estate)
    if not names:
        return ""
    asked = (names.get(f"{TASKS}{member.name}", service.slug) for member in service.estate.pods[service.name])
    return next((name for name in asked if name != service.slug), "")


def _tasks(estate: Estate) -> dict[str, str]:
    found = [text for _, text in texts(estate, TASKS)]
    if not found:
        return {}
    everywhere = estate.memo(is_for_swarm)
    called = {
        match["name"]
        for text in found
        for match in re.finditer(_CALL, text)
        if everywhere or match["port"] or text[: match.start()].endswith(("//", "@"))
    }
    return {
        f"{TASKS}{name}": _name(estate, estate.services[name].host) for name in sorted(called & estate.services.keys())
    }


def _name(estate: Estate, owner: Service) -> str:
    if not by_address(owner):
        return owner.slug
    name = host_label(f"{owner.slug}-tasks")
    taken = name in aliases(estate) or name in estate.memo(slugs)
    return host_label(f"{name}-{digest(owner.slug)}") if taken else name
