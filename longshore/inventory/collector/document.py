"""The inventory as one document: what the engine and the machine say, what was sampled, and what could not be seen."""

from __future__ import annotations

import json
from time import gmtime, strftime
from typing import TYPE_CHECKING, Any, Iterator

from longshore.inventory.collector import containers, host, images, processes, sockets, storage
from longshore.inventory.collector.usage import MOST_SPANS, usage

if TYPE_CHECKING:
    from longshore.inventory.collector.engine import Engine

FORMAT = "longshore-inventory"
VERSION = 1
LARGEST = 8 << 20
"""Bytes of an inventory at most; where there would be more, spans of samples are longer, and the file says so."""
_FEWEST_SPANS = 20
_ENDED = frozenset({"dead", "removing"})
_ALIVE = frozenset({"running", "paused"})


def identity(engine: Engine) -> dict[str, Any]:
    """What the engine is, and what it calls itself.

    Raises:
        EngineError: it can't be reached.
    """
    version, info = engine.version(), engine.get("info")
    options = [str(option) for option in info.get("SecurityOptions") or ()]
    rootless = any("rootless" in option for option in options)
    if engine.podman:
        said = ((engine.known("libpod/info") or {}).get("host") or {}).get("security") or {}
        rootless = rootless or bool(said.get("rootless"))
    cgroups = str(info.get("CgroupVersion") or "1")
    engine.counts = not (rootless and cgroups == "1")
    return {
        "id": _id(info, podman=engine.podman),
        "name": str(info.get("Name") or ""),
        "kind": "podman" if engine.podman else "docker",
        "version": str(version.get("Version") or ""),
        "api": str(version.get("ApiVersion") or ""),
        "rootless": rootless,
        "usersShifted": rootless or any("userns" in option for option in options),
        "cgroups": cgroups,
        "storage": str(info.get("Driver") or ""),
        "system": str(info.get("OperatingSystem") or ""),
        "kernel": str(info.get("KernelVersion") or ""),
        "architecture": str(version.get("Arch") or info.get("Architecture") or ""),
        "cpus": int(info.get("NCPU") or 0),
        "memory": int(info.get("MemTotal") or 0),
    }


def _id(info: dict[str, Any], *, podman: bool) -> str:
    """What is the same as long as it is the same engine: Podman makes up another ID for each answer."""
    if podman or not info.get("ID"):
        return "{} {}".format(info.get("Name") or "", info.get("DockerRootDir") or "").strip()
    return str(info["ID"])


def inventory(engine: Engine, told: dict[str, Any], samples: str) -> dict[str, Any]:
    """Take stock; told: the engine's `identity`, samples: the file of its samples.

    Raises:
        EngineError: the engine can't be reached.
        SamplesError: the file is none of this engine.
        OSError: it can't be read.
    """
    unseen: list[str] = []
    inspected = containers.containers(engine)
    raw = _images(engine, inspected)
    found = [
        _container(engine, each, raw.get(str(each.get("Image"))), unseen, shifted=bool(told["usersShifted"]))
        for each in inspected
    ]
    names = [str(each["name"]) for each in found] + [
        str(each["compose"]["service"]) for each in found if each["compose"]
    ]
    volumes = storage.volumes(engine, unseen)
    for each in found:
        for mount in each["mounts"]:
            if mount["volume"] in volumes and mount["owner"]:
                volumes[mount["volume"]]["owner"] = mount["owner"]
    binds = [str(mount["source"]) for each in found for mount in each["mounts"] if mount["source"]]
    used = usage(samples, str(told["id"]))
    unseen += _unmeasured(engine, found, used["containers"])
    return {
        "format": FORMAT,
        "version": VERSION,
        "collected": strftime("%Y-%m-%dT%H:%M:%SZ", gmtime()),
        "engine": told,
        "host": host.host(names, unseen) if engine.local else None,
        "images": [images.image(each) for each in raw.values()],
        "containers": found,
        "volumes": volumes,
        "binds": storage.binds(binds, local=engine.local, unseen=unseen),
        "usage": used,
        "unseen": sorted(set(unseen)),
    }


