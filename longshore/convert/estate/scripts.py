"""What a container is told to run, and the script that it gives to a shell: `sh -c 'prepare && serve'`."""

from __future__ import annotations

import re
from posixpath import basename
from typing import TYPE_CHECKING, Any, Final

from longshore.regex import Regex

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from longshore.convert.estate import Service

SHELLS: Final = frozenset({"ash", "bash", "dash", "sh"})
_CALL: Final = 3
_BETWEEN: Final = Regex(r"&&|\|\||[;\n|]")
_KEYWORDS: Final = frozenset({"", "}", "do", "done", "else", "esac", "fi", "then"})
_CLOSING: Final = frozenset({":", "echo", "exit", "printf", "true"})


def command_line(model: Mapping[str, Any]) -> list[str]:
    """The words of `entrypoint`, then those of `command`, in a model of a service; none where the image says both."""
    return [str(word) for name in ("entrypoint", "command") for word in model.get(name) or ()]


def commands(service: Service) -> Sequence[str]:
    """The commands of the script, in order and as they are written; empty where the service starts no shell.

    Quotes are not read: a separator within one parts a command too.
    """
    words = command_line(service.model)
    if len(words) != _CALL or basename(words[0]) not in SHELLS or not re.fullmatch(r"-[a-z]*c", words[1]):
        return ()
    parts = (part.strip() for part in _BETWEEN.split(words[2]))
    return [part for part in parts if part not in _KEYWORDS]


def closing_word(service: Service) -> str:
    """The last command of the script, where it is one with which a script says that it is done; else nothing."""
    script = commands(service)
    word = script[-1].split()[0] if script else ""
    return word if word in _CLOSING else ""
