"""`longshore secrets push --rollback`: the version before becomes the current one again, of the secrets that are named.

The older version is made current by the backend itself, so no value has to be known, or typed, to undo a rotation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from longshore.cli.consent import agreed, dry_run
from longshore.cli.secrets.changes import Change
from longshore.cli.secrets.desired import names_of
from longshore.cli.secrets.session import backend_of, nothing_to_do, open_stack
from longshore.cli.secrets.writes import Written, one_by_one
from longshore.errors import Refused
from longshore.report.json_document import json_document

if TYPE_CHECKING:
    from longshore.cli.flags import Given
    from longshore.cli.secrets.session import Opened
    from longshore.cli.shell import Shell
    from longshore.convert.secrets.remotes import Remote
    from longshore.stores.interface import Backend

_OTHERS: Final = ("--from", "--random", "--if-not-set", "--prune", "--restore")


class _Step(NamedTuple):
    """One secret and the version that it goes back to; keys: those that differ between the two."""

    path: str
    base: str
    to: str
    keys: tuple[str, ...]


def roll_back(given: Given, shell: Shell) -> int:
    """Undo the last push of the secrets that `--service` names, or of those whose last push changed a named key."""
    for flag in _OTHERS:
        if given.texts(flag):
            raise Refused(f"`--rollback` and `{flag}` exclude each other", "a rollback writes no new value")
    if not given.operands and not given.texts("--service"):
        raise Refused("say what to roll back", "name keys, or `--service NAME`: not every secret was pushed at once")
    opened = open_stack(given, shell)
    backend = backend_of(opened, given, shell)
    if backend is None:
        return nothing_to_do(opened, given, shell)
    steps = [step for remote in opened.remotes if (step := _step(remote, backend, given))]
    as_json = given.text("--output") == "json"
    if not as_json:
        for step in steps:
            shell.out.write(f"{step.path}  {short(step.base)} → {short(step.to)}\n")
            shell.out.writelines(f"  ~ {key}\n" for key in step.keys)
    done = _agreed(steps, opened, backend, given, shell)
    if as_json:
        secrets = [{"path": each.path, "from": each.base, "to": each.to, "keys": list(each.keys)} for each in steps]
        found = {"version": 1, "target": opened.folder, "secrets": secrets, "written": dict(done.versions)}
        shell.out.write(json_document(found))
    return done.code


def _agreed(steps: list[_Step], opened: Opened, backend: Backend, given: Given, shell: Shell) -> Written:
    """Carry the steps out, if that is agreed to; the exit code is 1 where nothing is rolled back that was to be."""
    if not steps:
        shell.err.write("nothing to roll back: no version before the current one differs in what was named\n")
        return Written({}, 1)
    if dry_run(given, shell):
        shell.err.write("dry run, nothing was changed; `--yes` rolls back\n")
        return Written({}, 0)
    if not agreed(f"roll back {len(steps)} {'secret' if len(steps) == 1 else 'secrets'}?", "", given, shell):
        return Written({}, 1)
    done = _carry_out(steps, backend, shell)
    if len(done.versions) == len(steps):
        shell.err.write(f"the next deployment of {opened.name} rolls the pods that use them\n")
    return done


def _step(remote: Remote, backend: Backend, given: Given) -> _Step | None:
    if remote.external:
        return None
    wanted = set(given.operands)
    keys = {key for key, need in remote.needs.items() if names_of(remote, need) & wanted}
    if wanted and not keys:
        return None
    described = backend.describe(remote.name)
    if described is None or not described.version or not described.previous:
        return None
    now, before = backend.read(remote.name), backend.read(remote.name, described.previous)
    names = sorted({*now.values, *before.values})
    differing = tuple(name for name in names if now.values.get(name) != before.values.get(name))
    if not differing or (keys and keys.isdisjoint(differing)):
        return None
    return _Step(remote.name, described.version, described.previous, differing)


def _carry_out(steps: list[_Step], backend: Backend, shell: Shell) -> Written:
    to = {step.path: step.to for step in steps}
    changes = [Change(step.path, step.base, {}, {}, {}) for step in steps]
    return one_by_one(changes, lambda each: backend.roll_back(each.path, to[each.path], each.base), shell)


def short(version: str) -> str:
    """The part of a version id that names carry, and that plans show."""
    return version.replace("-", "").lower()[:8]
