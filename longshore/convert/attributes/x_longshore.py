"""`x-longshore`: what the owner of a service decides in the compose file itself.

`allow: [code, …]` consents to findings by their code; they are still told, as information. `workload: StatefulSet`
(or Deployment, DaemonSet, Job) chooses the kind of workload. `backoffLimit: 0` is for a Job of which a second start
does harm; another number says how often it is started again. `nodes: batch` is the group or pool of nodes on which it
runs. `plain: {KEY: reason}` and `secret: {KEY: reason}` overrule the detection of secrets in the environment. Anything
else is an error, so that a slip of the pen is not taken for consent. The stack file can say the same, for one
environment only: `services: {web: {allow: […], workload: …}}`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.registry import attribute
from longshore.convert.view import View
from longshore.model import Problem, Severity, path_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.model import Effect

NAME = "x-longshore"


@attribute("services.*.x-longshore")
def x_longshore(value: View, service: Service) -> Iterator[Effect]:
    """Check the extension; what it says is read by `longshore.convert.estate`."""
    del service
    if not value:
        return
    from longshore.convert.extension import read_extension  # noqa: PLC0415  pydantic starts slowly

    _, mistakes = read_extension(value.plain() if isinstance(value, View) else value)
    for wrong in mistakes:
        message = f"`{path_text(wrong.path) or NAME}` {wrong.message}"
        yield Problem(NAME, Severity.ERROR, message, wrong.help, wrong.path)
