"""`longshore secrets check`: what compose needs, what the store has, what the manifests bind. What CI runs.

Exit 1 where something is missing, 0 with warnings where there is more than anybody needs. Names only.
"""

from __future__ import annotations

from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

from longshore.cli.flags import Verb
from longshore.cli.secrets.session import FLAGS, backend_of, nothing_to_do, open_stack
from longshore.report.json_document import json_document
from longshore.stores.interface import AT_ONCE, BackendError, Deleted, Denied

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from longshore.cli.flags import Given
    from longshore.cli.secrets.session import Opened
    from longshore.cli.shell import Shell
    from longshore.convert.secrets.remotes import Remote
    from longshore.model import Manifest
    from longshore.stores.interface import Backend
    from longshore.stores.value import Value


class State(NamedTuple):
    """One remote secret: the names of its keys (None: it is not there), and what to tell of it.

    whole: it is read as one value, whatever is in it. values: empty where only names could be read.
    """

    path: str
    present: frozenset[str] | None
    whole: bool = False
    deleted: bool = False
    odd: frozenset[str] = frozenset()
    values: Mapping[str, Value] = {}


class Report(NamedTuple):
    """Everything that is not as it should be: (path, key, why) each; an empty key is the secret itself."""

    missing: tuple[tuple[str, str, str], ...]
    extra: tuple[tuple[str, str, str], ...]
    total: int


def run(given: Given, shell: Shell) -> int:
    """Compare the three sets."""
    opened = open_stack(given, shell)
    backend = backend_of(opened, given, shell)
    if backend is None:
        return nothing_to_do(opened, given, shell)
    with shell.busy("reading the secrets", quiet=given.on("--quiet")), ThreadPoolExecutor(AT_ONCE) as pool:
        states = list(pool.map(lambda remote: _state(remote, backend), opened.remotes))
    orphans = () if given.texts("--service") else _orphans(opened, backend)
    report = compare(opened.remotes, states, bound(opened.conversion.manifests), orphans)
    if given.text("--output") == "json":
        shell.out.write(_json(opened, report))
    else:
        shell.show(_text(opened, report))
    return 1 if report.missing else 0


def _state(remote: Remote, backend: Backend) -> State:
    """Read the names of the keys: from the values, or without a right to those from what the last push noted.

    Raises:
        BackendError: neither can be read.
    """
    described = backend.describe(remote.name)
    if described is not None and described.deleted:
        return State(remote.name, None, remote.external, deleted=True)
    if described is None or not described.version:
        return State(remote.name, None, remote.external)
    if remote.external:
        return State(remote.name, frozenset(), whole=True)
    try:
        content = backend.read(remote.name)
    except Deleted:
        return State(remote.name, None, deleted=True)
    except Denied:
        if described.keys is None:
            raise BackendError(
                f"the keys of {remote.name} can't be read: values are denied, and it was not longshore that wrote it",
                "check with a right to secretsmanager:GetSecretValue, or push it once with `longshore secrets push`",
            ) from None
        return State(remote.name, described.keys)
    return State(remote.name, frozenset(content.values), odd=content.odd, values=content.values)


def _orphans(opened: Opened, backend: Backend) -> tuple[str, ...]:
    """Remote secrets of the team that nobody needs; none where we may not list."""
    needed = {remote.name for remote in opened.remotes}
    return tuple(path for path in backend.paths(opened.folder) or () if path not in needed)


def bound(manifests: Sequence[Manifest]) -> Mapping[str, frozenset[str]]:
    """Remote secret → properties that the ExternalSecrets read; an empty one for the whole."""
    found: dict[str, set[str]] = defaultdict(set)
    for manifest in manifests:
        if manifest["kind"] == "ExternalSecret":
            for entry in manifest["spec"]["data"]:
                found[entry["remoteRef"]["key"]].add(entry["remoteRef"].get("property", ""))
    return {path: frozenset(keys) for path, keys in found.items()}


def compare(
    remotes: Sequence[Remote],
    states: Sequence[State],
    bindings: Mapping[str, frozenset[str]],
    orphans: Sequence[str] = (),
) -> Report:
    """Find what is missing and what is too much."""
    missing: list[tuple[str, str, str]] = []
    extra: list[tuple[str, str, str]] = []
    for remote, state in zip(remotes, states, strict=True):
        missing += _missing(remote, state, bindings.get(remote.name, frozenset()))
        unused = sorted((state.present or frozenset()) - remote.needs.keys())
        extra += [(remote.name, key, "no service needs it; `push --prune` removes it") for key in unused]
    extra += [(path, "", "no service needs it; delete it by hand when nothing else reads it") for path in orphans]
    extra += _disagreements(remotes, states)
    return Report(tuple(missing), tuple(extra), sum(max(len(remote.needs), 1) for remote in remotes))


def _missing(remote: Remote, state: State, bindings: frozenset[str]) -> Iterator[tuple[str, str, str]]:
    keys = tuple(remote.needs) or ("",)
    if state.deleted:
        yield remote.name, "", "it is scheduled for deletion; `push --restore` takes that back"
    elif state.present is None:
        yield remote.name, "", f"there is no such secret; it needs {', '.join(filter(None, keys)) or 'a value'}"
    else:
        for key in sorted(keys):
            if key and key not in state.present:
                yield remote.name, key, "the store does not have it"
            elif key in state.odd:
                yield remote.name, key, "its value is no text in the JSON; push it again"
    for key in sorted(keys):
        if key not in bindings:
            yield remote.name, key, "no ExternalSecret binds it"


def _disagreements(remotes: Sequence[Remote], states: Sequence[State]) -> Iterator[tuple[str, str, str]]:
    """Variables that have different values in different secrets: a push was left half done, or somebody edited one."""
    first: dict[str, tuple[str, Value]] = {}
    for remote, state in zip(remotes, states, strict=True):
        for key, need in remote.needs.items():
            value = state.values.get(key)
            if need.origin != "variable" or value is None:
                continue
            path, other = first.setdefault(need.source, (remote.name, value))
            if value != other:
                yield remote.name, key, f"its value is not the one that {path} has for the same variable"


def _text(opened: Opened, report: Report) -> str:
    lines = [f"missing: {_name(path, key)}: {why}" for path, key, why in report.missing]
    lines += [f"warning: {_name(path, key)}: {why}" for path, key, why in report.extra]
    if report.missing:
        lines.append(f"help: longshore secrets push -s {opened.name} --from .env")
    lines.append(
        f"{len(opened.remotes)} secrets with {report.total} keys: "
        f"{len(report.missing)} missing, {len(report.extra)} to look at"
    )
    return "".join(f"{line}\n" for line in lines)


def _name(path: str, key: str) -> str:
    return f"{path} {key}" if key else path


def _json(opened: Opened, report: Report) -> str:
    found = {
        "version": 1,
        "target": opened.folder,
        "secrets": [{"path": remote.name, "keys": sorted(remote.needs)} for remote in opened.remotes],
        "missing": [{"path": path, "key": key, "reason": why} for path, key, why in report.missing],
        "extra": [{"path": path, "key": key, "reason": why} for path, key, why in report.extra],
    }
    return json_document(found)


VERB = Verb(
    "secrets check",
    "compare what compose needs, what the store has and what the manifests bind",
    run,
    FLAGS,
    examples=("longshore secrets check -s shop.dev", "longshore secrets check -s shop.prod -o json"),
    wrong="something missing",
)
