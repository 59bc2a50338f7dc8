"""Carries out `longshore init`: look, ask, read, make the texts, hold them against the rules, and only then write."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from longshore.cli.init import answers, ci_files, new_files, project, stack_files
from longshore.cli.init.decisions import Decisions, decide
from longshore.cli.init.report import Outcome, report
from longshore.cli.init.requested import Existing, find_wish
from longshore.cli.init.verification import (
    alone,
    bootstrap_name,
    file_of,
    known_stacks,
    lacks_environment,
    read_back,
    read_bootstrap,
)
from longshore.cli.init.volumes_file import DiskWith, name_beside, volumes_file
from longshore.errors import Refused
from longshore.stack.inputs import options_of, request_of
from longshore.stack.reading import FOLDER, PROJECT
from longshore.stack.validation import on_platform

if TYPE_CHECKING:
    from longshore.cli.flags import Given
    from longshore.cli.init.stack_files import Wish
    from longshore.cli.init.verification import Known
    from longshore.cli.shell import Shell
    from longshore.compose import Request
    from longshore.convert.options import Options
    from longshore.stack.settings import Settings


def make(given: Given, shell: Shell) -> int:
    """Make the project, or add to it.

    Raises:
        Refused: something given is not what it must be, or what is there is in the way; nothing was written.
    """
    root = os.path.realpath(os.path.join(shell.directory, given.operands[0] if given.operands else "."))
    found = project.present(root)
    outer = "" if found.name or given.operands else project.above(root)
    if outer:
        raise Refused(
            f"this folder is inside of the project in {os.path.relpath(outer, root)}",
            f"`longshore init` there adds to it, `longshore init .` in {os.path.basename(root)} makes another one",
        )
    asker = answers.Asker(given, shell)
    known = known_stacks(root)
    name, wish = find_wish(given, asker, shell, root, Existing(found.name, known))
    stacks, decisions, volumes = _stacks(wish, root, name, shell, known)
    texts = {
        **project.files(name, found, wish.backend, aws=wish.backend == "aws-secrets-manager" or bool(wish.account)),
        **{file_of(stack): text for stack, text in stacks.items()},
        **volumes,
        **ci_files.files_of(wish, root),
    }
    as_json = given.text("--output") == "json"
    return report(_placed(root, texts, wish), wish, decisions, shell, as_json=as_json)


def _stacks(
    wish: Wish, root: str, project_name: str, shell: Shell, known: dict[str, Known]
) -> tuple[dict[str, str], Decisions, dict[str, str]]:
    """The stack files that are wanted, name → text, checked; what is left to decide; a compose file for volumes."""
    stacks: dict[str, str] = {}
    platform: Settings | None = None
    if wish.cluster != "kubeconfig":
        name = f"{answers.PLATFORM}.{wish.environment}"
        if name in known:
            platform = known[name].settings
        else:
            stacks[name] = stack_files.platform_file(wish)
            platform = read_back(name, stacks[name])
    if wish.has_roles:
        name = bootstrap_name(wish)
        stacks[name] = stack_files.bootstrap_file(wish)
        read_bootstrap(name, stacks[name])
    if not wish.team:
        return {name: _keyed(name, text, wish) for name, text in stacks.items()}, Decisions(), {}
    name = f"{wish.team}.{wish.environment}"
    tenant = platform is not None and wish.team in platform.tenants
    on = wish._replace(cluster="stack" if wish.cluster == "eks" else wish.cluster, tenant=tenant)
    settings = read_back(name, stack_files.team_file(on, Decisions()))
    if platform:
        settings = on_platform(settings, platform)
    decisions, volumes = Decisions(), dict[str, str]()
    if settings.compose:
        request = request_of(settings, settings.compose, root, project_name, shell.environment)
        decisions, volumes = _decided(request, options_of(settings, platform), wish)
        on = on._replace(compose=on.compose._replace(files=(*on.compose.files, *volumes)))
    stacks[name] = stack_files.team_file(on, decisions)
    alone(name, read_back(name, stacks[name]), stacks[name], known)
    return {name: _keyed(name, text, wish) for name, text in stacks.items()}, decisions, volumes


def _decided(request: Request, options: Options, wish: Wish) -> tuple[Decisions, dict[str, str]]:
    """What is left to decide once folders of the Docker host have volumes, by a compose file of ours: name → text."""
    decisions = decide(request, options, wish.environment)
    name = name_beside(wish.compose.files[0], wish.team)
    if not decisions.data or name in wish.compose.files:
        return decisions, {}
    text = volumes_file(decisions.data)
    disk = DiskWith(os.path.join(request.working_directory, name), text)
    after = decide(request._replace(files=(*request.files, name)), options, wish.environment, disk)
    return after._replace(data=decisions.data), {name: text}


def _keyed(name: str, text: str, wish: Wish) -> str:
    """The text of a stack file, with the key of its secrets; a bootstrap stack, which makes the key, has it later."""
    return text if name == bootstrap_name(wish) else stack_files.with_key(text, wish)


def _placed(root: str, texts: dict[str, str], wish: Wish) -> Outcome:
    """Write what is not there; say what is, and what it lacks."""
    left: dict[str, str] = {}
    fresh: dict[str, str] = {}
    blocked = new_files.in_the_way(root, list(texts))
    if blocked:
        raise Refused(f"{os.path.relpath(blocked, root)} is no folder; nothing was written", "move it away")
    new = not os.path.lexists(os.path.join(root, PROJECT))
    for name, text in texts.items():
        if not os.path.lexists(os.path.join(root, name)):
            fresh[name] = text
        elif name in {project.REQUIREMENTS, project.IGNORE}:
            lacks = project.lacks(name, project.text_of(root, name) or "", text) if new else ""
            if lacks:
                left[name] = lacks
        elif name == file_of(bootstrap_name(wish)):
            lacks = lacks_environment(project.text_of(root, name) or "", wish.environment)
            if lacks:
                left[name] = lacks
        elif name.startswith((FOLDER, "..", ".git")) and not _same(root, name, text, wish):
            left[name] = project.lacks(name, project.text_of(root, name) or "", text) or "is there already"
    old = new_files.remains(root)
    if fresh:
        new_files.place(root, fresh)
    return Outcome(root, tuple(fresh), left, old)


def _same(root: str, name: str, text: str, wish: Wish) -> bool:
    """Is it a workflow that says just this? A stack that was asked for is told, whatever it says."""
    asked = name == file_of(f"{wish.team or answers.PLATFORM}.{wish.environment}")
    return not asked and Path(root, name).is_file() and project.text_of(root, name) == text
