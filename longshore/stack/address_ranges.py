"""Lists of address ranges in a stack file: each must be one, written as networks are."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import TYPE_CHECKING

from longshore.decoding.errors import Wrong

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.model import Path


def networks(place: Path, ranges: tuple[str, ...]) -> Iterator[tuple[Path, IPv4Network] | Wrong]:
    """Read the ranges at `place`: each with its own place, or what is wrong with it."""
    for index, text in enumerate(ranges):
        at = (*place, index)
        try:
            found = IPv4Network(text, strict=False)
        except ValueError as error:
            yield Wrong(at, f"is no address range: {error}", "such as `203.0.113.0/24`")
            continue
        if str(found) == text:
            yield at, found
        else:
            yield Wrong(at, f"`{text}` has bits set behind its prefix", f"write `{found}`")
