"""`longshore secrets diff`: which keys differ between a file and the secret store. Changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.cli.flags import Flag, Verb
from longshore.cli.secrets.changes import KEPT, UNCHANGED, change, read_all
from longshore.cli.secrets.changes_text import changes_json, changes_text, missing_text
from longshore.cli.secrets.desired import wanted
from longshore.cli.secrets.session import FLAGS, backend_of, nothing_to_do, open_stack
from longshore.cli.secrets.sources import from_files, no_values
from longshore.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from longshore.cli.flags import Given
    from longshore.cli.shell import Shell


def run(given: Given, shell: Shell) -> int:
    """Exit 1 where anything differs or is missing."""
    no_values(given.operands)
    if not given.texts("--from"):
        raise Refused("say what to compare with: `--from .env`", "without, `longshore secrets check` compares names")
    opened = open_stack(given, shell)
    values = from_files(given.texts("--from"), shell)
    backend = backend_of(opened, given, shell)
    if backend is None:
        return nothing_to_do(opened, given, shell)
    found = wanted(opened, values, frozenset(given.operands))
    own = [remote for remote in opened.remotes if not remote.external]
    with shell.busy("reading the secrets", quiet=given.on("--quiet")):
        contents = read_all(backend, [remote.name for remote in own])
    changes = [change(remote, found.values[remote.name], contents[remote.name]) for remote in own]
    if given.operands:
        changes = [each._replace(keys=_only(each.keys, found.values[each.path])) for each in changes]
    differing = [each for each in changes if any(state not in {UNCHANGED, KEPT} for state in each.keys.values())]
    if given.text("--output") == "json":
        shell.out.write(changes_json(changes, found.missing, target=opened.folder))
    else:
        shown = changes if given.on("--verbose") else differing
        shell.show(changes_text(shown) + missing_text(found.missing))
    if not differing and not found.missing and not given.on("--quiet"):
        shell.err.write(f"no difference in {len(changes)} secrets\n")
    return 1 if differing or found.missing else 0


def _only(keys: Mapping[str, str], chosen: Mapping[str, object]) -> dict[str, str]:
    return {key: state for key, state in keys.items() if key in chosen}


VERB = Verb(
    "secrets diff",
    "say which keys differ between a file and the secret store",
    run,
    (*FLAGS, Flag("--from", "file with values, as .env; - is standard input", value="FILE", repeat=True)),
    "[KEY...]",
    most=-1,
    examples=(
        "longshore secrets diff -s shop.dev --from .env",
        "longshore secrets diff -s shop.prod --from .env DB_PASSWORD -o json",
    ),
    wrong="a difference, or something missing",
)
