"""One file over another: what each attribute does when both have it.

Mappings merge by key, lists are appended without repeating an equal entry, scalars are replaced, null keeps what was.
The table names the attributes that differ. The earlier tree is changed in place; places follow the values.
Source: https://github.com/compose-spec/compose-spec/blob/main/13-merge.md
"""

from __future__ import annotations

from collections.abc import Callable, Hashable

from longshore.compose.patterns import Branch, for_each, table
from longshore.compose.problems import Problems
from longshore.compose.scalars import show_node
from longshore.compose.tree import MISSING, Node, derived, identity
from longshore.compose.unicity import by_name, unique

Merger = Callable[[Node, Node, Branch | None, Problems], Node]


def merge(base: Node, over: Node, branch: Branch | None, problems: Problems) -> Node:
    """Merge `over` into `base`, both at the place in the table that `branch` stands for; gives the merged node."""
    if branch is not None and branch.action is not None:
        return branch.action(base, over, branch, problems)  # type: ignore[no-any-return]
    if over.value is None:
        return base
    if type(base.value) not in _CONTAINERS:
        return over
    if type(over.value) is not type(base.value):
        _refuse(base, over, problems)
    elif type(base.value) is dict:
        return _mappings(base, over.value, branch, problems)
    else:
        base.value = _append(base.value, over.value)
    return base


def merge_files(base: Node, over: Node, problems: Problems) -> Node:
    """Merge the tree of a file into that of the files before it."""
    return merge(base, over, MERGERS, problems) if base.value else over


def merge_service(base: Node, over: Node, problems: Problems) -> Node:
    """Merge a service over the one it extends."""
    return merge(base, over, MERGERS.named["services"].anything, problems)


def merge_resource(section: str, base: Node, over: Node, problems: Problems) -> Node:
    """Merge one service, volume, ... over an included one of the same name."""
    branch = MERGERS.named.get(section)
    return merge(base, over, branch.anything if branch else None, problems)


_CONTAINERS: dict[type, str] = {dict: "a mapping", list: "a list"}


def _refuse(base: Node, over: Node, problems: Problems) -> None:
    before = _CONTAINERS.get(type(base.value), "a single value")
    now = _CONTAINERS.get(type(over.value), "a single value")
    problems.error(
        "cannot-override",
        f"this is {now}, but it overrides {before}",
        over,
        help=f"write it as {before} too, or replace the whole with `!override`",
    )


def _mappings(base: Node, over: dict[str, Node], branch: Branch | None, problems: Problems) -> Node:
    into = base.value
    for key, node in over.items():
        before = into.get(key)
        if before is None:
            into[key] = node
        else:
            into[key] = merge(before, node, branch.step(key) if branch else None, problems)
    return base


def _append(base: list[Node], over: list[Node]) -> list[Node]:
    have = {identity(node) for node in base}
    merged = list(base)
    for node in over:
        key = identity(node)
        if key not in have:
            have.add(key)
            merged.append(node)
    return merged


def _replace(_base: Node, over: Node, _branch: Branch | None, _problems: Problems) -> Node:
    return over


def sequence(node: Node) -> list[Node]:
    """Read a mapping, a list or a text as a list of `KEY=value`, mappings in the order of their text."""
    value = node.value
    if type(value) is list:
        return value
    if type(value) is str:
        return [Node(value, node.at, node.key)]
    if type(value) is not dict:
        return []
    entries = []
    for key, child in value.items():
        if child.value is None:
            entries.append(Node(key, child.at, child.key))
        else:
            items = child.value if type(child.value) is list else [child]
            entries += [Node(f"{key}={show_node(item)}", item.at, item.key or child.key) for item in items]
    return sorted(entries, key=lambda entry: str(entry.value).encode())


def _to_sequence(base: Node, over: Node, _branch: Branch | None, _problems: Problems) -> Node:
    base.value = _append(sequence(base), sequence(over))
    return base


def _by_key(base: Node, over: Node, _branch: Branch | None, problems: Problems) -> Node:
    """Merge lists of `KEY=value` by key: the last value counts, at the place of the first."""
    base.value = unique(sequence(base) + sequence(over), by_name, problems)
    return base


