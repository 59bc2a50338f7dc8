"""How a container gets what compose mounts into it: claims, ConfigMaps, memory, scratch space, images."""

from __future__ import annotations

from posixpath import basename
from typing import TYPE_CHECKING, Any

from longshore.compose.files import clean
from longshore.compose.units import bytes_of
from longshore.convert.estate.binds import bound
from longshore.convert.estate.caches import by_cache
from longshore.convert.estate.container_data import unkept
from longshore.convert.estate.images import parse
from longshore.convert.estate.nested import bind_parts, directory_above, has_place, is_part, projected
from longshore.convert.estate.run_images import locked
from longshore.convert.estate.storage import FOLDER, colliding, declaration, source, targets, templated
from longshore.convert.kubernetes.names import digest, label
from longshore.convert.kubernetes.pod import volume
from longshore.convert.kubernetes.quantity import memory
from longshore.model import Approximated, Item, LocalOnly, Put, Severity, Unsupported, path_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from longshore.convert.estate import Service
    from longshore.convert.estate.nested import Part
    from longshore.model import Effect, Path

IMAGE_VOLUMES = (1, 33)
"""Kubernetes version from which a pod may mount an image without a feature gate being set by hand."""


def mounted(
    service: Service, owner: Service, mount: Mapping[str, Any], at: Path, *, read_only: bool = False
) -> Iterator[Effect]:
    """Mount into `service` what `mount` of `owner` says; they differ with `volumes_from`."""
    kind, target = str(mount.get("type") or "volume"), str(mount.get("target") or "")
    if kind == "bind":
        if owner is service:
            yield from bound(service, mount, at)
        yield from attach_parts(service, bind_parts(owner, mount))
        return
    writable = not (read_only or mount.get("read_only"))
    if kind == "volume" and mount.get("source"):
        yield from _named(service, mount, target, at, read_only=not writable)
    elif kind == "volume":
        yield from _anonymous(service, owner, target, at)
    elif kind == "tmpfs":
        size = (mount.get("tmpfs") or {}).get("size")
        yield from in_memory(service, target, bytes_of(size) if size else 0, read_only=not writable)
    elif kind == "image":
        yield from _image(service, mount, target, at)
    else:
        yield Unsupported(
            f"a mount of type `{kind}` has no equivalent", "use a named volume", at, "mount-type", Severity.ERROR
        )


def _named(service: Service, mount: Mapping[str, Any], target: str, at: Path, *, read_only: bool) -> Iterator[Effect]:
    estate, key = service.estate, str(mount["source"])
    if key in colliding(estate):
        return  # the volume's own finding is an error
    inner = str((mount.get("volume") or {}).get("subpath") or "").strip("/")
    if ".." in inner.split("/"):
        yield Unsupported(
            f"`{inner}` leads out of the volume", "name a folder below it", (*at, "volume", "subpath"), "mount-subpath",
            Severity.ERROR,
        )  # fmt: skip
        return
    held = source(estate, key)
    if "persistentVolumeClaim" in held and not declaration(estate, key).get("external"):
        inner = f"{FOLDER}/{inner}".rstrip("/")
    name = label(key)
    if key in templated(service):
        yield mount_at(service, name, target, inner, read_only=read_only)
        return
    if "emptyDir" in held and len({user.host.name for user in estate.consumers.get(key, ())}) > 1:
        yield Unsupported(
            f"`{key}` is memory of the Docker host that several services share; pods do not share memory",
            "use a claim (drop `driver_opts`) or put the services into one pod (`network_mode: service:…`)",
            at,
            "shared-volume",
            Severity.ERROR,
        )
    yield from attach(service, name, held, target, inner, read_only=read_only)


def _anonymous(service: Service, owner: Service, target: str, at: Path) -> Iterator[Effect]:
    parents = [str(other.get("target")) for other in service.model.get("volumes") or [] if other.get("type") == "bind"]
    covered = next((parent for parent in parents if target.startswith(parent.rstrip("/") + "/")), "")
    if covered:
        yield LocalOnly(
            f"keeps the bind mount at `{covered}` off a directory of the image; without that mount it is not needed",
            at=at,
        )
    elif owner is not service:
        yield Unsupported(
            f"the anonymous volume of `{owner.name}` at `{target}` lives in its pod alone",
            "give the volume a name",
            at,
            "anonymous-volume",
            Severity.ERROR,
        )
    else:
        lost = unkept(service)
        if lost and clean(target) in lost.directories:
            yield Approximated("", at=at)  # the policy `data_not_kept` says more
        else:
            yield _scratch(target, at)
        yield from attach(service, scratch(service, target), {"emptyDir": {}}, target)


