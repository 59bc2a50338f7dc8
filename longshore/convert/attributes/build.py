"""`build` is for whoever builds the image; a cluster pulls, it does not build.

With `image` beside it nothing is missing, where that is a name that a registry knows. Without, the image has no name
that a cluster could pull: compose calls it `<project>-<service>` on the machine that built it. `services.<name>.image`
in the stack file, `image` in the compose file, or the lock that the stack names, must say where it was pushed.
Where the Dockerfile lies in the project, it says what else is known of the image: its user, ports, volumes, health
check and stop signal, and the image that it is made from.
Source: https://github.com/compose-spec/compose-spec/blob/main/build.md
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.estate.pulling import unpullable
from longshore.convert.estate.run_images import LOCK, run_image
from longshore.convert.registry import attribute
from longshore.convert.view import plain
from longshore.model import LocalOnly, Severity, Unsupported

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.convert.view import View
    from longshore.model import Effect


@attribute("services.*.build")
def build(value: View, service: Service) -> Iterator[Effect]:
    """Ask for a name where there is none; the settings of the build itself are the builder's."""
    plain(value)
    run = run_image(service)
    if unpullable(service):
        yield LocalOnly("")  # `image` tells it, at the name
    elif service.model.get("image"):
        yield LocalOnly("the image is built and pushed before a deployment; the cluster pulls it")
    elif run.setting:
        yield service.put_container("image", value=run.reference, setting=run.setting)
        named = "the stack file names it" if run.setting != LOCK else "the lock holds it"
        yield LocalOnly(f"the image is built and pushed before a deployment; {named}")
    else:
        yield service.put_container("image", value=f"{service.estate.application}-{service.slug}")
        yield Unsupported(
            "the image has no name that a cluster can pull: it is built on the machine that runs compose",
            f"push it to a registry and write `image: registry.example.com/{service.slug}:1.0` here, "
            f"or `services: {{{service.name}: {{image: …}}}}` in the stack file; `longshore:images: {{repository: …}}` "
            "there says for all builds where they are pushed",
            severity=Severity.ERROR,
        )
