"""Shell text out of arguments, and values put into shell text without changing what the shell makes of the rest."""

from __future__ import annotations

from shlex import quote
from typing import TYPE_CHECKING

from longshore.compose.references import OPEN, pieces

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


def script(text: str, variable: Callable[[str], str]) -> str:
    """Rewrite references in a shell script as shell variables that stay one word, whatever quotes they stand in.

    Compose puts a value into the text before the shell reads it; a variable is expanded by the shell, which does not
    do so between single quotes, and splits it outside of any: there the quotes are closed and opened around it.

    variable: secret variable → name of the environment entry that holds it.
    """
    if OPEN not in text:
        return text
    written = ""
    quoting = ""
    for is_name, piece in pieces(text):
        if not is_name:
            written += piece
            quoting = _quoting(piece, quoting)
        elif quoting == "'":
            written += f"'\"${{{variable(piece)}}}\"'"
        else:
            written += f"${{{variable(piece)}}}" if quoting else f'"${{{variable(piece)}}}"'
    return written


def command_line(arguments: Iterable[str], variable: Callable[[str], str]) -> str:
    """Write an argument list as shell text, references in it as shell variables."""
    return " ".join(_word(argument, variable) for argument in arguments)


def _word(argument: str, variable: Callable[[str], str]) -> str:
    if OPEN not in argument:
        return quote(argument)
    return "".join(f'"${{{variable(piece)}}}"' if is_name else quote(piece) for is_name, piece in pieces(argument))


def _quoting(text: str, state: str) -> str:
    """Which quote is open after `text`, when `state` was open before: a single one, a double one, or none."""
    escaped = False
    for character in text:
        if escaped:
            escaped = False
        elif character == "\\" and state != "'":
            escaped = True
        elif character == state:
            state = ""
        elif not state and character in "'\"":
            state = character
    return state
