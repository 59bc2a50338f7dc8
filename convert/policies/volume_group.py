"""Whoever runs in a pod may write to its claims: they get a group (`fsGroup`) that its processes have too.

A fresh disk belongs to root, and nobody else may write there; Docker gives a fresh volume the owner that its directory
has in the image. So where the user is known not to be root, the claim gets that user's group. Where nobody knows the
user (no `user`, an image that is not known), it gets the group 1000: which number does not matter, since the kubelet
gives it to all processes of the pod beside their own groups, and a program that runs as root does not need it. Pods
that share a claim get the same group. One that is known to be root, or only reads, gets none.

Files are changed when the claim is mounted for the first time only (`OnRootMismatch`): what a program does below it
later, a database that closes its directory to all others, stays as it is.
Source: https://kubernetes.io/docs/tasks/configure-pod-container/security-context/#set-the-security-context-for-a-pod
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from convert.estate.facts import run_as
from convert.estate.storage import declaration, is_claim, named
from convert.kubernetes.pod import POD_SECURITY
from convert.model import Default
from convert.registry import service_policy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from convert.estate import Service
    from convert.model import Effect

ANY_GROUP: Final = 1000
"""The group of claims whose user nobody knows: the first number that Linux gives to people, seldom one of a system."""


@service_policy
def volume_group(service: Service) -> Iterator[Effect]:
    """Give the claims of one pod a group."""
    if service.host is not service:
        return
    group = _group(service)
    if group:
        yield Default(service.workload, (*POD_SECURITY, "fsGroup"), group)
        yield Default(service.workload, (*POD_SECURITY, "fsGroupChangePolicy"), "OnRootMismatch")


def _group(owner: Service) -> int:
    """The group for the claims of a pod; 0: it needs none."""
    estate = owner.estate
    fallback = 0
    for member in estate.pods[owner.name]:
        claims = {key: read_only for key, read_only in named(member).items() if is_claim(estate, key)}
        if not claims:
            continue
        own = own_group(member)
        if own:
            return own
        if own is None:
            written = [key for key, read_only in claims.items() if not (read_only or _external(member, key))]
            others = (own_group(user) for key in written for user in estate.consumers[key])
            fallback = fallback or (next(filter(None, others), ANY_GROUP) if written else 0)
    return fallback


def own_group(service: Service) -> int | None:
    """The group that a container's user has: as compose says, else of the user's own number; 0: root, None: unknown."""
    user = run_as(service)
    group = str(service.model.get("user") or "").partition(":")[2]
    return int(group) if user and group.isdecimal() and int(group) else user


def _external(service: Service, key: str) -> bool:
    """Did others make the claim? Who may write there is theirs to say."""
    return bool(declaration(service.estate, key).get("external"))
