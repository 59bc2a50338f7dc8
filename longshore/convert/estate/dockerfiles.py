"""What a Dockerfile of the project says of the image that is built from it: the facts that others have in a file.

The image of a `build` is seen by nobody before it is built, but its Dockerfile lies beside the compose file. The last
stage, or `target`, says the user, the ports, the volumes, the health check and the stop signal; the image that it is
`FROM` is often one that is known. What needs more rights is told by `setcap` and `sudo`. Where a variable has no value
here, or a program is changed by a script, nothing is known: a guessed user keeps a pod from starting.
Source: https://docs.docker.com/reference/dockerfile/
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from longshore.compose.units import parse_duration
from longshore.convert.kubernetes.host_places import PORTS
from longshore.regex import Regex

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping


class Built(NamedTuple):
    """One stage of a Dockerfile. base: the image it begins with, `scratch` for none.

    healthcheck: as `test` of compose; None where nothing is said. times: its options, by their names in compose.
    entrypoint, command: None where they are the base's.
    capabilities: of files. raising: programs by which somebody gets more rights. numbers: users that are made, by name.
    copied: places that files are copied to. ran: the commands of the build, one a line.
    """

    base: str
    user: str = ""
    ports: tuple[int, ...] = ()
    volumes: tuple[str, ...] = ()
    healthcheck: tuple[str, ...] | None = None
    times: tuple[tuple[str, str], ...] = ()
    stop_signal: str = ""
    entrypoint: tuple[str, ...] | None = None
    command: tuple[str, ...] | None = None
    capabilities: tuple[str, ...] = ()
    raising: tuple[str, ...] = ()
    numbers: tuple[tuple[str, int], ...] = ()
    copied: tuple[str, ...] = ()
    ran: str = ""


_ESCAPE: Final = Regex(r"(?i)#[ \t]{0,9}escape[ \t]{0,9}=[ \t]{0,9}(`)")
_HEREDOC: Final = Regex(r"<<-?[\"']?(\w{1,60})[\"']?")
_VARIABLE: Final = Regex(r"(?<!\\)\$(?:\{(\w{1,100})(?::?-([^{}]{0,200}))?\}|(\w{1,100}))")
_PAIR: Final = Regex(r"(\w{1,100})=(\"[^\"]{0,2000}\"|'[^']{0,2000}'|\S{0,2000})")
_PORTS: Final = Regex(r"(\d{1,5})(?:-(\d{1,5}))?(?:/tcp)?", re.IGNORECASE)
_MOST_PORTS: Final = 50
_MOST_RETRIES: Final = 1 << 31
_SETCAP: Final = Regex(r"\bsetcap[ \t]{1,9}[\"']?((?:cap_\w{1,40},?){1,40})[=+]", re.IGNORECASE)
_ONE_COMMAND: Final = Regex(r"[^;&|]+")
_INSTALLS: Final = Regex(r"\b(?:install|add)\b")
_SUDO: Final = Regex(r"(?<![\w./-])(?:sudo|doas|fping)(?![\w./-])")
_SET_ID: Final = Regex(r"\bchmod[ \t]{1,9}(?:[ug]{1,2}\+s|0?[2467]\d{3})[ \t]{1,9}(\S{1,200})")
_MADE: Final = Regex(r"\b(?:useradd|adduser)\b[^;&|\n]{0,400}")
_NUMBER: Final = Regex(r"[ \t](?:-\w{0,9}u|--uid)[ \t=]{1,9}(\d{1,9})(?!\w)")
_OPTION: Final = Regex(r"--[\w-]{1,60}(?:=\S{0,200})?[ \t]{0,9}")
_OPTIONS: Final = Regex(r"(?:--[\w-]{1,60}(?:=\S{0,200})?(?:[ \t]{1,99}|$)){0,20}")
_TIMES: Final = Regex(r"--(interval|timeout|start-period|start-interval|retries)=(\S{1,60})")


def read(text: str, target: str = "", arguments: Mapping[str, str] | None = None) -> Built | None:
    """Read the stage that is built: `target`, else the last one; None where there is none."""
    given, values, stages = arguments or {}, dict[str, str](), dict[str, Built]()
    label = ""
    for name, rest in _instructions(text):
        if name == "ARG":
            for key, default in _pairs(rest):
                values[key] = given.get(key, default if default is not None else values.get(key, ""))
            values = {key: value for key, value in values.items() if value}
        elif name == "ENV":
            values |= {key: _expanded(value or "", values) for key, value in _pairs(rest)}
        elif name == "FROM":
            if target and label == target.lower():
                break
            words = _OPTION.sub("", _expanded(rest, values)).split() or ["scratch"]
            label = words[2].lower() if len(words) > 2 else str(len(stages))  # noqa: PLR2004  `image AS name`
            stages[label] = stages.get(words[0].lower()) or Built(words[0])
        elif stages and name in _STEPS:
            stages[label] = _STEPS[name](stages[label], _expanded(rest, values) if name in _WITH_VARIABLES else rest)
    return stages.get(target.lower()) if target else stages.get(label)


def _instructions(text: str) -> Iterator[tuple[str, str]]:
    """(name in capitals, the rest) of each instruction: continued lines are one, comments are left out."""
    lines = iter(text.splitlines())
    mark = "`" if _ESCAPE.match(text.lstrip()) else "\\"
    for line in lines:
        parts = []
        while not line.strip() or line.lstrip().startswith("#") or line.rstrip().endswith(mark):
            if line.strip() and not line.lstrip().startswith("#"):
                parts.append(line.rstrip()[:-1])
            elif not parts:
                break
            line = next(lines, "end")  # noqa: PLW2901  the lines are one
        name, _, rest = (" ".join([*parts, line])).strip().partition(" ")
        if name.startswith("#") or not name:
            continue
        for word in _HEREDOC.findall(rest) if name.upper() in {"RUN", "COPY", "ADD"} else ():
            for inner in lines:
                if inner.strip() == word:
                    break
                rest += f"\n{inner}"
        yield name.upper(), rest.strip()


def _pairs(text: str) -> Iterator[tuple[str, str | None]]:
    if "=" not in text:
        key, _, value = text.partition(" ")
        yield key, value.strip() or None
    for match in _PAIR.finditer(text):
        yield match[1], match[2].strip("\"'")


def _expanded(text: str, values: Mapping[str, str]) -> str:
    """Put in the values of variables; one that has none stays as it is written, and nobody takes it for a name."""
    return _VARIABLE.sub(lambda match: values.get(match[1] or match[3]) or match[2] or match[0], text)


def _words(text: str) -> tuple[str, ...] | None:
    """The words of the form with brackets; None where it is text for a shell."""
    if not text.startswith("["):
        return None
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return tuple(map(str, found)) if isinstance(found, list) else None


def _user(stage: Built, rest: str) -> Built:
    return stage._replace(user=rest.split(maxsplit=1)[0] if rest else "")


def _expose(stage: Built, rest: str) -> Built:
    found = dict.fromkeys(stage.ports)
    for word in rest.split():
        match = _PORTS.fullmatch(word)
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (0, -1)
        if 0 < first <= last < min(first + _MOST_PORTS, PORTS):
            found |= dict.fromkeys(range(first, last + 1))
    return stage._replace(ports=tuple(found))


def _volume(stage: Built, rest: str) -> Built:
    words = _words(rest) or tuple(rest.split())
    return stage._replace(volumes=tuple(dict.fromkeys((*stage.volumes, *words))))


def _healthcheck(stage: Built, rest: str) -> Built:
    options = "".join(_OPTIONS.findall(rest)[:1])
    kind, _, test = rest[len(options) :].strip().partition(" ")
    if kind.upper() != "CMD":
        return stage._replace(healthcheck=(), times=())
    times = tuple((key.replace("-", "_"), text) for key, text in _TIMES.findall(options) if _is_valid(key, text))
    words = _words(test.strip())
    return stage._replace(healthcheck=("CMD", *words) if words else ("CMD-SHELL", test.strip()), times=times)


def _is_valid(key: str, text: str) -> bool:
    """Would the build take it? Times need a unit, and 0 leaves the default."""
    if key == "retries":
        return text.isdecimal() and 0 < int(text) < _MOST_RETRIES
    try:
        return parse_duration(text) > 0
    except ValueError:
        return False


def _entrypoint(stage: Built, rest: str) -> Built:
    return stage._replace(entrypoint=_words(rest) or ("/bin/sh", "-c", rest), command=())


def _command(stage: Built, rest: str) -> Built:
    return stage._replace(command=_words(rest) or ("/bin/sh", "-c", rest))


def _copy(stage: Built, rest: str) -> Built:
    words = _words(_OPTION.sub("", rest)) or tuple(_OPTION.sub("", rest).split())
    return stage._replace(copied=(*stage.copied, *words[-1:]))


def _run(stage: Built, rest: str) -> Built:
    capabilities = [
        name.upper().removeprefix("CAP_") for match in _SETCAP.finditer(rest) for name in match[1].split(",")
    ]
    commands = _ONE_COMMAND.findall(rest)
    raising = [name for text in commands if (at := _INSTALLS.search(text)) for name in _SUDO.findall(text, at.end())]
    raising += [match[1] for match in _SET_ID.finditer(rest)]
    made = []
    for match in _MADE.finditer(rest):
        number = _NUMBER.search(match[0])
        made += [(word, int(number[1])) for word in match[0].split()[-1:] if number]
    return stage._replace(
        capabilities=tuple(dict.fromkeys((*stage.capabilities, *filter(None, capabilities)))),
        raising=tuple(dict.fromkeys((*stage.raising, *raising))),
        numbers=(*stage.numbers, *made),
        ran=f"{stage.ran}\n{rest}",
    )


_STEPS: Final[Mapping[str, Callable[[Built, str], Built]]] = {
    "USER": _user,
    "EXPOSE": _expose,
    "VOLUME": _volume,
    "HEALTHCHECK": _healthcheck,
    "STOPSIGNAL": lambda stage, rest: stage._replace(stop_signal=rest.upper()),
    "ENTRYPOINT": _entrypoint,
    "CMD": _command,
    "COPY": _copy,
    "ADD": _copy,
    "RUN": _run,
}
_WITH_VARIABLES: Final = frozenset({"USER", "EXPOSE", "VOLUME", "STOPSIGNAL", "COPY", "ADD"})
