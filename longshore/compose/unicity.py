"""Lists whose entries are known by a key: of two with the same key the later counts, at the place of the first."""

from __future__ import annotations

from collections.abc import Callable, Hashable

from longshore.compose.patterns import apply, table
from longshore.compose.problems import Problems, quote
from longshore.compose.tree import MISSING, Node
from longshore.compose.volumes import VolumeError, parse_volume

Key = Callable[[Node], Hashable]


class NoKey(Exception):  # noqa: N818  it becomes a finding
    """An entry has no key: says what is wrong with it, and what to write."""

    def __init__(self, message: str, help: str = "") -> None:  # noqa: A002
        super().__init__(message)
        self.message, self.help = message, help


def enforce(root: Node, problems: Problems) -> None:
    """Leave one entry for each key in every list of the table."""
    apply(root, UNIQUE, problems)


def unique(entries: list[Node], key: Key, problems: Problems) -> list[Node]:
    """Keep one entry per key; entries without a key are reported and left out."""
    kept: dict[Hashable, Node] = {}
    for entry in entries:
        try:
            kept[key(entry)] = entry
        except NoKey as error:
            problems.error("invalid-entry", error.message, entry, help=error.help)
    return list(kept.values())


def by_name(node: Node) -> Hashable:
    """Key of a `KEY=value` text."""
    if type(node.value) is not str:
        # Not the value itself: it may be a variable's.
        what = "a mapping" if type(node.value) is dict else "a list" if type(node.value) is list else "this"
        raise NoKey(
            f"{what} cannot stand in this list of texts",
            "write each entry as a text, `KEY=value`; in quotes if it is a number",
        )
    return node.value.partition("=")[0]


def _by_mount(node: Node) -> Hashable:
    if type(node.value) is not str:
        return _target(node, "mount")
    try:
        return parse_volume(node.value)["target"]  # type: ignore[no-any-return]
    except VolumeError as error:
        raise NoKey(error.message, error.help) from error


def _by_device(node: Node) -> Hashable:
    if type(node.value) is not str:
        return _target(node, "device")
    parts = node.value.split(":")
    return parts[0] if len(parts) == 1 else parts[1]


def _target(node: Node, what: str) -> Hashable:
    """Target of a long form."""
    if type(node.value) is not dict:
        return ""
    target = node.get("target")
    if type(target) is not str:
        raise NoKey(f"this {what} has no `target`", "say where in the container it goes: `target: /path`")
    return target


def _by_port(node: Node) -> Hashable:
    value = node.value
    if type(value) is int:
        return str(value)
    if type(value) is str:
        return value
    if type(value) is not dict:
        return ""
    if "target" not in value:
        raise NoKey("this port has no `target`", "say which port of the container it is: `target: 8080`")
    published = value.get("published", MISSING)
    published = None if published is MISSING else published.value
    host = node.get("host_ip") if "host_ip" in value else "0.0.0.0"  # noqa: S104  the default is compared, not bound
    protocol = node.get("protocol") if "protocol" in value else "tcp"
    return _typed(host), _typed(published), _typed(node.get("target")), _typed(protocol)


def _typed(value: object) -> Hashable:
    return type(value), str(value)


def _by_exposed(node: Node) -> Hashable:
    if type(node.value) is not str and not (type(node.value) is int and node.value < 1 << 63):
        raise NoKey(f"{quote(node.value)} is not a port", 'write a port, `8080`, or a range, `"8080-8090"`')
    return str(node.value)


def _by_path(node: Node) -> Hashable:
    value = node.value
    if type(value) is str:
        return value
    if type(value) is not dict:
        return ""
    path = node.get("path")
    if type(path) is not str:
        raise NoKey("this env file has no `path`", "write `path: ./file.env`")
    return path


def _by_target(directory: str) -> Key:
    def key(node: Node) -> Hashable:
        value = node.value
        if type(value) is str:
            return f"{directory}/{value}"
        if type(value) is not dict:
            raise NoKey("this is neither a name nor a mapping", "write the name, or `source` and `target`")
        return str(node.get("target")) if "target" in value else f"{directory}/{node.get('source')}"

    return key


def _action(key: Key) -> Callable[[Node, Problems], None]:
    def action(node: Node, problems: Problems) -> None:
        if type(node.value) is list:
            node.value = unique(node.value, key, problems)

    return action


_KEYS: dict[str, Key] = {
    **dict.fromkeys(
        (
            "annotations build.args build.additional_contexts build.platform build.tags build.labels cap_add cap_drop"
            " deploy.labels dns dns_opt dns_search environment labels links networks.*.aliases"
            " networks.*.link_local_ips profiles sysctls tmpfs"
        ).split(),
        by_name,
    ),
    "devices": _by_device,
    "volumes": _by_mount,
    "configs": _by_target(""),
    "secrets": _by_target("/run/secrets"),
    "env_file": _by_path,
    "expose": _by_exposed,
    "ports": _by_port,
}

UNIQUE = table(
    {
        **{f"services.*.{pattern}": _action(key) for pattern, key in _KEYS.items()},
        "networks.*.labels": _action(by_name),
        "networks.*.ipam.options": _action(by_name),
    }
)
