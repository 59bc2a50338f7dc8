"""`command` → `args` of the container; or its `command`, where an empty `entrypoint` clears that of the image.

Text is kept word for word, see `entrypoint`. An empty `command` clears the image's `CMD`; Kubernetes does that only
where `entrypoint` is given too.
Source: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#command
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.registry import attribute
from longshore.convert.secrets.arguments import arguments
from longshore.convert.secrets.binding import expand
from longshore.model import Unsupported

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.convert.view import View
    from longshore.model import Effect


@attribute("services.*.command")
def command(value: View | None, service: Service) -> Iterator[Effect]:
    """Translate the list of words."""
    if value is None:
        return
    entrypoint = service.model.get("entrypoint")
    if not len(value):
        if not entrypoint:
            yield Unsupported(
                "the image's `CMD` cannot be cleared while its entrypoint runs",
                "write the `entrypoint` out; then an empty `command` means what it says",
            )
        return
    words, findings = arguments(tuple(value), service)
    yield from findings
    if words is not None:
        cleared = entrypoint is not None and entrypoint in ([], [""])
        field = "command" if cleared else "args"
        yield service.put_container(field, value=[expand(service, word) for word in words])
