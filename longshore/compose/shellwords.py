"""A command line as one text, split into words as Docker splits `command` and `entrypoint`.

Quotes and backslashes work as in a shell; what a shell would act on ends the words: Docker starts no shell, and
drops what follows `;`, `&`, `|`, `<` or `>`.
"""

from __future__ import annotations

_BLANK = frozenset(" \t\r\n")
_ENDS = frozenset(";&|<>")


class WordsError(Exception):
    """A quote, a backquote or a parenthesis is left open, or stands where none can."""


def split(line: str) -> list[str]:
    """Split a command line.

    Raises:
        WordsError: something is left open.
    """
    return _Splitter().split(line)


class _Splitter:
    def __init__(self) -> None:
        self.words: list[str] = []
        self.word: list[str] = []
        self.started = False
        self.single = self.double = self.back = self.dollar = False

    def split(self, line: str) -> list[str]:
        escaped = False
        for character in line:
            if escaped:
                self.add(character)
                escaped = False
            elif character == "\\" and not self.single:
                escaped = True
            elif character == "\\":
                self.word.append(character)
            elif character in _BLANK:
                self.blank(character)
            elif character in _ENDS and not self.quoted():
                if character == ">" and self.word and self.word[0] in "0123456789":
                    self.started = False
                break
            elif not self.quote(character):
                self.add(character)
        if self.started:
            self.words.append("".join(self.word))
        if escaped or self.quoted():
            raise WordsError
        return self.words

    def quoted(self) -> bool:
        return self.single or self.double or self.back or self.dollar

    def add(self, character: str) -> None:
        self.word.append(character)
        self.started = True

    def blank(self, character: str) -> None:
        if self.quoted():
            self.word.append(character)
        elif self.started:
            self.words.append("".join(self.word))
            self.word = []
            self.started = False

    def quote(self, character: str) -> bool:
        """Take account of quotes and brackets; True if the character is no part of the word."""
        if character == "`" and not (self.single or self.double or self.dollar):
            self.back = not self.back
        elif character in "()" and not (self.single or self.double or self.back):
            if character == ")":
                self.dollar = not self.dollar
            elif not self.dollar and self.word and self.word[-1] == "$":
                self.dollar = True
                self.word.append("(")
                return True
            else:
                raise WordsError
        elif character == '"' and not (self.single or self.dollar):
            self.started = self.started or self.double
            self.double = not self.double
            return True
        elif character == "'" and not (self.double or self.dollar):
            self.started = self.started or self.single
            self.single = not self.single
            return True
        return False
