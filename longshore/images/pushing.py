"""The names under which an image that is built here is pushed: those by which it is pulled again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from longshore.convert.estate.images import parse
from longshore.convert.estate.run_images import pushed_to

if TYPE_CHECKING:
    from longshore.convert.estate import Estate
    from longshore.images.inputs import Inputs

_TAG: Final = slice(len("sha256:"), len("sha256:") + 20)


def names_to_push(estate: Estate, name: str, inputs: Inputs) -> list[str]:
    """Give the names for the image of a service with a `build`; the last one is the one that runs.

    Where the stack has a repository for what is built, the tag is the digest of the inputs: a tag that is there names
    what would be built, on any machine. Else what the stack file says that the service runs, without a digest, which
    comes of the build; else what the compose file says, as `docker compose build` does: the `tags` and the `image`, or
    the name that compose gives.

    Raises:
        OSError: a file that is built from can't be read, where the tag is made of it.
    """
    service = estate.services.get(name)
    if service and (repository := pushed_to(service)):
        return [f"{repository}:{inputs.digest(name)[_TAG]}"]
    if service and service.settings.image:
        image = parse(service.settings.image)
        return [f"{image.repository}:{image.tag}" if image.tag else image.repository]
    project = estate.project
    model = project.model["services"].get(name) or project.disabled[name]
    return [*(model["build"].get("tags") or ()), model.get("image") or f"{project.name}-{name}"]
