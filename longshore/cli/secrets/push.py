"""`longshore secrets push`: values to the secret store, one whole secret at a time, and nothing that would not change.

Every secret is read, changed in memory and written back as one new version, which the backend takes only if nobody else
wrote in between. Ctrl-C ends the run between two secrets, never within one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from longshore.cli.consent import agreed, dry_run, may_ask
from longshore.cli.flags import Flag, Verb
from longshore.cli.secrets.changes import ADDED, CHANGED, REMOVED, Change, change, read_all
from longshore.cli.secrets.changes_text import changes_json, changes_text, missing_text, warn
from longshore.cli.secrets.desired import names_of, wanted
from longshore.cli.secrets.rollback import roll_back
from longshore.cli.secrets.session import FLAGS, backend_of, nothing_to_do, open_stack
from longshore.cli.secrets.sources import Found, asked, cautions, doubts, from_files, lengths, no_values, random_value
from longshore.cli.secrets.writes import Written, write_all
from longshore.convert.secrets.detection import detect, variable
from longshore.errors import Refused
from longshore.stores.document import document
from longshore.stores.interface import Deleted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from longshore.cli.flags import Given
    from longshore.cli.secrets.desired import Wanted
    from longshore.cli.secrets.session import Opened
    from longshore.cli.shell import Shell
    from longshore.stores.interface import Backend, Content


class _Plan(NamedTuple):
    """What will be done, if agreed to."""

    opened: Opened
    wanted: Wanted
    changes: tuple[Change, ...]

    @property
    def writes(self) -> tuple[Change, ...]:
        return tuple(each for each in self.changes if each.writes)


def run(given: Given, shell: Shell) -> int:
    """Exit 0 when all that was wanted is there, 1 when a value is missing or not everything was written."""
    no_values(given.operands)
    if given.on("--rollback"):
        return roll_back(given, shell)
    opened = open_stack(given, shell)
    values = from_files(given.texts("--from"), shell)
    backend = backend_of(opened, given, shell)
    if backend is None:
        return nothing_to_do(opened, given, shell)
    warn(shell, cautions(given.texts("--from"), shell))
    contents = _contents(opened, backend, given, shell)
    values = _completed(opened, given, shell, values, contents)
    plan = _plan(opened, given, values, contents)
    _judge(plan, given, shell, values)
    return _carry_out(plan, backend, given, shell)


def _contents(opened: Opened, backend: Backend, given: Given, shell: Shell) -> dict[str, Content]:
    """Read all secrets; one that is scheduled for deletion is restored first, if that is agreed to.

    Raises:
        Deleted: it is not.
    """
    paths = [remote.name for remote in opened.remotes if not remote.external]
    while True:
        try:
            with shell.busy("reading the secrets", quiet=given.on("--quiet")):
                return read_all(backend, paths)
        except Deleted as deleted:
            question = f"{deleted.message}; restore it?"
            if given.on("--dry-run") or not (given.on("--restore") or may_ask(given, shell)):
                raise
            if not given.on("--restore") and not agreed(question, "", given, shell):
                raise
            backend.restore(deleted.path)
            shell.err.write(f"restored {deleted.path}\n")


def _completed(
    opened: Opened, given: Given, shell: Shell, values: Mapping[str, Found], contents: Mapping[str, Content]
) -> dict[str, Found]:
    """Add what is made up and what is asked for."""
    known = {name for remote in opened.remotes for need in remote.needs.values() for name in names_of(remote, need)}
    found = dict(values)
    for operand in given.operands:
        if operand not in known:
            raise Refused(f"no service of stack {opened.name} needs `{operand}`", f"known: {', '.join(sorted(known))}")
    wishes = lengths(given.texts("--random"))
    for name, length in wishes.items():
        if name not in known:
            raise Refused(f"no service of stack {opened.name} needs `{name}`, so none is made up")
        there = _there(opened, name, contents) if given.on("--if-not-set") else None
        found[name] = there or random_value(length)
    if not given.texts("--from") and shell.stdin.isatty():
        found.update(asked(name for name in _asked_for(opened, given, contents) if name not in found))
    return found


def _there(opened: Opened, name: str, contents: Mapping[str, Content]) -> Found | None:
    """The value that a variable has already in some secret, for the others that need it.

    Raises:
        Refused: it has several.
    """
    found = [
        (remote.name, contents[remote.name].values[key])
        for remote in opened.remotes
        for key, need in remote.needs.items()
        if need.origin == "variable" and need.source == name and key in contents[remote.name].values
    ]
    for path, value in found[1:]:
        if value != found[0][1]:
            raise Refused(
                f"`{name}` differs between {found[0][0]} and {path}",
                "push one value for all: `--from FILE`, or `--random` without `--if-not-set`",
            )
    return Found(found[0][1], found[0][0]) if found else None


def _asked_for(opened: Opened, given: Given, contents: Mapping[str, Content]) -> list[str]:
    """Variables to ask for: those named, or else those that the store has not got yet."""
    names: dict[str, None] = {}
    for remote in opened.remotes:
        for key, need in remote.needs.items():
            if need.origin != "variable":
                continue
            chosen = names_of(remote, need) & set(given.operands)
            if chosen or (not given.operands and key not in contents[remote.name].values):
                names[need.source] = None
    return list(names)


def _plan(opened: Opened, given: Given, values: Mapping[str, Found], contents: Mapping[str, Content]) -> _Plan:
    only = frozenset((*given.operands, *lengths(given.texts("--random")))) if _limited(given) else frozenset()
    found = wanted(opened, values, only)
    prune, only_new = given.on("--prune"), given.on("--if-not-set")
    changes = tuple(
        change(remote, found.values[remote.name], contents[remote.name], prune=prune, only_new=only_new)
        for remote in opened.remotes
        if not remote.external
    )
    # what is in the store already is not missing; it just was not given this time
    missing = tuple(
        lack._replace(paths=left)
        for lack in found.missing
        if (left := tuple(path for path in lack.paths if not _has(opened, lack.name, path, contents)))
    )
    return _Plan(opened, found._replace(missing=missing), changes)


def _limited(given: Given) -> bool:
    """Is this push about some keys only: those named, or with `--random` alone those that are made up?"""
    return bool(given.operands) or (bool(given.texts("--random")) and not given.texts("--from"))


def _has(opened: Opened, name: str, path: str, contents: Mapping[str, Content]) -> bool:
    remote = next(remote for remote in opened.remotes if remote.name == path)
    keys = [key for key, need in remote.needs.items() if name in {need.source, need.key}]
    if remote.shared:
        keys = list(remote.needs)
    return all(key in contents[path].values for key in keys)


def _judge(plan: _Plan, given: Given, shell: Shell, values: Mapping[str, Found]) -> None:
    """Tell what is doubtful about the values that will be written; refuse what can't be before anything is.

    Raises:
        Refused: a secret would be too large, or a placeholder would be written to production.
    """
    for each in plan.writes:
        document(each.path, each.values)
    written = {
        key: found.value
        for each in plan.writes
        for key, found in plan.wanted.values[each.path].items()
        if each.keys[key] in {ADDED, CHANGED} and not each.path.partition("/_shared/")[1]
    }
    warn(shell, (line for key, value in sorted(written.items()) for line in doubts(key, value)))
    placeholders = sorted(
        key for key, value in written.items() if (hit := detect(key, value.reveal())) and hit.kind == "placeholder"
    )
    if placeholders and plan.opened.settings.in_production and not given.on("--allow-placeholders"):
        raise Refused(
            f"placeholders are no secrets for production: {', '.join(placeholders)}",
            "put real values in, or make them up with `--random KEY`; `--allow-placeholders` writes them all the same",
        )
    warn(shell, (f"{key} is a placeholder" for key in placeholders))
    warn(shell, _undeclared(plan.opened, values))


def _undeclared(opened: Opened, values: Mapping[str, Found]) -> Iterable[str]:
    """Variables of the compose files that only their value shows to be secret: a build server can't know it."""
    bound = {need.source for remote in opened.remotes for need in remote.needs.values() if need.origin == "variable"}
    for name, found in sorted(values.items()):
        used = any(f"${{{name}" in text or f"${name}" in text for text in opened.sources.values())
        if used and name not in bound and not variable(name, None) and variable(name, found.value.reveal()):
            yield (
                f"{name} holds a secret, which its name does not show: "
                f"write `secrets: {{variables: {{{name}: true}}}}` in the stack file, then push again"
            )


