"""`volumes_from` → the same mounts as the other service has: its claims, ConfigMaps and memory, at the same places.

A claim that two pods mount must be one that several nodes can mount; see `volumes`. What is lost: an anonymous volume
of the other service lives in its pod alone, and `container:x` names a container that this project does not have.
Source: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#volumes_from
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.estate.mounts import mounted, refused
from longshore.convert.estate.storage import MOST_INHERITED, inherited
from longshore.convert.registry import attribute
from longshore.model import Severity, Unsupported

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.convert.view import View
    from longshore.model import Effect


@attribute("services.*.volumes_from")
def volumes_from(sources: View, service: Service) -> Iterator[Effect]:
    """Mount what the named services mount."""
    for index, text in enumerate(sources):
        name = str(text).partition(":")[0]
        if name not in service.estate.services:
            yield Unsupported(
                f"`{text}` names a container outside this project",
                "make it a service of this project, or put the data into a named volume that both mount",
                (index,),
                "volumes-from",
                Severity.ERROR,
            )
    given = inherited(service)
    if len(given) > MOST_INHERITED:
        yield Unsupported(
            f"more than {MOST_INHERITED} mounts come from other services",
            "let the service mount what it needs of them by `volumes`",
            code="volumes-from",
            severity=Severity.ERROR,
        )
        return
    for owner, mount, read_only in given:
        wrong = list(refused(service, str(mount.get("target") or ""), ("volumes_from",), ()))
        yield from wrong or mounted(service, owner, mount, (), read_only=read_only)
