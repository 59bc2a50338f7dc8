"""Whoever runs in a pod may write to its claims: they get a group (`fsGroup`) that its processes have too.

A fresh disk belongs to root, and nobody else may write there; Docker gives a fresh volume the owner that its directory
has in the image. So where the user is known not to be root, the claim gets that user's group. Where nobody knows the
user (no `user`, an image that is not known), it gets the group 1000: which number does not matter, since the kubelet
gives it to all processes of the pod beside their own groups, and a program that runs as root does not need it. Pods
that share a claim get the same group. One that is known to be root, or only reads, gets none.

Where an inventory saw whose the data are, they get the group that they have there.

Secrets and configs belong to root too. Where their mode is not for everybody, the pod gets a group that may read them:
that of their `uid` or `gid`, else of the container's user, if that is not known to be root.

Files are changed when the claim is mounted for the first time only (`OnRootMismatch`): what a program does below it
later, a database that closes its directory to all others, stays as it is.
Source: https://kubernetes.io/docs/tasks/configure-pod-container/security-context/#set-the-security-context-for-a-pod
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.estate.groups import pod_group
from longshore.convert.estate.seen import source
from longshore.convert.kubernetes.pod import POD_SECURITY
from longshore.convert.registry import service_policy
from longshore.model import Default

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.model import Effect


@service_policy
def volume_group(service: Service) -> Iterator[Effect]:
    """Give the volumes of one pod a group."""
    if service.host is not service:
        return
    group = pod_group(service)
    if group:
        setting = source(service) if group.seen else ""
        yield Default(service.workload, (*POD_SECURITY, "fsGroup"), group.number, setting)
        if group.claims:
            yield Default(service.workload, (*POD_SECURITY, "fsGroupChangePolicy"), "OnRootMismatch")
