"""The types of single attributes: texts, numbers, sizes, durations, commands, and mappings of texts."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from longshore.compose.binding import OMIT, Type, Unbound, wrong
from longshore.compose.interpolate import boolean as read_boolean
from longshore.compose.interpolate import integer as read_integer
from longshore.compose.interpolate import number as read_number
from longshore.compose.problems import Problems, quote
from longshore.compose.scalars import show, show_node, single
from longshore.compose.shellwords import WordsError, split
from longshore.compose.units import parse_bytes, parse_duration, show_duration

if TYPE_CHECKING:
    from longshore.compose.tree import Node


def _text(node: Node) -> str:
    value = node.value
    if type(value) is str:
        return value
    if type(value) is int and value < 1 << 63:
        return str(value)
    if value is None:
        return ""
    raise wrong(node, "a text")


def text(node: Node, _problems: Problems) -> Any:
    """A text; empty says nothing."""
    value = node.value
    return (value if type(value) is str else _text(node)) or OMIT


def printed(node: Node, _problems: Problems) -> Any:
    """Anything, as text; empty says nothing."""
    return (show_node(node) if node.value is not None else "") or OMIT


def texts(node: Node, _problems: Problems) -> Any:
    """A list of texts, or one text."""
    value = node.value
    if type(value) is str:
        return [value]
    if value is None:
        return OMIT
    if type(value) is not list:
        raise wrong(node, "a list of texts")
    return [_text(item) for item in value] or OMIT


def numbers_or_texts(node: Node, _problems: Problems) -> Any:
    """A list of texts in which numbers are welcome."""
    value = node.value
    if type(value) is not list:
        raise wrong(node, "a list")
    return [show(item.value) for item in value] or OMIT


def _integer(node: Node, lowest: int, highest: int, wanted: str) -> int:
    value = node.value
    kind = type(value)
    if kind is str:
        try:
            value = read_integer(value)
        except ValueError:
            raise wrong(node, wanted) from None
    elif kind is float and math.isfinite(value):
        value = int(value)
    elif kind is not int:
        raise wrong(node, wanted)
    if not lowest <= value <= highest:
        raise wrong(node, wanted)
    return int(value)


def whole(lowest: int = -(1 << 63), highest: int = (1 << 63) - 1, *, keep_zero: bool = False) -> Type:
    """A whole number within bounds; 0 says nothing unless `keep_zero`."""
    wanted = "a whole number" if lowest < 0 else f"a whole number from {lowest}"

    def bind(node: Node, _problems: Problems) -> Any:
        if node.value is None:
            return OMIT
        return _integer(node, lowest, highest, wanted) or (0 if keep_zero else OMIT)

    return bind


def unsigned(highest: int, *, keep_zero: bool = False) -> Type:
    """A whole number that is not negative, which Docker does not read from a text."""
    inner = whole(0, highest, keep_zero=keep_zero)

    def bind(node: Node, problems: Problems) -> Any:
        if type(node.value) is str:
            raise wrong(node, "a whole number, without quotes")
        return inner(node, problems)

    return bind


def _flag(node: Node) -> bool | None:
    value = node.value
    if value is None or type(value) is bool:
        return value
    if type(value) is str:
        try:
            return read_boolean(value)
        except ValueError:
            pass
    raise wrong(node, "true or false")


def flag(node: Node, _problems: Problems) -> Any:
    """True or nothing."""
    return True if node.value is True or _flag(node) else OMIT


def either(node: Node, _problems: Problems) -> Any:
    """True or false, which differ from nothing."""
    value = _flag(node)
    return OMIT if value is None else value


def opt_out(node: Node, _problems: Problems) -> Any:
    """False or nothing."""
    return OMIT if _flag(node) else False


def _number(node: Node) -> float:
    value = node.value
    kind = type(value)
    if kind is int or kind is float:
        return float(value)
    if kind is str:
        try:
            return read_number(value)
        except ValueError:
            pass
    raise wrong(node, "a number")


def decimal(node: Node, _problems: Problems) -> Any:
    """A number of 32 bits; 0 says nothing."""
    if node.value is None:
        return OMIT
    value = single(_number(node))
    return (int(value) if value.is_integer() else value) or OMIT


def size(node: Node, problems: Problems) -> Any:
    """A number of bytes, as a decimal text."""
    value = node.value
    if type(value) is str or (type(value) is int and value >= 1 << 63):
        try:
            value = parse_bytes(str(value))
        except ValueError:
            raise Unbound(
                f"{quote(value)} is not a size", 'write a number with a unit of b, k, m or g, such as "512m"'
            ) from None
    elif type(value) is not int:
        problems.warning(
            "ignored-size",
            f"Docker ignores the size {quote(show(value))}, which is neither a whole number nor a text",
            node,
            help='write a whole number of bytes, or a text such as "512m"',
        )
        return OMIT
    return str(value) if value else OMIT


def _duration(node: Node) -> int:
    written = show(node.value)
    try:
        return parse_duration(written)
    except ValueError:
        raise Unbound(
            f"{quote(written)} is not a duration", "write numbers with units, such as 30s, 1m30s or 1h"
        ) from None


def duration(node: Node, _problems: Problems) -> Any:
    """A duration, as Go prints it."""
    return OMIT if node.value is None else show_duration(_duration(node))


def duration_or_nothing(node: Node, _problems: Problems) -> Any:
    """A duration, of which 0 says nothing."""
    value = 0 if node.value is None else _duration(node)
    return show_duration(value) if value else OMIT


def command(node: Node, _problems: Problems) -> Any:
    """A command: words, or a line that is split into words. Empty differs from nothing: it clears the image's."""
    value = node.value
    if value is None:
        return OMIT
    if type(value) is list:
        return [_text(item) for item in value]
    try:
        return split(_text(node))
    except WordsError:
        raise Unbound(
            "this cannot be split into words",
            "close every quote, and escape brackets; or write a list, one word per entry",
        ) from None


