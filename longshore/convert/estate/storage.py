"""Named volumes as Kubernetes sees them: who mounts which, what stands behind it, and what its claim is called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from longshore.compose.files import clean
from longshore.compose.units import bytes_of
from longshore.convert.kubernetes.names import label
from longshore.convert.kubernetes.quantity import memory

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from longshore.convert.estate import Estate, Service
    from longshore.model import Path

FOLDER: Final = "data"
"""Folder of a claim that is mounted: a fresh disk is not empty (`lost+found`), a fresh Docker volume is."""

DEFAULT_SIZE: Final = "10Gi"


MOST_INHERITED: Final = 100
"""Mounts that `volumes_from` may bring: in a long chain each service would bring those of all before it."""


class Inherited(NamedTuple):
    """A mount of another service that `volumes_from` brings."""

    owner: Service
    mount: Mapping[str, Any]
    read_only: bool


def declaration(estate: Estate, key: str) -> Mapping[str, Any]:
    """What the top level says of a volume; empty where it says nothing."""
    return (estate.project.model.get("volumes") or {}).get(key) or {}


def claim_name(estate: Estate, key: str) -> str:
    """Name of the PersistentVolumeClaim: the volume's key, or the name that an external one has already."""
    declared = declaration(estate, key)
    return label(str(declared.get("name") or key) if declared.get("external") else key)


def colliding(estate: Estate) -> dict[str, str]:
    """Volume → the volume declared before it whose claim has the same name."""
    return estate.memo(_colliding)


def _colliding(estate: Estate) -> dict[str, str]:
    taken: dict[str, str] = {}
    found: dict[str, str] = {}
    for key in estate.project.model.get("volumes") or {}:
        before = taken.setdefault(claim_name(estate, key), key)
        if before != key:
            found[key] = before
    return found


def driver_options(declared: Mapping[str, Any]) -> dict[str, str]:
    """`driver_opts` with the comma-separated `o` taken apart; mount options without a value are `""`."""
    options = {name: str(value) for name, value in (declared.get("driver_opts") or {}).items()}
    return options | dict(option.partition("=")[::2] for option in options.get("o", "").split(",") if option)


def source(estate: Estate, key: str) -> dict[str, Any]:
    """What a pod mounts for the volume `key`: a claim, an NFS export, or memory."""
    declared = declaration(estate, key)
    options = driver_options(declared)
    kind = options.get("type", "")
    if kind.startswith("nfs") and export(options):
        server, path = export(options)
        return {"nfs": {"server": server, "path": path}}
    if kind == "tmpfs":
        size = byte_size(options.get("size", ""))
        return {"emptyDir": {"medium": "Memory", **({"sizeLimit": memory(size)} if size else {})}}
    return {"persistentVolumeClaim": {"claimName": claim_name(estate, key)}}


def byte_size(text: str) -> int | None:
    """Bytes of a size such as `64m`; 0 where none is given, None where it is none (`50%`)."""
    try:
        return bytes_of(text) if text else 0
    except ValueError:
        return None


def is_claim(estate: Estate, key: str) -> bool:
    """Does a claim stand behind the volume?"""
    return "persistentVolumeClaim" in source(estate, key)


def export(options: Mapping[str, str]) -> tuple[str, ...]:
    """(server, path) of an NFS volume: `device: ":/export"` and `o: addr=…`, or `device: "server:/export"`."""
    server, _, path = options.get("device", "").rpartition(":")
    server = options.get("addr") or server
    return (server, path) if server and path.startswith("/") else ()


def inherited(service: Service) -> tuple[Inherited, ...]:
    """Mounts that `volumes_from` brings, of all services in the chain; a mount of the service itself wins."""
    return service.memo(_inherited)


def targets(service: Service) -> Mapping[str, Path]:
    """Where the service mounts something → who does first: `("volumes", 0)`; then `tmpfs`, `configs`, `secrets`."""
    return service.memo(_targets)


def _targets(service: Service) -> dict[str, Path]:
    short = service.model.get("tmpfs") or []
    given: dict[str, list[str]] = {
        "volumes": [str(mount.get("target")) for mount in service.model.get("volumes") or []],
        "tmpfs": [entry.partition(":")[0] for entry in ([short] if isinstance(short, str) else short)],
        "configs": [config_target(mount) for mount in service.model.get("configs") or []],
        "secrets": [secret_target(mount) for mount in service.model.get("secrets") or []],
    }
    found: dict[str, Path] = {}
    for attribute, paths in given.items():
        for index, path in enumerate(paths):
            found.setdefault(clean(path), (attribute, index))
    return found


def config_target(mount: Mapping[str, Any]) -> str:
    """Where a config is mounted: at the root by its name, where nothing else is said."""
    return clean(f"/{mount.get('target') or mount.get('source')}")


def secret_target(mount: Mapping[str, Any]) -> str:
    """Where a secret is mounted: below `/run/secrets`, where its target is not absolute."""
    target = str(mount.get("target") or mount.get("source"))
    return clean(target if target.startswith("/") else f"/run/secrets/{target}")


def _inherited(service: Service) -> tuple[Inherited, ...]:
    found: dict[str, Inherited] = {}
    own = targets(service)
    for text in service.model.get("volumes_from") or []:
        name, _, mode = str(text).partition(":")
        owner = service.estate.services.get(name)
        if owner is None or owner is service:
            continue
        mounts = [Inherited(owner, mount, read_only=False) for mount in owner.model.get("volumes") or []]
        for given in (*mounts, *inherited(owner)):
            target = clean(str(given.mount.get("target")))
            if target not in own and len(found) <= MOST_INHERITED:
                found.setdefault(target, given._replace(read_only=mode == "ro" or given.read_only))
    return tuple(found.values())


def containers(service: Service) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """(path, model) of the container of a service, and of those of its hooks that run before."""
    yield service.path, service.model
    for index, hook in enumerate(service.model.get("pre_start") or ()):
        yield (*service.path, "pre_start", index), hook


def named(service: Service) -> dict[str, bool]:
    """Keys of the named volumes that a service mounts, by itself, from another or in a hook → does it only read?"""
    return service.memo(_named)


def _named(service: Service) -> dict[str, bool]:
    mounts = [mount for _, container in containers(service) for mount in container.get("volumes") or []]
    own = [Inherited(service, mount, read_only=False) for mount in mounts]
    found: dict[str, bool] = {}
    for given in (*own, *inherited(service)):
        key = given.mount.get("source")
        if given.mount.get("type") == "volume" and key:
            found[key] = bool(given.mount.get("read_only") or given.read_only) and found.get(key, True)
    return found


def templated(service: Service) -> tuple[str, ...]:
    """Volumes of a StatefulSet that each of its pods gets for itself: those that nobody else mounts."""
    if service.workload.kind != "StatefulSet":
        return ()
    estate = service.estate
    return tuple(
        key
        for key in named(service)
        if is_claim(estate, key)
        and key not in colliding(estate)
        and not declaration(estate, key).get("external")
        and all(user.host.name == service.host.name for user in estate.consumers[key])
    )
