"""All text of a project in which one service may call another: settings, commands, health checks, files it reads."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from convert.estate.content import is_code, texts_in
from convert.model import path_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from convert.estate import Estate, Service
    from convert.model import Path

_WORDS: Final = ("command", "entrypoint")

_SHOWN: Final = 3


def texts(estate: Estate, part: str) -> Iterator[tuple[Path, str]]:
    """Every such text that holds `part`, and its place."""
    for service in estate:
        for key, value in (service.model.get("environment") or {}).items():
            if value and part in value:
                yield (*service.path, "environment", key), value
        for path, text in _arguments(service):
            if part in text:
                yield path, text
    for path, text in _files(estate):
        if part in text:
            yield path, text


def _arguments(service: Service) -> Iterator[tuple[Path, str]]:
    for attribute in _WORDS:
        for index, value in enumerate(service.model.get(attribute) or ()):
            yield (*service.path, attribute, index), str(value)
    test = (service.model.get("healthcheck") or {}).get("test")
    for index, value in enumerate([test] if isinstance(test, str) else test or ()):
        yield (*service.path, "healthcheck", "test", index), str(value)


def _files(estate: Estate) -> Iterator[tuple[Path, str]]:
    for service in estate:
        for index, mount in enumerate(service.model.get("volumes") or ()):
            if mount.get("type") == "bind" and not is_code(estate, mount):
                for text in texts_in(estate, str(mount.get("source") or "")):
                    yield (*service.path, "volumes", index), text
    for name, config in (estate.project.model.get("configs") or {}).items():
        if config and isinstance(config.get("content"), str):
            yield ("configs", name, "content"), config["content"]
        elif config and "file" in config:
            for text in texts_in(estate, str(config["file"])):
                yield ("configs", name, "file"), text


def is_file(path: Path) -> bool:
    """Does `texts` give the content of a file at this place?"""
    return path[0] == "configs" or path[2] == "volumes"


def mentions(estate: Estate, name: str) -> list[Path]:
    """Places that call the host `name`, or hold the address `name`, as a word of its own."""
    word = re.compile(rf"(?<![\w.-]){re.escape(name)}(?![\w-]|\.\w)")
    return [path for path, text in texts(estate, name) if word.search(text)]


def places(paths: list[Path]) -> str:
    """Name the first places, and how many there are beside."""
    shown = ", ".join(path_text(path) for path in paths[:_SHOWN])
    return f"{shown} and {len(paths) - _SHOWN} more" if paths[_SHOWN:] else shown
