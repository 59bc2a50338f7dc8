"""From short forms to long ones: after this stage every attribute has one form.

Source: https://github.com/compose-spec/compose-spec/blob/main/05-services.md
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from longshore.compose.patterns import apply, for_each, table
from longshore.compose.ports import PortError, parse_ports
from longshore.compose.problems import Problems, quote
from longshore.compose.scalars import show
from longshore.compose.tree import Node, Timestamp, derived
from longshore.compose.volumes import VolumeError, cleaned, parse_volume

if TYPE_CHECKING:
    from collections.abc import Callable


MOST_PORTS = 200_000
"""Ports of all ranges of a file together; a range is written in ten characters and may be 65,535 ports."""


class Canonical:
    """What the actions of this stage are told. lenient: leave alone what only a variable's value makes readable."""

    __slots__ = ("lenient", "ports", "problems")

    def __init__(self, problems: Problems, *, lenient: bool = False) -> None:
        self.problems = problems
        self.lenient = lenient
        self.ports = 0


def canonical(root: Node, problems: Problems, *, lenient: bool = False) -> None:
    """Write everything below `root` in its long form."""
    apply(root, LONG_FORMS, Canonical(problems, lenient=lenient))


def _refuse(node: Node, context: Canonical, message: str, help: str) -> None:  # noqa: A002
    if not context.lenient:
        context.problems.error("invalid-value", message, node, help=help)


def _lenient_names(node: Node, _context: Canonical) -> None:
    """`[a, b]` means `{a: null, b: null}`."""
    if type(node.value) is list:
        node.value = {str(item.value): Node(None, item.at, item.at) for item in node.value}


def _list(node: Node, _context: Canonical) -> None:
    if type(node.value) is str:
        node.value = [Node(node.value, node.at)]


def _text(node: Node, _context: Canonical) -> None:
    if type(node.value) is not str:
        node.value = show(node.value)


def _field(name: str) -> Callable[[Node, Canonical], None]:
    """`text` means `{name: text}`."""

    def action(node: Node, _context: Canonical) -> None:
        if type(node.value) is str:
            node.value = {name: Node(node.value, node.at, node.key)}

    return action


def _env_file(node: Node, _context: Canonical) -> None:
    if type(node.value) is str:
        node.value = [Node(node.value, node.at)]
    for item in node.value if type(node.value) is list else ():
        if type(item.value) is str:
            item.value = {"path": Node(item.value, item.at)}
        if type(item.value) is dict and "required" not in item.value:
            item.value["required"] = Node(True)


def _gpus(node: Node, _context: Canonical) -> None:
    if type(node.value) is str:
        node.value = [derived({"count": "all"}, node)]


def _depends_on(node: Node, _context: Canonical) -> None:
    if type(node.value) is list:
        node.value = {str(item.value): Node({}, item.at, item.at) for item in node.value}
    for item in node.value.values() if type(node.value) is dict else ():
        if type(item.value) is dict:
            item.value.setdefault("condition", Node("service_started"))
            item.value.setdefault("required", Node(True))


def _device(node: Node, context: Canonical) -> None:
    if type(node.value) is not str:
        return
    parts = node.value.split(":")
    if len(parts) > 3:  # noqa: PLR2004  source, target, permissions
        _refuse(node, context, f"{quote(node.value)} is not a device", "write `/dev/host:/dev/container:rwm`")
        parts = [""]
    source, target, permissions = (*parts, "", "", "")[:3]
    permissions = permissions if len(parts) == 3 else "rwm"  # noqa: PLR2004
    node.value = derived({"source": source, "target": target or source, "permissions": permissions}, node).value


def _volume(node: Node, context: Canonical) -> None:
    if type(node.value) is not str:
        return
    try:
        volume = parse_volume(node.value)
    except VolumeError as error:
        _refuse(node, context, error.message, error.help)
        return
    volume["target"] = cleaned(volume["target"])
    node.value = derived(volume, node).value


def _ports(node: Node, context: Canonical) -> None:
    """Write out ranges; one entry may become many."""
    if type(node.value) is not list:
        return
    ports: list[Node] = []
    for item in node.value:
        if type(item.value) not in {str, int}:
            if type(item.value) is not dict:
                _refuse(item, context, f"{quote(item.value)} is not a port", 'write `"8080:80"`, in quotes')
            ports.append(item)
            continue
        try:
            found = parse_ports(str(item.value))
            context.ports += len(found)
            if context.ports > MOST_PORTS:
                message = f"the ranges of ports have more than {MOST_PORTS:,} ports"
                context.problems.error("too-many-ports", message, item, help="publish only the ports that are used")
                break
            ports.extend(derived(port, item) for port in found)
        except PortError as error:
            if context.lenient:
                return
            context.problems.error("invalid-port", error.message, item, help=error.help)
    node.value = ports


