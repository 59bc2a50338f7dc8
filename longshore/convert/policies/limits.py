"""Requests and limits where compose leaves them out: what is not said is what took the whole machine down.

Memory: a limit always; 256Mi (`workloads.memory` in the stack file) where compose gives none, with a warning, and in
production an error. Where the service's own options say that its program takes more (`-Xmx`, `--max-old-space-size`,
`shared_buffers`, `innodb_buffer_pool_size`, `--maxmemory`, a variable such as `MEMORY=4G`), it gets half as much again
as the largest of them; without such options, what its image is known not to start without (SQL Server: 2 GB).
Directories in memory (`shm_size`, `tmpfs` with a size) are added. The request is the limit unless compose reserves
less, so the scheduler admits only what fits.
With an inventory whose samples cover a day, the limit and the request of processor are what these say instead.
Processor: a request of half the limit, or 100m (`workloads.cpu`); no limit unless compose gives one, since an idle
processor is of use to nobody.
Local disk: 100Mi asked, and no limit, as in Docker: a pod that passes one is evicted and made again, without end. A
node whose disk is full first evicts who takes more than was asked. `storage_opt: {size: 10G}` in compose is a limit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.estate.facts import cpu_is_seen, in_memory, is_sized, resources
from longshore.convert.estate.seen import source
from longshore.convert.kubernetes.quantity import cpu, mebibytes, memory, millicores_in
from longshore.convert.observed import hours_text
from longshore.convert.registry import service_policy
from longshore.model import Default, Each, Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.convert.estate.facts import Resources
    from longshore.convert.observed import Size
    from longshore.model import Effect


DISK_REQUEST = "100Mi"


@service_policy
def limits(service: Service) -> Iterator[Effect]:
    """Fill in what is missing in the container's `resources`."""
    found, settings, workload = resources(service), service.settings, service.workload
    held = (*service.container, "resources")
    requested, limit = Each({"memory": memory(found.memory_request)}), Each({"memory": memory(found.memory_limit)})
    by_memory = f"{service.setting}.memory" if settings.memory else source(service) if found.sized else ""
    by_cpu = f"{service.setting}.cpu" if settings.cpu else source(service) if cpu_is_seen(service) else ""
    yield Default(workload, held, Each({"requests": requested, "limits": limit}), by_memory)
    yield Default(workload, (*held, "requests", "cpu"), cpu(found.cpu_request), by_cpu)
    yield Default(workload, (*held, "requests", "ephemeral-storage"), DISK_REQUEST)
    if not found.memory_given and not is_sized(service):
        yield _missing(service, found)
    if settings.cpu and found.cpu_limit and millicores_in(settings.cpu) > found.cpu_limit:
        yield Problem(
            "cpu-request-above-limit",
            Severity.WARNING,
            f"the stack asks for {settings.cpu} processors, compose limits the service to {cpu(found.cpu_limit)}; "
            "the limit is asked for",
            f"raise `cpus` in the compose file, or lower `{service.setting}.cpu` in the stack file",
        )


def _missing(service: Service, found: Resources) -> Problem:
    limit, claim = memory(found.memory_limit), found.memory_claimed
    also = " and what it keeps in memory" if in_memory(service) else ""
    why = f", {claim.why}{also}" if claim else f", {_seen_for(found.sized)}" if found.sized else ""
    return Problem(
        "missing-memory-limit",
        Severity.ERROR if service.options.production else Severity.WARNING,
        f"no memory limit: `{service.name}` gets {limit}{why}, and is killed when it needs more",
        f"write `mem_limit:` here, or `services: {{{service.name}: {{memory: {limit}}}}}` in the stack file; "
        f"`docker stats` shows what it uses",
    )


def _seen_for(size: Size) -> str:
    return f"since it used {mebibytes(size.peak)} at most in {hours_text(size.hours)}, which is too short to be sure"
