"""The group of a pod's volumes: who may write to its claims, and read secrets and configs that are not for everybody.

In Docker a fresh volume has the owner that its directory has in the image, and a secret the owner and mode that compose
gives it (or, of a file, those of the host). In Kubernetes all of that belongs to root. What remains is the pod's
`fsGroup`: its volumes belong to that group, and all its processes have it, beside their own groups. A file keeps its
mode, but the group may read it in any case: 0400 becomes 0440.
Source: https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from longshore.convert.estate.facts import LARGEST_ID, run_as
from longshore.convert.estate.owners import owners
from longshore.convert.estate.seen import seen_volume
from longshore.convert.estate.storage import declaration, is_claim, named

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from longshore.convert.estate import Service

ANY_GROUP: Final = 1000
"""The group where nobody knows the user: the first number that Linux gives to people, seldom one of a system."""

DEFAULT_MODE: Final = 0o444
"""Docker's own for secrets and configs: everybody in the container may read."""

_OTHERS, _GROUP, _USER = 0o004, 0o040, 0o400


class Group(NamedTuple):
    """The group of a pod's volumes. claims: some of them are claims, which are to be changed once only.

    seen: an inventory saw that the data belong to it.
    """

    number: int
    claims: bool
    seen: bool = False


def pod_group(service: Service) -> Group | None:
    """The `fsGroup` of the pod that a service runs in; None: it needs none.

    An owner that compose gives to a file wins: a program may drop all groups but that one. Then comes the group of
    whoever is known to write to a claim or to read a file, and last any, which the kubelet gives to all processes.
    """
    return service.host.memo(_pod_group)


def _pod_group(owner: Service) -> Group | None:
    members = owner.estate.pods[owner.name]
    claims = _of_claims(owner)
    given = next((group for member in members for group in _given(member)), 0)
    number = given or claims or next((group for member in members for group in _readers(member)), 0)
    seen = bool(claims) and number == claims and claims == _of_data(owner)
    return Group(number, bool(claims), seen) if number else None


def mode_of(mount: Mapping[str, Any]) -> int:
    """The mode that compose gives to a secret or a config; a text is octal.

    A negative one, which the canonical model writes as `0-1`, is none: no engine starts such a container.
    """
    given = mount.get("mode")
    try:
        return DEFAULT_MODE if given is None else given if isinstance(given, int) else int(str(given), 8)
    except ValueError:
        return DEFAULT_MODE


def restricted(mode: int) -> bool:
    """May not everybody read it?"""
    return not mode & _OTHERS


def widened(mode: int) -> bool:
    """Does the mode change where the pod has a group, because only the owner may read?"""
    return bool(mode & _USER) and not mode & _GROUP


def owner_of(mount: Mapping[str, Any]) -> tuple[str, str]:
    """(`gid` or `uid`, its value) that compose gives a file beside root; the group first, since it can be kept."""
    for key in ("gid", "uid"):
        value = str(mount.get(key) or "0")
        if value != "0":
            return key, value
    return "", ""


def own_group(service: Service) -> int | None:
    """The group that a container's user has: as compose says, else of the user's own number; 0: root, None: unknown."""
    user = run_as(service)
    group = str(service.model.get("user") or "").partition(":")[2]
    return int(group) if user and group.isdecimal() and int(group) else user


def _closed(service: Service) -> Iterator[Mapping[str, Any]]:
    """Secrets and configs of a service, and of its hooks, that not everybody may read."""
    for model in (service.model, *(service.model.get("pre_start") or ())):
        for attribute in ("secrets", "configs"):
            yield from (mount for mount in model.get(attribute) or () if restricted(mode_of(mount)))


def _given(service: Service) -> Iterator[int]:
    for mount in _closed(service):
        _, value = owner_of(mount)
        if value.isdecimal() and int(value) <= LARGEST_ID:
            yield int(value)


def _readers(service: Service) -> Iterator[int]:
    own = own_group(service)
    if own != 0 and any(_closed(service)):
        yield own or ANY_GROUP


def _of_claims(owner: Service) -> int:
    """The group for the claims of a pod; 0: it needs none."""
    estate = owner.estate
    fallback, known = 0, owners(estate)
    group = _of_data(owner)
    if group and not known:
        return group
    for member in estate.pods[owner.name]:
        claims = {key: read_only for key, read_only in named(member).items() if is_claim(estate, key)}
        if not claims:
            continue
        own = own_group(member)
        told = next((known[key] for key in claims if key in known), 0)
        if own or told:
            return own or told
        if own is None:
            written = [key for key, read_only in claims.items() if not (read_only or _external(member, key))]
            others = (own_group(user) for key in written for user in estate.consumers[key])
            fallback = fallback or (next(filter(None, others), ANY_GROUP) if written else 0)
    return fallback


def _of_data(owner: Service) -> int:
    """The group that the data in one of the pod's claims belong to, as an inventory saw it; 0: root, or not seen."""
    keys = [key for member in owner.estate.pods[owner.name] for key in named(member) if is_claim(owner.estate, key)]
    places = (seen_volume(owner.estate, key) for key in keys)
    return next((place.gid for place in places if place and place.gid and place.gid <= LARGEST_ID), 0)


def _external(service: Service, key: str) -> bool:
    """Did others make the claim? Who may write there is theirs to say."""
    return bool(declaration(service.estate, key).get("external"))
