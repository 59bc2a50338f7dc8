"""The inventory as one document: what the engine and the machine say, what was sampled, and what could not be seen."""

from __future__ import annotations

import json
from time import gmtime, strftime
from typing import TYPE_CHECKING, Any, Iterator

from longshore.inventory.collector import containers, host, images, sockets, storage
from longshore.inventory.collector.usage import MOST_SPANS, usage

if TYPE_CHECKING:
    from longshore.inventory.collector.engine import Engine

FORMAT = "longshore-inventory"
VERSION = 1
LARGEST = 8 << 20
"""Bytes of an inventory at most; where there would be more, spans of samples are longer, and the file says so."""
_FEWEST_SPANS = 20
_ENDED = frozenset({"dead", "removing"})


def identity(engine: Engine) -> dict[str, Any]:
    """What the engine is, and what it calls itself.

    Raises:
        EngineError: it can't be reached.
    """
    version, info = engine.version(), engine.get("info")
    podman = any("podman" in str(part.get("Name", "")).lower() for part in version.get("Components") or ())
    options = [str(option) for option in info.get("SecurityOptions") or ()]
    return {
        "id": str(info.get("ID") or info.get("Name") or ""),
        "name": str(info.get("Name") or ""),
        "kind": "podman" if podman else "docker",
        "version": str(version.get("Version") or ""),
        "api": str(version.get("ApiVersion") or ""),
        "rootless": any("rootless" in option for option in options),
        "usersShifted": any("rootless" in option or "userns" in option for option in options),
        "cgroups": str(info.get("CgroupVersion") or "1"),
        "storage": str(info.get("Driver") or ""),
        "system": str(info.get("OperatingSystem") or ""),
        "kernel": str(info.get("KernelVersion") or ""),
        "architecture": str(version.get("Arch") or info.get("Architecture") or ""),
        "cpus": int(info.get("NCPU") or 0),
        "memory": int(info.get("MemTotal") or 0),
    }


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
        "usage": usage(samples, str(told["id"])),
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
    running = made["state"]["status"] == "running"
    readable = made["state"]["status"] not in _ENDED
    for mount in made["mounts"]:
        mount["owner"] = storage.owner(engine, identifier, str(mount["target"])) if readable else None
    listening = sockets.listening(int(state.get("Pid") or 0), identifier) if running and engine.local else None
    # The engine counts users as the machine does, where those of a container are others.
    processes = containers.processes(engine, identifier) if running and not shifted else None
    if running and listening is None:
        unseen.append(made["name"] + ": at which ports it listens (the processes of the engine are not seen from here)")
    if running and processes is None:
        unseen.append(made["name"] + ": as whom its processes run (the engine does not say)")
    shell = engine.stat(identifier, "/bin/sh") if readable else None
    return {
        **made,
        "begins": containers.user(engine, identifier, str(made["user"])) if readable else None,
        "processes": processes,
        "listening": listening,
        "hasShell": shell is not None if readable else None,
    }


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
