"""What `docker buildx bake --metadata-file` wrote: which image came of each target.

Nothing else of the file is read: beside it stand the arguments of builds, which may hold secrets.
Source: https://docs.docker.com/reference/cli/docker/buildx/bake/#metadata-file
"""

from __future__ import annotations

import json
from typing import Final, NamedTuple

from longshore.regex import Regex

_DIGEST: Final = Regex(r"sha256:[0-9a-f]{64}")


class Came(NamedTuple):
    """names: under which the image was pushed. digest: of what was pushed."""

    names: tuple[str, ...]
    digest: str


class NoMetadataError(Exception):
    """Why a file is not what a builder wrote, as a sentence without what stands in it."""


def read_metadata(text: str) -> dict[str, Came]:
    """Target → what came of it, for those with an image.

    Raises:
        NoMetadataError: it is no such file.
    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise NoMetadataError("it is no JSON") from None
    if not isinstance(found, dict):
        raise NoMetadataError("it is no mapping of targets")
    came: dict[str, Came] = {}
    for target, each in found.items():
        digest = str(each.get("containerimage.digest") or "") if isinstance(each, dict) else ""
        if _DIGEST.fullmatch(digest):
            names = (name.strip() for name in str(each.get("image.name") or "").split(","))
            came[target] = Came(tuple(filter(None, names)), digest)
    if not came:
        raise NoMetadataError(
            "it names no image: `docker buildx bake --push --metadata-file FILE` writes one that does"
        )
    return came
