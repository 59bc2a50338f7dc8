"""Image references: their parts, and whether they are any. What is known of an image is in `image_facts`."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from longshore.regex import Regex


class Image(NamedTuple):
    """The parts of `registry/repository:tag@digest`; tag and digest are empty where they are not given."""

    repository: str
    tag: str
    digest: str

    @property
    def short(self) -> str:
        """The repository as people say it: without Docker Hub's host and `library/`."""
        return self.repository.removeprefix("docker.io/").removeprefix("library/")

    @property
    def mutable(self) -> bool:
        """May the same reference name another image tomorrow by design? No tag and `latest` do."""
        return not self.digest and self.tag in {"", "latest"}


@lru_cache(maxsize=1024)
def parse(reference: str) -> Image:
    """Split an image reference.

    Source: https://github.com/distribution/reference/blob/main/reference.go (a colon after the last slash is a tag)
    """
    name, _, digest = reference.partition("@")
    slash = name.rfind("/")
    colon = name.rfind(":")
    if colon > slash:
        return Image(name[:colon], name[colon + 1 :], digest)
    return Image(name, "", digest)


_HOST: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_PART: Final = r"[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*"
_REFERENCE: Final = Regex(
    rf"(?:(?:{_HOST}(?:\.{_HOST})*|\[[0-9a-fA-F:]+\])(?::[0-9]+)?/)?{_PART}(?:/{_PART})*(?::[\w][\w.-]{{0,127}})?"
    r"(?:@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})?",
    re.ASCII,
)


@lru_cache(maxsize=1024)
def valid(reference: str) -> bool:
    """Is this an image reference? A node would not even ask a registry for anything else.

    Source: https://github.com/distribution/reference/blob/main/reference.go (the grammar at its top)
    """
    return bool(_REFERENCE.fullmatch(reference))
