"""`entrypoint` → `command` of the container (Kubernetes calls the entrypoint so), `command` → `args`.

Text is kept word for word: `$(` and `$$` are escaped, which Kubernetes would read as a reference; a secret variable
becomes `$(NAME)`, an environment entry bound to the secret store. An empty `entrypoint` clears that of the image: the
words of `command` then are the whole command. Where nothing is given to run in its place it cannot be cleared.
Source: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#entrypoint
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.registry import attribute
from longshore.convert.secrets.arguments import arguments
from longshore.convert.secrets.binding import expand
from longshore.model import Severity, Unsupported

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.convert.view import View
    from longshore.model import Effect


@attribute("services.*.entrypoint")
def entrypoint(value: View | None, service: Service) -> Iterator[Effect]:
    """Translate the list of words."""
    if value is None:
        return
    words, findings = arguments(tuple(value), service)
    yield from findings
    if words and words != [""]:
        yield service.put_container("command", value=[expand(service, word) for word in words])
    elif words is not None and not service.model.get("command"):
        yield Unsupported(
            "the image's entrypoint cannot be cleared with nothing in its place: its `CMD` is not known here",
            "write what is to run as `command`",
            severity=Severity.ERROR,
        )
