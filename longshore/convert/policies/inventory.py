"""What an inventory saw that the compose file does not say, or says otherwise: differences, kills, cron of the machine.

With `--inventory`, or `longshore:inventory` of a stack, facts of the images that run take the place of what is assumed,
and the samples that of default sizes ([inventory](inventory.md)). What is left to decide is told here:
- more containers of a service ran than it has replicas here;
- another image ran than the file names, so what was seen of it is not believed of this one, but what it used is;
- a service was killed for its memory at a limit that it still has, or its use grows without end;
- a port is declared at which nothing listened; a port was published by the machine that the file does not publish;
- containers run in the project that no service stands for; a service of the file did not run;
- cron or a timer of the machine calls into a container: in the cluster nobody does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.estate.facts import resources
from longshore.convert.estate.seen import seen
from longshore.convert.kubernetes.kinds import REPLICATED
from longshore.convert.kubernetes.quantity import mebibytes
from longshore.convert.registry import estate_policy, service_policy
from longshore.model import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Estate, Service
    from longshore.convert.observed import SeenService, Size


@service_policy
def inventory(service: Service) -> Iterator[Problem]:
    """Tell what was seen of one service."""
    observed, found = service.options.observed, seen(service)
    if observed is None:
        return
    if found is None:
        yield Problem(
            "not-in-inventory",
            Severity.INFO,
            f"`{service.name}` did not run when {observed.source} was taken: what is not in the file is assumed",
            "take the inventory again while it runs",
        )
        return
    if not found.own:
        yield Problem(
            "inventory-differs",
            Severity.WARNING,
            f"`{found.image}` ran on the machine, another one than the file names: what was seen of it is not used",
            "take the inventory again when this one runs, or name the one that runs",
            ("image",) if service.model.get("image") else (),
        )
    if found.running > service.replicas and service.workload.kind in REPLICATED:
        yield Problem(
            "inventory-differs",
            Severity.WARNING,
            f"`{service.name}` ran in {found.running} containers on the machine, and has {service.replicas} here",
            f"write `deploy: {{replicas: {found.running}}}`, or how many it needs in the stack file",
        )
    yield from _ports(service, found)
    if found.size:
        yield from _memory(service, found.size)
    for name, when, file in observed.calls:
        if name == service.name:
            yield Problem(
                "host-schedule",
                Severity.WARNING,
                f"`{file}` of the machine calls into `{name}` ({when}): in the cluster nobody does",
                "make it a service of its own that runs and ends, or a CronJob beside these manifests",
            )


def _ports(service: Service, found: SeenService) -> Iterator[Problem]:
    if found.listening is None or not found.own:
        return
    listening = {one.port: one.loopback for one in found.listening if one.protocol == "tcp"}
    declared = {port for port, protocol in service.container_ports if protocol == "TCP"}
    for port in sorted(declared & {port for port, inside in listening.items() if inside}):
        yield Problem(
            "closed-port",
            Severity.WARNING,
            f"`{service.name}` listened at {port} for itself alone, at its loopback, and the file declares it",
            "let it listen at 0.0.0.0, or leave the port out: nobody else reached it there, and nobody will here",
        )
    for port in sorted(declared - listening.keys()):
        yield Problem(
            "closed-port",
            Severity.WARNING,
            f"nothing in `{service.name}` listened at {port}, which the file declares",
            "leave it out, or find out what should listen there",
        )


def _memory(service: Service, size: Size) -> Iterator[Problem]:
    given = resources(service)
    if size.killed and given.memory_limit <= size.too_little:
        times = "once" if size.killed == 1 else f"{size.killed} times"
        yield Problem(
            "killed-for-memory",
            Severity.WARNING,
            f"`{service.name}` was killed for its memory {times} at a limit of {mebibytes(size.too_little)}, "
            f"and has {mebibytes(given.memory_limit)} here",
            f"give it {mebibytes(size.memory)} at least; what it really wants was never seen",
        )
    if size.growth:
        yield Problem(
            "memory-grows",
            Severity.WARNING,
            f"the memory of `{service.name}` grew by {mebibytes(size.growth)} an hour as long as it was watched: "
            "it looks like a leak, and any limit only says when it is killed",
            "find what is not given back; until then a limit and a restart at night keep its neighbours safe",
        )


@estate_policy
def inventory_of_all(estate: Estate) -> Iterator[Problem]:
    """Tell what no service of the file stands for."""
    observed = estate.options.observed
    if observed and observed.strangers:
        names = ", ".join(f"`{name}`" for name in observed.strangers)
        yield Problem(
            "inventory-differs",
            Severity.WARNING,
            f"{names} ran in this project on the machine, and no service here is called so",
            "add what is needed, with its profile or its file (`--profile`, `--file`); the rest stays behind",
        )
