"""What of a source line may be shown: everything but what could be a secret value.

Excerpts end up in CI logs, so the doubt goes to hiding: whatever the detector finds in a line, with the value after any
name that sounds secret (`secrets.detection.masks`); and what only the lines around tell: values below a name
that sounds secret, every line of a text of several lines, defaults of secret variables, every value of an env file.
Works line by line on the text, since the files shown are often those that do not parse.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from longshore.convert.secrets.detection import detect
from longshore.convert.secrets.detection.addresses import logins
from longshore.convert.secrets.detection.masks import SOUNDS_SECRET, hidden, merged, random_words
from longshore.convert.secrets.detection.shapes import known_tokens
from longshore.regex import Regex

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from longshore.convert.secrets.detection.masks import Range
_BREAK: Final = Regex("\r\n|[\n\r\x85\u2028\u2029]")
_RARE_BREAKS: Final = "\r\x85\u2028\u2029"
_SHORT_FLAGS: Final = frozenset(("-p", "-a", "-P", "-u", "-w", "-N"))
_DEFAULT: Final = Regex(r"\$\{(?P<name>\w+):?[-+]")
_REFERENCE: Final = Regex(r"""["']?\$(?:\w+|\{\w+(?::?\?[^}]*)?\})["']?,?\s*""")
_QUOTED: Final = Regex(r""""(?:[^"\\]|\\.)*+(?:"|(?P<open>))|'[^']*'""", re.DOTALL)
_OPENER: Final = Regex(r"(?:[&!]\S*+\s*+)*+(?:[|>][-+0-9]*+|[\[{]|\*\S++)?\s*+(?:#.*)?")
_BLOCK_TEXT: Final = Regex(r"(?:^|[\s:-])[|>][-+0-9]*+\s*+(?:#|\Z)")
_ENTRY: Final = Regex(
    r"""(?P<indent>\s*)(?P<dashes>(?:-\s+)*)
    (?:(?P<key>"[^"]*"|'[^']*'|\?\s.*?|[^\s\#:{\["'-].*?|-[^\s:].*?)\s*:(?=\s|\Z)\s*)?(?P<value>.*)""",
    re.VERBOSE | re.DOTALL,
)
_ENV_ENTRY: Final = Regex(r"\s*(?:#\s*)?(?:export\s+)?[\w.-]{1,64}\s*[=:]\s*(?P<value>.*)")
_COMPOSE: Final = Regex(r"^services\s*:", re.MULTILINE)
"""A file of any name (standard input) that is no env file."""
_STRUCTURE: Final = frozenset({"secrets", "credential_spec", "x-secrets"})
"""Keys of compose itself that sound secret and hold none."""
_ASSIGNED: Final = Regex(r"""["']?(?P<key>[\w.-]+)=(?P<value>.*)""")
_NO_ENTRY: Final = 1 << 30
"""The level of a line that holds no entry: deeper than any."""
_DASHED: Final = frozenset({"", " ", "\t"})
_OWN_NAMES: Final = frozenset(
    {
        "environment",
        "args",
        "labels",
        "annotations",
        "driver_opts",
        "options",
        "configuration",
        "restore",
        "values",
        "tags",
    }
)
"""Keys of compose and of stack files below which names are the user's."""

_COMMANDS: Final = frozenset({"command", "entrypoint", "healthcheck", "test", "post_start", "pre_stop"})


class _Entry(NamedTuple):
    """A line of YAML taken apart; `depth` is the column at which its key or value starts."""

    depth: int
    dash: int
    key: str
    value: str
    start: int


class _Tree(NamedTuple):
    """The levels of all lines, and for each the nearest line above that is less deep (-1: none)."""

    levels: list[int]
    parents: list[int]

    def above(self, index: int, level: int) -> int:
        """The nearest line above line `index` that is less deep than `level`."""
        at = index - 1
        while at >= 0 and self.levels[at] >= level:
            at = self.parents[at] if self.levels[at] != _NO_ENTRY else at - 1
        return at


class Source:
    """The text of one file, ready to show lines of; what a line needs to know of the lines above is found once."""

    def __init__(self, name: str, text: str) -> None:
        self.lines = _BREAK.split(text) if any(mark in text for mark in _RARE_BREAKS) else text.split("\n")
        self._yaml = name.endswith((".yaml", ".yml", ".json")) or bool(_COMPOSE.search(text))
        self._tree: _Tree | None = None

    def hidden(self, number: int) -> tuple[Range, ...]:
        """Find the columns of line `number` (from 1) that must not be shown, in order, without overlap."""
        line = self.lines[number - 1]
        found = self._hidden_yaml(number - 1, line) if self._yaml else self._hidden_env(number - 1, line)
        found += [*random_words(line), *known_tokens(line), *logins(line)]
        return merged(found, len(line.rstrip()))

    def _hidden_env(self, index: int, line: str) -> list[Range]:
        match = _ENV_ENTRY.match(line)
        if match and not _quote_is_open(self.lines[:index]):
            return [(match.start("value"), len(line))]
        return [] if line.lstrip().startswith("#") and not match else [(0, len(line))]

    def _hidden_yaml(self, index: int, line: str) -> list[Range]:
        entry = _entry(line)
        if not entry.key and not entry.value.strip("]}, "):
            return []
        above = list(self._above(index, entry))
        if entry.value.startswith(": ") or any(self._continues(at, parent, index) for at, parent in above):
            return [(len(line) - len(line.lstrip()), len(line))]
        return list(_in_entry(entry, [parent.key for _, parent in above], self._flag_before(index, entry)))

    def _continues(self, at: int, parent: _Entry, index: int) -> bool:
        """Is line `index`, below `parent` at line `at`, the next line of a text rather than an entry of its own?"""
        if parent.value[:1] not in {"[", "{"}:
            return bool(_BLOCK_TEXT.search(parent.value)) or not _OPENER.fullmatch(parent.value)
        before = "\n".join([parent.value, *self.lines[at + 1 : index]])
        before = _QUOTED.sub(lambda quoted: "" if quoted["open"] is None else quoted[0], before)
        return '"' in before or "'" in before or before.rstrip()[-1] not in ",[{"

    def _above(self, index: int, entry: _Entry) -> Iterator[tuple[int, _Entry]]:
        """Lines that this one lies in, innermost first: keys that it stands below, texts that it goes on with."""
        tree = self._tree = self._tree or _tree(self.lines)
        column = entry.depth if entry.dash < 0 else entry.dash
        at = tree.above(index, _level(column, in_list=entry.dash >= 0))
        while at >= 0:
            parent = _entry(self.lines[at])
            if parent.dash < 0 or parent.depth < column or not parent.key:
                yield at, parent
            column = parent.depth if parent.dash < 0 else parent.dash
            at = tree.parents[at]

    def _flag_before(self, index: int, entry: _Entry) -> bool:
        """Is the item before this one a flag that takes a secret: `- --requirepass`?"""
        if entry.dash < 0 or index == 0:
            return False
        before = _entry(self.lines[index - 1])
        return before.dash == entry.dash and bool(_is_secret_flag(before.value))


def _entry(line: str) -> _Entry:
    match = _ENTRY.match(line)
    assert match  # noqa: S101  every part of the pattern may be empty
    depth = match.end("dashes")
    dash = match.end("indent") if match["dashes"] else -1
    if match["value"] == "-" and not match["key"]:
        return _Entry(depth + 1, depth, "", "", len(line))
    key = (match["key"] or "").strip("\"'")
    return _Entry(depth, dash, key, match["value"], match.start("value"))


def _level(column: int, *, in_list: bool) -> int:
    """How deep a line lies. The key of a list may stand at the column of its dashes, which are deeper all the same."""
    return 2 * column + in_list


def _tree(lines: Sequence[str]) -> _Tree:
    levels: list[int] = []
    parents: list[int] = []
    last = -1
    for index, line in enumerate(lines):
        text = line.lstrip()
        if not text or text[0] == "#":
            levels.append(_NO_ENTRY)
            parents.append(last)
            continue
        level = 2 * (len(line) - len(text))  # as `_level` has it, without a call for each line
        if text[0] == "-" and text[1:2] in _DASHED:
            level += 1
        while last >= 0 and levels[last] >= level:
            last = parents[last]
        levels.append(level)
        parents.append(last)
        last = index
    return _Tree(levels, parents)


def _in_entry(entry: _Entry, above: Sequence[str], flag_before: bool) -> Iterator[Range]:  # noqa: FBT001  one caller
    key, value, start = entry.key, entry.value, entry.start
    assigned = _ASSIGNED.match(value) if not key else None
    if assigned:
        key, value, start = assigned["key"], assigned["value"], start + assigned.start("value")
    if not value or _REFERENCE.fullmatch(value):
        return
    # names below `environment`, `labels` and extensions are the user's; elsewhere they are compose's or of services
    own = next((depth for depth, name in enumerate(above) if name in _OWN_NAMES or name.startswith("x-")), None)
    names = [key, *above[:own]] if own is not None else [] if not _STRUCTURE.isdisjoint((key, *above)) else [key]
    named = any(map(_sounds_secret, names)) and (own is not None or value[0] not in "[{")
    in_command = not _COMMANDS.isdisjoint((key, *above))
    text = value.strip("\"' ")
    if (flag_before or named) and not _OPENER.fullmatch(value):
        yield start, start + len(value)
        return
    yield from ((start + first, start + last) for first, last in hidden(value, command=in_command))
    hit = detect(key if names else "value", text)
    if hit and hit.rule[0] in "KW" and not in_command:
        yield start, start + len(value)
    for match in _DEFAULT.finditer(value):
        if _sounds_secret(match["name"]):
            yield start + match.end(), start + len(value)


def _is_secret_flag(text: str) -> bool:
    """Is an item a flag that takes a secret, and nothing beside it?"""
    flag = text.strip("\"', ")
    return flag in _SHORT_FLAGS or (flag.startswith("-") and "=" not in flag and bool(SOUNDS_SECRET.search(flag)))


def _sounds_secret(name: str) -> bool:
    return name == "content" or bool(SOUNDS_SECRET.search(name))


def _quote_is_open(lines: Sequence[str]) -> bool:
    """Does a quoted value of an env file go on after `lines`?"""
    quote = ""
    for line in lines:
        match = _ENV_ENTRY.match(line)
        text = line if quote else match["value"] if match and not line.lstrip().startswith("#") else ""
        if not quote:
            quote, text = (text[0], text[1:]) if text[:1] in {'"', "'"} else ("", "")
        if quote and text.replace(f"\\{quote}", "").find(quote) >= 0:
            quote = ""
    return bool(quote)
