"""Which pods of a namespace have a volume, and how their workload is taken away from it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from longshore.cluster.asking import Request, ask, content_of, sent
from longshore.errors import Refused
from longshore.model import ObjectKey

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from longshore.cluster.kubeconfig import Context

_PLACES: Final = {
    "DaemonSet": "apis/apps/v1/namespaces/{}/daemonsets",
    "Deployment": "apis/apps/v1/namespaces/{}/deployments",
    "Job": "apis/batch/v1/namespaces/{}/jobs",
    "StatefulSet": "apis/apps/v1/namespaces/{}/statefulsets",
}
"""Kind of workload that a conversion makes → where the API server has it."""

_OK, _ACCEPTED, _NOT_FOUND = 200, 202, 404
_ENDED: Final = frozenset({"Failed", "Succeeded"})
_HASH: Final = "pod-template-hash"


class Holder(NamedTuple):
    """A pod that has a volume, and the workload that it is of."""

    pod: str
    workload: ObjectKey


def holders(
    context: Context, shown: Mapping[str, Any], namespace: str, claims: Collection[str], apart: ObjectKey
) -> list[Holder]:
    """Find the pods that mount one of some claims, and are of a workload; those of the workload `apart` left out.

    Raises:
        Refused: the cluster does not say.
    """
    answer = ask(context, shown, f"/api/v1/namespaces/{namespace}/pods")
    if answer.code != _OK:
        raise Refused(f"{context.server} answers with {answer.code} where it would tell of pods in `{namespace}`")
    return [
        Holder(pod["metadata"]["name"], workload)
        for pod in answer.content.get("items") or ()
        if pod.get("status", {}).get("phase") not in _ENDED
        and any(claim in claims for claim in _claims(pod["spec"]))
        and (workload := _workload(pod["metadata"]))
        and workload.kind in _PLACES
        and workload != apart
    ]


def mounted(template: Mapping[str, Any]) -> set[str]:
    """Names of the claims in the template of a workload."""
    return set(_claims(template.get("spec") or {}))


def delete(context: Context, shown: Mapping[str, Any], namespace: str, workload: ObjectKey) -> None:
    """Delete the workload of a holder, which may be gone by now; its pods end afterwards, as they always do.

    Raises:
        Refused: the cluster does not let us.
    """
    path = f"/{_PLACES[workload.kind].format(namespace)}/{workload.name}"
    body = json.dumps({"propagationPolicy": "Background"}).encode()
    with sent(context, shown, Request(path, "DELETE", body)) as response:
        code, said = response.status, content_of(response.read())
    if code not in {_OK, _ACCEPTED, _NOT_FOUND}:
        raise Refused(f"{workload} cannot be deleted, and has a volume: {said.get('message') or code}")


def _claims(spec: Mapping[str, Any]) -> Iterator[str]:
    for volume in spec.get("volumes") or ():
        if volume.get("persistentVolumeClaim"):
            yield str(volume["persistentVolumeClaim"]["claimName"])


def _workload(metadata: Mapping[str, Any]) -> ObjectKey | None:
    """What a pod is of: the Deployment behind its ReplicaSet, or what controls it; None for a pod by itself."""
    owner = next((each for each in metadata.get("ownerReferences") or () if each.get("controller")), None)
    if owner is None:
        return None
    if owner["kind"] != "ReplicaSet":
        return ObjectKey(owner["kind"], owner["name"])
    return ObjectKey("Deployment", owner["name"].removesuffix(f"-{metadata.get('labels', {}).get(_HASH, '')}"))
