"""Images that the lock of the stack does not hold: which one runs is decided when a node pulls it, and not before.

Where `longshore:images` names a lock, each image that a container or a volume names is to stand in it with its digest,
so that a release is what was tested, on every node and after every restart. A warning, in production an error. Where
`longshore:images` names a repository for what is built, nothing else names a build: it is an error where manifests are
applied, and a warning where they are looked at, since builds are pushed before a deployment and not before a review.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.estate.images import parse, valid
from longshore.convert.estate.pulling import unpullable
from longshore.convert.estate.run_images import locked, pushed_to, run_image
from longshore.convert.registry import service_policy
from longshore.model import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.model import Effect, Path


@service_policy
def locked_images(service: Service) -> Iterator[Effect]:
    """Tell of images without a digest, where there is a lock."""
    images = service.options.images
    if not images.lock:
        return
    for path, reference in _named(service):
        if not valid(reference) or parse(reference).digest:
            continue
        strict = service.options.production
        if path in {("image",), ("build",)} and service.model.get("build"):
            strict = not images.awaited if pushed_to(service) else strict
            yield Problem(
                "not-locked",
                Severity.ERROR if strict else Severity.WARNING,
                f"`{reference}` is built here, and {images.lock} does not say which build is to run",
                "`longshore images push` builds it where it is not there yet, and writes down what came of it",
                path,
            )
        else:
            yield Problem(
                "not-locked",
                Severity.ERROR if strict else Severity.WARNING,
                f"`{reference}` does not stand in {images.lock}: a node that pulls it decides what runs",
                "`longshore images lock --resolve` asks the registry and writes it down",
                path,
            )


def _named(service: Service) -> Iterator[tuple[Path, str]]:
    """Each image that the service's pod names, with the place that names it."""
    images = service.options.images
    if not unpullable(service):
        path = ("image",) if service.model.get("image") else ("build",)
        yield path, run_image(service).reference
    for index, hook in enumerate(service.model.get("pre_start") or ()):
        if hook.get("image") and hook["image"] != service.model.get("image"):
            yield ("pre_start", index, "image"), locked(str(hook["image"]), images).reference
    for index, mount in enumerate(service.model.get("volumes") or ()):
        if mount.get("type") == "image" and mount.get("source"):
            yield ("volumes", index, "source"), locked(str(mount["source"]), images).reference
