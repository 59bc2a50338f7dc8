"""Small damage to compose files that are right, as tired people and bad merges do it."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import strategies as st

SCALARS = (
    "", "~", "null", "true", "no", "0", "-1", "3", "1.5", "0755", "text", "'quoted'", '"80:80"', "[]", "{}", "[a, b]",
    "{a: b}", "${SET}", "${UNSET:-d}", "${UNSET:?no}", "${", "$$", "2024-01-01", "1e3", "22:22", "!reset null",
    "!override []", "*nope", "&a b", "512m", "30s", "web", "default", "x" * 50, "é", "a: b",
)  # fmt: skip
KEYS = (
    "image", "ports", "environment", "depends_on", "networks", "volumes", "deploy", "x-own", "build", "command", "name",
    "extends", "services", "labels", "healthcheck", "profiles", "enviroment", "<<", "0", "~", "web", "secrets",
)  # fmt: skip

_KEY = re.compile(r"(?P<before>[\w.-]+)(?P<colon>:(?: |$))", re.MULTILINE)
_VALUE = re.compile(r"(?<=: )[^\n{}\[\],#]+|(?<=- )[^\n:{}\[\],#]+")


@st.composite
def damaged(draw: Any, text: str) -> str:
    """Change a text in one to three places."""
    for _ in range(draw(st.integers(1, 3))):
        text = draw(st.sampled_from(OPERATIONS))(draw, text)
    return text


def _line(draw: Any, text: str) -> tuple[list[str], int]:
    lines = text.split("\n")
    return lines, draw(st.integers(0, len(lines) - 1))


def _drop_line(draw: Any, text: str) -> str:
    lines, index = _line(draw, text)
    return "\n".join(lines[:index] + lines[index + 1 :])


def _repeat_line(draw: Any, text: str) -> str:
    lines, index = _line(draw, text)
    return "\n".join([*lines[:index], lines[index], *lines[index:]])


def _swap_lines(draw: Any, text: str) -> str:
    lines, index = _line(draw, text)
    if index + 1 < len(lines):
        lines[index], lines[index + 1] = lines[index + 1], lines[index]
    return "\n".join(lines)


def _indent(draw: Any, text: str) -> str:
    lines, index = _line(draw, text)
    shift = draw(st.sampled_from((-2, -1, 1, 2, 4)))
    line = lines[index]
    lines[index] = " " * shift + line if shift > 0 else line[min(-shift, len(line) - len(line.lstrip(" "))) :]
    return "\n".join(lines)


def _value(draw: Any, text: str) -> str:
    return _replace(draw, text, _VALUE, SCALARS)


def _key(draw: Any, text: str) -> str:
    places = list(_KEY.finditer(text))
    if not places:
        return text
    place = places[draw(st.integers(0, len(places) - 1))]
    return text[: place.start("before")] + draw(st.sampled_from(KEYS)) + text[place.end("before") :]


def _replace(draw: Any, text: str, pattern: re.Pattern[str], words: tuple[str, ...]) -> str:
    places = list(pattern.finditer(text))
    if not places:
        return text
    place = places[draw(st.integers(0, len(places) - 1))]
    return text[: place.start()] + draw(st.sampled_from(words)) + text[place.end() :]


def _character(draw: Any, text: str) -> str:
    at = draw(st.integers(0, len(text)))
    character = draw(st.sampled_from("\t:-#'\"{}[],&*!|>%@`$\\é\x00\x7f\ufeff "))
    return text[:at] + character + text[at + draw(st.integers(0, 1)) :]


def _cut(draw: Any, text: str) -> str:
    return text[: draw(st.integers(0, len(text)))]


OPERATIONS = (_drop_line, _repeat_line, _swap_lines, _indent, _value, _value, _value, _key, _key, _character, _cut)
