"""What a stack file may say of images: where those that are built are pushed, and which run.

Imports no pulumi.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from longshore.decoding.types import Section, text


@dataclass(frozen=True, slots=True)
class ImagesSettings(Section):
    """Where images that are built go, and which run."""

    repository: Annotated[
        str,
        text(
            r"(?:localhost|[a-z0-9-]+(?:\.[a-z0-9-]+)+)(?::[0-9]+)?(?:/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)+",
            "a registry with a path in it, `registry.example.com/shop`",
        ),
    ] = ""
    """Where what is built is pushed, each image under the name of its service; left out: as compose names it."""
    lock: str = ""
    """The file that `longshore images lock` writes, relative to the project; left out: names are not fixed."""
