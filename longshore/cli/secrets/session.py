"""What every verb of `longshore secrets` works on: one stack, the remote secrets it needs, and its backend."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from longshore.cli.findings_output import show
from longshore.cli.flags import Flag
from longshore.cli.project_input import STACK, Reading, output, stack_named
from longshore.convert.estate import Estate
from longshore.convert.options import Options as Plain
from longshore.convert.secrets.remotes import folder, remotes
from longshore.errors import Refused, suggestion
from longshore.model import Severity
from longshore.report.json_document import json_document
from longshore.stack.inputs import options_of, request_of
from longshore.stack.reading import convert_stack, project_name, read_stack
from longshore.stores import connect

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from longshore.cli.flags import Given
    from longshore.cli.shell import Shell
    from longshore.compose import Request
    from longshore.convert.options import Options
    from longshore.convert.secrets.remotes import Remote
    from longshore.model import Conversion, Finding
    from longshore.stack.settings import Settings
    from longshore.stores.interface import Backend

SERVICE = Flag(
    "--service", "only this service, entry of top-level `secrets:`, or mounted file", value="NAME", repeat=True
)
FLAGS = (STACK, SERVICE, output("text", "json", what="how to write"))


class Opened(NamedTuple):
    """A stack that could be read. remotes: the remote secrets it needs, those of `--service` only.

    request: what the compose files were read with.
    """

    name: str
    settings: Settings
    estate: Estate
    conversion: Conversion
    remotes: tuple[Remote, ...]
    sources: Mapping[str, str]
    request: Request

    @property
    def folder(self) -> str:
        """Where the team's secrets live: `dev/shop/`."""
        return folder(self.estate.options)


def open_stack(given: Given, shell: Shell) -> Opened:
    """Read the stack, its compose files, and what they need.

    Raises:
        Refused: no stack is named, it has no compose files, or they can't be read; findings are told before.
    """
    name = stack_named(given, shell)
    stack = read_stack(name, shell.directory)
    estate = convert_stack(stack, shell.environment)
    if stack.settings is None or (estate and (estate.conversion is None or estate.loaded.project is None)):
        findings = estate.findings if estate else stack.findings
        sources = estate.sources if estate else stack.sources
        _show(given, shell, findings, sources, options_of(stack.settings, stack.platform) if stack.settings else None)
        raise Refused(f"stack {name} can't be read, see above", "`longshore check` explains it")
    compose = stack.settings.compose
    if estate is None or compose is None or estate.loaded.project is None or estate.conversion is None:
        raise Refused(f"stack {name} has no compose files, so it needs no secrets")
    options = options_of(stack.settings, stack.platform)
    found = Estate(estate.loaded.project, options)
    chosen = chosen_remotes(remotes(found), given.texts("--service"))
    request = request_of(stack.settings, compose, stack.root, project_name(stack.root), shell.environment)
    return Opened(name, stack.settings, found, estate.conversion, chosen, estate.sources, request)


def _show(
    given: Given,
    shell: Shell,
    findings: Sequence[Finding],
    sources: Mapping[str, str],
    options: Options | None,
) -> None:
    errors = tuple(finding for finding in findings if finding.severity is Severity.ERROR)
    show(Reading(None, None, errors, sources, options or Plain(), {}), given, shell, shell.err)


def chosen_remotes(found: Iterable[Remote], names: Sequence[str]) -> tuple[Remote, ...]:
    """The remote secrets of the services, or entries of top-level `secrets:`, called `names`; without names all.

    Raises:
        Refused: a name is neither, or needs no secret.
    """
    found = tuple(found)
    owners = {remote.owner for remote in found}
    for name in names:
        if name not in owners:
            near = suggestion(name, sorted(owners))
            raise Refused(f"`{name}` needs no secret, or is no service of the stack", near or _listed(owners))
    return tuple(remote for remote in found if not names or remote.owner in names)


def _listed(owners: Iterable[str]) -> str:
    return f"these need some: {', '.join(sorted(owners))}"


def nothing_to_do(opened: Opened, given: Given, shell: Shell) -> int:
    """End a verb where there is no real backend: as JSON there are no secrets."""
    if given.text("--output") == "json":
        shell.out.write(json_document({"version": 1, "target": opened.folder, "secrets": [], "missing": []}))
    return 0


def backend_of(opened: Opened, given: Given, shell: Shell) -> Backend | None:
    """Connect, ask who we are, and say where values go; None (which is told) where there is no real backend."""
    with shell.busy("asking the secret store who we are", quiet=given.on("--quiet")):
        backend = connect(opened.settings, shell.environment)
        place = backend.place() if backend else ""
    if backend is None:
        shell.err.write(
            f"stack {opened.name} uses the backend `fake`: the operator makes the values up, "
            "so there is nothing to push or to compare\n"
        )
        return None
    shell.err.write(f"{place}, path {opened.folder}\n")
    return backend
