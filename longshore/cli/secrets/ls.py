"""`longshore secrets ls`: the secrets of a stack by name, with their versions and dates."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from longshore.cli.flags import Verb
from longshore.cli.secrets.rollback import short
from longshore.cli.secrets.session import FLAGS, backend_of, nothing_to_do, open_stack
from longshore.report.json_document import json_document
from longshore.stores.interface import AT_ONCE

if TYPE_CHECKING:
    from longshore.cli.flags import Given
    from longshore.cli.shell import Shell
    from longshore.convert.secrets.remotes import Remote
    from longshore.stores.interface import Backend


def run(given: Given, shell: Shell) -> int:
    """List what the stack needs; with `--verbose` the keys too."""
    opened = open_stack(given, shell)
    backend = backend_of(opened, given, shell)
    if backend is None:
        return nothing_to_do(opened, given, shell)
    with shell.busy("reading the secrets", quiet=given.on("--quiet")), ThreadPoolExecutor(AT_ONCE) as pool:
        rows = list(pool.map(lambda remote: _row(remote, backend), opened.remotes))
    if given.text("--output") == "json":
        shell.out.write(json_document({"version": 1, "target": opened.folder, "secrets": rows}))
        return 0
    width = max((len(row["path"]) for row in rows), default=0)
    for row in rows:
        shell.show(f"{row['path']:<{width}}  {_state(row)}\n")
        if given.on("--verbose"):
            shell.out.writelines(f"  {key}\n" for key in row["keys"])
    return 0


def _row(remote: Remote, backend: Backend) -> dict[str, Any]:
    described = backend.describe(remote.name)
    versions = backend.versions(remote.name) if described else ()
    current = next((version for version in versions if version.current), None)
    return {
        "path": remote.name,
        "owner": remote.owner,
        "keys": sorted(remote.needs),
        "external": remote.external,
        "version": described.version if described else "",
        "changed": current.created.isoformat() if current and current.created else "",
        "versions": len(versions),
        "deleted": described.deleted.isoformat() if described and described.deleted else "",
    }


def _state(row: dict[str, Any]) -> str:
    keys = "external" if row["external"] else f"{len(row['keys'])} key{'' if len(row['keys']) == 1 else 's'}"
    if row["deleted"]:
        return f"{keys}, scheduled for deletion on {row['deleted'][:10]}"
    if not row["version"]:
        return f"{keys}, not there yet"
    count = f"{row['versions']} version{'' if row['versions'] == 1 else 's'}"
    return f"{keys}, {count}, current {short(row['version'])} since {row['changed'][:16].replace('T', ' ')}"


VERB = Verb(
    "secrets ls",
    "list the secrets of a stack: names, versions, dates",
    run,
    FLAGS,
    examples=("longshore secrets ls -s shop.dev", "longshore secrets ls -s shop.dev --verbose"),
)
