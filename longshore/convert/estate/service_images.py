"""What is known of the image that a service runs, be it pulled or built here.

Every rule that wants to know of an image asks here and nowhere else, so that what was seen of the image may win.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.estate.built_images import facts_of_build
from longshore.convert.estate.image_facts import called_alike, known
from longshore.convert.estate.seen import with_what_was_seen

if TYPE_CHECKING:
    from longshore.convert.estate import Service
    from longshore.convert.estate.image_facts import ImageFacts


def of(service: Service) -> ImageFacts:
    """What is known of the image that the service runs. Every rule asks here: what was seen of the image may win."""
    return service.memo(_of)


def _of(service: Service) -> ImageFacts:
    facts = _told(service)
    return with_what_was_seen(facts, service) if service.options.observed else facts


def _told(service: Service) -> ImageFacts:
    facts = known(service.settings.image or str(service.model.get("image") or ""))
    if not service.model.get("build"):
        return facts
    # What is built here only bears that name.
    return facts_of_build(service) or called_alike(facts)
