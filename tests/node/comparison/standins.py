"""Images that stand in for others: the witness, at every path at which the project starts a program.

The configuration is what the converter knows of the image: user, ports, volumes, stop signal, health check. An image
that nobody knows starts as root at an entrypoint with one argument, declares nothing, and works in a folder of its own.
"""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

from longshore.convert.estate.image_facts import known
from longshore.convert.estate.images import parse, valid
from tools.go_program import built
from tools.node.images import File, Folder, Image, Layer, Link, make_layer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from longshore.convert.estate.image_facts import ImageFacts
    from tests.node.comparison.project import Prepared, Service
    from tools.node.images import Content

WITNESS = "/.witness/witness"
NAME = "STANDS_FOR"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
DIRECTORY = "srv/app"
ENTRYPOINT = "/usr/local/bin/entrypoint"
_LINKS = (
    "bin/sh",
    "bin/bash",
    "bin/ash",
    "bin/dash",
    "usr/bin/env",
    "usr/bin/bash",
    "bin/sleep",
    "usr/bin/curl",
    "usr/bin/wget",
    "usr/bin/nc",
    ENTRYPOINT[1:],
)
_FIRST_NAMED = 1500
_USERS = {"root": 0, "daemon": 1, "www-data": 33, "app": 1000, "node": 1001, "nobody": 65534}


def witness_program() -> Path:
    """The witness as a program for an image.

    Raises:
        NotBuiltError: it is not built, and cannot be.
    """
    return built(Path(__file__).parents[3] / "tools" / "witness", "witness")


class Builder:
    """Makes stand-ins in a folder; all share the layer with the program."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        files: dict[str, Content] = {
            "tmp": Folder(mode=0o1777),
            "var/tmp": Folder(mode=0o1777),
            **{
                x: Folder()
                for x in ("root", "home", "run", "etc", "bin", "usr/bin", "usr/local/bin", ".witness", DIRECTORY)
            },
            WITNESS[1:]: File(witness_program(), 0o755),
            **{x: Link(WITNESS) for x in _LINKS},
        }
        self._base = make_layer(files, folder)

    def image(self, name: str, services: Iterable[Service]) -> Image:
        """The stand-in for `name`, with what the services that run it need."""
        services = list(services)
        facts = services[0].facts if services else known(name)
        # What only the compose file names is a user that the image is believed to have.
        named = sorted({x for each in services if (x := _user(each.model)) not in facts.users and x not in _USERS})
        users = {**_USERS, **facts.users, **{name: _FIRST_NAMED + index for index, name in enumerate(named) if name}}
        passwd = "".join(f"{user}:x:{number}:{number}:{user}:/:/bin/sh\n" for user, number in users.items())
        groups = "".join(f"{user}:x:{number}:\n" for user, number in users.items())
        ports = sorted({port for each in services for port in each.listens})
        files: dict[str, Content] = {
            "etc/passwd": passwd.encode(),
            "etc/group": groups.encode(),
            ".witness/ports.json": json.dumps(ports).encode(),
            ".witness/look.json": json.dumps(sorted({x for each in services for x in _given(each.model)})).encode(),
        }
        owner = next(iter(facts.users.values()), facts.user or 0)
        files |= {folder.strip("/"): Folder(uid=owner, gid=owner) for folder in facts.data}
        own = {"healthcheck": {"test": list(facts.healthcheck)}}
        started = [*(each.model for each in services), own]
        files |= {path: Link(WITNESS) for model in started for path in _programs(model) if path not in _LINKS}
        return Image(name, (self._base, make_layer(files, self._folder)), _config(name, facts))

    @property
    def base(self) -> Layer:
        """The layer that all share."""
        return self._base


def _config(name: str, facts: ImageFacts) -> dict[str, Any]:
    config: dict[str, Any] = {
        "Env": [f"PATH={PATH}", f"{NAME}={name}"],
        "Entrypoint": [ENTRYPOINT],
        "Cmd": ["serve"],
        "WorkingDir": f"/{DIRECTORY}",
    }
    if facts.user:
        config["User"] = str(facts.user)
    if facts.data:
        config["Volumes"] = {folder: {} for folder in facts.data}
    if facts.ports:
        config["ExposedPorts"] = {f"{port}/tcp": {} for port in facts.ports}
    if facts.stop_signal:
        config["StopSignal"] = facts.stop_signal
    if facts.healthcheck:
        config["Healthcheck"] = {"Test": list(facts.healthcheck), "Interval": 10**9}
    return config


def _user(model: Mapping[str, Any]) -> str:
    """The name of the user that a service runs as; empty where it is a number, or the image's own."""
    name = str(model.get("user") or "").partition(":")[0]
    return "" if name.isdecimal() else name


