"""Files of the project that containers are given: what stands in a bind mount or a config, and the ConfigMap of it.

Everything is read through `project.files`, once, and within bounds: a ConfigMap holds one mebibyte.
"""

from __future__ import annotations

import re
from base64 import b64encode
from posixpath import basename
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from longshore.compose.files import within
from longshore.convert.kubernetes.hostnames import rewrite
from longshore.convert.kubernetes.kinds import new
from longshore.convert.kubernetes.names import digest
from longshore.model import ObjectKey

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from longshore.compose import Project
    from longshore.convert.estate import Estate
    from longshore.model import Manifest

LIMIT: Final = 1 << 20
"""Bytes that a ConfigMap may hold: https://kubernetes.io/docs/concepts/configuration/configmap/"""

MOST_BYTES: Final = 64 << 20
"""Of all files that the services of a project are given; they are held in memory until it is converted."""

MOST: Final = 500
"""Files that one directory may bring; more is an application, not its configuration."""

EXECUTABLE: Final = 0o755

_KEY: Final = r"[-._a-zA-Z0-9]{1,253}"
_REFUSED: Final = r"[^-._a-zA-Z0-9]+"


class Content(NamedTuple):
    """What is at a path. files: path below it → content; a single file is under its own name.

    missing: nothing is there. trouble: why the files cannot become a ConfigMap, said of `path`; empty if they can.
    """

    files: Mapping[str, bytes]
    directory: bool = False
    missing: bool = False
    trouble: str = ""


def content(estate: Estate, path: str) -> Content:
    """Read what is at an absolute path inside the project; the same path is read once."""
    cache = estate.memo(_Cache)
    if path not in cache:
        found = _content(estate.project, path)
        size = sum(map(len, found.files.values()))
        if size > cache.room:
            found, size = Content({}, found.directory, trouble=TOO_MUCH), 0
        cache.room -= size
        cache[path] = found
    return cache[path]


class _Cache(dict[str, Content]):
    """Path → what is there. room: bytes that files may still have."""

    def __init__(self, _estate: Estate) -> None:
        super().__init__()
        self.room = MOST_BYTES


def _content(project: Project, path: str) -> Content:
    files, root = project.files, project.files.real(project.directory)
    if not within(files.real(path), root):
        return Content({}, trouble="lies outside the project")
    kind = files.kind(path)
    if kind == "missing":
        return Content({}, missing=True, trouble="does not exist")
    if kind == "other":
        return Content({}, trouble="is no regular file")
    found: dict[str, bytes] = {}
    trouble = ""
    try:
        if kind == "file":
            found[basename(path)] = files.read(path)
            trouble = "" if len(found[basename(path)]) <= LIMIT else TOO_LARGE
        else:
            trouble = _collect(project, path, "", root, found)
    except OSError as error:
        trouble = f"cannot be read ({error.strerror or type(error).__name__})"
    return Content({} if trouble else found, kind == "directory", trouble=trouble)


TOO_MUCH: Final = f"brings all that is mounted to more than {MOST_BYTES >> 20} MiB"
TOO_LARGE: Final = "is larger than the mebibyte that a ConfigMap holds"


def _collect(project: Project, path: str, below: str, root: str, found: dict[str, bytes]) -> str:
    """Read a directory into `found`; gives the trouble that ended it."""
    for name in project.files.list(path):
        inner, relative = f"{path}/{name}", f"{below}{name}"
        kind = project.files.kind(inner)
        if kind == "directory":
            real = project.files.real(inner)
            if within(project.files.real(path), real) or not within(real, root):
                return f"holds `{relative}`, a link that leads out of it"
            trouble = _collect(project, inner, f"{relative}/", root, found)
            if trouble:
                return trouble
        elif kind == "file":
            if not within(project.files.real(inner), root):
                return f"holds `{relative}`, a link that leads out of the project"
            if len(found) == MOST:
                return f"holds more than {MOST} files"
            found[relative] = project.files.read(inner)
            if sum(map(len, found.values())) > LIMIT:
                return TOO_LARGE
        else:
            return f"holds `{relative}`, which is no regular file"
    return ""


def is_code(estate: Estate, mount: Mapping[str, Any]) -> bool:
    """Does a bind mount lay a program's source over the image that is built from it, as for development?"""
    path = str(mount.get("source") or "")
    return not mount.get("read_only") and any(within(context, path) for context in estate.memo(_contexts))


def _contexts(estate: Estate) -> tuple[str, ...]:
    """The directories that images are built from, absolute."""
    builds = (service.model.get("build") or {} for service in estate)
    return tuple({str(build["context"]): None for build in builds if str(build.get("context") or "").startswith("/")})


def named_texts(estate: Estate, path: str) -> Iterator[tuple[str, str]]:
    """(name as it is shown, text) of every text file at an absolute path inside the project."""
    found = content(estate, path)
    for file, data in found.files.items():
        text = _text(data)
        if text is not None:
            yield estate.project.shown(f"{path}/{file}" if found.directory else path), text


def texts_in(estate: Estate, path: str) -> Iterator[str]:
    """The text of every file at an absolute path inside the project."""
    return (text for _, text in named_texts(estate, path))


def _text(data: bytes) -> str | None:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text


def is_text(*contents: bytes) -> bool:
    """Is all of it text?"""
    return all(_text(data) is not None for data in contents)


def keys(files: Mapping[str, bytes]) -> dict[str, str]:
    """Path → key in the ConfigMap: the path itself where it may be a key, else a clean form and a hash."""
    return {
        path: path
        if re.fullmatch(_KEY, path) and path not in {".", ".."}
        else f"{re.sub(_REFUSED, '_', path)[:200]}.{digest(path)}"
        for path in files
    }


def items(files: Mapping[str, bytes]) -> list[dict[str, Any]]:
    """List the files for a volume; a script, which a bind mount would leave executable, is made so."""
    return [
        {"key": key, "path": path, **({"mode": EXECUTABLE} if files[path].startswith(b"#!") else {})}
        for path, key in keys(files).items()
    ]


def hosts_renamed(estate: Estate, files: Mapping[str, bytes]) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """Rewrite host names that Kubernetes does not allow in all text files; gives the old names that were found."""
    renames = estate.hostnames
    if not renames:
        return dict(files), ()
    found: dict[str, None] = {}
    changed: dict[str, bytes] = {}
    for path, data in files.items():
        text = _text(data)
        changed[path] = data
        if text is not None:
            text, hits = rewrite(text, renames, file=True)
            found.update(dict.fromkeys(hits))
            changed[path] = text.encode() if hits else data
    return changed, tuple(found)


def config_map(name: str, files: Mapping[str, bytes]) -> Manifest:
    """Write a ConfigMap: text as `data`, anything else as `binaryData`."""
    data: dict[str, str] = {}
    binary: dict[str, str] = {}
    for path, key in keys(files).items():
        text = _text(files[path])
        if text is None:
            binary[key] = b64encode(files[path]).decode()
        else:
            data[key] = text
    return new(ObjectKey("ConfigMap", name), **{k: v for k, v in (("data", data), ("binaryData", binary)) if v})


def content_digest(files: Mapping[str, bytes]) -> str:
    """Sixteen hex digits that change with any file; never computed from a secret."""
    from hashlib import sha256  # noqa: PLC0415  loads all of OpenSSL, and few estates need it

    total = sha256()
    for path, data in sorted(files.items()):
        total.update(f"{len(path)} {path} {len(data)} ".encode())
        total.update(data)
    return total.hexdigest()[:16]
