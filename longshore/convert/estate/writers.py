"""Which services must not run twice, not even for the seconds of a rollout: one writer at a time.

Docker stops a container before it starts the next one. A rolling update starts the new pod first, which is what keeps
a server reachable, and what makes a scheduler run every task twice and two bots answer one message. So the old pod
goes first where compose says so (`order: stop-first`), where the program is a scheduler or an image of which two do
harm, and where one copy runs that nobody calls: nobody notices its pause. Workers that nobody calls in several copies
can do each other's work, and are replaced one after the other.
"""

from __future__ import annotations

from posixpath import basename
from typing import TYPE_CHECKING, Final

from longshore.convert.estate.dials import is_called
from longshore.convert.estate.ports import every, listening
from longshore.convert.estate.service_images import of
from longshore.regex import Regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Estate, Service

SCHEDULERS: Final = frozenset(
    "beat celerybeat celery-beat chadburn clockwork cron crond dkron fcron go-cron jobber ofelia rq-scheduler "
    "rqscheduler schedule:run schedule:work scheduler supercronic yacron".split()
)
"""Programs, and words behind a program's name, that start work by the clock; without the ending of their file."""

_ENDING: Final = Regex(r"\.(?:[cm]?[jt]s|jar|php|py|rb|sh)$")
_WORD: Final = Regex(r"[^\s;&|()\"']+")
_FRONTS: Final = ("traefik.", "caddy", "com.github.jrcs.", "haproxy.")
_VIRTUAL: Final = ("VIRTUAL_HOST", "VIRTUAL_PORT", "VIRTUAL_HOST_MULTIPORTS")
_LONGEST: Final = 10_000
"""Characters of a command that are read: longer ones are scripts, not calls of one program."""


def alone(owner: Service) -> str:
    """Why the pod of `owner` must be gone before the next one starts, beside what it mounts; empty: it need not."""
    return owner.memo(_alone)


def _alone(owner: Service) -> str:
    if owner.workload.kind != "Deployment":
        return ""
    update = (owner.model.get("deploy") or {}).get("update_config") or {}
    order, parallelism = update.get("order"), int(update.get("parallelism", 1))
    if order == "start-first":
        return ""
    if order == "stop-first" and (not parallelism or parallelism >= owner.replicas):
        return "`stop-first` ends all old pods before a new one starts"
    if owner.replicas > 1:
        return ""
    return never_two(owner) or ("" if called(owner) else "one copy runs, and nobody calls it")


def never_two(owner: Service) -> str:
    """Why no two pods of `owner` may do its work at once, whatever their number is said to be; empty: they may."""
    members = owner.estate.pods[owner.name]
    if any(of(member).singleton for member in members):
        return "two of its image at once do harm"
    if any(_schedules(member) for member in members):
        return "a scheduler that runs twice starts everything twice"
    return ""


def _schedules(service: Service) -> bool:
    words = list(_words(service))
    return any(
        _ENDING.sub("", basename(word)) in SCHEDULERS or word in {"--beat", "--with-scheduler"} for word in words
    ) or ("celery" in map(basename, words) and "-B" in words)


def _words(service: Service) -> Iterator[str]:
    for attribute in ("entrypoint", "command"):
        for text in service.model.get(attribute) or ():
            yield from _WORD.findall(str(text)[:_LONGEST])


def called(owner: Service) -> bool:
    """Does anything show that others call the service, or one that runs in its pod, or that it waits for calls?"""
    if every(owner) or owner.settings.exposure:
        return True
    members = owner.estate.pods[owner.name]
    return any(
        is_called(member) or listening(member) or _named_outside(member) or member.name in _awaited(member)
        for member in members
    )


def _named_outside(service: Service) -> bool:
    """Has it another name on a network, or one for a proxy in front of all?"""
    model = service.model
    labels = (*(model.get("labels") or ()), *((model.get("deploy") or {}).get("labels") or ()))
    aliases = any((network or {}).get("aliases") for network in (model.get("networks") or {}).values())
    return (
        aliases
        or any(label.startswith(_FRONTS) for label in labels)
        or any(key in (model.get("environment") or ()) for key in _VIRTUAL)
    )


def _awaited(service: Service) -> frozenset[str]:
    return service.estate.memo(_waited_for)


def _waited_for(estate: Estate) -> frozenset[str]:
    """Services that another wants to be up, by `depends_on` or `links`: who waits for it may well call it."""
    return frozenset(
        name
        for service in estate
        for name, dependency in (service.model.get("depends_on") or {}).items()
        if dependency.get("condition") != "service_completed_successfully"
    )
