"""What a lock comes to hold: what a builder made, and what registries say that names mean today."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from longshore.convert.estate.caches import DOCKER_HUB
from longshore.convert.estate.images import parse, valid
from longshore.convert.estate.pulling import registry, repository_in, unpullable
from longshore.convert.estate.run_images import pushed_to
from longshore.images.changes import changed
from longshore.images.lock import Built, Lock
from longshore.images.names import Wanted, full_name
from longshore.images.pushing import names_to_push

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from longshore.convert.estate import Estate, Service
    from longshore.images.inputs import Inputs
    from longshore.images.metadata import Came


class WrongNameError(Exception):
    """An image was not pushed under a name by which a cluster pulls it, as a sentence."""


def with_builds(lock: Lock, estate: Estate, came: Mapping[str, Came], inputs: Inputs) -> Lock:
    """Add what a builder made. came: service → its image, as the builder says.

    Raises:
        WrongNameError: an image was not pushed under the name that runs, or that is none for a cluster.
    """
    built = dict(lock.built)
    for name, image in came.items():
        runs = names_to_push(estate, name, inputs)[-1]
        if full_name(runs) not in set(map(full_name, image.names)):
            others = ", ".join(image.names)
            raise WrongNameError(f"the image of `{name}` runs as {runs}, and the builder named it {others}")
        if not registry(runs) and "/" not in parse(runs).short:
            raise WrongNameError(f"the image of `{name}` is called {runs}, where on Docker Hub nobody may push")
        built[name] = Built(f"{runs}@{image.digest}", inputs.digest(name))
    return replace(lock, built=built)


def builds_to_resolve(lock: Lock, estate: Estate, inputs: Inputs) -> dict[str, Wanted]:
    """Service → what to ask for its build, which may be there already, since its tag says what it was built from."""
    wanted = {}
    for name in changed(lock, estate, inputs):
        service = estate.services.get(name)
        if service and pushed_to(service):
            wanted[name] = _wanted(names_to_push(estate, name, inputs)[-1])
    return wanted


def with_found(lock: Lock, estate: Estate, found: Mapping[str, str], inputs: Inputs) -> Lock:
    """Add builds that are there already. found: service → digest."""
    built = {
        name: Built(f"{names_to_push(estate, name, inputs)[-1]}@{digest}", inputs.digest(name))
        for name, digest in found.items()
    }
    return replace(lock, built={**lock.built, **built})


def to_resolve(estate: Estate) -> dict[str, Wanted]:
    """Each name that is pulled and is no digest → what to ask which registry."""
    return {
        reference: _wanted(reference)
        for service in estate
        for reference in _pulled(service)
        if valid(reference) and not parse(reference).digest
    }


def _wanted(reference: str) -> Wanted:
    return Wanted(registry(reference) or DOCKER_HUB, repository_in(reference), parse(reference).tag or "latest")


def _pulled(service: Service) -> Iterator[str]:
    """The names of images that the service's pod pulls and nobody builds here, as they are written."""
    model = service.model
    if not model.get("build") and not unpullable(service):
        yield service.settings.image or str(model.get("image") or "")
    for hook in model.get("pre_start") or ():
        if hook.get("image") and hook["image"] != model.get("image"):
            yield str(hook["image"])
    for mount in model.get("volumes") or ():
        if mount.get("type") == "image" and mount.get("source"):
            yield str(mount["source"])
