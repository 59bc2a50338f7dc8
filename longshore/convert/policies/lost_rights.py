"""What the level `restricted` takes from a container that uses it: capabilities of a file, `sudo`, `ping`.

At `restricted` every capability is dropped but NET_BIND_SERVICE, and no program gets more rights than its caller. The
kernel does not run a file that has another capability (`operation not permitted`), and `sudo` is only its caller.
Sources: https://kubernetes.io/docs/concepts/security/pod-security-standards/
and https://man7.org/linux/man-pages/man7/capabilities.7.html (safety checking for capability-dumb binaries)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.estate.facts import run_as
from longshore.convert.estate.rights import ADDED, BY_DEFAULT, raises
from longshore.convert.estate.service_images import of
from longshore.convert.registry import service_policy
from longshore.model import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.model import Effect, Path


@service_policy
def lost_rights(service: Service) -> Iterator[Effect]:
    """Tell what a program would miss."""
    if service.options.pod_security != "restricted" or not run_as(service):
        return
    lost = sorted(BY_DEFAULT.intersection(of(service).file_capabilities) - ADDED["restricted"])
    if lost:
        yield _problem(
            Severity.ERROR,
            f"the program's file has the capability {', '.join(lost)}, and the kernel does not run it where that is "
            "dropped, as the level `restricted` demands",
            "use an image whose program has none",
            ("image",),
        )
    raised = raises(service)
    if raised:
        path, program = raised
        yield _problem(
            Severity.WARNING,
            f"`{program}` gets no more rights than its caller, since the level `restricted` allows no privilege "
            "escalation",
            "let the image be built so that its user needs no more",
            path[2:],
        )


def _problem(severity: Severity, message: str, instead: str, at: Path) -> Problem:
    return Problem(
        "lost-rights",
        severity,
        message,
        f"{instead}; or set `workloads: {{podSecurity: baseline}}` in the stack file, for the whole namespace",
        at,
    )
