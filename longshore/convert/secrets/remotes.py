"""Every remote secret that a project reads: its name in the backend, its keys, and what the Secret made of it is named.

The manifests, `longshore secrets` and the reports all read this, so they cannot disagree.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from longshore.convert.estate.binds import bind
from longshore.convert.estate.configs import config, consumers
from longshore.convert.estate.content import content
from longshore.convert.estate.storage import containers
from longshore.convert.kubernetes.names import digest, label
from longshore.convert.secrets.contents import VALUE, key_of
from longshore.convert.secrets.needs import Need, needs
from longshore.regex import Regex

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from longshore.convert.estate import Estate, Service
    from longshore.convert.options import Options
    from longshore.model import Path

SHARED: Final = "_shared"
"""Folder of the remote secrets that are files: several services may read one."""

_NAME: Final = Regex(r"[A-Za-z0-9/_+=.@-]{1,200}")
_REFUSED: Final = Regex(r"[^A-Za-z0-9/_+=.@-]+")
_LONGEST: Final = 180


class Remote(NamedTuple):
    """One remote secret that the manifests read.

    name: its path in the backend. owner: the compose service, the entry of top-level `secrets:` or `configs:`, or the
    file (its path below the project) that it belongs to. shared: it is a file, with one key. external: somebody else
    owns it; it is read whole. secret: of a file, what the Secret made of it is called, without the version.
    """

    name: str
    owner: str
    needs: Mapping[str, Need]
    shared: bool = False
    external: bool = False
    secret: str = ""


def folder(options: Options) -> str:
    """Where all remote secrets of one team in one environment live: `dev/shop/`."""
    return f"{options.secrets.prefix}{options.environment}/{options.team}/"


def remote_key(options: Options, service: Service) -> str:
    """Name of the remote secret of one service: `dev/shop/orders`."""
    return f"{folder(options)}{service.slug}"


def remotes(estate: Estate) -> tuple[Remote, ...]:
    """Every remote secret that the project reads: those of services, of `secrets:`, and of files that are mounted."""
    return estate.memo(_remotes)


def _remotes(estate: Estate) -> tuple[Remote, ...]:
    own = (Remote(remote_key(estate.options, service), service.name, needs(service)) for service in estate)
    shared = (shared_remote(estate, name) for name in mounted_secrets(estate))
    return (*(remote for remote in own if remote.needs), *shared, *_stored(estate))


def mounted_secrets(estate: Estate) -> tuple[str, ...]:
    """Entries of compose's top-level `secrets:` that some container mounts."""
    return estate.memo(_mounted_secrets)


def _mounted_secrets(estate: Estate) -> tuple[str, ...]:
    models = (container for service in estate for _, container in containers(service))
    used = {mount.get("source") for container in models for mount in container.get("secrets") or []}
    return tuple(sorted(used & (estate.project.model.get("secrets") or {}).keys()))


def shared_remote(estate: Estate, name: str) -> Remote:
    """The remote secret behind one entry of top-level `secrets:`: `dev/shop/_shared/tls_key`."""
    declared: Mapping[str, Any] = (estate.project.model.get("secrets") or {}).get(name) or {}
    made = f"secret-{name}"
    if declared.get("external"):
        return Remote(str(declared.get("name") or name), name, {}, shared=True, external=True, secret=made)
    if "environment" in declared:
        key, need = VALUE, Need(VALUE, "variable", str(declared["environment"]), (("secrets", name, "environment"),))
    else:
        path = str(declared.get("file") or "")
        key = key_of(path, next(iter(content(estate, path).files.values()), None))
        need = Need(key, "file", path, (("secrets", name, "file"),))
    return Remote(f"{folder(estate.options)}{SHARED}/{name}", name, {key: need}, shared=True, secret=made)


def file_remote(estate: Estate, path: str, data: bytes, *at: Path) -> Remote:
    """The remote secret that a mounted file is: `dev/shop/_shared/files/certs/key.pem`.

    path: absolute. at: where compose mounts it.
    """
    relative, key = estate.project.relative(path), key_of(path, data)
    name = relative if _NAME.fullmatch(relative) else f"{_REFUSED.sub('_', relative)[:_LONGEST]}.{digest(relative)}"
    return Remote(
        f"{folder(estate.options)}{SHARED}/files/{name}",
        relative,
        {key: Need(key, "mounted", path, at)},
        shared=True,
        secret=label(f"file-{relative}-{digest(relative)}"),
    )


def config_remote(estate: Estate, name: str) -> Remote:
    """The remote secret that the text of a config in the compose file is: `dev/shop/_shared/configs/app`."""
    need = Need(VALUE, "content", name, (("configs", name, "content"),))
    made = config(estate, name).name
    return Remote(f"{folder(estate.options)}{SHARED}/configs/{name}", name, {VALUE: need}, shared=True, secret=made)


def stored_remotes(estate: Estate, name: str) -> dict[str, Remote]:
    """What the secret store keeps of the config `name`: path below it → the remote secret."""
    found, path = config(estate, name), config(estate, name).path
    if not path:
        return {file: config_remote(estate, name) for file in found.stored}
    at = ("configs", name, "file")
    return {
        file: file_remote(estate, f"{path}/{file}" if found.directory else path, data, at)
        for file, data in found.stored.items()
    }


def bound_remotes(service: Service, mount: Mapping[str, Any], *at: Path) -> dict[str, Remote]:
    """The same for a bind mount of a service."""
    made, path = bind(service, mount), str(mount.get("source") or "")
    if made is None:
        return {}
    return {
        file: file_remote(service.estate, f"{path}/{file}" if made.directory else path, data, *at)
        for file, data in made.stored.items()
    }


def _stored(estate: Estate) -> tuple[Remote, ...]:
    """Files with secrets in them, each once, with every place that mounts it."""
    found: dict[str, Remote] = {}
    for remote in _all_stored(estate):
        before = found.get(remote.name)
        if before:
            ((key, need),) = remote.needs.items()
            remote = before._replace(needs={key: need._replace(paths=(*before.needs[key].paths, *need.paths))})  # noqa: PLW2901
        found[remote.name] = remote
    return tuple(found[name] for name in sorted(found))


def _all_stored(estate: Estate) -> Iterator[Remote]:
    for service in estate:
        for at, container in containers(service):
            for index, mount in enumerate(container.get("volumes") or ()):
                if mount.get("type") == "bind":
                    yield from bound_remotes(service, mount, (*at, "volumes", index)).values()
    for name in estate.project.model.get("configs") or ():
        if consumers(estate, name):
            yield from stored_remotes(estate, name).values()


def remote_keys(estate: Estate) -> dict[str, tuple[str, ...]]:
    """Every remote secret that the project reads, with its properties; none for an external one, read whole."""
    return {remote.name: tuple(remote.needs) for remote in remotes(estate)}
