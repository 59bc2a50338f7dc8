"""`ulimits` have no field in Kubernetes: a container has the limits of its node's container runtime.

What follows depends on the limit. On the nodes of EKS a program may have 65,536 files open, and up to 1,048,576 where
it asks for them itself (`ulimit -n` in its entrypoint); it may lock 8 MiB of memory, run as many processes as the pod
may, and write core dumps where the node keeps them. Who asks for no more loses nothing. A program that is told to lock
its memory (`bootstrap.memory_lock=true`) and may not ends at its start: an error.
Source: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#ulimits
and https://www.elastic.co/docs/deploy-manage/deploy/self-managed/bootstrap-checks
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.estate.node_limits import (
    LOCKED,
    MOST_OPEN_FILES,
    OPEN_FILES,
    UNLIMITED,
    above,
    alone,
    limit,
    locks_memory,
)
from longshore.convert.estate.service_images import of
from longshore.convert.registry import attribute
from longshore.convert.view import plain
from longshore.model import LocalOnly, Severity, Unsupported, path_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.convert.view import View
    from longshore.model import Effect

FEW_PROCESSES = 1024
"""A limit below it is there to hold a program back, and not to let it run."""


@attribute("services.*.ulimits")
def ulimits(value: View, service: Service) -> Iterator[Effect]:
    """Say of each limit what becomes of the program without it."""
    for name, given in value.items():
        soft, hard = limit(plain(given))
        if name == "nofile":
            yield _open_files(soft, hard)
        elif name == "memlock":
            yield _locked(service, soft)
        elif name == "nproc":
            yield _processes(soft)
        elif name == "core" and soft == 0:
            yield LocalOnly("whether core dumps are written, and where, the node decides", at=(name,))
        else:
            yield Unsupported(
                f"a pod has the `{name}` limit of its node's container runtime",
                "a lower one: `ulimit` in the entrypoint; a higher one: on the node; if the node's is enough, allow "
                "`ulimits`",
                (name,),
            )


def _open_files(soft: int, hard: int) -> Effect:
    most = hard if UNLIMITED in {soft, hard} else soft
    if not above(soft, OPEN_FILES):
        return LocalOnly(
            f"the nodes of EKS let every program have {OPEN_FILES:,} files open, and {MOST_OPEN_FILES:,} where it asks "
            "for them itself",
            f'`sh -c "ulimit -n {soft}; exec …"` holds a program to less' if soft < OPEN_FILES else "",
            ("nofile",),
        )
    if not above(most, MOST_OPEN_FILES):
        return Unsupported(
            f"a program may have {OPEN_FILES:,} files open on the nodes of EKS, and here {soft:,} are asked for",
            f'let the entrypoint ask for them: `sh -c "ulimit -n {soft}; exec …"` (Java, Go and ClickHouse do so by '
            "themselves); or set it on the nodes; if the node's are enough, allow `ulimits`",
            ("nofile",),
        )
    return Unsupported(
        f"a program may have {MOST_OPEN_FILES:,} files open at most on the nodes of EKS, where it asks for them itself",
        f'`sh -c "ulimit -n {MOST_OPEN_FILES}; exec …"` in the entrypoint asks for them; more is for the node to set; '
        "if the node's are enough, allow `ulimits`",
        ("nofile",),
    )


def _locked(service: Service, soft: int) -> Effect:
    given = f"a program may lock {LOCKED >> 20} MiB of memory on the nodes of EKS"
    if not above(soft, LOCKED):
        return LocalOnly(given, at=("memlock",))
    place, single, facts = locks_memory(service), alone(service), of(service)
    if place is None:
        return Unsupported(
            f"{given}; nothing that we see tells this one to lock more",
            "if it does, tell it not to: pods do not swap, so nothing is lost; else drop the line, or allow `ulimits`",
            ("memlock",),
            severity=Severity.INFO if facts.certain and not (facts.memlock or facts.built) else Severity.WARNING,
        )
    what = "warns at every start that it cannot" if single else "ends at its start (a bootstrap check) when it cannot"
    return Unsupported(
        f"{given}, and {path_text(place)} tells this one to lock all that it has: it {what}",
        "write `bootstrap.memory_lock=false` there, or whatever turns it off: pods do not swap, so nothing is lost; or "
        "set `LimitMEMLOCK=infinity` for containerd on the nodes, and allow `ulimits`",
        ("memlock",),
        severity=Severity.WARNING if single else Severity.ERROR,
    )


def _processes(soft: int) -> Effect:
    if soft == UNLIMITED or soft >= FEW_PROCESSES:
        return LocalOnly(
            "nodes do not limit the processes of a user; those of a pod are bounded by the kubelet's `podPidsLimit`",
            at=("nproc",),
        )
    return Unsupported(
        f"the number of processes is not limited to {soft}: nodes limit it per pod, for all pods alike",
        f'`sh -c "ulimit -u {soft}; exec …"` in the entrypoint; or the kubelet\'s `podPidsLimit`; if it is not needed, '
        "allow `ulimits`",
        ("nproc",),
    )
