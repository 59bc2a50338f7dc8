"""The lock of a stack: which image each name meant when somebody looked, and which builds came of which inputs.

`longshore images lock` writes it; a stack whose `longshore:images` names it runs these images and no others. The names
are those that compose files and stack files have, so that an entry for another name counts for nothing.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import TypeAdapter

from longshore.compose.source import MOST_BYTES
from longshore.convert.options import Images
from longshore.decoding.errors import decode
from longshore.decoding.types import Named, Section, text
from longshore.model import Finding, Severity, Span, path_text

if TYPE_CHECKING:
    from longshore.compose.files import Files

VERSION: Final = 1
NAME: Final = "images.lock.json"
"""Where it lies unless a stack or a flag says otherwise."""

Digest = Annotated[str, text(r"sha256:[0-9a-f]{64}", "a digest, `sha256:` with 64 hexadecimal digits")]
Fixed = Annotated[str, text(r"[^@\s]+@sha256:[0-9a-f]{64}", "a reference with a digest, `name:tag@sha256:…`")]


@dataclass(frozen=True, slots=True)
class Built(Section):
    """The image that was built for a service. inputs: the digest of what it was built from."""

    image: Fixed
    inputs: Digest


@dataclass(frozen=True, slots=True)
class Lock(Section):
    """pulled: a name as it is written → the digest of the image. built: service → its image."""

    version: int = VERSION
    pulled: Named[Digest] = field(default_factory=dict)
    built: Named[Built] = field(default_factory=dict)


_LOCK: Final = TypeAdapter(Lock)


class UnreadableLockError(Exception):
    """The file is no lock that can be used; `finding` says where and what to do."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


def read_lock(files: Files, path: str, name: str) -> Lock | None:
    """Read a lock; None where there is none yet. name: how messages call it.

    Raises:
        UnreadableLockError: it can't be read, or is no lock of this version.
    """
    kind = files.kind(path)
    if kind == "missing":
        return None
    if kind != "file":
        raise _unreadable("this is no file", name)
    try:
        data = files.read(path)
        value = json.loads(data.decode("utf-8"))
    except OSError as error:
        raise _unreadable(f"it can't be read: {error.strerror}", name) from None
    except (UnicodeError, RecursionError):
        raise _unreadable("this is no JSON", name) from None
    except json.JSONDecodeError as error:
        raise _unreadable("this is no JSON", name, error.lineno, error.colno) from None
    if len(data) > MOST_BYTES:
        raise _unreadable(f"it has more than {MOST_BYTES >> 20} MiB", name)
    if not isinstance(value, dict) or value.get("version") != VERSION:
        raise _unreadable(f"this is no lock of version {VERSION}, which is read here", name)
    decoded = decode(_LOCK, value)
    if decoded.settings is None:
        wrong = decoded.wrong[0]
        raise _unreadable(f"`{path_text(wrong.path)}` {wrong.message}", name)
    return decoded.settings


def images_of(lock: Lock | None, name: str, repository: str) -> Images:
    """Say to the converter what a lock holds; one that is not there yet holds nothing."""
    lock = lock or Lock()
    return Images(repository, name, dict(lock.pulled), {service: built.image for service, built in lock.built.items()})


def lock_text(lock: Lock) -> str:
    """Write a lock, sorted, so that a change of one image changes its lines alone."""
    return json.dumps(asdict(lock), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _unreadable(reason: str, name: str, line: int = 1, column: int = 1) -> UnreadableLockError:
    return UnreadableLockError(
        Finding(
            "image-lock",
            Severity.ERROR,
            f"{name} says nothing of images: {reason}",
            "`longshore images lock` writes it anew; an earlier version of it is in Git",
            span=Span(name, line, column),
        )
    )
