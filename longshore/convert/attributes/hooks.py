"""`post_start`, `pre_stop` → `lifecycle.postStart` and `lifecycle.preStop` of the container: one command each.

Kubernetes has one of each; several hooks become one script that stops at the first that fails. `environment` and
`working_dir` of a hook are set by that script, so `/bin/sh` must be in the image then, of which a
finding tells. As in compose, the container is stopped when `post_start` fails. What is lost: a `user` other than the
container's, and `privileged`. With `pre_stop` the house rule's pause before a pod is told to stop is left out.
Source: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#post_start
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from longshore.compose.references import OPEN
from longshore.convert.registry import attribute
from longshore.convert.secrets.arguments import arguments
from longshore.convert.secrets.binding import variable
from longshore.convert.secrets.shell import command_line
from longshore.model import Approximated, Severity, Unsupported

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.convert.view import View
    from longshore.model import Effect, Path


_IN_A_SHELL: Final = Approximated(
    "a shell carries it out, with variables, folders and several commands: `/bin/sh`, which the image must have",
    "nothing to do where it has one; one command of a hook alone needs none",
    code="hook-shell",
    severity=Severity.INFO,
)


@attribute("services.*.post_start")
def post_start(value: View, service: Service) -> Iterator[Effect]:
    """Translate the list of hooks."""
    yield from _hooks(value, service, "postStart")


@attribute("services.*.pre_stop")
def pre_stop(value: View, service: Service) -> Iterator[Effect]:
    """Translate the list of hooks."""
    yield from _hooks(value, service, "preStop")


def _hooks(hooks: View, service: Service, event: str) -> Iterator[Effect]:
    scripts: list[str] = []
    command: list[str] = []
    for index, hook in enumerate(hooks):
        words, findings = arguments(tuple(hook.get("command") or ()), service, (index, "command"))
        yield from findings
        yield from _lost(hook, service, (index,))
        settings = {key: str(text) for key, text in (hook.get("environment") or {}).items() if text is not None}
        directory = str(hook.get("working_dir") or "")
        if words is None:
            return
        if words:
            command = words
            scripts.append(_script(words, settings, directory, service))
    plain = len(scripts) == 1 and scripts[0] == _script(command, {}, "", service)
    if not scripts:
        return
    if not plain or any(OPEN in word for word in command):
        command = ["/bin/sh", "-c", " && ".join(scripts)]
        yield _IN_A_SHELL
    yield service.put_container("lifecycle", event, "exec", "command", value=command)


def _script(words: list[str], settings: dict[str, str], directory: str, service: Service) -> str:
    def name_of(name: str) -> str:
        return variable(service, name)

    assignments = "".join(f"{key}={command_line([text], name_of)} " for key, text in settings.items())
    line = f"{assignments}{command_line(words, name_of)}"
    return f"(cd {command_line([directory], name_of)} && {line})" if directory else line


def _lost(hook: Any, service: Service, at: Path) -> Iterator[Effect]:
    user = hook.get("user")
    if user and str(user) != str(service.model.get("user") or ""):
        yield Unsupported(
            f"a hook runs as the container's own user, not as `{user}`",
            "do in the container's entrypoint what needs another user",
            (*at, "user"),
            "hook-user",
        )
    if hook.get("privileged"):
        yield Unsupported(
            "a hook has no more rights than its container",
            "do it in a container of its own, before the service starts: a service that others await to complete",
            (*at, "privileged"),
            "hook-privileged",
        )
