"""A Docker Engine that is played for a project: its images are what is known of them, its services run as they say.

Of an image that nobody knows a stand-in is made up: root at an entrypoint, no volume, the ports that others dial.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final

from tests.inventory.played import Files, file

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.node.comparison.project import Prepared, Service

STARTED: Final = "2020-01-01T00:00:00Z"
_FIRST_NAMED: Final = 1500
_HELD: Final = 5 << 20
_USED: Final = 90 << 20


def answers(prepared: Prepared) -> dict[str, Any]:
    """What the engine says of everything that the collector asks for."""
    own = {name: identifier(prepared, name) for name in prepared.services}
    found: dict[str, Any] = {
        "/version": {"ApiVersion": "1.47", "Version": "27.3", "Arch": "amd64"},
        "/info": {"ID": "played", "Name": "vm", "CgroupVersion": "2", "NCPU": 8, "MemTotal": 32 << 30},
        "/containers/json": [
            {"Id": own[name], "Names": [f"/{prepared.case.name}-{name}-1"]}
            for name, service in prepared.services.items()
            if not service.ends
        ],
        "/volumes": {"Volumes": [{"Name": name} for name in _volumes(prepared)]},
        "/system/df": {"Volumes": [{"Name": x, "UsageData": {"Size": _HELD}} for x in _volumes(prepared)]},
        "/events": b"",
    }
    every = [{"Id": each} for each in own.values()]
    running = found["/containers/json"]
    # The rounds ask for those that run, and ask for all once, at the end: the server tells them by the query.
    found["/containers/json?all"] = every
    found["/containers/json"] = running
    for name, service in prepared.services.items():
        found |= _container(prepared, service, own[name])
    return found


def identifier(prepared: Prepared, service: str) -> str:
    """The id of a service's container."""
    return hashlib.sha256(f"{prepared.case.name}/{service}".encode()).hexdigest()


def _container(prepared: Prepared, service: Service, own: str) -> dict[str, Any]:
    facts, model = service.facts, service.model
    image = f"sha256:{hashlib.sha256(service.image.encode()).hexdigest()}"
    user = str(facts.user) if facts.user else ""
    config = {
        "Image": service.image,
        "User": str(model.get("user") or user),
        "Labels": {
            "com.docker.compose.project": prepared.case.name,
            "com.docker.compose.service": service.name,
        },
    }
    test = (model.get("healthcheck") or {}).get("test") or list(facts.healthcheck)
    if test and not (model.get("healthcheck") or {}).get("disable"):
        config["Healthcheck"] = {"Test": [test] if isinstance(test, str) else list(test)}
    state = {"Status": "exited"} if service.ends else {"Status": "running", "StartedAt": STARTED, "Pid": 0}
    made = {
        "Entrypoint": ["/entrypoint"],
        "Volumes": {place: {} for place in facts.data},
        "ExposedPorts": {f"{port}/tcp": {} for port in facts.ports},
        "StopSignal": facts.stop_signal,
        "User": user,
        "Healthcheck": {"Test": list(facts.healthcheck)} if facts.healthcheck else None,
    }
    repository = service.image.partition("@")[0].rpartition(":")[0] or service.image
    pulled = [] if model.get("build") else [f"{repository}@{image}"]
    return {
        f"/containers/{own}/json": {
            "Id": own,
            "Name": f"/{prepared.case.name}-{service.name}-1",
            "Image": image,
            "Config": config,
            "State": state,
            "Mounts": list(_mounts(prepared, service)),
        },
        f"/containers/{own}/stats": {
            "memory_stats": {"usage": _USED, "limit": 32 << 30, "stats": {"inactive_file": 1}},
            "cpu_stats": {"cpu_usage": {"total_usage": 10**9}},
        },
        f"/containers/{own}/top": {"Titles": ["PID", "UID", "GID"], "Processes": [["9", user or "0", user or "0"]]},
        f"/containers/{own}/archive": _files(service),
        f"/images/{image}/json": {"Id": image, "RepoDigests": pulled, "Config": made, "Architecture": "amd64"},
    }


def _files(service: Service) -> Files:
    facts = service.facts
    name = str(service.model.get("user") or "").partition(":")[0]
    users = {"root": 0, **facts.users, **({name: _FIRST_NAMED} if name and not name.isdecimal() else {})}
    users |= facts.users
    passwd = "".join(f"{user}:x:{number}:{number}::/:/bin/sh\n" for user, number in users.items())
    owner = next(iter(facts.users.values()), facts.user or 0)
    found = Files({"/etc/passwd": file("passwd", passwd.encode()), "/etc/group": file("group", passwd.encode())})
    if facts.shell:
        found["/bin/sh"] = b"there"
    for place in [*facts.data, *(str(each.get("target")) for each in service.model.get("volumes") or ())]:
        found[f"{place.rstrip('/')}/."] = file("data", uid=owner, gid=owner)
    return found


def _mounts(prepared: Prepared, service: Service) -> Iterator[Mapping[str, Any]]:
    places = set()
    for each in service.model.get("volumes") or ():
        target, source = str(each.get("target")), str(each.get("source") or "")
        places.add(target.rstrip("/"))
        if each.get("type") == "volume":
            name = f"{prepared.case.name}_{source}" if source else _anonymous(service, target)
            yield {"Type": "volume", "Name": name, "Destination": target, "RW": not each.get("read_only")}
        elif each.get("type") == "bind":
            yield {"Type": "bind", "Source": source, "Destination": target, "RW": not each.get("read_only")}
    for place in service.facts.data:
        if place not in places:
            yield {"Type": "volume", "Name": _anonymous(service, place), "Destination": place, "RW": True}


def _anonymous(service: Service, place: str) -> str:
    return hashlib.sha256(f"{service.name}{place}".encode()).hexdigest()


def _volumes(prepared: Prepared) -> list[str]:
    return sorted({m["Name"] for each in prepared.services.values() for m in _mounts(prepared, each) if "Name" in m})
