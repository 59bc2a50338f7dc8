"""Names of images as registries have them, with what people leave out of those on Docker Hub.

Source: https://github.com/distribution/reference/blob/main/normalize.go
"""

from __future__ import annotations

from typing import NamedTuple

from longshore.convert.estate.caches import DOCKER_HUB
from longshore.convert.estate.images import parse
from longshore.convert.estate.pulling import registry, repository_in


class Wanted(NamedTuple):
    """host: of the registry, `docker.io` for Docker Hub. repository: as the registry calls it. tag: never empty."""

    host: str
    repository: str
    tag: str


def full_name(reference: str) -> str:
    """The whole name, with registry and tag and without a digest: two that are equal name the same image."""
    return f"{registry(reference) or DOCKER_HUB}/{repository_in(reference)}:{parse(reference).tag or 'latest'}"