def _as_mapping(default: dict[str, object] | None) -> Merger:
    def merger(base: Node, over: Node, branch: Branch | None, problems: Problems) -> Node:
        first, second = _mapping(base, default, problems), _mapping(over, default, problems)
        if first is None or second is None:
            return base
        base.value = first
        return _mappings(base, second, branch, problems)

    return merger


def _mapping(node: Node, default: dict[str, object] | None, problems: Problems) -> dict[str, Node] | None:
    value = node.value
    if value is None:
        return {}
    if type(value) is dict:
        return value
    items = [node] if type(value) is str else value if type(value) is list else None
    if items is None or any(type(item.value) is not str for item in items):
        problems.error("cannot-override", "this is neither a mapping nor a list of names", node)
        return None
    return {item.value: derived(dict(default) if default is not None else None, item) for item in items}


def _build(base: Node, over: Node, branch: Branch | None, problems: Problems) -> Node:
    for node in (base, over):
        if type(node.value) is str:
            node.value = {"context": Node(node.value, node.at, node.key)}
    if type(over.value) is not dict:
        return base
    if type(base.value) is not dict:
        return over
    return _mappings(base, over.value, branch, problems)


def _logging(base: Node, over: Node, branch: Branch | None, problems: Problems) -> Node:
    """Merge the options of the same driver only."""
    if type(base.value) is not dict or type(over.value) is not dict:
        _refuse(base if type(base.value) is dict else Node({}), over, problems)
        return base
    drivers = [node.value.get("driver", MISSING) for node in (base, over)]
    if MISSING in drivers or drivers[0].value == drivers[1].value:
        return _mappings(base, over.value, branch, problems)
    return over


def _ulimit(base: Node, over: Node, branch: Branch | None, problems: Problems) -> Node:
    if type(base.value) is dict and type(over.value) is dict:
        return _mappings(base, over.value, branch, problems)
    return over


def _address_pools(base: Node, over: Node, _branch: Branch | None, problems: Problems) -> Node:
    """Take the address pools of the later file, each completed with the earlier one of the same subnet."""
    if type(base.value) is not list or type(over.value) is not list:
        _refuse(base if type(base.value) is list else Node([]), over, problems)
        return base
    before = {_subnet(pool): pool for pool in base.value}
    base.value = [
        merge(before[_subnet(pool)], pool, None, problems) if _subnet(pool) in before else pool for pool in over.value
    ]
    return base


def _subnet(pool: Node) -> Hashable:
    """What an address pool is recognised by; all without a subnet are one, and what is none at all is like no other."""
    subnet = pool.get("subnet")
    return subnet if subnet is None or type(subnet) is str else id(pool)


_CONTAINER: dict[str, Merger] = {
    "annotations": _by_key,
    "build": _build,
    "build.args": _by_key,
    "build.additional_contexts": _by_key,
    "build.extra_hosts": _to_sequence,
    "build.labels": _by_key,
    "command": _replace,
    "depends_on": _as_mapping({"condition": "service_started", "required": True}),
    "dns": _to_sequence,
    "dns_opt": _to_sequence,
    "dns_search": _to_sequence,
    "entrypoint": _replace,
    "env_file": _to_sequence,
    "label_file": _to_sequence,
    "environment": _by_key,
    "extra_hosts": _to_sequence,
    "healthcheck.test": _replace,
    "labels": _by_key,
    "volumes.*.volume.labels": _by_key,
    "logging": _logging,
    "models": _as_mapping(None),
    "networks": _as_mapping(None),
    "sysctls": _by_key,
    "tmpfs": _to_sequence,
    "ulimits.*": _ulimit,
}

MERGERS = table(
    {
        **for_each(("services.*", "jobs.*"), _CONTAINER),
        "services.*.deploy.labels": _by_key,
        "networks.*.ipam.config": _address_pools,
        **{f"{section}.*.labels": _by_key for section in ("networks", "volumes", "secrets", "configs")},
    }
)
