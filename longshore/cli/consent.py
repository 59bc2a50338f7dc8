"""Who agrees to a write: the person at the terminal, or the flags of a script."""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.errors import Refused

if TYPE_CHECKING:
    from longshore.cli.flags import Given
    from longshore.cli.shell import Shell


def dry_run(given: Given, shell: Shell) -> bool:
    """Is nothing to be written? That is so too where nobody can be asked and no flag says yes."""
    return given.on("--dry-run") or not may_ask(given, shell)


def may_ask(given: Given, shell: Shell) -> bool:
    """Is there somebody to ask, or a flag that has answered already?"""
    return given.on("--yes") or shell.stdin.isatty()


def agreed(question: str, typed: str, given: Given, shell: Shell) -> bool:
    """Ask, unless flags have answered. typed: what must be typed out, or given by `--confirm`; empty for a plain yes.

    Raises:
        Refused: `--yes` alone is not enough here.
    """
    if typed and given.text("--confirm") == typed:
        return True
    if typed and given.on("--yes"):
        raise Refused("`--yes` does not remove keys in production", f"add `--confirm {typed}`")
    if given.on("--yes"):
        return True
    if typed:
        return ask(f"{question} type {typed} to agree: ", shell) == typed
    return ask(f"{question} [y/N] ", shell).lower() in {"y", "yes"}


def ask(question: str, shell: Shell) -> str:
    """Ask on the terminal; no answer at all is an empty one."""
    shell.err.write(question)
    shell.err.flush()
    return shell.stdin.readline().decode(errors="replace").strip()
