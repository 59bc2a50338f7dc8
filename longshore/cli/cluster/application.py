"""The application of a stack as people know it: its compose services, and which workload runs each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from longshore.cli.project_input import stack_named
from longshore.convert.estate import Estate
from longshore.convert.kubernetes.stable import stable_name
from longshore.errors import Refused, suggestion
from longshore.stack.inputs import options_of
from longshore.stack.reading import convert_stack, read_stack

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from longshore.cli.cluster.health import Observed
    from longshore.cli.flags import Given
    from longshore.cli.shell import Shell
    from longshore.cluster.client import Object
    from longshore.stack.reading import Stack


class Member(NamedTuple):
    """A compose service, and the container that it is: of a workload by kind and by its name that lasts."""

    service: str
    kind: str
    workload: str
    container: str


class Application(NamedTuple):
    """A stack with an application. members: in the order of the compose file; none where that can't be read."""

    stack: Stack
    namespace: str
    members: tuple[Member, ...]

    @property
    def file(self) -> str:
        """The stack file, as people are told to write into it."""
        return f"stacks/Pulumi.{self.stack.name}.yaml"

    def chosen(self, names: Sequence[str], others: Iterable[str] = ()) -> tuple[Member, ...]:
        """Members of these services, all without a name. others: what may be named too, and is no service.

        Raises:
            Refused: there is no such service.
        """
        known = {member.service for member in self.members}
        for name in names:
            if name not in known and name not in set(others):
                near = suggestion(name, sorted(known | set(others)))
                raise Refused(f"stack {self.stack.name} has no service `{name}`", near or f"it has: {_some(known)}")
        return tuple(member for member in self.members if not names or member.service in names)


def _some(names: Iterable[str]) -> str:
    found = sorted(names)
    return ", ".join(found[:20]) + (" …" if len(found) > 20 else "")  # noqa: PLR2004  a line of them


def open_application(given: Given, shell: Shell) -> Application:
    """Read the stack that is named; its compose files too, as far as they can be read.

    Raises:
        Refused: no stack is named, it can't be read, or it has no team.
    """
    name = stack_named(given, shell)
    stack = read_stack(name, shell.directory)
    if stack.settings is None:
        raise Refused(f"stack {name} can't be read", f"`longshore check -s {name}` says why")
    if not stack.settings.team:
        raise Refused(f"stack {name} has no team, so no application", "name the stack of a team, such as `shop.dev`")
    estate = convert_stack(stack, shell.environment)
    members: tuple[Member, ...] = ()
    if estate and estate.loaded.project is not None:
        services = Estate(estate.loaded.project, options_of(stack.settings, stack.platform))
        members = tuple(Member(each.name, *each.workload, each.slug) for each in services)
    elif estate:
        shell.tell("warning", f"the compose files can't be read, so services are called as in the cluster: "
                              f"`longshore check -s {name}` says why")  # fmt: skip
    return Application(stack, stack.settings.team_namespace, members)


def workloads(observed: Observed, kinds: Iterable[str]) -> dict[tuple[str, str], Object]:
    """Workloads by kind and by the name that lasts; of several Jobs of one service the newest."""
    found: dict[tuple[str, str], Object] = {}
    for kind in kinds:
        for each in sorted(observed.get(kind, ()), key=lambda x: str(x["metadata"].get("creationTimestamp") or "")):
            found[kind, lasting_name(kind, each)] = each
    return found


def lasting_name(kind: str, workload: Object) -> str:
    """The name of a workload as the stack has it; a Job that is not ours is called as it is."""
    name = str(workload["metadata"]["name"])
    ours = (workload["metadata"].get("labels") or {}).get("app.kubernetes.io/managed-by") == "longshore"
    return stable_name({"kind": kind, "metadata": {"name": name}}) if ours and kind == "Job" else name


def with_others(application: Application, found: Mapping[tuple[str, str], Object]) -> tuple[Member, ...]:
    """The members, and after them a member for each workload of the namespace that is none of the stack's."""
    known = {(member.kind, member.workload) for member in application.members}
    others = [
        Member(name, kind, name, str(_first_container(each)))
        for (kind, name), each in sorted(found.items())
        if (kind, name) not in known
    ]
    return (*application.members, *others)


def _first_container(workload: Object) -> str:
    spec = workload.get("spec") or {}
    template = spec.get("template") or ((spec.get("jobTemplate") or {}).get("spec") or {}).get("template") or {}
    containers = (template.get("spec") or {}).get("containers") or [{}]
    return str(containers[0].get("name") or "")
