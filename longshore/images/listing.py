"""Which images a project needs: those that must be built and pushed first, and those that are pulled, from where.

Containers of services, their `pre_start` hooks and image volumes name images; a service with a `build` names one that
does not exist before somebody has built it.
"""

from __future__ import annotations

import os.path
from typing import TYPE_CHECKING, Any, NamedTuple

from longshore.compose.references import visible
from longshore.convert.estate.caches import DOCKER_HUB
from longshore.convert.estate.images import parse, valid
from longshore.convert.estate.pulling import registry, repository_in, unpullable
from longshore.convert.estate.run_images import locked, run_image
from longshore.convert.secrets.detection.masks import conceal
from longshore.convert.secrets.logins import without_login

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from longshore.convert.estate import Estate, Service


class Build(NamedTuple):
    """What an image is built from. context, dockerfile: as a builder in the folder that was asked for reads them."""

    context: str
    dockerfile: str
    target: str
    platforms: tuple[str, ...]


class Listed(NamedTuple):
    """One image that a service needs.

    use: what for, `container`, `pre_start` or `volume`. image: its whole name, empty where nothing names it.
    setting: what of the stack names it; empty where the compose file does. trouble: why no cluster can pull it.
    """

    service: str
    use: str
    image: str
    setting: str
    registry: str
    repository: str
    tag: str
    digest: str
    build: Build | None
    trouble: str


def listed(estate: Estate, directory: str) -> list[Listed]:
    """List the images of all services by their names, with paths of builds relative to `directory`."""
    return [each for _, service in sorted(estate.services.items()) for each in _of(service, directory)]


def _of(service: Service, directory: str) -> Iterator[Listed]:
    build = _build(service.model, directory)
    reference, setting = run_image(service)
    trouble = unpullable(service)
    if not reference:
        trouble = "nothing names it but the machine that builds it" if build else "nothing names it"
    yield _listed(service, "container", reference, setting=setting, build=build, trouble=trouble)
    for hook in service.model.get("pre_start") or ():
        if hook.get("image") and hook["image"] != service.model.get("image"):
            run = locked(str(hook["image"]), service.options.images)
            yield _listed(service, "pre_start", run.reference, setting=run.setting)
    for mount in service.model.get("volumes") or ():
        if mount.get("type") == "image" and mount.get("source"):
            run = locked(str(mount["source"]), service.options.images)
            yield _listed(service, "volume", run.reference, setting=run.setting)


def _listed(
    service: Service, use: str, reference: str, *, setting: str = "", build: Build | None = None, trouble: str = ""
) -> Listed:
    shown = without_login(visible(reference))
    if not valid(reference):
        trouble = trouble or ("it is no image reference" if reference else "")
        return Listed(service.name, use, shown, setting, "", "", "", "", build, trouble)
    image, host = parse(reference), registry(reference)
    repository = repository_in(reference)
    return Listed(
        service.name, use, shown, setting, host or DOCKER_HUB, repository, image.tag, image.digest, build, trouble
    )


def _build(model: Mapping[str, Any], directory: str) -> Build | None:
    build = model.get("build")
    if not build:
        return None
    context = str(build["context"])
    platforms = build.get("platforms") or [each for each in [model.get("platform")] if each]
    return Build(
        os.path.relpath(context, directory) if context.startswith("/") else conceal(without_login(visible(context))),
        "" if build.get("dockerfile_inline") else str(build.get("dockerfile") or ""),
        str(build.get("target") or ""),
        tuple(platforms),
    )
