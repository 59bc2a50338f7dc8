"""What `longshore init` says when it is done: what it wrote, what it left, what to decide, what to type next."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from longshore.cli.init import ci_files
from longshore.cli.init.answers import PLATFORM
from longshore.cli.init.project import REQUIREMENTS
from longshore.cli.init.stack_files import to_fill_in
from longshore.cli.init.volumes_file import name_beside
from longshore.report.excerpt import printable
from longshore.report.json_document import json_document
from longshore.stack.reading import FOLDER, PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from longshore.cli.init.decisions import Decisions
    from longshore.cli.init.stack_files import Wish
    from longshore.cli.shell import Shell


class Outcome(NamedTuple):
    """What was written, and what was there: name relative to `root` → what it lacks. remains: of killed runs."""

    root: str
    written: tuple[str, ...]
    left: Mapping[str, str]
    remains: tuple[str, ...]


def report(outcome: Outcome, wish: Wish, decisions: Decisions, shell: Shell, *, as_json: bool = False) -> int:
    """Say all of it, and give the exit code: 1 where something was left that was asked for."""
    here = os.path.relpath(outcome.root, os.path.realpath(shell.directory))

    def shown(name: str) -> str:
        return printable(os.path.normpath(os.path.join(here, name)))

    wrote = [shown(name) for name in outcome.written]
    left = {shown(name): lacks for name, lacks in outcome.left.items()}
    left |= {f"{shown(name)}/": "of a run that was ended, or is at work; remove it" for name in outcome.remains}
    sections = {
        "to decide": list(_decisions(outcome, wish, decisions)),
        "to set in the repository": list(ci_files.needs(wish)) if wrote else [],
        "next": list(_next(outcome, wish, here, secrets=bool(decisions.secrets))) if wrote else [],
    }
    if as_json:
        keys = {"to decide": "decide", "to set in the repository": "set", "next": "next"}
        told = {keys[title]: items for title, items in sections.items()}
        shell.out.write(json_document({"version": 1, "wrote": wrote, "left": left, **told}))
    else:
        lines = [*(f"wrote {name}" for name in wrote), *(f"left {name}: {lacks}" for name, lacks in left.items())]
        for title, items in sections.items():
            lines += ["", f"{title}:", *(f"  {item}" for item in items)] if items else []
        shell.show("\n".join(lines) + "\n")
    return 1 if outcome.left else 0


def _decisions(outcome: Outcome, wish: Wish, decisions: Decisions) -> Iterator[str]:
    for name in outcome.written:
        if name.startswith(f"{FOLDER}/"):
            with open(os.path.join(outcome.root, name), encoding="utf-8") as opened:
                missing = to_fill_in(opened.read())
            for setting in missing:
                yield f"{name}: fill in `{setting}`"
    if (
        wish.cluster == "eks"
        and not wish.cidrs
        and f"{FOLDER}/Pulumi.{PLATFORM}.{wish.environment}.yaml" in {*outcome.written}
    ):
        yield f"{FOLDER}/Pulumi.{PLATFORM}.{wish.environment}.yaml: who reaches the API server, `endpoint`"
    stack = f"{FOLDER}/Pulumi.{wish.team}.{wish.environment}.yaml"
    if stack not in outcome.written:
        return
    for count, what in (
        (sum(bool(each.memory) for each in decisions.services), "without a memory limit"),
        (sum(bool(each.exposure) for each in decisions.services), "with ports that were published"),
    ):
        if count:
            yield f"{stack}: {_services(count)} {what}"
    if wish.compose.files and name_beside(wish.compose.files[0], wish.team) in outcome.written:
        count = len({bind.volume for bind in decisions.data})
        yield f"{name_beside(wish.compose.files[0], wish.team)}: {count} volume{'' if count == 1 else 's'} for data"
    secrets = sum(len(names) or 1 for names in decisions.secrets.values())
    if secrets and wish.backend != "fake":
        yield f"{stack}: {secrets} secret{'' if secrets == 1 else 's'}, by name, to push"
    if decisions.errors:
        listed = ", ".join(decisions.errors)
        yield f"{stack}: errors that forbid the deployment: {listed}"


def _services(count: int) -> str:
    return f"{count} service{'' if count == 1 else 's'}"


def _next(outcome: Outcome, wish: Wish, here: str, *, secrets: bool) -> Iterator[str]:
    stacks = [f"{PLATFORM}.{wish.environment}"] if wish.cluster == "eks" else []
    new = [stack for stack in stacks if f"{FOLDER}/Pulumi.{stack}.yaml" in outcome.written]
    team = f"{wish.team}.{wish.environment}"
    if here != ".":
        yield f"cd {here}"
    if REQUIREMENTS in outcome.written:
        yield f"python3 -m venv .venv && .venv/bin/pip install -r {REQUIREMENTS}"
    if wish.team:
        yield f"longshore check -s {team}"
    for stack in [*new, *([team] if wish.team else [])]:
        yield f"longshore plan -s {stack}"
    if wish.has_roles:
        yield "docs/first-hour.md of Longshore: the bootstrap stack, the state, GitHub, and then:"
    elif PROJECT in outcome.written:
        yield "mkdir -p .pulumi/state; export PULUMI_BACKEND_URL=file://$PWD/.pulumi/state PULUMI_CONFIG_PASSPHRASE="
    for stack in new:
        yield f"pulumi stack select --create {stack} && pulumi up --stack {stack}"
    if wish.team:
        if secrets and wish.backend != "fake":
            yield f"longshore secrets push -s {team} --from .env"
        yield f"pulumi stack select --create {team} && pulumi up --stack {team}"
