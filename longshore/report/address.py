"""Where the page of a finding stands, and by what a finding is known again in the next run."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from longshore.model import path_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from longshore.report.findings import Place

_SAFE = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/")


def page(code: str, documentation: str) -> str:
    """The address of the page of a code; where nobody publishes it, the command that prints the same.

    documentation: where `docs/` is published, or empty.
    """
    return f"{documentation.rstrip('/')}/findings/{code}.md" if documentation else f"longshore explain {code}"


def fingerprints(places: Iterable[Place]) -> Iterator[str]:
    """Give each finding a digest that stays while lines move: of its code, file, path and message, all without secrets.

    Where several have the same, the later ones count on, so that no two are equal.
    """
    seen: dict[tuple[str, ...], int] = {}
    for finding, span in places:
        same = (finding.code, span.file if span else "", path_text(finding.path), finding.message)
        number = seen[same] = seen.get(same, -1) + 1
        yield sha256("\0".join((*same, str(number))).encode()).hexdigest()


def uri(file: str) -> str:
    """Write the name of a file as a relative reference, or as `file:` where it is absolute (RFC 3986)."""
    quoted = "".join(each if each in _SAFE else "".join(f"%{byte:02X}" for byte in each.encode()) for each in file)
    return f"file://{quoted}" if file.startswith("/") else quoted