def _images(engine: Engine, inspected: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """What the engine says of each image that a container has; some are not there any more."""
    wanted = dict.fromkeys(str(each.get("Image") or "") for each in inspected)
    found = {key: engine.known("images/" + key + "/json") for key in wanted if key}
    return {key: each for key, each in found.items() if each}


def _container(
    engine: Engine,
    inspected: dict[str, Any],
    own_image: dict[str, Any] | None,
    unseen: list[str],
    *,
    shifted: bool,
) -> dict[str, Any]:
    made = containers.container(inspected, own_image)
    identifier, state = str(made["id"]), inspected.get("State") or {}
    running = made["state"]["status"] in _ALIVE
    readable = made["state"]["status"] not in _ENDED
    pid = int(state.get("Pid") or 0) if running and engine.local else 0
    pid = pid if processes.belongs(pid, identifier) else 0
    for mount in made["mounts"]:
        mount["owner"] = _owner(engine, identifier, pid, mount) if readable else None
    listening = sockets.listening(pid, identifier) if pid else None
    who = processes.users(pid) if pid else None
    # The engine counts users as the machine does, where those of a container are others.
    if who is None and running and not shifted:
        who = containers.processes(engine, identifier)
    if running and listening is None:
        unseen.append(made["name"] + ": at which ports it listens (the processes of the engine are not seen from here)")
    if running and who is None:
        unseen.append(made["name"] + ": as whom its processes run (the engine does not say)")
    shell = engine.stat(identifier, "/bin/sh") if readable else None
    return {
        **made,
        "begins": containers.user(engine, identifier, str(made["user"])) if readable else None,
        "processes": who,
        "listening": listening,
        "hasShell": shell is not None if readable else None,
    }


def _unmeasured(engine: Engine, found: list[dict[str, Any]], used: dict[str, Any]) -> Iterator[str]:
    """What the numbers of an engine lack."""
    running = [each for each in found if each["state"]["status"] in _ALIVE]
    for each in running:
        if each["name"] not in used:
            why = (
                "the engine has no numbers of it" if engine.counts else "without root, version 1 of cgroups counts none"
            )
            yield "{}: what it uses ({})".format(each["name"], why)
    if engine.podman:
        yield "images of no registry: Podman has a digest of each image, be it of a registry or not"
    if any(not engine.details(str(each["id"])) for each in running[:1]) and used:
        yield "memory: what was read from files counts too, since the engine does not say how much of it that is"


def _owner(engine: Engine, identifier: str, pid: int, mount: dict[str, Any]) -> dict[str, int] | None:
    """Whose the place of a mount is, by the kernel, else by the engine; Podman names one owner for all there is."""
    target = str(mount["target"])
    found = processes.owner(pid, target) if pid else None
    return found if found or engine.podman else storage.owner(engine, identifier, target)


def text(document: dict[str, Any], samples: str) -> Iterator[str]:
    """Write the document, a container or an image a line; with longer spans where it would be too large."""
    spans = MOST_SPANS
    written = list(_written(document))
    while sum(map(len, written)) > LARGEST and spans > _FEWEST_SPANS:
        spans //= 4
        shorter = usage(samples, str(document["engine"]["id"]), spans)
        said = "samples: added up over {} s each, to keep this file small".format(shorter["span"])
        document = {**document, "usage": shorter, "unseen": [*document["unseen"], said]}
        written = list(_written(document))
    yield from written


def _written(document: dict[str, Any]) -> Iterator[str]:
    yield "{\n"
    for number, (key, value) in enumerate(document.items()):
        yield (",\n" if number else "") + json.dumps(key) + ": "
        if isinstance(value, list) and value:
            yield "[\n" + ",\n".join(json.dumps(each) for each in value) + "\n]"
        else:
            yield json.dumps(value)
    yield "\n}\n"
