"""Settings put into the text of a stack file, in their place: comments, order and all other text stay as they are.

The text is edited where YAML's own marks say, and read again: if anything else than what was asked has changed, as it
would where anchors are shared, nothing is done.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import yaml

from longshore.errors import Refused
from longshore.stack.file import is_text, read_stack_file

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_INDENT: Final = "  "


def with_settings(text: str, settings: Mapping[tuple[str, ...], str], name: str) -> str:
    """Put texts at their paths below the top of the file: `("config", "longshore:services", "web", "memory")`.

    name: how messages call the file. A text that YAML would take for a number is put in quotes.

    Raises:
        Refused: the file is written in a way in which that would change something else.
    """
    wanted = _copied(read_stack_file(text, name).values)
    for path, value in settings.items():
        _set(wanted, path, value)
        text = _edited(text, path, value if is_text(value) else f'"{value}"')
    if read_stack_file(text, name).values != wanted:
        lines = ", ".join(f"`{'.'.join(path[2:])}: {value}`" for path, value in settings.items())
        raise Refused(f"{name} can't be edited without changing something else", f"write it there: {lines}")
    return text


def _copied(value: Any) -> Any:
    return {key: _copied(each) for key, each in value.items()} if isinstance(value, dict) else value


def _set(values: dict[str, Any], path: Sequence[str], value: str) -> None:
    for step in path[:-1]:
        if not isinstance(values.get(step), dict):
            values[step] = {}
        values = values[step]
    values[path[-1]] = value


def _edited(text: str, path: tuple[str, ...], value: str) -> str:
    # The loader in Python, whose marks count characters; that in C counts bytes.
    node, column, rest = yaml.compose(text, yaml.SafeLoader), 0, list(path)
    after = 0
    while rest and isinstance(node, yaml.MappingNode):
        entry = next(((key, child) for key, child in node.value if key.value == rest[0]), None)
        if entry is None:
            return _inserted(text, node, rest, value)
        rest.pop(0)
        column, after, node = entry[0].start_mark.column, entry[0].end_mark.index, entry[1]
    if not rest and isinstance(node, yaml.ScalarNode) and node.start_mark.index < node.end_mark.index:
        return text[: node.start_mark.index] + value + text[node.end_mark.index :]
    # A key with nothing behind it.
    below = f" {value}" if not rest else "".join(_lines(rest, value, " " * column + _INDENT))
    end = text.find("\n", after) if rest else text.find(":", after) + 1
    end = len(text) if end < 0 else end
    return text[:end] + below + text[end:]


def _inserted(text: str, node: Any, rest: Sequence[str], value: str) -> str:
    """Put a new entry into a mapping: behind its last one, or behind the brace of one that is written in a line."""
    if node.flow_style:
        at = node.start_mark.index + 1
        entry = value
        for key in reversed(rest[1:]):
            entry = f"{{{key}: {entry}}}"
        return f"{text[:at]}{rest[0]}: {entry}{', ' if node.value else ''}{text[at:]}"
    end = text.find("\n", _end(node))
    end = len(text.rstrip("\n")) if end < 0 else end
    return text[:end] + "".join(_lines(rest, value, " " * node.value[0][0].start_mark.column)) + text[end:]


def _end(node: Any) -> int:
    """The character behind the last one of a node; what YAML counts to a block mapping goes on to the next key."""
    while isinstance(node, (yaml.MappingNode, yaml.SequenceNode)) and not node.flow_style and node.value:
        last = node.value[-1]
        if isinstance(last, tuple):
            key, node = last
            if node.start_mark.index == node.end_mark.index:
                node = key
        else:
            node = last
    return int(node.end_mark.index)


def _lines(keys: Sequence[str], value: str, indent: str) -> list[str]:
    lines = [f"\n{indent}{_INDENT * depth}{key}:" for depth, key in enumerate(keys)]
    return [*lines, f" {value}"]
