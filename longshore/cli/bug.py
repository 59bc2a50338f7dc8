"""What we say when we fail: where, how to report it, and never a value of the user's files."""

from __future__ import annotations

import os
import shlex
import traceback
from typing import TYPE_CHECKING

from longshore.convert.secrets.detection.masks import conceal

if TYPE_CHECKING:
    from collections.abc import Sequence


def report(bug: BaseException, arguments: Sequence[str], *, debug: bool) -> str:
    """Describe a bug: its kind and place, the command to copy; with `debug` the way to it, without any locals.

    The text of an exception may quote what was read (`KeyError: 'hunter2'`), so it is never shown.
    """
    frames = traceback.extract_tb(bug.__traceback__)
    place = next((frame for frame in reversed(frames) if _is_ours(frame.filename)), None)
    where = f" in {_short(place.filename)}:{place.lineno}" if place else ""
    command = conceal(shlex.join(["longshore", *arguments]))
    lines = [
        f"error: this is a bug in longshore, not in your files: {type(bug).__name__}{where}",
        "help: please report it (CONTRIBUTING.md) with the compose file, without its secrets, and this command:",
        f"        {command}",
    ]
    if not debug:
        lines.append(f"      LONGSHORE_DEBUG=1 {command} shows the way to it")
    else:
        lines += [f"  {_short(frame.filename)}:{frame.lineno} {frame.name}: {frame.line}" for frame in frames]
    return "\n".join(lines) + "\n"


def _is_ours(file: str) -> bool:
    return file.startswith(_root())


def _short(file: str) -> str:
    return os.path.relpath(file, _root()) if _is_ours(file) else os.path.join(*file.split(os.sep)[-2:])


def _root() -> str:
    return os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
