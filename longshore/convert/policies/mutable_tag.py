"""Images whose tag names another image tomorrow: nobody knows what runs, and there is no way back to what ran before.

No tag and `latest`: a warning, in production an error. A digest is always fixed. Any other tag is believed, and is
fetched once per node (`IfNotPresent`); a mutable one is asked for at every start (`Always`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.estate.images import parse, valid
from longshore.convert.estate.pulling import unpullable
from longshore.convert.estate.run_images import REPOSITORY, run_image
from longshore.convert.estate.seen import seen, source
from longshore.convert.registry import service_policy
from longshore.model import Default, Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.model import Effect


@service_policy
def mutable_tag(service: Service) -> Iterator[Effect]:
    """Judge the tag, and choose when nodes ask the registry."""
    run = run_image(service)
    reference = run.reference
    if not valid(reference):
        return
    # What cannot be pulled, or is not built yet, is told elsewhere; the one is on the nodes where that was allowed.
    mutable = parse(reference).mutable and not unpullable(service) and run.setting != REPOSITORY
    pull = "Always" if mutable else "IfNotPresent"
    yield Default(service.workload, (*service.container, "imagePullPolicy"), pull)
    if mutable:
        yield Problem(
            "mutable-tag",
            Severity.ERROR if service.options.production else Severity.WARNING,
            f"`{reference}` names another image whenever a new one is pushed",
            _help(service),
            ("image",) if service.model.get("image") else (),
        )


def _help(service: Service) -> str:
    found = seen(service)
    if found and found.own and found.digest and not service.settings.image:
        return f"write the version, or the digest that runs today ({source(service)}): `image: {found.digest}`"
    return "write the version, or a digest (`image@sha256:…`)"
