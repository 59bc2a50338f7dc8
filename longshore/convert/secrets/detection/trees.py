"""Values in files with a structure, with all the names that they stand below: JSON, YAML and XML.

No file is refused: what is read is what stands there, whether or not a parser would take it, so templates and broken
files are read too. The time is linear in the size.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from longshore.regex import Regex

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator


class Leaf(NamedTuple):
    """A value, the names that lead to it (a list adds none), and where it stands in the text. item: of a list."""

    names: tuple[str, ...]
    value: str
    start: int
    item: bool = False


_DOUBLE: Final = r"\"(?P<double>(?:[^\"\\\n]|\\.)*+)(?:\"|(?P<open_double>))"
_SINGLE: Final = r"'(?P<single>(?:[^'\\\n]|\\.)*+)(?:'|(?P<open_single>))"
_REST: Final = (
    r"(?P<template>\$\{[^{}\n]{0,300}\}|\{\{[^{}\n]{0,300}\}\})"
    r"|(?P<open>[{\[])|(?P<close>[}\]])|(?P<sign>:(?=[\s\"'{\[]|$)|(?<=[\"']):|=(?=[\"'])|(?<=[ \t])=|,)"
    r"|(?P<comment>(?<![^\s,{}\[\]])(?://|\#)[^\n]*)|(?P<bare>(?:[^\s{}\[\]:,=\"']|:(?![\s\"'{\[]|$)|=(?![\"']))++)|(?P<line>\n)"
)
_TOKENS: Final = {
    "\"'": Regex(f"{_DOUBLE}|{_SINGLE}|{_REST}"),
    "'": Regex(f"{_SINGLE}|{_REST}"),
    '"': Regex(f"{_DOUBLE}|{_REST}"),
    "": Regex(_REST),
}
"""By the quotes that are closed further on."""

_DEEPEST: Final = 100


def _tokens(text: str, at: int, end: int, quotes: str = "\"'") -> Iterator[re.Match[str]]:
    """Take a text apart; a quote that nothing closes in its line is passed over.

    Then nothing closes those of its kind that follow in the line either, and none of them is looked at again.
    """
    while at < end:
        for token in _TOKENS[quotes].finditer(text, at, end):
            kind = token.lastgroup or ""
            if kind.startswith("open_"):
                line_end = text.find("\n", token.start(), end)
                at = end if line_end < 0 else line_end
                without = quotes.replace('"' if kind == "open_double" else "'", "")
                yield from _tokens(text, token.start() + 1, at, without)
                break
            yield token
        else:
            return


def braced(text: str, above: tuple[str, ...] = (), *, bare: bool = True) -> Iterator[Leaf]:
    """Read JSON, its relatives, flow mappings of YAML, and blocks of the `name { key = value }` kind.

    bare: a value may stand without quotes, which in a program is code.
    """
    stack: list[str] = []
    key, value, at = "", "", 0
    for token in _tokens(text, 0, len(text)):
        kind = token.lastgroup
        if kind in {"double", "single", "bare", "template"}:
            word = token[kind]
            if not value and not key:
                value, at = word, token.start(kind)
            elif key:
                if bare or kind != "bare":
                    yield Leaf((*above, *filter(None, stack), key), word, token.start(kind))
                key, value = "", ""
            else:
                value, at = word, token.start(kind)
        elif kind == "sign" and token[0] != ",":
            key, value = value or key, ""
        elif kind == "open":
            if len(stack) < _DEEPEST:
                stack.append(key or value)
            key = value = ""
        elif kind in {"close", "sign"}:
            if value:
                yield Leaf((*above, *filter(None, stack)), value, at, item=True)
            key = value = ""
            if kind == "close" and stack:
                stack.pop()


_LINE: Final = Regex(
    r"(?P<indent>[ \t]*)(?P<dashes>(?:-[ \t]+)*)(?:(?P<key>\"[^\"\n]{1,200}\"|'[^'\n]{1,200}'"
    r"|[^\s#:{\[\"'-][^:#\n{\[]{0,200}?|-[^\s:#{\[-][^:#\n{\[]{0,200}?)[ \t]*:(?=[ \t\r]|$))?"
    r"[ \t]*(?P<value>[^\r\n]*)"
)
_DECORATION: Final = Regex(
    r"(?:[&!](?!(?:FindInMap|GetAtt|If|ImportValue|Ref|env_var|include\w*|reference|secret|vault)\b)"
    r"[\w!:/.-]*+[ \t]++)*+"
)
"""Anchors and tags, but for those that say where a value stands."""

_BLOCK: Final = Regex(r"[|>][-+0-9]*[ \t]*(?:#.*)?$")
_COMMENT: Final = Regex(r"[ \t]#.*$")


def indented(text: str) -> Iterator[Leaf]:
    """Read YAML by its indentation: keys, items, blocks of text, values on the next line, flow mappings of one line."""
    stack: list[tuple[int, str]] = []
    block: tuple[int, tuple[str, ...]] | None = None
    waiting: tuple[int, tuple[str, ...]] | None = None
    at = 0
    for line in text.split("\n"):
        start, at = at, at + len(line) + 1
        if not line.strip():
            continue
        match = _LINE.match(line)
        assert match  # noqa: S101  every part of it may be empty
        depth = match.end("indent")
        if block and depth > block[0]:
            yield Leaf(block[1], line.strip(), start + depth)
            continue
        block = None
        if line[depth] == "#":
            continue
        place = match.end("dashes")
        key, value = (match["key"] or "").strip("\"'"), _undecorated(match["value"])
        if waiting and depth > waiting[0] and not key and not match["dashes"]:
            yield Leaf(waiting[1], _plain(value), start + match.start("value"))
            continue
        limit = place if key else depth + bool(match["dashes"])
        while stack and stack[-1][0] >= limit:
            stack.pop()
        names = (*(name for _, name in stack), *((key,) if key else ()))[-_DEEPEST:]
        waiting = (place if key else depth, names) if key and not value.strip() else None
        if key:
            stack.append((place, key))
        where = start + match.end() - len(value)
        if _BLOCK.match(value):
            block = (depth if not match["dashes"] else place - 1, names)
        elif value[:1] in {"{", "["}:
            yield from (leaf._replace(start=where + leaf.start) for leaf in braced(value, above=names))
        elif value and names:
            yield Leaf(names, _plain(value), where, item=not key)


def _undecorated(value: str) -> str:
    """A value without the tag and the anchor before it."""
    decoration = _DECORATION.match(value)
    return value[decoration.end() :] if decoration else value


def _plain(value: str) -> str:
    value = value.strip()
    if value[:1] in {'"', "'"}:
        end = value.find(value[0], 1)
        return value[1:end] if end > 0 else value[1:]
    return _COMMENT.sub("", value)


_ELEMENT: Final = Regex(
    r"<(?P<name>[A-Za-z][\w.:-]{0,100})(?P<attributes>(?:[ \t\r\n][^<>]{0,2000}+)?)>\s{0,80}(?P<text>[^<]{0,4000}+)"
)
_ATTRIBUTE: Final = Regex(
    r"(?P<name>[A-Za-z_][\w.:-]{0,100})[ \t\r\n]{0,9}=[ \t\r\n]{0,9}"
    r"(?:\"(?P<double>[^\"]{0,2000})\"|'(?P<single>[^']{0,2000})')"
)
_NAMES: Final = frozenset(("name", "key", "id", "property", "option"))
_VALUES: Final = frozenset(("value", "string-value", "val"))


def marked(text: str) -> Iterator[Leaf]:
    """Read XML: elements, attributes, and the pairs that many formats have, `<name>k</name><value>v</value>`."""
    named = ""
    for element in _ELEMENT.finditer(text):
        name, inner = element["name"], element["text"].strip()
        given = {
            one["name"].lower(): one["double"] or one["single"] or ""
            for one in _ATTRIBUTE.finditer(element["attributes"])
        }
        title = next((given[key] for key in ("name", "key") if key in given), "")
        start = element.start("attributes")
        for key, value in given.items():
            where = text.find(value, start) if value else start
            yield Leaf((name, *((title,) if key in _VALUES and title else (key,))), value, where)
        if inner:
            lowered = name.lower()
            yield Leaf((title or (named if lowered in _VALUES and named else name),), inner, element.start("text"))
            named = inner if lowered in _NAMES else "" if lowered in _VALUES else named
