"""Files of variables into environments: `.env`, `--env-file`, and the `env_file` of an include."""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.compose.dotenv import DotenvError, Entry, parse, parse_raw
from longshore.model import Span

if TYPE_CHECKING:
    from collections.abc import Iterable

    from longshore.compose.environment import Environment
    from longshore.compose.reading import Reading
    from longshore.compose.template import Lookup
    from longshore.compose.tree import Node


def read_entries(
    reading: Reading,
    path: str,
    lookup: Lookup,
    known: dict[str, str],
    environment: Environment,
    *,
    raw: bool = False,
    explicit: bool = False,
    at: Node | None = None,
) -> list[Entry]:
    """Read the variables of a file, secret ones as references; reports what is wrong at its line."""
    text = reading.variables(path, explicit=explicit, at=at)
    if text is None:
        return []
    name = reading.shown(path)
    missing: list[str] = []
    try:
        if raw:
            return parse_raw(text, lookup, environment.guard)
        return parse(text, lookup, known, environment.guard, missing.append)
    except DotenvError as error:
        reading.problems.error("env-file", error.message, Span(name, error.line, error.column), help=error.help)
        return []
    finally:
        for variable in dict.fromkeys(missing):
            reading.problems.warning(
                "unset-variable",
                f"{name} uses the variable {variable}, which is not set, so it is empty there",
                Span(name, 1, 1),
                help=f"set {variable} before it is used",
            )


def add_files(
    reading: Reading,
    paths: Iterable[tuple[str, Node | None]],
    environment: Environment,
    *,
    explicit: bool = False,
) -> None:
    """Add the variables of files to an environment: what is set already stays, of the files the last one counts.

    paths: (path, node that names it) pairs, no node where it was not a compose file.
    """
    known: dict[str, str] = {}
    for path, at in paths:
        read_entries(reading, path, environment.lookup, known, environment, explicit=explicit, at=at)
    for key, value in known.items():
        environment.values.setdefault(key, value)
