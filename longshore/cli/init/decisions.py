"""What compose files leave open and `check` reports, for the comments of a new stack file.

Sizes, ports that were published, secrets: by name, never by value. Nothing is decided here; what holds until somebody
decides is written beside it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from longshore.compose import load
from longshore.convert.engine import convert_project
from longshore.convert.estate import Estate
from longshore.convert.estate.data_binds import DataBind, data_binds
from longshore.convert.estate.exposure import published
from longshore.convert.estate.facts import resources
from longshore.convert.estate.fronts import proposal
from longshore.convert.kubernetes.quantity import memory
from longshore.convert.secrets.detection.masks import conceal
from longshore.convert.secrets.remotes import remotes
from longshore.deadline import deadline
from longshore.disk import Disk
from longshore.errors import NO_FILE, Refused
from longshore.model import Severity
from longshore.report.findings import located, nowhere, words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.compose import Request
    from longshore.convert.estate import Service
    from longshore.convert.options import Options
    from longshore.model import Finding

UNSIZED, UNGUARDED, NOT_FOUND = "missing-memory-limit", "lost-protection", "no-compose-file"
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,99}").fullmatch
"""What is shown as the name of a secret. Any other key may be more than a name: `KEY:value` where `=` was meant."""
SHOWN: Final = 12
"""Ports and names that a line has room for."""


class Decision(NamedTuple):
    """What the stack may decide for one service.

    memory: the limit it gets as long as nobody says. ports: `80`, `53/udp`, published beyond the Docker host.
    exposure: what opens them, as a stack file writes it. guarded: the proxy before it asks for more than that would.
    """

    service: str
    memory: str = ""
    ports: tuple[str, ...] = ()
    exposure: Mapping[str, Any] = {}
    guarded: bool = False


class Decisions(NamedTuple):
    """All that is open.

    secrets: whose → the keys that the store must have. errors: code → the services that have it, none for the whole.
    data: folders of the Docker host that want a volume.
    """

    services: tuple[Decision, ...] = ()
    secrets: Mapping[str, tuple[str, ...]] = {}
    errors: Mapping[str, tuple[str, ...]] = {}
    data: tuple[DataBind, ...] = ()


def decide(request: Request, options: Options, environment: str, disk: Disk | None = None) -> Decisions:
    """Read and convert what `request` names on `disk` (None: this machine's), and find what it leaves open.

    Raises:
        Refused: it can't be read; the first reason and its place are told.
    """
    late = deadline(request.environment)
    loaded = load(request, disk or Disk(), late)
    if loaded.project is None:
        raise _unreadable(loaded.findings)
    conversion = convert_project(loaded.project, options, late)
    if any(finding.code == "time-limit" for finding in conversion.findings):
        raise _unreadable(conversion.findings)
    estate = Estate(loaded.project, options)
    codes, errors = dict[str, set[str]](), dict[str, dict[str, None]]()
    for finding in conversion.findings:
        service = str(finding.path[1]) if finding.path[:1] == ("services",) and len(finding.path) > 1 else ""
        codes.setdefault(service, set()).add(finding.code)
        if finding.severity is Severity.ERROR:
            errors.setdefault(finding.code, {})[service] = None
    open_ = (_open(service, codes.get(service.name, set()), environment) for service in estate)
    return Decisions(
        tuple(decision for decision in open_ if decision.memory or decision.exposure),
        dict(_secrets(estate)),
        {code: tuple(filter(None, services)) for code, services in errors.items()},
        data_binds(estate),
    )


def _unreadable(findings: tuple[Finding, ...]) -> Refused:
    errors = (finding for finding in findings if finding.severity is Severity.ERROR)
    first, span = located(errors, nowhere)[0]
    place = f"{span}: " if span else ""
    code = NO_FILE if first.code == NOT_FOUND else 2
    help_text = first.help or "`longshore check` says all that is wrong"
    return Refused(words(f"{place}{first.message}; nothing was written"), words(help_text), code)


def _open(service: Service, codes: set[str], environment: str) -> Decision:
    ports = tuple(
        str(number) if protocol == "TCP" else f"{number}/{protocol.lower()}" for number, protocol in _published(service)
    )
    exposure: dict[str, Any] = {}
    if service.host is service and service.workload.kind != "Job":
        exposure = _shown(proposal(service)) or _exposure(service, environment)
    return Decision(
        service.name,
        memory(resources(service).memory_limit) if UNSIZED in codes else "",
        ports[:SHOWN],
        exposure,
        UNGUARDED in codes,
    )


def _shown(value: Any) -> Any:
    """What labels say, as messages show it: they may have anything in them."""
    if isinstance(value, Mapping):
        return {_shown(key): _shown(each) for key, each in value.items()}
    return conceal(words(value)) if isinstance(value, str) else value


def _published(service: Service) -> list[tuple[int, str]]:
    """(container port, protocol) of what is published, TCP first, in the order of the compose file."""
    found = list(reversed(published(service)))
    return sorted(found, key=lambda port: port[1] != "TCP")


def _exposure(service: Service, environment: str) -> dict[str, Any]:
    """What would open the first published port: HTTP by a host name, or the bare port where it is not TCP."""
    first = next(iter(_published(service)), None)
    if first is None:
        return {}
    number, protocol = first
    if protocol != "TCP":
        return {"kind": "loadbalancer"}
    return {"kind": "ingress", "port": number, "host": f"{service.slug}.{environment}.example.com"}


def _secrets(estate: Estate) -> Iterator[tuple[str, tuple[str, ...]]]:
    for remote in remotes(estate):
        names = tuple(name for name in remote.needs if _NAME(name))
        if _NAME(remote.owner) and (names or remote.external):
            yield remote.owner, names
