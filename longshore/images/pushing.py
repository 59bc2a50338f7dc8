"""The names under which an image that is built here is pushed: those by which it is pulled again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.estate.images import parse

if TYPE_CHECKING:
    from longshore.convert.estate import Estate


def names_to_push(estate: Estate, name: str) -> list[str]:
    """Give the names for the image of a service with a `build`.

    What the stack file says that the service runs, without a digest, which comes of the build; else what the compose
    file says, as `docker compose build` does: the `tags` and the `image`, or the name that compose gives.
    """
    service = estate.services.get(name)
    if service and service.settings.image:
        image = parse(service.settings.image)
        return [f"{image.repository}:{image.tag}" if image.tag else image.repository]
    project = estate.project
    model = project.model["services"].get(name) or project.disabled[name]
    return [*(model["build"].get("tags") or ()), model.get("image") or f"{project.name}-{name}"]
