"""All text by which one service is told what to do: its commands, settings, hooks, health check, the files it reads.

Some things can only be seen there: that a script signals process 1, that a program listens on the loopback alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.estate.configs import config
from longshore.convert.estate.content import is_code, texts_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from longshore.convert.estate import Service
    from longshore.model import Path

_HOOKS = ("post_start", "pre_stop", "pre_start")


def commands(service: Service) -> Iterator[tuple[Path, str]]:
    """Every command of the service, its words joined by blanks: (path, text)."""
    yield from _commands(service.model, service.path)
    for attribute in _HOOKS:
        for index, hook in enumerate(service.model.get(attribute) or ()):
            if isinstance(hook, dict):
                yield from _commands(hook, (*service.path, attribute, index))


def _commands(model: Mapping[str, Any], at: Path) -> Iterator[tuple[Path, str]]:
    for attribute in ("entrypoint", "command"):
        words = model.get(attribute)
        if words:
            yield (*at, attribute), words if isinstance(words, str) else " ".join(map(str, words))
    test = (model.get("healthcheck") or {}).get("test")
    if test:
        yield (*at, "healthcheck", "test"), test if isinstance(test, str) else " ".join(map(str, test[1:]))


def settings(service: Service) -> Iterator[tuple[Path, str]]:
    """Every variable that has a value, as `NAME=value`: (path, text)."""
    for key, value in (service.model.get("environment") or {}).items():
        if value is not None:
            yield (*service.path, "environment", key), f"{key}={value}"


def files(service: Service) -> Iterator[tuple[Path, str]]:
    """Every text file of the project that the service mounts, by a bind or a config: (path of the mount, text)."""
    estate = service.estate
    for index, mount in enumerate(service.model.get("volumes") or ()):
        if mount.get("type") == "bind" and not is_code(estate, mount):
            for text in texts_in(estate, str(mount.get("source") or "")):
                yield (*service.path, "volumes", index), text
    for index, mount in enumerate(service.model.get("configs") or ()):
        for data in config(estate, str(mount["source"])).files.values():
            yield (*service.path, "configs", index), data.decode(errors="ignore")


def own_texts(service: Service) -> Iterator[tuple[Path, str]]:
    """All of them; who looks for a word that few have asks `says` first."""
    yield from commands(service)
    yield from settings(service)
    yield from files(service)


def says(service: Service, *words: str) -> bool:
    """Is any of these words in them? None of them may go beyond the name or the value of a variable."""
    said = service.memo(_said)
    return any(word in said for word in words)


def _said(service: Service) -> str:
    environment = service.model.get("environment") or {}
    others = (text for source in (commands, files) for _, text in source(service))
    return "\n".join((*environment, *filter(None, environment.values()), *others))
