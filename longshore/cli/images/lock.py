"""`longshore images lock`: writes which images run, so that a deployment is what was tested.

`--from` takes what `docker buildx bake --metadata-file` wrote, `--resolve` asks registries what names mean that the
lock does not hold yet, and for builds of today's inputs. What the lock holds of other stacks stays.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from longshore.cli.flags import Flag, Verb
from longshore.cli.images.estate import FLAGS, LOCK, estate_of, inputs_of, lock_of, readable
from longshore.cli.project_input import output, unusable_code
from longshore.errors import UNREACHED, Refused, suggestion
from longshore.images.bake import target_names
from longshore.images.docker_login import login_at
from longshore.images.lock import Lock, lock_text
from longshore.images.locking import WrongNameError, builds_to_resolve, to_resolve, with_builds, with_found
from longshore.images.metadata import NoMetadataError, read_metadata
from longshore.images.registry import Registries, RegistryError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from longshore.cli.flags import Given
    from longshore.cli.shell import Shell
    from longshore.convert.estate import Estate
    from longshore.images.metadata import Came
    from longshore.images.names import Wanted

_AT_ONCE: Final = 8


def run(given: Given, shell: Shell) -> int:
    """Write the lock.

    Raises:
        Refused: nothing says what to write, or what was asked does not answer.
    """
    metadata, resolve = given.text("--from"), given.on("--resolve") or given.on("--update")
    if not metadata and not resolve:
        ways = "`--from FILE` takes what a builder wrote, `--resolve` asks registries"
        raise Refused("nothing says what to lock", ways)
    reading, estate = estate_of(given, shell)
    if estate is None:
        return unusable_code(reading.findings, given)
    path, name, old = lock_of(given, shell, estate)
    new = old
    if metadata:
        new = _with_builds(new, estate, _came(metadata, estate, shell))
    if resolve:
        with shell.busy("asking registries", quiet=given.on("--quiet")):
            new = _resolved(new, estate, shell, anew=given.on("--update"))
    _write(path, name, lock_text(new))
    if not given.on("--quiet"):
        shell.tell("note", f"{name} holds {_count(old, new)}")
    return 0


def _write(path: str, name: str, text: str) -> None:
    """Let the new lock take the place of the old one, whole."""
    fresh = f"{path}.{os.getpid()}"
    try:
        with open(fresh, "w", encoding="utf-8", newline="\n") as opened:
            opened.write(text)
        os.replace(fresh, path)
    except OSError as error:
        raise Refused(f"{name} can't be written: {error.strerror}") from None


def _with_builds(lock: Lock, estate: Estate, came: dict[str, Came]) -> Lock:
    try:
        with readable():
            return with_builds(lock, estate, came, inputs_of(estate))
    except WrongNameError as error:
        raise Refused(
            f"{error}; nothing was written", "build from the file that `longshore images bake` writes"
        ) from None


def _came(metadata: str, estate: Estate, shell: Shell) -> dict[str, Came]:
    """What the builder says, by service."""
    try:
        with open(shell.path(metadata), encoding="utf-8") as opened:
            found = read_metadata(opened.read())
    except OSError as error:
        raise Refused(f"{metadata} can't be read: {error.strerror}") from None
    except (NoMetadataError, UnicodeError) as error:
        raise Refused(f"{metadata} is not what a builder wrote: {error}") from None
    services = {target: service for service, target in target_names(estate.project).items()}
    unknown = next((target for target in found if target not in services), None)
    if unknown is not None:
        raise Refused(f"{metadata} names `{unknown}`, which no service builds", suggestion(unknown, services))
    return {services[target]: image for target, image in found.items()}


def _resolved(lock: Lock, estate: Estate, shell: Shell, *, anew: bool) -> Lock:
    """Ask for each name that is not locked, or for all, and for builds that may be there already."""
    inputs = inputs_of(estate)
    with readable():
        builds = builds_to_resolve(lock, estate, inputs)
    wanted = {name: each for name, each in to_resolve(estate).items() if anew or name not in lock.pulled}
    there = _found(list(builds.values()), shell)
    pulled = _found(list(wanted.values()), shell)
    missing = ", ".join(sorted(name for name, each in wanted.items() if each not in pulled))
    if missing:
        raise Refused(f"there is no image {missing}; nothing was written", "write a tag that its registry has")
    lock = replace(lock, pulled={**lock.pulled, **{name: pulled[each] for name, each in wanted.items()}})
    return with_found(lock, estate, {name: there[each] for name, each in builds.items() if each in there}, inputs)


def _found(wanted: Sequence[Wanted], shell: Shell) -> dict[Wanted, str]:
    """Ask registries, several at once: what they have → its digest."""
    registries = Registries(lambda host: login_at(host, shell.environment))
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        answers = dict(zip(wanted, pool.map(lambda each: _asked(registries, each), wanted), strict=True))
    for each, answer in answers.items():
        if isinstance(answer, RegistryError):
            name = f"{each.host}/{each.repository}:{each.tag}"
            raise Refused(f"{name}: {answer}; nothing was written", "the lock is as it was", UNREACHED)
    return {each: answer for each, answer in answers.items() if isinstance(answer, str)}


def _asked(registries: Registries, wanted: Wanted) -> str | RegistryError | None:
    try:
        return registries.digest(wanted)
    except RegistryError as error:
        return error


def _count(old: Lock, new: Lock) -> str:
    held = len(new.pulled) + len(new.built)
    before = {**old.pulled, **{f" {name}": each.image for name, each in old.built.items()}}
    after = {**new.pulled, **{f" {name}": each.image for name, each in new.built.items()}}
    others = sum(before.get(name) != image for name, image in after.items())
    return f"{held} image{'' if held == 1 else 's'}, {others} of them new or other than before"


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
        output("json", what="how to write"),
    ),
    "[FILE|FOLDER|SERVICE...]",
    most=-1,
    examples=(
        "longshore images lock -s shop.dev --resolve",
        "docker buildx bake --push --metadata-file made.json && longshore images lock -s shop.dev --from made.json",
    ),
)
