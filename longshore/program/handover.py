"""One workload at a time has a volume: before another gets it, the one that had it has ended.

The engine makes what is new before it deletes what goes. A service that is called otherwise is both: two databases
would write to one disk; or, on two nodes, the new pod would wait for the disk, and the deletion of the old one for the
new pod, until the deployment fails. So before a workload is made with a volume that one node has at a time, whatever
has it and goes is deleted; the engine finds it gone later. What stays, and gives the volume away, is waited for.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections import Counter
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pulumi

from longshore.cluster import kubeconfig
from longshore.cluster.credentials import shown
from longshore.cluster.volume_holders import delete, holders, mounted
from longshore.convert.kubernetes.kinds import WORKLOADS
from longshore.errors import Refused
from longshore.model import ObjectKey, key_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from longshore.model import Conversion

CLAIM: Final = "PersistentVolumeClaim"
MANY: Final = "ReadWriteMany"
PATIENCE: Final = 600
"""Seconds until whoever has a volume must have ended: more than a pod is given for that, by far most of the time."""
PAUSE: Final = 2


class _Place(NamedTuple):
    """Where the workloads of a stack are. login: its only element is the kubeconfig, once it is known."""

    login: list[str]
    namespace: str
    keys: frozenset[ObjectKey]


def handovers(
    conversion: Conversion, namespace: str, login: pulumi.Output[str]
) -> Mapping[ObjectKey, pulumi.ResourceHookBinding]:
    """Workload → what is to be done before it is made, or gets a volume that it did not have.

    login: the kubeconfig of the cluster.
    """
    workloads = {
        key_of(manifest): mounted(manifest["spec"]["template"])
        for manifest in conversion.manifests
        if manifest["kind"] in WORKLOADS
    }
    consumers = Counter(claim for claims in workloads.values() for claim in claims)
    alone = {
        name
        for manifest in conversion.manifests
        if manifest["kind"] == CLAIM
        and MANY not in manifest["spec"]["accessModes"]
        # Several have one where the stack file says so itself, for a cluster of one node.
        and consumers[name := manifest["metadata"]["name"]] == 1
    }
    place = _Place([], namespace, frozenset(map(key_of, conversion.manifests)))
    login.apply(place.login.append)
    return {key: _binding(place, key, frozenset(claims & alone)) for key, claims in workloads.items() if claims & alone}


def _binding(place: _Place, key: ObjectKey, claims: frozenset[str]) -> pulumi.ResourceHookBinding:
    async def take_over(args: pulumi.ResourceHookArgs) -> None:
        had = mounted(((args.old_inputs or {}).get("spec") or {}).get("template") or {})
        if claims - had and place.login:
            await asyncio.to_thread(_wait, place, key, claims - had)

    hook = pulumi.ResourceHook(f"the volumes of {key}", take_over)
    return pulumi.ResourceHookBinding(before_create=[hook], before_update=[hook])


def _wait(place: _Place, key: ObjectKey, claims: frozenset[str]) -> None:
    """Wait until nobody but a workload has its volumes.

    Raises:
        ValueError: somebody has, after all patience; the engine shows it.
    """
    context = kubeconfig.of_text(place.login[0])
    until, asked = time.monotonic() + PATIENCE, set[ObjectKey]()
    try:
        status: dict[str, Any] = shown(context, os.environ)
        while left := holders(context, status, place.namespace, claims, key):
            for workload in {each.workload for each in left} - asked:
                asked.add(workload)
                if workload not in place.keys:
                    delete(context, status, place.namespace, workload)
            if time.monotonic() > until:
                raise ValueError(
                    f"{key} gets a volume that pod {left[0].pod} of {left[0].workload} still has\n"
                    "help: deploy once without the volume in either of them, and then again"
                )
            time.sleep(PAUSE)
    except Refused as refused:
        raise ValueError(refused.whole) from None
