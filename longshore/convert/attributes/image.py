"""`image` → `image` of the container, as it is written; the stack may name another one, and a lock adds the digest.

`services.<name>.image` in the stack file wins, so that a release is one line there. Where `longshore:images` names a
lock, what it holds for this name runs. An image reference cannot hold a secret: it would be readable in every object
and event. A name that no node can pull is an error, as a missing one is: one that only tags what compose builds, a
registry on `localhost` or on a local network, an image's ID.
Source: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#image
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.compose.references import OPEN, visible
from longshore.convert.estate.caches import CACHES, by_cache
from longshore.convert.estate.images import valid
from longshore.convert.estate.pulling import unpullable
from longshore.convert.estate.run_images import run_image
from longshore.convert.registry import attribute
from longshore.convert.secrets.logins import without_login
from longshore.model import Severity, Unsupported

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.model import Effect


@attribute("services.*.image")
def image(value: str, service: Service) -> Iterator[Effect]:
    """Translate the reference, or take the stack's."""
    run = run_image(service)
    if run.setting:
        yield service.put_container("image", value=_pulled(run.reference, service), setting=run.setting)
        return
    reference = without_login(visible(value))
    if OPEN in value:
        yield Unsupported(
            f"the image reference `{visible(value)}` holds a secret variable",
            "declare the variable plain in the stack file (`secrets: {variables: {NAME: false}}`) if it is none",
            severity=Severity.ERROR,
        )
    elif reason := unpullable(service):
        yield Unsupported(
            f"`{reference}` is no name that a cluster can pull: {reason}",
            f"push it to a registry and write `image: registry.example.com/{service.slug}:1.0` here, "
            f"or `services: {{{service.name}: {{image: …}}}}` in the stack file; where nodes have it without pulling "
            "(`kind load docker-image`), allow `build`",
            code="build",
            severity=Severity.ERROR,
        )
    elif not valid(reference):
        yield Unsupported(
            f"`{reference}` is no image reference; Docker refuses it too",
            "write `registry.example.com/name:tag`, the name in lower case",
            severity=Severity.ERROR,
        )
    pulled = _pulled(reference, service)
    if pulled != reference:
        yield service.put_container("image", value=pulled, setting=CACHES)
    else:
        yield service.put_container("image", value=reference)


def _pulled(reference: str, service: Service) -> str:
    """The name by which nodes pull it; what is built here is pushed elsewhere than any cache fetches from."""
    return reference if service.model.get("build") else by_cache(reference, service.options.images)
