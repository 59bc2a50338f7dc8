"""Bind mounts: a path of the Docker host is not there in a cluster, so each one needs another home.

Small files of the project become a ConfigMap, and those with a secret in them go to the secret store. Everything else
is an error that names the ways out.
"""

from __future__ import annotations

from posixpath import basename, splitext
from typing import TYPE_CHECKING, Final, NamedTuple

from longshore.compose.files import within
from longshore.convert.estate.content import (
    Content,
    config_map,
    content,
    hosts_renamed,
    is_code,
    is_text,
    items,
)
from longshore.convert.estate.leaks import Leak, leaks_at, line_of
from longshore.convert.kubernetes.hostnames import renamed
from longshore.convert.kubernetes.names import digest, label
from longshore.convert.secrets.contents import fits
from longshore.convert.secrets.interface import MOST_BYTES
from longshore.model import Approximated, Emit, LocalOnly, Problem, Severity, Unsupported
from longshore.regex import Regex

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from longshore.convert.estate import Estate, Service
    from longshore.model import Effect, Path

SOCKETS: Final = ("docker.sock", "containerd.sock", "podman.sock", "crio.sock", "dockershim.sock")
CLOCKS: Final = frozenset({"/etc/localtime", "/etc/timezone", "/usr/share/zoneinfo"})

_SETTINGS: Final = Regex(r"/(?:usr/local/|opt/[\w.-]{1,99}/)?etc/|/docker-entrypoint(?:-init[\w-]{0,20})?\.d(?:/|$)")
"""Where settings lie, and what an entrypoint runs at a first start."""

_FOLDER_ENDINGS: Final = frozenset({".d", ".git", ".local"})


class Bind(NamedTuple):
    """A bind mount that became a ConfigMap: its name, its files, and whether the target is a directory.

    stored: files with a secret in them, which the secret store keeps. Without others there is no ConfigMap.
    """

    name: str
    files: Mapping[str, bytes]
    directory: bool
    stored: Mapping[str, bytes]


def bind(service: Service, mount: Mapping[str, Any]) -> Bind | None:
    """The ConfigMap that stands for a bind mount of `service`, where one can; computed once."""
    cache = service.memo(_cache)
    key = str(mount.get("source") or ""), bool(mount.get("read_only"))
    if key not in cache:
        cache[key] = _bind(service, key[0], mount)
    return cache[key]


def _cache(_service: Service) -> dict[tuple[str, bool], Bind | None]:
    return {}


def _bind(service: Service, path: str, mount: Mapping[str, Any]) -> Bind | None:
    if not _in_project(service, path) or is_code(service.estate, mount):
        return None
    found = content(service.estate, path)
    if found.trouble or not found.files or _for_writing(service.estate, path, mount):
        return None
    files, _ = hosts_renamed(service.estate, found.files)
    leaks = stored_leaks(service, path)
    if any(not fits(file, files[file]) for file in leaks):
        return None
    relative = service.estate.project.relative(path)
    name = label(f"{service.slug}-{basename(path)}-{digest(service.name, relative)}")
    kept = {file: data for file, data in files.items() if file not in leaks}
    return Bind(name, kept, found.directory, {file: files[file] for file in leaks})


def stored_leaks(service: Service, path: str) -> Mapping[str, Leak]:
    """The files at `path` that the secret store keeps, and why; none where the service consents to a ConfigMap."""
    return {} if "secret-in-file" in service.allowed else leaks_at(service.estate, path)


def _in_project(service: Service, path: str) -> bool:
    return within(path, service.estate.project.directory)


def _for_writing(estate: Estate, path: str, mount: Mapping[str, Any]) -> bool:
    """Is it there to be written? A writable file is that is empty, or no text and no key store: it is no setting."""
    found = content(estate, path)
    if mount.get("read_only") or not any(found.files.values()):
        return not mount.get("read_only")
    kept = any(hit.whole for hit in leaks_at(estate, path).values())
    return not (found.directory or kept or is_text(*found.files.values()))


def bound(service: Service, mount: Mapping[str, Any], at: Path) -> Iterator[Effect]:
    """Translate what a bind mount says of the host: its ConfigMap, and findings.

    Many services may mount one path (by an anchor): what is wrong with it is told once, at the first of them.
    """
    for effect in _bound(service, mount, at):
        if isinstance(effect, Problem):
            yield effect._replace(message=_once(effect.message, effect.code, service, _mount_key(mount)))
        elif isinstance(effect, (Approximated, LocalOnly, Unsupported)):
            yield effect._replace(reason=_once(effect.reason, effect.code, service, _mount_key(mount)))
        else:
            yield effect


def _mount_key(mount: Mapping[str, Any]) -> tuple[str, bool]:
    return str(mount.get("source") or ""), bool(mount.get("read_only"))


