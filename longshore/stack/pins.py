"""Which version of each secret a deployment gets: the ids that are current now, read without a right to any value.

Each ExternalSecret is pinned to the id, so a rotated secret shows in the plan, and rolls the pods that use it. What is
missing in the store ends a deployment here, before it has changed anything.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

from longshore.convert.estate import Estate
from longshore.convert.secrets.remotes import remotes
from longshore.errors import Refused
from longshore.model import Finding, Severity
from longshore.stores import connect
from longshore.stores.interface import AT_ONCE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from longshore.compose import Project
    from longshore.convert.options import Options
    from longshore.convert.secrets.remotes import Remote
    from longshore.stack.settings import Settings
    from longshore.stores.interface import Backend, Described

REHEARSAL = "LONGSHORE_REHEARSAL"
"""Set in the environment of a program that is only rehearsed: there is no account and no cluster to ask."""


class Pinned(NamedTuple):
    """The options with the versions in them, and what keeps the stack from being deployed."""

    options: Options
    findings: tuple[Finding, ...]


def pinned(
    stack: str, settings: Settings, project: Project, options: Options, environment: Mapping[str, str]
) -> Pinned:
    """Read the current version of every secret that the project needs; versions in the stack file are kept."""
    needed = remotes(Estate(project, options))
    if environment.get(REHEARSAL) or not needed:
        return Pinned(options, ())
    try:
        backend = connect(settings, environment, deploying=True)
        if backend is None:
            return Pinned(options, ())
        backend.place()
        found = _describe(needed, backend)
    except Refused as refused:
        unread = Finding(
            "secret-store", Severity.ERROR, f"the secret store cannot be read: {refused.message}", refused.help
        )
        return Pinned(options, (unread,))
    findings = tuple(filter(None, (_lack(stack, remote, found[remote.name]) for remote in needed)))
    if options.secrets.rotation != "pinned":
        return Pinned(options, findings)
    versions = {name: described.version for name, described in found.items() if described}
    secrets = options.secrets._replace(versions={**versions, **options.secrets.versions})
    return Pinned(options._replace(secrets=secrets), findings)


def _describe(needed: Sequence[Remote], backend: Backend) -> dict[str, Described | None]:
    names = [remote.name for remote in needed]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return dict(zip(names, pool.map(backend.describe, names), strict=True))


def _lack(stack: str, remote: Remote, found: Described | None) -> Finding | None:
    """What the store has not got of one secret; keys only where the last push noted their names."""
    place = next((path for need in remote.needs.values() for path in need.paths), ("secrets", remote.owner))
    push = f"longshore secrets push -s {stack} --from .env"
    if found is not None and found.deleted:
        return Finding(
            "secret-missing",
            Severity.ERROR,
            f"the secret {remote.name} is scheduled for deletion",
            f"longshore secrets push -s {stack} --from .env --restore",
            place,
        )
    if found is None or not found.version:
        return Finding(
            "secret-missing",
            Severity.ERROR,
            f"the store has no secret {remote.name}",
            "its owner must make it first" if remote.external else push,
            place,
        )
    lacking = sorted(remote.needs.keys() - found.keys) if found.keys is not None else []
    if not lacking:
        return None
    names, first = ", ".join(f"`{key}`" for key in lacking), remote.needs[lacking[0]].paths[0]
    return Finding("secret-missing", Severity.ERROR, f"the secret {remote.name} has no {names}", push, first)
