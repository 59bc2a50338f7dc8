"""Facts about an image that is built here: what its Dockerfile says, and what is known of the image it begins with.

Where the Dockerfile starts the program of that image (`FROM postgres:16` with scripts beside it), all is true of it
that is true of that image; else only its users and rights are. A service that gives another command than the image has,
as workers do that share the image of a web server, is not asked by the image's health check, which means the server.
"""

from __future__ import annotations

from posixpath import basename
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from longshore.compose.files import clean, join
from longshore.convert.estate.content import texts_in
from longshore.convert.estate.dockerfiles import read
from longshore.convert.estate.image_facts import UNKNOWN, known
from longshore.convert.estate.programs import CLIENT, SHELLS
from longshore.convert.estate.seen import NO_DATA
from longshore.regex import Regex

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from longshore.convert.estate import Service
    from longshore.convert.estate.dockerfiles import Built
    from longshore.convert.estate.image_facts import ImageFacts

_NO_SHELL: Final = Regex(r"scratch$|.*distroless(?!.*debug)|cgr\.dev/(?!.*-dev)")
_SPEAKS_OF_PORTS: Final = Regex(r"(?i)\bport\b|\blisten\b")
_USERS: Final = {"root": 0, "nobody": 65534}
_LARGEST: Final = (1 << 31) - 1


def facts_of_build(service: Service) -> ImageFacts | None:
    """What is known of the image that the service is built as; None where its Dockerfile is not seen."""
    stage = _stage(service)
    if stage is None:
        return None
    base = UNKNOWN if stage.base == "scratch" else known(stage.base)
    own = _runs(stage, service)
    begins = base if own and not stage.entrypoint and not _is_other(stage.command or ()) else _rights(base)
    users = {**base.users, **dict(stage.numbers)}
    volumes = tuple(directory for directory in map(clean, stage.volumes) if not NO_DATA.match(directory))
    begins = begins._replace(
        user=_number(stage.user, users) if stage.user else base.user,
        group=_group(stage.user) if stage.user else base.group,
        users=MappingProxyType(users),
        starts_as_root=begins.starts_as_root and not stage.user,
        file_capabilities=(*begins.file_capabilities, *stage.capabilities),
        set_user_id=(*begins.set_user_id, *stage.raising),
        answers=begins.answers and not _may_listen_elsewhere(stage, begins),
        times=base.times if stage.healthcheck is None else MappingProxyType(dict(stage.times)),
        stop_signal=stage.stop_signal or base.stop_signal,
        shell=base.shell and not _NO_SHELL.match(stage.base),
        certain=True,
        built=True,
    )
    if not own:
        return begins
    return begins._replace(
        ports=tuple(dict.fromkeys((*stage.ports, *begins.ports))),
        data=tuple(dict.fromkeys((*begins.data, *volumes))),
        expendable=begins.expendable and not volumes,
        healthcheck=begins.healthcheck if stage.healthcheck is None else stage.healthcheck,
    )


def _stage(service: Service) -> Built | None:
    build: Mapping[str, Any] = service.model.get("build") or {}
    target = str(build.get("target") or "")
    arguments = {str(key): str(value) for key, value in (build.get("args") or {}).items() if value is not None}
    text = str(build.get("dockerfile_inline") or "")
    context, name = str(build.get("context") or ""), str(build.get("dockerfile") or "Dockerfile")
    if not text and context.startswith("/"):
        text = next(texts_in(service.estate, clean(name) if name.startswith("/") else join(context, name)), "")
    return read(text, target, arguments) if text else None


def _rights(base: ImageFacts) -> ImageFacts:
    """What of an image is true of whatever program runs in it."""
    return UNKNOWN._replace(file_capabilities=base.file_capabilities, set_user_id=base.set_user_id)


def _runs(stage: Built, service: Service) -> bool:
    """Does the service run what the image starts, perhaps with other options?"""
    if service.model.get("entrypoint"):
        return False
    words = [str(word) for word in service.model.get("command") or ()]
    if not words or words[0].startswith("-"):
        return True
    if stage.command is None and stage.entrypoint is None:
        return not _is_other(words)
    return basename(words[0]) == basename((stage.command or ("",))[0]) and basename(words[0]) not in SHELLS


def _is_other(words: tuple[str, ...] | list[str]) -> bool:
    """Is it another program than the one that the base image is made for?"""
    program = basename((" ".join(words).split(None, 1) or [""])[0])
    return program in SHELLS or bool(CLIENT.match(program))


def _number(user: str, users: Mapping[str, int]) -> int | None:
    name = user.partition(":")[0]
    if name.isdecimal():
        return int(name) if int(name) <= _LARGEST else None
    return users.get(name, _USERS.get(name))


def _group(user: str) -> int | None:
    name = user.partition(":")[2]
    return int(name) if name.isdecimal() and int(name) <= _LARGEST else None


def _may_listen_elsewhere(stage: Built, base: ImageFacts) -> bool:
    """May the program listen at another port than its image's, by a file or a setting that the build brings?"""
    places = [place.rstrip("/") for place in base.configuration]
    copied = any(
        f"{place}/".startswith(f"{at.rstrip('/')}/") or at.startswith(place) for at in stage.copied for place in places
    )
    return bool(stage.ports) or copied or bool(_SPEAKS_OF_PORTS.search(stage.ran))