def _once(reason: str, code: str, service: Service, key: tuple[str, bool]) -> str:
    """Give the reason to the first service of those it holds for, with the names of the others; nothing to those."""
    groups = service.estate.memo(_alike)
    allowed = code in service.allowed
    if (key, code, allowed) not in groups:
        mounters = service.estate.memo(_mounters).get(key, [])
        groups[key, code, allowed] = [one for one in mounters if (code in one.allowed) == allowed]
    alike = groups[key, code, allowed]
    if not alike[1:] or service.estate.services[service.name] is not service:
        return reason
    if service is not alike[0]:
        return ""
    names = ", ".join(f"`{other.name}`" for other in alike[1:4])
    return f"{reason} (mounted by {names}{f' and {len(alike) - 4} more' if alike[4:] else ''} too)"


def _alike(_estate: Estate) -> dict[tuple[tuple[str, bool], str, bool], list[Service]]:
    return {}


def _mounters(estate: Estate) -> dict[tuple[str, bool], list[Service]]:
    found: dict[tuple[str, bool], list[Service]] = {}
    for service in estate:
        for mount in service.model.get("volumes") or []:
            services = found.setdefault(_mount_key(mount), [])
            if mount.get("type") == "bind" and service not in services[-1:]:
                services.append(service)
    return found


def _targets(estate: Estate) -> dict[tuple[str, bool], list[str]]:
    """Where each path of the host is mounted."""
    found: dict[tuple[str, bool], list[str]] = {}
    for service in estate:
        for mount in service.model.get("volumes") or []:
            found.setdefault(_mount_key(mount), []).append(str(mount.get("target") or ""))
    return found


def _bound(service: Service, mount: Mapping[str, Any], at: Path) -> Iterator[Effect]:
    path = str(mount.get("source") or "")
    if basename(path) in SOCKETS:
        yield _socket(path, at)
    elif path in CLOCKS:
        yield LocalOnly(
            f"`{path}` gives the container the host's time zone; a node's clock runs in UTC",
            "set the variable `TZ` (`TZ: Europe/Paris`) if the program needs a local time",
            at,
            "host-clock",
        )
    elif not _in_project(service, path):
        yield _host_path(service, mount, path, at)
    else:
        yield from _project_path(service, mount, path, at)


def _socket(path: str, at: Path) -> Effect:
    return Unsupported(
        f"`{path}` gives the container all power over the host; a cluster's nodes have no Docker, and no pod may have "
        "that power",
        "what reads it has a counterpart: a proxy (Traefik) is the stack's `exposure`, log and metrics agents are "
        "DaemonSets of the cluster, updates are deployments; to run this container without it, allow `docker-socket`",
        at,
        "docker-socket",
        Severity.ERROR,
    )


def _host_path(service: Service, mount: Mapping[str, Any], path: str, at: Path) -> Effect:
    return Unsupported(
        f"`{path}` is a path of the Docker host, outside the project; no node has it",
        f"data belongs in a named volume{_such_as(service, mount)}; files that are only read belong in the project; "
        "program code belongs in the image; what watches the host itself (metrics, logs) has its counterpart "
        "in the cluster: leave it out, by a profile; to run it without the mount, allow `bind`",
        at,
        "bind",
        Severity.ERROR,
    )


def _project_path(service: Service, mount: Mapping[str, Any], path: str, at: Path) -> Iterator[Effect]:
    relative = service.estate.project.relative(path)
    found = content(service.estate, path)
    made = bind(service, mount)
    if made is None:
        yield _refused(service, mount, relative, found, at)
        return
    if made.files:
        yield Emit(config_map(made.name, made.files))
    _, hits = hosts_renamed(service.estate, found.files)
    yield from renamed(hits, service.estate.hostnames, at)
    if made.stored:
        yield _stored(service, mount, relative, made, at)
    if not mount.get("read_only"):
        yield _written(relative, made, at, only_read=_only_read(service, mount))


def _stored(service: Service, mount: Mapping[str, Any], relative: str, made: Bind, at: Path) -> Problem:
    """Tell that files go to the secret store; the first of them says why."""
    path = str(mount.get("source"))
    file, hit = next(iter(stored_leaks(service, path).items()))
    place = f"{relative}/{file}" if made.directory else relative
    more = len(made.stored) - 1
    others = f" (and so {'do' if more > 1 else 'does'} {more} more of its files)" if more else ""
    return Problem(
        "secret-in-file",
        Severity.WARNING,
        f"`{place}` {hit.sentence}: as a whole it goes to the secret store, not into a ConfigMap{others}",
        stored_help(),
        at,
        line_of(service.estate, f"{path}/{file}" if made.directory else path, hit),
    )


def stored_help() -> str:
    """What to do about a file that goes to the secret store, and how to consent to a ConfigMap."""
    return (
        "`longshore secrets push` stores it; leave it out of Git. If one value is all that is secret, write "
        "`${VARIABLE}` in its place and the text as `configs: {…: {content: …}}`; if it is no secret, allow "
        "`secret-in-file`, and it becomes a ConfigMap"
    )


def _only_read(service: Service, mount: Mapping[str, Any]) -> bool:
    """Is a directory mounted where programs only read, by all who mount it?

    Source: https://refspecs.linuxfoundation.org/FHS_3.0/fhs/ch03s07.html (what lies in /etc is static)
    """
    targets = service.estate.memo(_targets).get(_mount_key(mount), [str(mount.get("target") or "")])
    return all(_SETTINGS.match(target) for target in targets)