def _carry_out(plan: _Plan, backend: Backend, given: Given, shell: Shell) -> int:
    as_json = given.text("--output") == "json"
    if not as_json:
        shell.show(changes_text(each for each in plan.changes if each.writes or given.on("--verbose")))
        shell.err.write(missing_text(plan.wanted.missing))
    dry = dry_run(given, shell)
    done = Written({}, 0)
    if plan.writes and not dry and agreed(_question(plan), _typed(plan), given, shell):
        done = write_all(plan.writes, backend, shell)
    if as_json:
        folder, missing = plan.opened.folder, plan.wanted.missing
        shell.out.write(changes_json(plan.changes, missing, target=folder, written=done.versions))
    elif not given.on("--quiet"):
        shell.err.write(_summary(plan, done, dry=dry))
    complete = dry or len(done.versions) == len(plan.writes)
    return done.code or (0 if complete and not plan.wanted.missing else 1)


def _question(plan: _Plan) -> str:
    count = len(plan.writes)
    return f"write {count} {'secret' if count == 1 else 'secrets'} to {plan.opened.folder}?"


def _typed(plan: _Plan) -> str:
    """What must be typed out before keys are removed in production."""
    removes = any(REMOVED in each.keys.values() for each in plan.writes)
    return plan.opened.folder.rstrip("/") if removes and plan.opened.settings.in_production else ""


