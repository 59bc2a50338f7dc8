"""What a stack file may say of images: which of them run.

Imports no pulumi.
"""

from __future__ import annotations

from dataclasses import dataclass

from longshore.decoding.types import Section


@dataclass(frozen=True, slots=True)
class ImagesSettings(Section):
    """Which images run."""

    lock: str = ""
    """The file that `longshore images lock` writes, relative to the project; left out: names are not fixed."""
