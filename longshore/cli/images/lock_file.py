"""What is written into a lock: what registries say that names mean, and what a builder made."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from longshore.cli.images.estate import inputs_of, readable
from longshore.errors import UNREACHED, Refused, suggestion
from longshore.images.bake import target_names
from longshore.images.ecr_login import Logins
from longshore.images.locking import WrongNameError, builds_to_resolve, to_resolve, with_builds, with_found
from longshore.images.metadata import NoMetadataError, read_metadata
from longshore.images.registry import Registries, RegistryError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from longshore.cli.shell import Shell
    from longshore.convert.estate import Estate
    from longshore.images.lock import Lock
    from longshore.images.metadata import Came
    from longshore.images.names import Wanted

_AT_ONCE: Final = 8


def write(path: str, name: str, text: str) -> None:
    """Let a new lock take the place of the old one, whole.

    Raises:
        Refused: it can't be written.
    """
    fresh = f"{path}.{os.getpid()}"
    try:
        with open(fresh, "w", encoding="utf-8", newline="\n") as opened:
            opened.write(text)
        os.replace(fresh, path)
    except OSError as error:
        raise Refused(f"{name} can't be written: {error.strerror}") from None


def with_made(lock: Lock, estate: Estate, metadata: str, shell: Shell) -> Lock:
    """Add what a builder made. metadata: the file that it wrote.

    Raises:
        Refused: the file is none of a builder's, or an image was not pushed under the name that runs.
    """
    came = _came(metadata, estate, shell)
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


def resolved(lock: Lock, estate: Estate, shell: Shell, *, anew: bool = False) -> Lock:
    """Ask for each name that is not locked, or for all, and for builds that may be there already.

    Raises:
        Refused: a registry does not answer, or has no such image.
    """
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
    registries = Registries(Logins(shell.environment))
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


def told(name: str, old: Lock, new: Lock) -> str:
    """How many images the lock holds, and how many of them are new, as a clause."""
    held = len(new.pulled) + len(new.built)
    before = {**old.pulled, **{f" {service}": each.image for service, each in old.built.items()}}
    after = {**new.pulled, **{f" {service}": each.image for service, each in new.built.items()}}
    others = sum(before.get(key) != image for key, image in after.items())
    return f"{name} holds {held} image{'' if held == 1 else 's'}, {others} of them new or other than before"
