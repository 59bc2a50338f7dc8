"""`stop_signal` has no field of its own on today's clusters: a pod is sent the `STOPSIGNAL` of its image.

Nothing is lost where that is the same one: SIGTERM is every image's default, and some images are known to bring theirs
(`nginx` SIGQUIT, `postgres` SIGINT, `httpd` SIGWINCH, `haproxy` SIGUSR1). Little is lost where the program is known to
end in order at SIGTERM too (Redis). Else it is stopped by another signal than it expects. `lifecycle.stopSignal` exists
behind a feature gate that managed clusters do not open (KEP-4960).
Source: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#stop_signal
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.estate.programs import runs_its_program
from longshore.convert.estate.seen import seen
from longshore.convert.estate.service_images import of
from longshore.convert.registry import attribute
from longshore.model import Approximated, Severity, Unsupported

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.model import Effect


NUMBERS = {
    "1": "SIGHUP",
    "2": "SIGINT",
    "3": "SIGQUIT",
    "9": "SIGKILL",
    "10": "SIGUSR1",
    "12": "SIGUSR2",
    "15": "SIGTERM",
}


@attribute("services.*.stop_signal")
def stop_signal(value: str, service: Service) -> Iterator[Effect]:
    """Compare the signal with the one that the image brings."""
    text = str(value).upper()
    signal = NUMBERS.get(text) or (text if text.startswith("SIG") else f"SIG{text}")
    facts = of(service)
    brought = facts.stop_signal or "SIGTERM"
    if signal == brought:
        return
    if brought == "SIGTERM" and facts.ends_at_sigterm and runs_its_program(service):
        yield Approximated(
            f"a pod is stopped by the signal of its image, SIGTERM, not by `{signal}`; this program ends in order at "
            "that too",
            code="stop-signal",
            severity=Severity.INFO,
        )
        return
    ran = seen(service)
    shown = f"`{brought}`" if ran and ran.own else f"`{brought}` if its `STOPSIGNAL` says nothing else"
    yield Unsupported(
        f"a pod is stopped by the signal of its image ({shown}), not by `{signal}`",
        f"write `STOPSIGNAL {signal}` into the Dockerfile; if it stands there already, allow `stop-signal`",
        code="stop-signal",
    )
