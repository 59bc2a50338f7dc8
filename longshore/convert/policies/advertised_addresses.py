"""Addresses that a program tells its callers to go on at, and that name the Docker host by `localhost`.

A broker answers the first call with the addresses of its listeners, and clients dial those from then on:
`KAFKA_ADVERTISED_LISTENERS: …,PLAINTEXT_HOST://localhost:29092` is for programs on the Docker host, where the port is
published. In a cluster nobody is on that host, and `localhost` is the pod of whoever calls. So it is where a program
announces itself to the others of its kind (Redis Cluster, NATS). A listener that nobody reaches from elsewhere is left
alone: it is the program's own.
Source: https://kafka.apache.org/documentation/#brokerconfigs_advertised.listeners
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from longshore.convert.estate.dials import dialled, is_called
from longshore.convert.estate.docker_host import published
from longshore.convert.estate.texts import holding, is_file, readers, span, without_comments
from longshore.convert.kubernetes.host_places import ADVERTISING, advertises
from longshore.convert.registry import service_policy
from longshore.model import Problem, Severity
from longshore.regex import Regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Estate, Service
    from longshore.model import Path, Span

_WORDS: Final = ("advertis", "Advertis", "ADVERTIS", "announce", "Announce", "ANNOUNCE")
_SETTING: Final = Regex(
    rf"(?<![\w.-])(?P<key>{ADVERTISING})[\"']?(?:[ \t]{{0,9}}[:=][ \t]{{0,9}}|[ \t]{{1,9}})[\"']?"
    r"(?P<value>\S{1,500})",
    re.IGNORECASE,
)
_LOOPBACK: Final = Regex(r"(?<![\w.-])(?:localhost|127(?:\.\d{1,3}){3})(?::(\d{1,5}))?(?![\w:-]|\.\w)", re.IGNORECASE)


class Setting(NamedTuple):
    """A setting that tells others an address. at: its place in the service."""

    at: Path
    key: str
    value: str
    span: Span | None = None


@service_policy
def advertised_addresses(service: Service) -> Iterator[Problem]:
    """Report each such address that somebody from elsewhere would be sent to."""
    for setting in _settings(service):
        told = {match[0]: int(match[1] or 0) for match in _LOOPBACK.finditer(setting.value)}
        reached = [(address, port) for address, port in told.items() if _reached(service, port)]
        for address, port in reached[:1]:
            name = f"{service.host.slug}:{port}" if port else service.host.slug
            yield Problem(
                "advertised-address",
                Severity.WARNING,
                f"`{setting.key}` sends who calls on to `{address}`: in a cluster that is the caller's own pod",
                f"give callers a name that they know, `{name}`; who comes from outside needs a listener of its own, "
                "with the address that the stack's `exposure` opens",
                setting.at,
                setting.span,
            )


def _settings(service: Service) -> Iterator[Setting]:
    for key, value in (service.model.get("environment") or {}).items():
        if value and advertises(key):
            yield Setting(("environment", key), key, value)
    yield from service.estate.memo(_written).get(service.name, {})


def _written(estate: Estate) -> dict[str, dict[Setting, None]]:
    """Service → what its commands and files set."""
    found: dict[str, dict[Setting, None]] = {}
    for text in holding(estate, *_WORDS):
        if text.key:
            continue
        for match in _SETTING.finditer(without_comments(text.text) if is_file(text.path) else text.text):
            place = span(text, *match.span("value"))
            for reader, at in readers(estate, text.at(match.start("value"))):
                found.setdefault(reader, {})[Setting(at, match["key"].lstrip("-"), match["value"], place)] = None
    return found


def _reached(service: Service, port: int) -> bool:
    """Does anybody come from elsewhere, by a published port or by the name of the service?"""
    if port:
        return port in published(service.estate) or port in dialled(service)
    return bool(service.model.get("ports")) or is_called(service)
