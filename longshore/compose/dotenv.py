"""Files of `KEY=value` lines, as `.env` and `env_file` name them, read as Docker reads them.

Quotes, escapes, values over several lines, `export`, `KEY: value`, comments after a space, variables in values. No
message ever shows a value.
Source: https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/#env-file-syntax
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from longshore.compose.references import visible
from longshore.compose.template import Lookup, Missing, TemplateError, ignore, substitute
from longshore.regex import Regex

if TYPE_CHECKING:
    import re

MOST_BYTES = 256 * 1024

_BLANK = "\t\v\f\r \x85\xa0"
_EXPORT = Regex(r"export\s+")
_ESCAPE = Regex(r'\\(?:[abcfnrtv$"\\]|0\d{0,3})')
_ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\", '"': '"'}
_OCTAL_DIGITS = 3

Guard = Callable[[str, str], str]
"""(key, value) → the value, or the reference that takes its place."""


class Entry(NamedTuple):
    """One variable of a file: `value` is None where a bare `KEY` found none. Line and column count from 1.

    written: how many characters the value has in the file, without its quotes. unset: does it name a variable that is
    not set, so that a part of what is written is not there?
    """

    key: str
    value: str | None
    line: int
    column: int
    written: int = 0
    unset: bool = False


class DotenvError(Exception):
    """The file cannot be read: message, help, line and column. Shows no value."""

    def __init__(self, message: str, help: str, line: int, column: int) -> None:  # noqa: A002
        super().__init__(message)
        self.message, self.help, self.line, self.column = message, help, line, column


def parse(
    text: str,
    lookup: Lookup,
    known: dict[str, str],
    guard: Guard = lambda _key, value: value,
    missing: Missing = ignore,
) -> list[Entry]:
    """Read a file. `known` holds the variables of the files before, and receives those of this one.

    Variables in values are looked up with `lookup` first, then in `known`.

    Raises:
        DotenvError: a line is malformed; nothing after it is read.
    """
    reader = _Reader(text.removeprefix("\ufeff"), lookup, known, missing)
    entries = []
    while reader.next_statement():
        line, column = reader.place(reader.at)
        key, bare = reader.key()
        reader.written, reader.unset = 0, False
        value = lookup(key) if bare else guard(key, reader.value())
        entries.append(Entry(key, value, line, column, reader.written, reader.unset))
        if value is not None:
            known[key] = value
    return entries


class _Reader:
    def __init__(self, text: str, lookup: Lookup, known: dict[str, str], missing: Missing) -> None:
        self.text = text
        self.at = self.counted = 0
        self.line = 1
        self.lookup: Lookup = lambda name: known.get(name) if (found := lookup(name)) is None else found
        self.written, self.unset = 0, False
        self._missing = missing

    def missing(self, name: str) -> None:
        """Note that the value names a variable that is not set."""
        self.unset = True
        self._missing(name)

    def place(self, at: int) -> tuple[int, int]:
        """Give line and column; asked for in the order of the text, so that it is gone through once."""
        if at < self.counted:
            self.line, self.counted = 1, 0
        self.line += self.text.count("\n", self.counted, at)
        self.counted = at
        return self.line, at - self.text.rfind("\n", 0, at)

    def fail(self, message: str, help: str, at: int) -> DotenvError:  # noqa: A002
        return DotenvError(message, help, *self.place(at))

    def next_statement(self) -> bool:
        """Go to the next key, over white space and comments."""
        text, length = self.text, len(self.text)
        while self.at < length:
            if text[self.at] == "#":
                end = text.find("\n", self.at)
                self.at = length if end < 0 else end
            elif text[self.at].isspace():
                self.at += 1
            else:
                return True
        return False

    def key(self) -> tuple[str, bool]:
        """Read a key, and what follows it; True if nothing does: the key is to take a variable's value."""
        export = _EXPORT.match(self.text, self.at)
        if export:
            self.at += len("export")
            while self.text[self.at : self.at + 1] and self.text[self.at] in _BLANK:
                self.at += 1
        start = self.at
        for index in range(start, len(self.text)):
            character = self.text[index]
            if character in "=:\n":
                key = self.text[start:index].rstrip()
                self.at = index + 1
                self.skip_blanks()
                return self.checked(key, start), character == "\n"
            if not (character in _BLANK or character in "_.-[]" or character.isalnum()):
                raise self.fail(
                    f"{character!r} cannot be part of a variable's name",
                    "each line is `NAME=value`; a value over several lines needs quotes around it",
                    index,
                )
        self.at = len(self.text)
        return self.checked(self.text[start:].rstrip(), start), True

    def checked(self, key: str, start: int) -> str:
        if " " in key:
            raise self.fail("a variable's name cannot contain a space", "write `NAME=value`", start)
        return key

    def skip_blanks(self) -> None:
        while self.at < len(self.text) and self.text[self.at] in _BLANK:
            self.at += 1

    def value(self) -> str:
        quote = self.text[self.at : self.at + 1]
        if quote not in {"'", '"'} or not quote:
            return self.unquoted()
        start = self.at
        characters: list[str] = []
        escaped = False
        for index in range(start + 1, len(self.text)):
            character = self.text[index]
            if character == quote and not escaped:
                self.at = index + 1
                value = "".join(characters)
                self.written = index - start - 1
                return self.expand(_unescape(value), start) if quote == '"' else value
            if character == "\\" and not escaped:
                escaped = True
                continue
            if escaped and character != quote:
                characters.append("\\")
            characters.append(character)
            escaped = False
        raise self.fail("this quote is never closed", f"add the closing {quote}", start)

    def unquoted(self) -> str:
        start = self.at
        end = self.text.find("\n", start)
        end = len(self.text) if end < 0 else end
        self.at = min(end + 1, len(self.text))
        value = self.text[start:end].partition(" #")[0].rstrip()
        self.written = len(value)
        return self.expand(value, start)

    def expand(self, value: str, start: int) -> str:
        try:
            return substitute(value, self.lookup, self.missing)
        except TemplateError as error:
            raise self.fail(visible(error.message), error.help, start) from error


def _unescape(value: str) -> str:
    return _ESCAPE.sub(_escape, value) if "\\" in value else value


def _escape(match: re.Match[str]) -> str:
    body = match[0][1:]
    if body == "$":
        return "$$"
    if body[0] == "0":
        digits = body[1:]
        octal = len(digits) == _OCTAL_DIGITS and all(digit in "01234567" for digit in digits)
        return chr(int(digits, 8)) if octal and int(digits, 8) < 256 else f"\\{digits}"  # noqa: PLR2004
    return _ESCAPES.get(body, match[0])


def parse_raw(text: str, lookup: Lookup, guard: Guard = lambda _key, value: value) -> list[Entry]:
    """Read a file in `format: raw`: every value is what stands after the `=`, quotes and dollar signs included.

    Raises:
        DotenvError: a line has no name, or white space in it.
    """
    entries = []
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        stripped = line.lstrip()
        if not stripped or stripped.startswith("#"):
            continue
        key, equals, value = stripped.partition("=")
        column = len(line) - len(stripped) + 1
        if not key:
            raise DotenvError("there is no name before the `=`", "write `NAME=value`", number, column)
        if any(character.isspace() for character in key):
            raise DotenvError("a variable's name cannot contain white space", "write `NAME=value`", number, column)
        entries.append(Entry(key, guard(key, value) if equals else lookup(key), number, column))
    return entries
