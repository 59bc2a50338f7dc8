"""`x-longshore`: what the owner of a service decides in the compose file itself.

`allow: [code, …]` consents to findings by their code; they are still told, as information. `workload: StatefulSet`
(or Deployment, DaemonSet, Job) chooses the kind of workload. `backoffLimit: 0` is for a Job of which a second start
does harm; another number says how often it is started again. `plain: {KEY: reason}` and `secret: {KEY: reason}`
overrule the detection of secrets in the environment. Anything else is an error, so that a slip of the pen is not taken
for consent. The stack file can say the same, for one environment only: `services: {web: {allow: […], workload: …}}`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.kubernetes.kinds import WORKLOADS
from longshore.convert.registry import attribute
from longshore.convert.view import View
from longshore.model import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.model import Effect


KEYS = ("allow", "backoffLimit", "plain", "secret", "workload")


@attribute("services.*.x-longshore")
def x_longshore(value: View, service: Service) -> Iterator[Effect]:
    """Check the extension; what it says is read by `longshore.convert.estate`."""
    del service
    if not value:
        return
    if not isinstance(value, View) or not isinstance(value.plain(), dict):
        yield _wrong("`x-longshore` is a mapping", "write `x-longshore: {allow: [code], workload: StatefulSet}`")
        return
    for key, given in value.plain().items():
        if key == "workload":
            if not isinstance(given, str) or given not in WORKLOADS:
                yield _wrong("this is no kind of workload", _help(str(given), sorted(WORKLOADS)), key)
        elif key in {"plain", "secret"}:
            if not isinstance(given, dict) or not all(isinstance(reason, str) and reason for reason in given.values()):
                yield _wrong(
                    f"`{key}` names environment keys, each with a reason",
                    f'write `{key}: {{TOKEN_MODE: "a mode"}}`',
                    key,
                )
        elif key == "backoffLimit":
            if type(given) is not int or given < 0:
                yield _wrong("`backoffLimit` is a number from 0 up", "write `x-longshore: {backoffLimit: 0}`", key)
        elif key != "allow":
            yield _wrong(f"`{key}` is not known here", _help(key, KEYS), key)
        elif not isinstance(given, list) or not all(isinstance(code, str) for code in given):
            yield _wrong("`allow` is a list of finding codes", "write `allow: [privileged]`", key)


def _wrong(message: str, instead: str, *at: str) -> Problem:
    return Problem("x-longshore", Severity.ERROR, message, instead, at)


def _help(given: str, known: tuple[str, ...] | list[str]) -> str:
    from difflib import get_close_matches  # noqa: PLC0415  only where something is wrong already

    close = get_close_matches(given, known, 1)
    return f"did you mean `{close[0]}`?" if close else f"known are {', '.join(f'`{name}`' for name in known)}"
