"""Which texts of a compose model are secrets that must not be printed, and what is printed in their place."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from longshore.compose.references import MASK, sole_reference
from longshore.compose.shellwords import WordsError, split
from longshore.convert.secrets.command_lines import in_command
from longshore.convert.secrets.detection import detect, text_hit, variable
from longshore.convert.secrets.detection.commands import secrets_of
from longshore.convert.secrets.detection.masks import conceal
from longshore.convert.secrets.detection.names import name
from longshore.convert.secrets.detection.randomness import looks_random

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from longshore.model import Path

_VARIABLES = frozenset(("environment", "args"))
_NAMED_BY_USERS = _VARIABLES | {"labels", "annotations", "options", "driver_opts", "sysctls"}
_COMMANDS = frozenset(("command", "entrypoint", "test"))
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def concealed(model: Mapping[str, Any]) -> dict[Path, str]:
    """Give the path of each text that is a secret, with what may be shown: `${NAME}` or a mask.

    `${NAME}` stands only where reading it again takes NAME for a secret, set or not: then the printed model is the
    same model.
    """
    return dict(_below(dict(model), (), own_names=False))


def _below(value: Any, path: Path, *, own_names: bool) -> Iterator[tuple[Path, str]]:
    if isinstance(value, dict):
        for key, child in value.items():
            own = own_names or key in _NAMED_BY_USERS or str(key).startswith("x-")
            yield from _below(child, (*path, key), own_names=own)
    elif isinstance(value, list):
        if path[-1] in _COMMANDS and all(isinstance(word, str) for word in value):
            first = 1 if value[:1] in (["CMD"], ["CMD-SHELL"]) else 0
            yield from (((*path, first + found.at), MASK) for found in in_command(value[first:]))
            return
        for index, child in enumerate(value):
            yield from _below(child, (*path, index), own_names=own_names)
    elif isinstance(value, str) and sole_reference(value) is None:
        # Without interpolation a command is the text that was written, and a dollar is two.
        value = value.replace("$$", "$")
        if path[-1] in _COMMANDS and _is_telling(value):
            yield path, MASK
            return
        key = next((str(part) for part in reversed(path) if isinstance(part, str)), "")
        hit = detect(key, value) if own_names or name(key).strength == "secret" else text_hit(value)
        if (hit and hit.kind == "secret") or (_is_below_one(path) and looks_random(value)):
            yield path, _instead(key, path)


def _is_telling(command: str) -> bool:
    """Does a command line hold a secret, as Docker splits it or as a shell would?"""
    try:
        words = split(command)
    except WordsError:
        words = [command]
    return bool(in_command(words) or secrets_of(command))


def _is_below_one(path: Path) -> bool:
    """Does a value stand below a name that says it is a secret, with other names between?"""
    return any(isinstance(part, str) and name(part).strength == "secret" for part in path[-3:])


def _instead(key: str, path: Path) -> str:
    is_variable = not _VARIABLES.isdisjoint(path) and _NAME.fullmatch(key) and variable(key, None)
    return f"${{{key}}}" if is_variable else MASK


def without_secret_names(shown: Any) -> Any:
    """Copy what is printed, with a mask for names that are secrets by their look: a list entry that has no `=`."""
    if isinstance(shown, dict):
        return {
            conceal(key) if isinstance(key, str) else key: without_secret_names(child) for key, child in shown.items()
        }
    return [without_secret_names(child) for child in shown] if isinstance(shown, list) else shown
