"""All text of a project in which one service may call another: settings, commands, health checks, files it reads."""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING, Final, NamedTuple

from longshore.convert.estate.configs import consumers
from longshore.convert.estate.content import is_code, named_texts
from longshore.model import Span, path_text
from longshore.regex import Regex

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from longshore.convert.estate import Estate, Service
    from longshore.model import Path

_ATTRIBUTES: Final = ("command", "entrypoint")
_HOOKS: Final = ("pre_start", "post_start", "pre_stop")

_SHOWN: Final = 3

_COMMENT: Final = Regex(r"(?m)^[ \t]{0,40}(?:#|;|//).*$")


class Text(NamedTuple):
    """One text and its place.

    key: the variable or label that it is the value of. starts: where its words begin: a command is one text, its words
    joined by blanks, since a word says what the next one means (`--host db`). file: the name under which a file is
    shown; empty for what stands in a compose file.
    """

    path: Path
    text: str
    key: str = ""
    starts: tuple[int, ...] = ()
    file: str = ""

    def at(self, position: int) -> Path:
        """The place of what stands at `position`: of the word, where the text is a command."""
        return (*self.path, bisect_right(self.starts, position) - 1) if self.starts else self.path


def calling(estate: Estate) -> tuple[Text, ...]:
    """Every text in which a service may be dialled by name, a command whole."""
    return estate.memo(_calling)


def holding(estate: Estate, *parts: str) -> Iterator[Text]:
    """Every such text that holds one of `parts`, which most projects hold in none: all is searched for them at once."""
    whole = estate.memo(_whole)
    sought = [part for part in parts if part in whole]
    return (text for text in calling(estate) if any(part in text.text for part in sought)) if sought else iter(())


def _whole(estate: Estate) -> str:
    """All of them in one, each once."""
    return "\n".join(dict.fromkeys(text.text for text in calling(estate)))


def _calling(estate: Estate) -> tuple[Text, ...]:
    return (*(text for service in estate for text in _of(service)), *files(estate))


def _of(service: Service) -> Iterator[Text]:
    for key, value in (service.model.get("environment") or {}).items():
        if value:
            yield Text((*service.path, "environment", key), value, key)
    for attribute in _ATTRIBUTES:
        yield from _joined((*service.path, attribute), service.model.get(attribute) or ())
    for attribute in _HOOKS:
        for index, hook in enumerate(service.model.get(attribute) or ()):
            words = hook.get("command") if isinstance(hook, dict) else None
            yield from _joined((*service.path, attribute, index, "command"), words or ())
    test = (service.model.get("healthcheck") or {}).get("test") or ()
    yield from _joined((*service.path, "healthcheck", "test"), [test] if isinstance(test, str) else test)
    for place, written in labels(service):
        for key, value in written.items():
            yield Text((*place, key), str(value), key)


def _joined(path: Path, words: Sequence[object]) -> Iterator[Text]:
    written = [str(word) for word in words]
    if written:
        starts = (0, *accumulate(len(word) + 1 for word in written[:-1]))
        yield Text(path, " ".join(written), "", starts)


def labels(service: Service) -> Iterator[tuple[Path, Mapping[str, object]]]:
    """The labels of a service's containers and of its tasks, and where they stand."""
    yield (*service.path, "labels"), service.model.get("labels") or {}
    yield (*service.path, "deploy", "labels"), (service.model.get("deploy") or {}).get("labels") or {}


def texts(estate: Estate, part: str) -> Iterator[tuple[Path, str]]:
    """Every such text that holds `part`, and its place; of a command, the word."""
    if part not in estate.memo(_whole):
        return
    for service in estate:
        for key, value in (service.model.get("environment") or {}).items():
            if value and part in value:
                yield (*service.path, "environment", key), value
        for path, text in _arguments(service):
            if part in text:
                yield path, text
    for file in files(estate):
        if part in file.text:
            yield file.path, file.text


def _arguments(service: Service) -> Iterator[tuple[Path, str]]:
    for attribute in _ATTRIBUTES:
        for index, value in enumerate(service.model.get(attribute) or ()):
            yield (*service.path, attribute, index), str(value)
    test = (service.model.get("healthcheck") or {}).get("test")
    for index, value in enumerate([test] if isinstance(test, str) else test or ()):
        yield (*service.path, "healthcheck", "test", index), str(value)


def files(estate: Estate) -> Iterator[Text]:
    """The text of every file that a container is given, a bind mount's or a config's."""
    for service in estate:
        for index, mount in enumerate(service.model.get("volumes") or ()):
            if mount.get("type") == "bind" and not is_code(estate, mount):
                for file, text in named_texts(estate, str(mount.get("source") or "")):
                    yield Text((*service.path, "volumes", index), text, file=file)
    for name, config in (estate.project.model.get("configs") or {}).items():
        if config and isinstance(config.get("content"), str):
            yield Text(("configs", name, "content"), config["content"])
        elif config and "file" in config:
            for file, text in named_texts(estate, str(config["file"])):
                yield Text(("configs", name, "file"), text, file=file)


def span(text: Text, start: int, end: int) -> Span | None:
    """The place of what stands at `[start, end)` in a file that a container is given; None in a compose file."""
    if not text.file:
        return None
    line = text.text.rfind("\n", 0, start) + 1
    return Span(text.file, text.text.count("\n", 0, start) + 1, start - line + 1, end - start)


def without_comments(text: str) -> str:
    """The content of a file with blanks where whole lines are comments (`#`, `;`, `//`): every place stays."""
    return _COMMENT.sub(lambda match: " " * len(match[0]), text)


def readers(estate: Estate, path: Path) -> Iterator[tuple[str, Path]]:
    """The services that read the text at `path`, and where that is below each: for a config, where they mount it."""
    if path[0] == "services":
        yield str(path[1]), path[2:]
        return
    for user in consumers(estate, str(path[1])):
        for index, mount in enumerate(user.model["configs"]):
            if mount["source"] == path[1]:
                yield user.name, ("configs", index)


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
