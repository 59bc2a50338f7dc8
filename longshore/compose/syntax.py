"""What libyaml says about a file that is not YAML, in words that help."""

from __future__ import annotations

from typing import Any

from longshore.model import Span

_HELP = (
    ("cannot start any token", "\t", "a tab cannot indent", "indent with spaces; YAML does not allow tabs there"),
    ("cannot start any token", "@", "a value cannot start with `@`", "put the value in quotes"),
    ("cannot start any token", "`", "a value cannot start with a backtick", "put the value in quotes"),
    ("cannot start any token", "%", "a value cannot start with `%`", "put the value in quotes"),
    (
        "mapping values are not allowed",
        "",
        "a `key: value` cannot stand here",
        "is the line indented like its neighbours? a text that contains `: ` needs quotes",
    ),
    (
        "could not find expected ':'",
        "",
        "this line is neither `key: value` nor part of the value above",
        "add the colon, or indent the line further if it belongs to the text above",
    ),
    (
        "unexpected end of stream",
        "quoted",
        "this quote is never closed",
        "add the closing quote",
    ),
    (
        "did not find expected ',' or",
        "",
        "this list or mapping in brackets is not continued properly",
        "separate entries with commas, and close the bracket",
    ),
    (
        "did not find expected key",
        "",
        "the indentation changes here, so this line belongs to nothing",
        "align the line with the keys of the mapping it belongs to",
    ),
    (
        "did not find expected '-' indicator",
        "",
        "a list ends here, but the line is indented as if it went on",
        "start the line with `- `, or indent it less",
    ),
    (
        "found unexpected ':'",
        "",
        "inside brackets, a text that ends with a colon needs quotes",
        'write it in quotes: `"name:"`',
    ),
    ("found undefined alias", "", "", "define it before, with `&`; an anchor must stand above its aliases"),
    (
        "found unknown escape character",
        "",
        "",
        "in double quotes a backslash is written `\\\\`; single quotes take it as is",
    ),
)


_ANYWHERE = (
    "look at this line and at the one before it: at the indentation, and for a quote or bracket that is not closed"
)


def explain(error: Any, text: str, file: str) -> tuple[Span, str, str]:
    """Give the place, the message and the help for an error of the YAML parser."""
    problem, mark = getattr(error, "problem", None), getattr(error, "problem_mark", None)
    if mark is None:
        return _unreadable(error, text, file)
    context, start = str(error.context or ""), error.context_mark
    lines = text.splitlines()
    line = lines[mark.line] if mark.line < len(lines) else ""
    character = line[mark.column : mark.column + 1]
    for phrase, extra, message, help_ in _HELP:
        if phrase in str(problem) and (not extra or extra == character or extra in context):
            at = start if extra == "quoted" and start is not None else mark
            return Span(file, at.line + 1, at.column + 1), message or str(problem), help_
    detail = f"{problem} {context}".strip()
    return Span(file, mark.line + 1, mark.column + 1), f"not valid YAML: {detail}", _ANYWHERE


def _unreadable(error: Any, text: str, file: str) -> tuple[Span, str, str]:
    """Place a character that YAML does not allow, which the parser reports by its number only."""
    for number, line in enumerate(text.splitlines(), 1):
        for column, character in enumerate(line, 1):
            code = ord(character)
            if (code < 0x20 and character != "\t") or code in {0x7F, 0xFFFE, 0xFFFF}:  # noqa: PLR2004
                message = f"the control character U+{code:04X} cannot stand in a YAML file"
                return Span(file, number, column), message, "remove it; it is often invisible in editors"
    return Span(file, 1, 1), f"not valid YAML: {error.args[-1]}", _ANYWHERE