def _written(relative: str, made: Bind, at: Path, *, only_read: bool) -> Effect:
    """Tell that nobody can write there; an error for a directory, unless it is one that programs only read."""
    becomes = "becomes a ConfigMap" if made.files else "becomes a Secret"
    if made.directory and not only_read:
        return Approximated(
            f"`{relative}` is mounted to be written, and {becomes}, which nobody can write to",
            "if it is only read, mount it `:ro` (or allow `writable-bind`); data belongs in a named volume, "
            "program code in the image",
            at,
            "writable-bind",
            Severity.ERROR,
        )
    return Approximated(
        f"`{relative}` is mounted to be written, and {becomes}, which nobody can write to",
        "mount it `:ro` if the program only reads it; if it writes, give it a named volume",
        at,
        "writable-bind",
    )


def _refused(service: Service, mount: Mapping[str, Any], relative: str, found: Content, at: Path) -> Effect:
    path = str(mount.get("source"))
    if is_code(service.estate, mount):
        return Unsupported(
            f"`{relative}` is what an image is built from, and is mounted over what the image has, as for development",
            "leave the mount out in a second file, read after this one, by `volumes: !override […]` with the others; "
            "or allow `bind`",
            at,
            "bind",
            Severity.ERROR,
        )
    files, _ = hosts_renamed(service.estate, found.files)
    large = next((file for file in stored_leaks(service, path) if not fits(file, files[file])), None)
    if large is not None and not _for_writing(service.estate, path, mount):
        return Unsupported(
            f"`{f'{relative}/{large}' if found.directory else relative}` has a secret in it, and is too large for the "
            f"secret store: a secret has at most {MOST_BYTES:,} bytes",
            "keep only what is secret in it, and mount the rest from another file; let the program fetch it from a "
            "bucket when it starts; or, if it is no secret, allow `secret-in-file`",
            at,
            "secret-file",
            Severity.ERROR,
        )
    if found.missing and names_file(path):
        return Unsupported(
            f"the file `{relative}` does not exist: Docker would make an empty directory of that name",
            "if a step of the installation makes it, take that step first; a file that only the server has belongs "
            "beside this one, or, with a secret in it, into `secrets: {…: {file: …}}`",
            at,
            "bind",
            Severity.ERROR,
        )
    return _homeless(service, mount, relative, found, at)


def _homeless(service: Service, mount: Mapping[str, Any], relative: str, found: Content, at: Path) -> Effect:
    """Refuse what a ConfigMap cannot hold: data, for the most part."""
    if (found.missing or not (found.trouble or found.files)) and not mount.get("read_only"):
        why = "does not exist: Docker would make an empty directory" if found.missing else "is an empty directory"
        name = volume_for(service, mount)
        return Unsupported(
            f"`{relative}` {why} on the host, for data",
            f"give the data a volume: `{name}:{mount.get('target')}` here, and `{name}:` under `volumes:`; to leave "
            "Docker its directory, write both into a second file, which is read after this one, as `longshore init` "
            "does for a new stack",
            at,
            "bind",
            Severity.ERROR,
        )
    if found.missing:
        why = "does not exist: Docker would mount an empty directory there"
    elif found.trouble:
        why = found.trouble
    elif not found.files:
        why = "is an empty directory of the Docker host"
    else:
        why = "is mounted to be written and holds no text: it keeps data, on the Docker host"
    return Unsupported(
        f"`{relative}` {why}",
        "three ways out: files that are only read belong in `configs:` or, mounted `:ro`, in a ConfigMap of up to "
        f"1 MiB; data belongs in a named volume{_such_as(service, mount)}; program code belongs in the image",
        at,
        "bind",
        Severity.ERROR,
    )


def names_file(path: str) -> bool:
    """Is it the name of a file, as far as its ending tells?"""
    ending = splitext(path)[1]
    return bool(ending[1:]) and ending not in _FOLDER_ENDINGS


def _such_as(service: Service, mount: Mapping[str, Any]) -> str:
    return "" if mount.get("read_only") else f", such as `{volume_for(service, mount)}:{mount.get('target')}`"


def volume_for(service: Service, mount: Mapping[str, Any]) -> str:
    """Name the volume that would take the place of a bind mount: `db-data`."""
    stem = basename(str(mount.get("source") or "").rstrip("/")).strip(".")
    path, mounters = str(mount.get("source") or ""), service.estate.memo(_mounters)
    mounting = (*mounters.get((path, True), ()), *mounters.get((path, False), ()))
    if all(other.name == service.name for other in mounting) or not stem:
        stem = f"{service.slug}-{stem if stem not in {'', service.slug} else 'data'}"
    return label(stem)


def bind_items(made: Bind) -> dict[str, Any]:
    """The pod volume that mounts the ConfigMap of a bind."""
    return {"name": made.name, "items": items(made.files)}