def _key_values(node: Node, context: Canonical) -> None:
    """`[NAME=value]` means `{NAME: value}`."""
    if type(node.value) is not list:
        return
    mapping: dict[str, Node] = {}
    for item in node.value:
        name, equals, value = str(item.value).partition("=")
        if not equals:
            if context.lenient:
                return
            _refuse(item, context, f"{quote(item.value)} has no value", "write `name=value`")
        mapping[name] = Node(value, item.at, item.at)
    node.value = mapping


def _ssh(node: Node, context: Canonical) -> None:
    if type(node.value) is not list:
        return
    keys: dict[str, Node] = {}
    for item in node.value:
        name, equals, path = str(item.value).partition("=")
        if not equals and name != "default":
            if context.lenient:
                return
            _refuse(item, context, f"{quote(item.value)} is not an SSH key", "write `default` or `name=path`")
        keys[name] = Node(path if equals else None, item.at, item.at)
    node.value = keys


def _ulimit(node: Node, context: Canonical) -> None:
    if type(node.value) not in {dict, int}:
        _refuse(node, context, f"{quote(node.value)} is not a limit", "write a whole number, or `soft` and `hard`")


def _maybe_external(node: Node, context: Canonical) -> None:
    """`external: {name: x}` means `external: true` and `name: x`."""
    if type(node.value) is not dict:
        return
    external = node.value.get("external")
    if external is None or type(external.value) is not dict:
        return
    inner: Node | None = external.value.get("name")
    node.value["external"] = Node(True, external.at, external.key)
    if inner is None:
        return
    context.problems.warning(
        "external-name", "`external.name` is deprecated", inner, help="write `name: ...` and `external: true`"
    )
    own: Node = node.value.setdefault("name", inner)
    if own.value != inner.value:
        context.problems.error("invalid-value", "`name` and `external.name` differ", inner, help="keep only `name`")


_CONTAINER: dict[str, Any] = {
    "env_file": _env_file,
    "label_file": _list,
    "gpus": _gpus,
    "networks": _lenient_names,
    "models": _lenient_names,
    "volumes.*": _volume,
    "dns": _list,
    "devices.*": _device,
    "secrets.*": _field("source"),
    "configs.*": _field("source"),
    "ulimits.*": _ulimit,
}
_WORKLOAD: dict[str, Any] = {
    "build.secrets.*": _field("source"),
    "build.provenance": _text,
    "build.sbom": _text,
    "build.additional_contexts": _key_values,
    "depends_on": _depends_on,
    "extends": _field("service"),
    "ports": _ports,
    "build": _field("context"),
    "build.ssh": _ssh,
    "build.ulimits.*": _ulimit,
}


def _no_time(action: Callable[[Node, Canonical], None]) -> Callable[[Node, Canonical], None]:
    """Refuse a date where a text is meant: the schema, which knows JSON only, lets it pass for one."""

    def guarded(node: Node, context: Canonical) -> None:
        if type(node.value) is Timestamp:
            context.problems.error("wrong-type", "YAML takes this for a time", node, help="put it in quotes")
            node.value = None
        else:
            action(node, context)

    return guarded


_LONG_FORMS: dict[str, Any] = {
    **for_each(("services.*", "jobs.*", "services.*.pre_start.*"), _CONTAINER),
    **for_each(("services.*", "jobs.*"), _WORKLOAD),
    "jobs.*.triggers.schedule.*": _field("cron"),
    "services.*.develop.watch.*.ignore": _list,
    "services.*.develop.watch.*.include": _list,
    **{f"{section}.*": _maybe_external for section in ("volumes", "networks", "secrets", "configs")},
    "include.*": _field("path"),
}
LONG_FORMS = table(
    {pattern: action if action is _text else _no_time(action) for pattern, action in _LONG_FORMS.items()}
)


def omit_empty(root: Node) -> None:
    """Leave out empty DNS servers, which come from variables that are not set."""
    for section in ("services", "jobs"):
        entries = root.get(section)
        for entry in entries.values() if type(entries) is dict else ():
            servers = entry.get("dns")
            if type(servers) is list:
                entry.value["dns"].value = [server for server in servers if server.value not in {None, ""}]
