"""`longshore images lock`: writes which images run, so that a deployment is what was tested.

`--from` takes what `docker buildx bake --metadata-file` wrote, `--resolve` asks registries what names mean that the
lock does not hold yet, and for builds of today's inputs. What the lock holds of other stacks stays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.cli.flags import Flag, Verb
from longshore.cli.images.estate import FLAGS, LOCK, estate_of, lock_of, runs_by_lock
from longshore.cli.images.lock_file import resolved, told, with_made, write
from longshore.cli.project_input import output, unusable_code
from longshore.errors import Refused
from longshore.images.lock import lock_text

if TYPE_CHECKING:
    from longshore.cli.flags import Given
    from longshore.cli.shell import Shell


def run(given: Given, shell: Shell) -> int:
    """Write the lock.

    Raises:
        Refused: nothing says what to write, or what was asked does not answer.
    """
    metadata, resolve = given.text("--from"), given.on("--resolve") or given.on("--update")
    if not metadata and not resolve:
        ways = "`--from FILE` takes what a builder wrote, `--resolve` asks registries"
        raise Refused("nothing says what to lock", ways)
    if given.on("--if-named") and not runs_by_lock(given, shell):
        return 0
    reading, estate = estate_of(given, shell)
    if estate is None:
        return unusable_code(reading.findings, given)
    path, name, old = lock_of(given, shell, estate)
    new = with_made(old, estate, metadata, shell) if metadata else old
    if resolve:
        with shell.busy("asking registries", quiet=given.on("--quiet")):
            new = resolved(new, estate, shell, anew=given.on("--update"))
    write(path, name, lock_text(new))
    if not given.on("--quiet"):
        shell.tell("note", told(name, old, new))
    return 0


VERB = Verb(
    "images lock",
    "write which images run, by their digests",
    run,
    (
        *FLAGS,
        LOCK,
        Flag("--from", "take builds from what `docker buildx bake --metadata-file` wrote", value="FILE"),
        Flag("--resolve", "ask registries what names mean that are not locked"),
        Flag("--update", "ask for all names again"),
        Flag("--if-named", "do nothing where the stack names no lock and no repository"),
        output("json", what="how to write"),
    ),
    "[FILE|FOLDER|SERVICE...]",
    most=-1,
    examples=(
        "longshore images lock -s shop.dev --resolve",
        "docker buildx bake --push --metadata-file made.json && longshore images lock -s shop.dev --from made.json",
    ),
)
