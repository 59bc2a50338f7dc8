"""A service that does its work once and ends, without saying so: a Deployment would start it again for ever.

Compose starts a container once unless `restart` says otherwise, and many files leave `restart` out for servers and for
one-time work alike. What has no port and no health check, and is called by nobody, may be either: it stays a
Deployment, with a warning where it has a command of its own, or where the other services of the file do say `restart`.
Whoever calls it or watches its health, a script whose last command only says something (`…; echo done`) ends.
`restart: "no"` makes it a Job, any other value says that it stays, and `workload` of `x-longshore` or of the stack
decides too. So does an inventory in which it ran for hours; one in which it ended is told.
Source: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#restart
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from longshore.convert.estate.estate import serves
from longshore.convert.estate.programs import runs_its_program
from longshore.convert.estate.scripts import closing_word
from longshore.convert.estate.seen import seen
from longshore.convert.estate.service_images import of
from longshore.convert.registry import service_policy
from longshore.model import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Estate, Service
    from longshore.model import Effect


STAYING: Final = frozenset(
    "while infinity worker workers beat scheduler consumer consume cron crond daemon serve server start watch listen "
    "celery supervisord tail".split()
)
ENDINGS: Final = ("-server", "-worker", "-exporter", "-agent", "-consumer", "-scheduler")
"""Words of commands that do not end by themselves, and how the names of such programs end."""


@service_policy
def may_end(service: Service) -> Iterator[Effect]:
    """Tell of a service that nothing shows to stay."""
    if service.workload.kind != "Deployment" or _says(service):
        return
    ran = seen(service)
    stayed = ran.stays if ran and ran.own else None
    if stayed:
        return
    last = closing_word(service)
    if last and not _stays(service):
        yield _warning(service, f"the script of `{service.name}` ends with `{last}`, and no `restart` says what then")
        return
    if serves(service):
        return
    if stayed is False:
        yield _warning(
            service, f"`{service.name}` ended by itself on the machine, and no `restart` says that it is done"
        )
        return
    own = service.model.get("command") or service.model.get("entrypoint")
    if not (own or service.estate.memo(_some_say)) or _stays(service):
        return
    shown = f"nothing shows whether `{service.name}` stays: no `restart`, no port, no health check, nobody calls it"
    yield _warning(service, shown)


def _warning(service: Service, why: str) -> Problem:
    if service.host is service:
        what = "it is started again whenever it ends"
        instead = 'if it ends by itself, write `restart: "no"`, and it becomes a Job'
        if serves(service):
            instead = "if it ends by itself, write `x-longshore: {workload: Job}`"
    else:
        what = f"it is started again whenever it ends, and until then the pod of `{service.host.name}` is not ready"
        instead = "if it ends by itself, make it a `pre_start` step, or give it a pod of its own"
    help_ = f"{instead}; if it stays, write `restart: always`"
    return Problem("may-end", Severity.WARNING, f"{why}; {what}", help_)


def _says(service: Service) -> bool:
    """Does compose or the stack say whether the service stays?"""
    model = service.model
    asked = service.settings.workload or service.extension.workload
    return bool(asked or model.get("restart") or (model.get("deploy") or {}).get("restart_policy"))


def _stays(service: Service) -> bool:
    """Does its command, or its image without another program, look like one that stays?"""
    entrypoint, command = service.model.get("entrypoint") or [], service.model.get("command") or []
    words = [word for part in (*entrypoint, *command) for word in str(part).split() if word[0] != "-"]
    if any(word in STAYING or word.endswith(ENDINGS) for word in words):
        return True
    facts = of(service)
    return bool(facts.ports or facts.fills_itself) and runs_its_program(service)


def _some_say(estate: Estate) -> bool:
    return any(service.model.get("restart") for service in estate)
