"""A Pulumi stack file as plain values, with the place of each in its file.

Only what a stack file may hold: mappings, lists and scalars of the YAML 1.2 core schema.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from longshore.model import Finding, Path, Severity, Span

if TYPE_CHECKING:
    from collections.abc import Mapping

Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_INTEGER = re.compile(r"[-+]?[0-9]+").fullmatch
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?").fullmatch
_WORDS: Mapping[str, bool | None] = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
}


class StackFile(NamedTuple):
    """The values of a stack file, and the places of its keys and values by path."""

    values: Mapping[str, Any]
    spans: Mapping[Path, Span]
    keys: Mapping[Path, Span]
    findings: tuple[Finding, ...]

    def locate(self, path: Path, *, key: bool = False) -> Span | None:
        """Find the place of `path`, or of the nearest thing around it; with `key`, of the key that names it."""
        if key and path in self.keys:
            return self.keys[path]
        while path:
            if path in self.spans:
                return self.spans[path]
            path = path[:-1]
        return self.spans.get(())


def read_stack_file(text: str, name: str) -> StackFile:
    """Read the text of a stack file; `name` is how findings call it. What can't be read becomes a finding."""
    reader = _Reader(name)
    start = Span(name, 1, 1)
    try:
        node = yaml.compose(text, Loader)
        values = reader.plain(node, ()) if node else {}
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        span = Span(name, mark.line + 1, mark.column + 1) if mark else start
        return _unreadable(span, str(error.problem or error.context))
    except (yaml.YAMLError, RecursionError):
        return _unreadable(start, "the text can't be read")
    if not isinstance(values, dict):
        reader.tell("stack-file", "a stack file is a mapping with `config:` at its top", reader.spans[()])
        values = {}
    reader.spans.setdefault((), start)
    return StackFile(values, reader.spans, reader.keys, tuple(reader.findings))


def _unreadable(span: Span, problem: str) -> StackFile:
    finding = Finding("yaml", Severity.ERROR, f"not YAML: {problem}", span=span)
    return StackFile({}, {(): span}, {}, (finding,))


class _Reader:
    """Turns nodes into values and remembers where each stood."""

    def __init__(self, name: str) -> None:
        self.spans: dict[Path, Span] = {}
        self.keys: dict[Path, Span] = {}
        self.findings: list[Finding] = []
        self._name = name

    def tell(self, code: str, message: str, span: Span) -> None:
        self.findings.append(Finding(code, Severity.ERROR, message, span=span))

    def plain(self, node: Any, path: Path) -> Any:
        self.spans[path] = self._span(node)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.plain(child, (*path, index)) for index, child in enumerate(node.value)]
        return node.value if node.style else _scalar(node.value)

    def _mapping(self, node: Any, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, child in node.value:
            text = str(key.value)
            if text in found:
                self.tell("duplicate-key", f"`{text}` is written twice", self._span(key))
            self.keys[(*path, text)] = self._span(key)
            found[text] = self.plain(child, (*path, text))
        return found

    def _span(self, node: Any) -> Span:
        start, end = node.start_mark, node.end_mark
        length = end.column - start.column if end.line == start.line else 1
        return Span(self._name, start.line + 1, start.column + 1, max(1, length))


def is_text(word: str) -> bool:
    """Is a word read as what it says, without quotes, rather than as a number, a truth or nothing?"""
    return isinstance(_scalar(word), str)


def _scalar(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER(text):
        return int(text)
    return float(text) if _FLOAT(text) else text
