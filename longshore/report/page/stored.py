"""Volumes and secrets of an estate, by name: what each is, and which service has it where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.estate.configs import consumers
from longshore.convert.estate.storage import claim_name, containers, inherited, secret_target, source
from longshore.convert.secrets.remotes import remotes
from longshore.model import path_text
from longshore.report.page.model import Mount, Secret, Use, Volume

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from longshore.convert.estate import Estate
    from longshore.convert.secrets.needs import Need
    from longshore.convert.secrets.remotes import Remote
    from longshore.model import Manifest, ObjectKey, Path

_OF_A_SERVICE = 2
_KINDS = {"nfs": "an NFS export", "emptyDir": "memory of the pod"}
_SOURCES = {
    "variable": "variable {}",
    "literal": "the compose file, at environment.{}",
    "env_file": "an env file, as {}",
    "file": "file {}",
    "mounted": "file {}",
    "content": "the text of config {}",
}


def volumes(estate: Estate, objects: Mapping[ObjectKey, Manifest]) -> tuple[Volume, ...]:
    """Every named volume that is declared or mounted, by name."""
    claims = {key.name: manifest for key, manifest in objects.items() if key.kind == "PersistentVolumeClaim"}
    templates = {
        (manifest["metadata"]["name"], template["metadata"]["name"]): template
        for key, manifest in objects.items()
        if key.kind == "StatefulSet"
        for template in manifest["spec"].get("volumeClaimTemplates", ())
    }
    names = dict.fromkeys((*(estate.project.model.get("volumes") or {}), *estate.consumers))
    return tuple(_volume(estate, name, claims, templates) for name in sorted(names))


def _volume(
    estate: Estate, name: str, claims: Mapping[str, Manifest], templates: Mapping[tuple[str, str], Manifest]
) -> Volume:
    mounts = tuple(_mounts(estate, name))
    users = {service.host.slug for service in estate.consumers.get(name, ())}
    claim = claim_name(estate, name)
    made = claims.get(claim) or next((templates[slug, claim] for slug in users if (slug, claim) in templates), None)
    if made is None:
        ((kind, _),) = source(estate, name).items()
        stands = _KINDS.get(kind, "a claim that others make" if mounts else "nothing: no service that runs mounts it")
        return Volume(name, stands, "", "", "", mounts)
    spec = made["spec"]
    size = str(spec["resources"]["requests"]["storage"])
    mode = ", ".join(spec.get("accessModes", ()))
    return Volume(name, f"persistentvolumeclaim/{claim}", size, mode, str(spec.get("storageClassName", "")), mounts)


def _mounts(estate: Estate, name: str) -> Iterator[Mount]:
    for service in estate.consumers.get(name, ()):
        own = [(mount, False) for _, container in containers(service) for mount in container.get("volumes") or ()]
        given = [(each.mount, each.read_only) for each in inherited(service)]
        for mount, read_only in (*own, *given):
            if mount.get("type") == "volume" and mount.get("source") == name:
                yield Mount(service.name, str(mount.get("target")), bool(mount.get("read_only")) or read_only)


def secrets(estate: Estate) -> tuple[Secret, ...]:
    """Every key of every remote secret that the estate reads, by name; an external one is read whole."""
    found = [secret for remote in remotes(estate) for secret in _keys(estate, remote)]
    return tuple(sorted(found, key=lambda each: (each.remote, each.key)))


def _keys(estate: Estate, remote: Remote) -> Iterator[Secret]:
    if not remote.needs:
        yield Secret(remote.name, "", "somebody else", _mounting(estate, remote.owner))
    for key, need in remote.needs.items():
        uses = dict.fromkeys(use for path in need.paths for use in _uses(estate, path))
        yield Secret(remote.name, key, _source(estate, need), tuple(uses))


def _source(estate: Estate, need: Need) -> str:
    text = estate.project.relative(need.source) if need.origin in {"file", "mounted"} else need.source
    return _SOURCES[need.origin].format(text)


def _uses(estate: Estate, path: Path) -> Iterator[Use]:
    """Who reads what stands at a path: a service by its own attribute, all who mount a secret or a config."""
    section, name = str(path[0]), str(path[1])
    if section == "secrets":
        yield from _mounting(estate, name)
    elif section == "configs":
        for service in consumers(estate, name):
            yield Use(service.name, f"config {name}")
    elif section == "exposure":
        yield Use(name, "the login at its load balancer")
    else:
        yield Use(name, _place(estate, path))


def _place(estate: Estate, path: Path) -> str:
    """An attribute; of a mount, the path at which it is mounted."""
    value = estate.project.model
    for part in path:
        value = value[part]  # type: ignore[index]
    target = value.get("target") if isinstance(value, dict) else None
    return str(target) if target else path_text(path[_OF_A_SERVICE:])


def _mounting(estate: Estate, name: str) -> tuple[Use, ...]:
    return tuple(estate.memo(_mounts_of_secrets).get(name, ()))


def _mounts_of_secrets(estate: Estate) -> dict[str, list[Use]]:
    """Entry of top-level `secrets:` → who mounts it where."""
    found: dict[str, list[Use]] = {}
    for service in estate:
        for _, container in containers(service):
            for mount in container.get("secrets") or ():
                found.setdefault(str(mount.get("source")), []).append(Use(service.name, secret_target(mount)))
    return found