def _summary(plan: _Plan, done: Written, *, dry: bool) -> str:
    if not plan.writes:
        return "nothing to write: the store has it all\n" if not plan.wanted.missing else "nothing was written\n"
    if dry:
        return f"dry run: {len(plan.writes)} secrets would get a new version; `--yes` writes them\n"
    left = len(plan.writes) - len(done.versions)
    if left:
        return f"{left} of {len(plan.writes)} were not written; run the command again\n"
    if lacking := len(plan.wanted.missing):
        return f"{len(plan.writes)} written; {lacking} {'value is' if lacking == 1 else 'values are'} still missing\n"
    return f"{len(plan.writes)} written; the next deployment of {plan.opened.name} rolls the pods that use them\n"


VERB = Verb(
    "secrets push",
    "take values to the secret store: from .env, a file, standard input or a prompt",
    run,
    (
        *FLAGS,
        Flag("--from", "file with values, as .env; - is standard input", value="FILE", repeat=True),
        Flag("--random", "make a value up", value="KEY[:LENGTH]", repeat=True),
        Flag("--if-not-set", "leave alone what the store has already"),
        Flag("--prune", "remove keys that no service needs"),
        Flag("--restore", "take back the deletion of secrets that are scheduled for it"),
        Flag("--rollback", "go back to the version before, for the keys or services named"),
        Flag("--dry-run", "show what would be written; the default where nobody can be asked"),
        Flag("--yes", "do not ask", short="-y"),
        Flag("--confirm", "the path, typed out, to remove keys in production without being asked", value="PATH"),
        Flag("--allow-placeholders", "write values such as `changeme` to production"),
    ),
    "[KEY...]",
    most=-1,
    examples=(
        "longshore secrets push -s shop.dev --from .env",
        "longshore secrets push -s shop.dev DB_PASSWORD            asks for it, without echo",
        "longshore secrets push -s shop.prod --random SESSION_SECRET:48 --if-not-set --yes",
        "longshore secrets push -s shop.prod --rollback DB_PASSWORD",
    ),
    wrong="a value missing, or not all written",
)
