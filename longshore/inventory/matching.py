"""Which container is which service: by compose's labels, and by names where there are none.

The folder of a project, and so its name, may be another one on the machine than at the desk: the project is the one
that has the name, else the one that has most of the services.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from longshore.convert.observed import Listening, Observed, SeenCheck, SeenService, SeenVolume
from longshore.inventory.sizing import DAY, size

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from longshore.inventory.document import Container, HealthCheck, Image, Inventory

ALIVE: Final = ("running", "paused")
"""States in which a container has a process."""
_HALF: Final = 0.5
_HOURS: Final = 2 * 3600.0
_HUB: Final = ("docker.io/library/", "docker.io/", "index.docker.io/", "library/")
_RANDOM_FROM: Final = 32_768


def observed(
    inventory: Inventory, name: str, model: Mapping[str, Any], source: str, cycle: float = DAY
) -> Observed | None:
    """Find the services of a project in an inventory; None: nothing of the project runs there.

    name: of the project. model: its canonical model. source: how messages call the inventory.
    """
    services: Mapping[str, Any] = model.get("services") or {}
    own = _containers(inventory, name, services)
    if not own.keys() & services.keys():
        return None
    images = {image.id: image for image in inventory.images}
    seen = {
        service: _service(inventory, own[service], images, services[service], cycle)
        for service in services
        if service in own
    }
    started = (*inventory.host.cron, *inventory.host.timers) if inventory.host else ()
    named = {container.name: service for service, found in own.items() for container in found}
    calls = [
        (named.get(each, each), entry.when, entry.file)
        for entry in started
        for each in entry.names
        if entry.calls_engine and (each in named or each in own)
    ]
    return Observed(
        source=source,
        services=seen,
        volumes=_volumes(inventory, own, services, model.get("volumes") or {}),
        strangers=tuple(sorted(own.keys() - services.keys())),
        calls=tuple(dict.fromkeys(calls)),
    )


def _containers(inventory: Inventory, name: str, services: Mapping[str, Any]) -> dict[str, list[Container]]:
    """Service → its containers, in the project that is meant; those of `run` and of other projects are none."""
    labelled = [each for each in inventory.containers if each.compose and not each.compose.one_off]
    projects = Counter(each.compose.project for each in labelled if each.compose and each.compose.service in services)
    project = name if projects.get(name) else next((each for each, _ in projects.most_common(1)), "")
    if project != name and projects.get(project, 0) < len(services) * _HALF:
        project = ""
    found: dict[str, list[Container]] = {}
    for each in labelled:
        if project and each.compose and each.compose.project == project:
            found.setdefault(each.compose.service, []).append(each)
    for each in inventory.containers:
        service = None if each.compose else _by_name(each.name, name, services)
        if service:
            found.setdefault(service, []).append(each)
    return found


def _by_name(container: str, project: str, services: Mapping[str, Any]) -> str | None:
    """The service of a container without labels: as compose 1 (`shop_web_1`) or 2 (`shop-web-1`) does."""
    for service, model in services.items():
        usual = {f"{project}{mark}{service}{mark}1" for mark in "_-"}
        if container == (model or {}).get("container_name") or container in usual:
            return service
    return None


def _service(
    inventory: Inventory, own: Sequence[Container], images: Mapping[str, Image], model: Mapping[str, Any], cycle: float
) -> SeenService:
    running = [each for each in own if each.state.status in ALIVE]
    shown = (running or list(own))[0]
    image = images.get(shown.image_id)
    begins = shown.begins
    health = {each.state.health for each in running} & {"healthy", "unhealthy"}
    check = shown.healthcheck
    return SeenService(
        image=shown.image,
        digest=_digest(shown.image, image),
        own=_same_image(shown.image, model),
        architecture=image.architecture if image else "",
        user=begins[0] if begins else None,
        group=begins[1] if begins and begins[1] >= 0 else None,
        drops_root=None
        if begins is None or shown.processes is None
        else begins[0] == 0 and any(uid for uid, _ in shown.processes),
        data={
            mount.target: inventory.volumes[mount.volume].size
            for mount in shown.mounts
            if mount.volume in inventory.volumes and inventory.volumes[mount.volume].anonymous
        },
        listening=_listening(running, image, model),
        exposed=tuple(_port(text) for text in image.exposed) if image else (),
        check=_check(check) if check else None,
        healthy=None if not health else health == {"healthy"},
        shell=shown.has_shell,
        stop_signal=image.stop_signal if image else "",
        runs_image=shown.runs_image_command,
        limit=shown.limits.memory,
        published=tuple(dict.fromkeys((each.port, each.protocol) for each in shown.ports)),
        size=size(inventory, [each.name for each in own], cycle),
        stays=_stays(own, inventory.collected),
        running=len(running),
    )


def _stays(own: Sequence[Container], collected: str) -> bool | None:
    """Did it run for hours, or do its work and end? None: it was just started, failed, or was stopped by somebody."""
    if any(each.state.status in ALIVE and _since(each.state.started, collected) >= _HOURS for each in own):
        return True
    ended = all(each.state.status == "exited" and each.state.exit_code == 0 for each in own)
    return False if ended and not any(each.state.restarts for each in own) else None


def _since(started: str, collected: str) -> float:
    """Seconds between two times of an engine, which may have nanoseconds and no zone; 0 where one is none."""
    try:
        begun, now = (datetime.fromisoformat(text) for text in (started, collected))
        return (now.astimezone(UTC) - begun.astimezone(UTC)).total_seconds()
    except (ValueError, OverflowError):
        return 0.0


def _check(check: HealthCheck) -> SeenCheck:
    return SeenCheck(check.test or (), check.interval, check.timeout, check.start_period, check.retries)


def _port(text: str) -> tuple[int, str]:
    number, _, protocol = text.partition("/")
    return (int(number) if number.isdecimal() else 0, protocol or "tcp")


def _listening(
    running: Sequence[Container], image: Image | None, model: Mapping[str, Any]
) -> tuple[Listening, ...] | None:
    """Ports that every container of a service opens.

    A high one may be any, and is another one tomorrow; one that the image or compose declares is meant (gRPC's 50051).
    """
    seen = [each.listening for each in running if each.listening is not None]
    if not seen:
        return None
    meant = {_port(text) for text in (*(image.exposed if image else ()), *_declared(model))}
    first, *others = ({(one.port, one.protocol): one.loopback for one in each} for each in seen)
    return tuple(
        Listening(port, protocol, inside)
        for (port, protocol), inside in first.items()
        if all((port, protocol) in other for other in others) and (port < _RANDOM_FROM or (port, protocol) in meant)
    )


def _declared(model: Mapping[str, Any]) -> Iterator[str]:
    """Ports of a container that compose declares, as `8080/tcp`."""
    for port in model.get("ports") or ():
        yield f"{port.get('target')}/{port.get('protocol') or 'tcp'}"
    for text in map(str, model.get("expose") or ()):
        number, _, protocol = text.partition("/")
        first, _, last = number.partition("-")
        if first.isdecimal() and (last or first).isdecimal():
            yield from (f"{each}/{protocol or 'tcp'}" for each in range(int(first), int(last or first) + 1))


def _same_image(ran: str, model: Mapping[str, Any]) -> bool:
    """Is what ran the image that the compose file means today? One that is built there bears any name."""
    return bool(model.get("build")) or _plain(ran) == _plain(str(model.get("image") or ""))


def _plain(reference: str) -> str:
    for prefix in _HUB:
        reference = reference.removeprefix(prefix)
    name = reference.partition("@")[0]
    return name if ":" in name.rpartition("/")[2] else f"{name}:latest"


def _digest(ran: str, image: Image | None) -> str:
    repository = _plain(ran).rpartition(":")[0]
    digests = image.digests if image else ()
    return next((each for each in digests if _plain(each).rpartition(":")[0] == repository), "")


def _volumes(
    inventory: Inventory,
    own: Mapping[str, Sequence[Container]],
    services: Mapping[str, Any],
    declared: Mapping[str, Any],
) -> dict[str, SeenVolume]:
    """Volume (its key in compose) → what was seen of it: by where a service mounts it there and here."""
    found: dict[str, SeenVolume] = {}
    for service, containers in own.items():
        keys = {
            str(mount.get("target")): str(mount.get("source"))
            for mount in (services.get(service) or {}).get("volumes") or ()
            if mount.get("type") == "volume" and mount.get("source")
        }
        for mount in (mount for container in containers for mount in container.mounts):
            key = keys.get(mount.target, "")
            volume = inventory.volumes.get(mount.volume)
            if key in declared and volume and key not in found:
                owner = mount.owner or volume.owner
                seen = SeenVolume(owner.uid, owner.gid, owner.mode) if owner else SeenVolume()
                found[key] = seen._replace(size=volume.size)
    return found
