"""Services that only give a volume its owner (`chown -R 1000:1000 /data`): no Job is made, the claim gets the group.

In Docker such a service runs before the program, because a fresh volume belongs to root. A pod's volumes get a group
that all its processes have (`fsGroup`), with the number that the service names. A Job of it would need the disk on its
own node, at each release again, while the program holds it on another. Where a program insists on being the owner of
its directory, a `pre_start` step of it can run the command, in the same pod. `workload: Job` of `x-longshore` makes the
Job all the same.
Source: https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.estate.groups import pod_group
from longshore.convert.estate.owners import owned
from longshore.convert.registry import estate_policy
from longshore.model import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Estate


@estate_policy
def owner_services(estate: Estate) -> Iterator[Problem]:
    """Tell of each such service what stands for it."""
    models = estate.project.model.get("services") or {}
    for name in estate.absent:
        found = owned(name, models)
        if found is None:
            continue
        users = [user for key in found.volumes for user in estate.consumers.get(key, ())]
        groups = {group.number for user in users if (group := pod_group(user))}
        has = f"the group {', '.join(map(str, sorted(groups)))}" if groups else "root, as their programs do,"
        volumes, first = ", ".join(f"`{key}`" for key in found.volumes), users[0].name if users else "the other"
        yield Problem(
            "owner-service",
            Severity.WARNING,
            f"`{name}` only gives {volumes} an owner: nothing is made of it, the claim gets {has} in the pods that "
            "mount it",
            f"leave it out; where the program insists on being the owner, make it a `pre_start` step of `{first}`",
            ("services", name),
        )
