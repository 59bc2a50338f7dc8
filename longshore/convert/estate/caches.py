"""The name by which a cluster pulls an image that its platform keeps: that of the cache, where there is one.

Everything else is judged by the name that people wrote: what is known of an image, its tag, and what the lock holds.
Source: https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-working-pulling.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from longshore.convert.estate.images import parse, valid
from longshore.convert.estate.pulling import registry, repository_in

if TYPE_CHECKING:
    from longshore.convert.options import Images

CACHES: Final = "images.caches"
DOCKER_HUB: Final = "docker.io"


def by_cache(reference: str, images: Images) -> str:
    """The name in the cache; the reference itself where nothing keeps its registry."""
    if not images.caches or not valid(reference):
        return reference
    cache = images.caches.get(registry(reference) or DOCKER_HUB)
    if not cache:
        return reference
    image = parse(reference)
    tag = f":{image.tag}" if image.tag else ""
    return f"{cache}/{repository_in(reference)}{tag}" + (f"@{image.digest}" if image.digest else "")