def _scratch(target: str, at: Path) -> Approximated:
    return Approximated(
        f"the anonymous volume at `{target}` becomes a scratch directory: it starts empty, without what the image "
        "has there, and ends with the pod",
        "give it a name if the data must stay; drop it if the image's own files are meant",
        at,
        "anonymous-volume",
    )


def _image(service: Service, mount: Mapping[str, Any], target: str, at: Path) -> Iterator[Effect]:
    reference = str(mount.get("source") or "")
    if service.options.kubernetes_version < IMAGE_VOLUMES:
        yield Unsupported(
            "image volumes need Kubernetes 1.33", "copy the files into the image of the service", at, "mount-type",
            Severity.ERROR,
        )  # fmt: skip
        return
    name = label(f"{service.slug}-{basename(parse(reference).repository)}-{digest(reference)}")
    inner = str((mount.get("image") or {}).get("subpath") or "")
    run = by_cache(locked(reference, service.options.images).reference, service.options.images)
    yield from attach(service, name, {"image": {"reference": run}}, target, inner, read_only=True)


def refused(service: Service, target: str, own: Path, at: Path) -> Iterator[Unsupported]:
    """Tell why nothing can be mounted at `target` for `own`, as `targets` names it: no path, or somebody else's."""
    first = targets(service).get(clean(target), own)
    if not target.startswith("/") or ":" in target:
        yield Unsupported(
            f"a container cannot mount anything at `{target}`",
            "write an absolute path",
            at,
            "mount-target",
            Severity.ERROR,
        )
    elif first != own:
        yield Unsupported(
            f"`{target}` is mounted by {path_text(first)} too", "drop one of them", at, "mount-twice", Severity.ERROR
        )
    elif not is_part(service, target) and not _told_otherwise(service, own):
        above = directory_above(service, target)
        if above and not has_place(service, above, target):
            yield Unsupported(
                f"nothing can be mounted at `{target}`: `{above}` becomes a ConfigMap, and has no such directory",
                f"put a file below `{target}` into the directory, which makes the place, or mount its files one by one",
                at,
                "mount-inside",
                Severity.ERROR,
            )


def _told_otherwise(service: Service, own: Path) -> bool:
    """Is it a mount with a finding of its own there: a bind that becomes no ConfigMap, a volume without a name?"""
    if own[0] != "volumes" or len(own) == 1:
        return False
    mount = service.model["volumes"][own[1]]
    return mount.get("type") == "bind" or (mount.get("type") == "volume" and not mount.get("source"))


def attach_parts(service: Service, parts: Mapping[str, Part]) -> Iterator[Put]:
    """Mount what one entry of compose brings; files within a directory come into the container with that."""
    for target, part in parts.items():
        if not part.within:
            yield from attach(service, part.volume, part.held, target, part.path, read_only=True)


def attach(
    service: Service, name: str, held: Mapping[str, Any], target: str, path: str = "", *, read_only: bool = False
) -> Iterator[Put]:
    """Give the pod the volume `name`, and the container its `path` (all of it where that is empty) at `target`.

    held: the volume's source, one key and its value, as in `{"emptyDir": {}}`. Inside of a directory that is a
    ConfigMap nothing is mounted: that one has it.
    """
    if directory_above(service, target) and is_part(service, target):
        return
    whole = projected(service, target) if not path else None
    if whole:
        name, held = label(f"{name}-{digest(target)}"), whole
    yield Put(service.workload, (*volume(name), next(iter(held))), next(iter(held.values())))
    yield mount_at(service, name, target, path, read_only=read_only)


def mount_at(service: Service, name: str, target: str, path: str = "", *, read_only: bool = False) -> Put:
    """Give the container a volume that its pod has."""
    value = {"name": name} | ({"subPath": path} if path else {}) | ({"readOnly": True} if read_only else {})
    return Put(service.workload, (*service.container, "volumeMounts", Item("mountPath", clean(target))), value)


def in_memory(service: Service, target: str, size: int, *, read_only: bool = False) -> Iterator[Put]:
    """Mount memory at `target`, at most `size` bytes (0: as much as the container's memory limit leaves)."""
    held = {"medium": "Memory", **({"sizeLimit": memory(size)} if size else {})}
    yield from attach(service, scratch(service, target), {"emptyDir": held}, target, read_only=read_only)


def scratch(service: Service, target: str) -> str:
    """Name the scratch volume at `target`: by its path, and a hash where the path has more than letters and digits."""
    plain = target.strip("/").replace("/", "")
    mark = "" if plain.isalnum() and plain.islower() else f"-{digest(target)}"
    return label(f"{service.slug}-{target.strip('/')}{mark}")