def check(node: Node, _problems: Problems) -> Any:
    """The test of a health check; one text is for the shell."""
    value = node.value
    if type(value) is str:
        return ["CMD-SHELL", value]
    if type(value) is not list:
        raise wrong(node, "a text or a list of texts")
    return [_text(item) for item in value] or OMIT


def _pairs(node: Node, wanted: str) -> list[tuple[str, Any, Node]]:
    """Give the (key, value or None, node) of a mapping, or of a list of `KEY=value`."""
    value = node.value
    if type(value) is dict:
        return [(key, child.value, child) for key, child in value.items()]
    if type(value) is not list:
        raise wrong(node, wanted)
    pairs = []
    for item in value:
        key, equals, text_ = show(item.value).partition("=")
        pairs.append((key, text_ if equals else None, item))
    return pairs


def environment(node: Node, problems: Problems) -> Any:
    """Variables: a value that is not there differs from an empty one."""
    found: dict[str, Any] = {}
    is_list = type(node.value) is list
    for key, value, item in _pairs(node, "a mapping, or a list of `KEY=value`"):
        if is_list and key[-1:].isspace():
            raise Unbound("there is a space before the `=`", f"write `{key.strip()}=...`", item)
        found[key] = value if type(value) is str or value is None else _as_text(item, problems)
    return found or OMIT


def _as_text(node: Node, problems: Problems) -> str:
    """Print a value that YAML takes for something else than text; it may then be another text than the one written."""
    shown = show_node(node)
    written = getattr(node.at, "value", None)
    if type(written) is str and written != shown:
        kind = _KINDS.get(type(node.value), "a time")
        # Not the value itself: passwords of digits are read so, too.
        message = f"YAML takes this for {kind}, and it does not come out as it is written"
        problems.warning("yaml-value", message, node, help="put it in quotes")
    return shown


_KINDS: dict[type, str] = {int: "a number", float: "a number", bool: "true or false"}


def mapping(node: Node, problems: Problems) -> Any:
    """Texts by name; a value that is not there is empty."""
    if node.value is None:
        return OMIT
    return {
        key: value if type(value) is str else "" if value is None else _as_text(item, problems)
        for key, value, item in _pairs(node, "a mapping, or a list of `KEY=value`")
    } or OMIT


def options(node: Node, problems: Problems) -> Any:
    """Texts by name, as a mapping only."""
    if type(node.value) is list:
        raise wrong(node, "a mapping")
    return mapping(node, problems)


def strict_options(node: Node, _problems: Problems) -> Any:
    """Texts by name, in which only whole numbers are taken for texts."""
    if type(node.value) is not dict:
        raise wrong(node, "a mapping")
    return {key: _text(child) for key, child in node.value.items()} or OMIT


def lists(node: Node, _problems: Problems) -> Any:
    """Lists of texts by name; empty ones are left out."""
    if type(node.value) is not dict:
        raise wrong(node, "a mapping")
    found = {key: child.value if type(child.value) is list else [child] for key, child in node.value.items()}
    return {key: [show(item.value) for item in items] for key, items in found.items() if items} or OMIT


def hosts(node: Node, _problems: Problems) -> Any:
    """Host names and their addresses, as sorted `name=address` texts."""
    found: dict[str, list[str]] = {}
    if type(node.value) is dict:
        for host, child in node.value.items():
            items = child.value if type(child.value) is list else [child]
            found[host] = ["" if item.value is None else show(item.value) for item in items]
    else:
        for item in node.value:
            written = show(item.value)
            host, separator, listed = written.partition("=")
            if not separator:
                host, separator, listed = written.partition(":")
            if not separator:
                raise Unbound(f"{quote(written)} has no address", 'write `"host=address"`', item)
            found.setdefault(host, []).extend(listed.split(","))
    entries = []
    for host, addresses in found.items():
        if not host or ":" in host or "=" in host:
            raise Unbound(f"{quote(host)} is not a host name", 'write `"host=address"`')
        entries += [f"{host}={_unbracketed(address)}" for address in addresses]
    return sorted(entries, key=str.encode) if found else OMIT


def _unbracketed(address: str) -> str:
    return address[1:-1] if len(address) > 2 and address[0] == "[" and address[-1] == "]" else address  # noqa: PLR2004


def mode(node: Node, _problems: Problems) -> Any:
    """A file mode: a text is octal, a number is what it is."""
    value = node.value
    if value is None:
        return OMIT
    try:
        number = int(value, 8) if type(value) is str and not value.startswith("0o") else value
    except ValueError:
        number = None
    if type(number) is not int:
        raise wrong(node, 'an octal mode such as "0440"')
    return f"0{number:o}" if number >= 0 else f"0-{-number:o}"


def count(node: Node, _problems: Problems) -> Any:
    """A number of devices, or `all`, which is -1."""
    if type(node.value) is str and node.value.lower() == "all":
        return -1
    return _integer(node, -(1 << 63), (1 << 63) - 1, "`all` or a whole number") or OMIT


def ulimit(node: Node, _problems: Problems) -> Any:
    """One limit, or a soft and a hard one."""
    wanted = "a whole number"
    if type(node.value) is not dict:
        value = _integer(node, -(1 << 63), (1 << 63) - 1, wanted)
        return value or {"soft": 0, "hard": 0}
    found = {}
    for name in ("soft", "hard"):
        child = node.value.get(name)
        if child is not None and type(child.value) is not int:
            raise wrong(child, wanted)
        if child is not None:
            found[name] = child.value
    return {"soft": found.get("soft", 0), "hard": found.get("hard", 0)}
