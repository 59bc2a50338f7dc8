"""What containers there are: whose they are, how they ended, what they may use, mount, open and are limited to.

Of labels, those are kept by which compose finds its own; of all others the names. Of variables the names and lengths,
of commands and health checks what `harmless.py` lets through.
Source: https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerInspect
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Sequence

from longshore.inventory.collector import harmless, images

if TYPE_CHECKING:
    from longshore.inventory.collector.engine import Engine

_COMPOSE = "com.docker.compose."
_PODMAN_COMPOSE = "io.podman.compose."
_STACK, _SWARM_SERVICE = "com.docker.stack.namespace", "com.docker.swarm.service.name"
_OF_DOCKER, _OF_PODMAN = "-eo pid,uid,gid", "pid,huser,hgroup"
_SHOWN = ({"UID", "HUSER"}, {"GID", "HGROUP"})


def containers(engine: Engine) -> list[dict[str, Any]]:
    """All containers, also those that have ended, as the engine inspects them, by name.

    Raises:
        EngineError: the engine can't be reached.
    """
    listed = engine.get("containers/json", all=True)
    found = (engine.known("containers/" + str(each["Id"]) + "/json") for each in listed)
    return sorted(filter(None, found), key=name_of)


def name_of(inspected: dict[str, Any]) -> str:
    """The name of a container, without the slash in front."""
    return str(inspected.get("Name") or inspected["Id"][:12]).lstrip("/")


def container(inspected: dict[str, Any], own_image: dict[str, Any] | None) -> dict[str, Any]:
    """Describe one container; own_image: what `images/…/json` says of its image."""
    config, state = inspected.get("Config") or {}, inspected.get("State") or {}
    made = (own_image or {}).get("Config") or {}
    labels = {str(key): str(value) for key, value in (config.get("Labels") or {}).items()}
    return {
        "id": str(inspected["Id"]),
        "name": name_of(inspected),
        "image": str(config.get("Image") or ""),
        "imageId": str(inspected.get("Image") or ""),
        "compose": _compose(labels),
        "labels": sorted(labels),
        "variables": images.variables(config.get("Env")),
        "user": str(config.get("User") or "")[:128],
        "entrypoint": harmless.command(config.get("Entrypoint")),
        "command": harmless.command(config.get("Cmd")),
        "runsImageCommand": _same(config, made, "Entrypoint") and _same(config, made, "Cmd") if own_image else None,
        "healthcheck": images.health_check(config.get("Healthcheck")),
        "state": _state(inspected, state),
        "limits": _limits(inspected.get("HostConfig") or {}),
        "network": _network(inspected),
        "ports": _published(inspected),
        "mounts": sorted(map(_mount, inspected.get("Mounts") or ()), key=lambda mount: str(mount["target"])),
    }


def _same(config: dict[str, Any], made: dict[str, Any], key: str) -> bool:
    return (config.get(key) or None) == (made.get(key) or None)


def _compose(labels: dict[str, str]) -> dict[str, Any] | None:
    """What compose wrote, be it version 1 or 2, or Swarm, whose stack is a compose file too."""
    project = labels.get(_COMPOSE + "project") or labels.get(_PODMAN_COMPOSE + "project") or labels.get(_STACK)
    service = labels.get(_COMPOSE + "service") or labels.get(_PODMAN_COMPOSE + "service")
    if project and not service:
        service = labels.get(_SWARM_SERVICE, "").partition(project + "_")[2]
    if not project or not service:
        return None
    files = labels.get(_COMPOSE + "project.config_files", "")
    return {
        "project": project,
        "service": service,
        "number": _number(labels.get(_COMPOSE + "container-number")),
        "oneOff": labels.get(_COMPOSE + "oneoff", "").lower() == "true",
        "directory": labels.get(_COMPOSE + "project.working_dir", ""),
        "files": [name for name in files.split(",") if name],
    }


def _number(text: str | None) -> int:
    return int(text) if text and text.isdigit() and len(text) < len("1000000") else 1


def _state(inspected: dict[str, Any], state: dict[str, Any]) -> dict[str, Any]:
    health = state.get("Health") or state.get("Healthcheck") or {}
    return {
        "status": str(state.get("Status") or ""),
        "exitCode": int(state.get("ExitCode") or 0),
        "oomKilled": bool(state.get("OOMKilled")),
        "restarts": int(inspected.get("RestartCount") or 0),
        "started": str(state.get("StartedAt") or "")[:40],
        "finished": str(state.get("FinishedAt") or "")[:40],
        "health": str(health.get("Status") or ""),
    }


def _limits(host: dict[str, Any]) -> dict[str, Any]:
    quota, period = int(host.get("CpuQuota") or 0), int(host.get("CpuPeriod") or 0) or 100_000
    cpu = int(host.get("NanoCpus") or 0) // 1_000_000 or (quota * 1000 // period if quota > 0 else 0)
    pids = int(host.get("PidsLimit") or 0)
    return {
        "memory": int(host.get("Memory") or 0),
        "cpu": cpu,
        "pids": max(pids, 0),
        "restart": str((host.get("RestartPolicy") or {}).get("Name") or "no"),
        "privileged": bool(host.get("Privileged")),
        "readOnly": bool(host.get("ReadonlyRootfs")),
    }


def _network(inspected: dict[str, Any]) -> dict[str, Any]:
    mode = str((inspected.get("HostConfig") or {}).get("NetworkMode") or "")
    attached = (inspected.get("NetworkSettings") or {}).get("Networks") or {}
    return {"mode": mode, "networks": sorted(map(str, attached))}


def _published(inspected: dict[str, Any]) -> list[dict[str, Any]]:
    found = []
    for inside, bindings in ((inspected.get("HostConfig") or {}).get("PortBindings") or {}).items():
        port, _, protocol = str(inside).partition("/")
        for binding in bindings or ():
            outside = str(binding.get("HostPort") or "")
            found.append(
                {
                    "port": _port(port),
                    "protocol": protocol or "tcp",
                    "address": str(binding.get("HostIp") or ""),
                    "published": _port(outside.partition("-")[0]),
                }
            )
    return sorted(found, key=lambda each: (each["port"], each["protocol"], each["published"]))


def _port(text: str) -> int:
    return int(text) if text.isdigit() and len(text) <= len("65535") else 0


def _mount(mount: dict[str, Any]) -> dict[str, Any]:
    kind = str(mount.get("Type") or "")
    return {
        "kind": kind,
        "volume": str(mount.get("Name") or "") if kind == "volume" else "",
        "source": str(mount.get("Source") or "") if kind == "bind" else "",
        "target": str(mount.get("Destination") or ""),
        "readOnly": not mount.get("RW", True),
    }


def processes(engine: Engine, identifier: str) -> list[list[int]] | None:
    """The (user, group) pairs of a container's processes as the host counts them; None: the engine can't tell.

    Arguments of processes are not asked for: they may hold a secret. Podman runs a `ps` in the container where it is
    asked for what it can't tell by itself, which the two words that it is asked for here are not.
    """
    wanted = _OF_PODMAN if engine.podman else _OF_DOCKER
    said = engine.known("containers/" + identifier + "/top", ps_args=wanted)
    titles = [str(title) for title in (said or {}).get("Titles") or ()]
    try:
        places = [next(at for at, title in enumerate(titles) if title in known) for known in _SHOWN]
        pairs = {tuple(int(row[place]) for place in places) for row in said.get("Processes") or ()}
    except (ValueError, IndexError, StopIteration):
        return None
    return sorted(list(pair) for pair in pairs)


def user(engine: Engine, identifier: str, name: str) -> list[int] | None:
    """The numbers of the user and group that a container begins as, -1 for a group unknown; None: nobody can tell.

    name: as `USER` of the image or `user` of the container has it: empty is root, `node`, `1000`, `1000:1000`.
    """
    own, _, group = name.partition(":")
    if not own or own in {"0", "root"}:
        uid: int | None = 0
        gid: int | None = 0
    elif own.isdigit():
        uid, gid = int(own), None
    else:
        uid, gid = _entry(engine.small_file(identifier, "/etc/passwd"), own, (2, 3))
    if group.isdigit():
        gid = int(group)
    elif group:
        gid = _entry(engine.small_file(identifier, "/etc/group"), group, (2, 2))[0]
    return None if uid is None else [uid, -1 if gid is None else gid]


def _entry(text: str, name: str, columns: Sequence[int]) -> list[int | None]:
    for line in text.splitlines():
        fields = line.split(":")
        if fields[0] == name and len(fields) > max(columns) and all(fields[each].isdigit() for each in columns):
            return [int(fields[each]) for each in columns]
    return [None, None]