def _given(model: Mapping[str, Any]) -> Iterator[str]:
    """Where configs and secrets lie: Docker mounts some and copies others."""
    for entry in model.get("configs") or ():
        yield str(entry.get("target") or f"/{entry['source']}")
    for entry in model.get("secrets") or ():
        target = str(entry.get("target") or entry["source"])
        yield target if target.startswith("/") else f"/run/secrets/{target}"


def _programs(model: Mapping[str, Any]) -> Iterator[str]:
    """Paths in the image, without the leading slash, of what the service may start there."""
    mounted = [str(x.get("target", "")) for x in model.get("volumes") or ()]
    mounted += [str(x.get("target", "")) for x in model.get("configs") or () if x.get("target")]
    mounted += [x.partition(":")[0] for x in model.get("tmpfs") or ()]
    for word in _words(model):
        path = word if word.startswith("/") else f"/usr/local/bin/{word}" if "/" not in word else ""
        if path and not any(path == x or path.startswith(f"{x.rstrip('/')}/") for x in mounted) and _plain(path):
            yield path[1:]
        elif word.startswith("./") and _plain(word):
            directory = str(model.get("working_dir") or f"/{DIRECTORY}")
            yield f"{directory.strip('/')}/{word[2:]}"


def _plain(path: str) -> bool:
    return not path.endswith("/") and ".." not in path and path.isprintable() and len(path) < 200


def _words(model: Mapping[str, Any]) -> Iterator[str]:
    """The first word of every command; a shell is there anyway."""
    entrypoint, command = _list(model.get("entrypoint")), _list(model.get("command"))
    yield from entrypoint[:1]
    if model.get("entrypoint") is not None or not entrypoint:
        yield from command[:1]
    test = _list((model.get("healthcheck") or {}).get("test"))
    if test[:1] == ["CMD"]:
        yield from test[1:2]
    for kind in ("post_start", "pre_stop", "pre_start"):
        for hook in model.get(kind) or ():
            yield from _list(hook.get("command"))[:1]


def _list(words: object) -> list[str]:
    if isinstance(words, str):
        return shlex.split(words)
    return [str(x) for x in words] if isinstance(words, (list, tuple)) else []


def for_projects(projects: Iterable[Prepared], builder: Builder) -> list[Image]:
    """One stand-in for each image that any of the projects runs, under the name that each world calls it by."""
    users: dict[str, list[Service]] = {}
    for each in projects:
        for service in each.services.values():
            users.setdefault(service.image, []).append(service)
            if "image" not in service.model:
                users.setdefault(f"registry.example.com/{service.image}:1", []).append(service)
            stack = each.case.options.services.get(service.name)
            if stack and stack.image:
                users.setdefault(stack.image, []).append(service)
    return [builder.image(_tagged(name), services) for name, services in sorted(users.items()) if _can_be_made(name)]


def _can_be_made(name: str) -> bool:
    """One that is named by its digest cannot; and this engine knows no registry at an IPv6 address."""
    return valid(name) and "@" not in name and not name.startswith("[")


def _tagged(name: str) -> str:
    return name if parse(name).tag else f"{name}:latest"
