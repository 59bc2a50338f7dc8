"""What weakens the isolation of a pod is an error, until the owner of the service consents to it by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.model import Problem, Severity, Unsupported

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.model import Effect


def unless_waived(service: Service, code: str, reason: str, instead: str, *effects: Effect) -> Iterator[Effect]:
    """Give `effects` where the service allows `code`; else the error, with what to do instead and how to allow it.

    Allowed, it is still told: the fold turns findings with an allowed code into information.
    """
    if code in service.allowed:
        yield from effects
        yield Problem(code, Severity.ERROR, reason)
    else:
        yield Unsupported(
            reason,
            f"{instead}; if it must be so, write `x-longshore: {{allow: [{code}]}}` on the service, and "
            "`workloads: {podSecurity: privileged}` in the stack file",
            code=code,
            severity=Severity.ERROR,
        )
