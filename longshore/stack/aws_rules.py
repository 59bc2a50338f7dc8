"""What AWS refuses although every setting is well formed: told before the first resource, not by AWS half-way."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, Final

from longshore.decoding.errors import Wrong
from longshore.stack.addons import BEFORE_NODES, IDENTITIES, IDENTITY_AGENT, NETWORK, SHARED_STORAGE
from longshore.stack.address_ranges import networks
from longshore.stack.backup_settings import TAG
from longshore.stack.eks_settings import EksCluster
from longshore.stack.names import ROLE
from longshore.stack.node_rules import RANDOM

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from longshore.model import Path
    from longshore.stack.addons import Identity
    from longshore.stack.eks_settings import Addon, Endpoint
    from longshore.stack.settings import Settings

LONGEST_CLUSTER: Final = ROLE - RANDOM - len("-nodeRole-role")
"""The longest name made of a cluster's is that of the role of its nodes."""
LONGEST_ENVIRONMENT: Final = ROLE - RANDOM - len("-flow-logs")
ENDPOINT_RANGES: Final = 40

TWO_ZONES: Final = frozenset({"us-west-1"})
"""Regions in which an account has fewer than three zones."""

TAGS: Final = 40
"""AWS takes 50 on a resource; ours, and those that its controllers add, need room."""
TAG_KEY: Final = re.compile(r"[\w .:/=+\-@]{1,128}").fullmatch
TAG_VALUE: Final = re.compile(r"[\w .:/=+\-@]{0,256}").fullmatch
OWN_TAGS: Final = frozenset({"environment", "managed-by", "name", "stack", "team", TAG})
"""Set by us, and by IAM not told apart from the same in capitals."""

PRIVATE: Final = tuple(map(ipaddress.IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")))


def refused_by_aws(settings: Settings) -> Iterator[Wrong]:
    """Find what AWS would refuse in settings that are otherwise right."""
    if settings.aws:
        yield from _tags(settings.aws.tags)
        if settings.network and not settings.network.vpc_id and settings.aws.region in TWO_ZONES:
            help_text = "choose another region; in this one, use a cluster that is there (`kind: kubeconfig`)"
            yield Wrong(("aws", "region"), f"`{settings.aws.region}` offers two zones, a network has three", help_text)
    if settings.network and not settings.network.vpc_id and len(settings.environment) > LONGEST_ENVIRONMENT:
        yield _too_long(("environment",), LONGEST_ENVIRONMENT)
    if isinstance(settings.cluster, EksCluster):
        if len(settings.cluster_name) > LONGEST_CLUSTER:
            named = bool(settings.cluster.name)
            # Unnamed, it is called after the environment.
            room = LONGEST_CLUSTER - (len(settings.cluster_name) - len(settings.cluster.name or settings.environment))
            yield _too_long(("cluster", "name") if named else ("environment",), room)
        yield from _endpoint(settings.cluster.endpoint)
        yield from _addons(settings.cluster)


def _too_long(place: Path, most: int) -> Wrong:
    message = f"is too long: IAM roles are called after it, and IAM takes {ROLE} characters"
    return Wrong(place, message, f"{most} characters at most")


def _tags(tags: Mapping[str, str]) -> Iterator[Wrong]:
    place: Path = ("aws", "tags")
    if len(tags) > TAGS:
        yield Wrong(place, f"are {len(tags)}, and AWS takes 50 on a resource, with ours", f"{TAGS} at most")
    seen: dict[str, str] = {}
    for key, value in tags.items():
        if key.lower().startswith("aws:"):
            yield Wrong((*place, key), "begins with `aws:`, which is AWS's own", "choose another key", key=True)
        elif key.lower() in OWN_TAGS:
            yield Wrong((*place, key), "is set by Longshore itself, from the stack", "choose another key", key=True)
        elif key.lower() in seen:
            help_text = f"keep it or `{seen[key.lower()]}`: IAM does not tell them apart"
            yield Wrong((*place, key), "is there twice, in other capitals", help_text, key=True)
        elif not TAG_KEY(key) or not TAG_VALUE(value):
            help_text = "letters, digits, spaces and `_ . : / = + - @`; 128 of them in a key, 256 in a value"
            yield Wrong((*place, key), "is no tag that AWS takes", help_text, key=not TAG_KEY(key))
        seen.setdefault(key.lower(), key)


def _endpoint(endpoint: Endpoint) -> Iterator[Wrong]:
    place: Path = ("cluster", "endpoint", "cidrs")
    if len(endpoint.cidrs) > ENDPOINT_RANGES:
        yield Wrong(place, f"are {len(endpoint.cidrs)} ranges, and EKS takes {ENDPOINT_RANGES}", "join some of them")
    for found in networks(place, endpoint.cidrs):
        if isinstance(found, Wrong):
            yield found
            continue
        at, network = found
        if any(network.subnet_of(private) for private in PRIVATE):
            help_text = "leave it out: inside the VPC the API server can be reached without being named here"
            yield Wrong(at, f"`{network}` is private, and nobody comes from there by the internet", help_text)


def _addons(cluster: EksCluster) -> Iterator[Wrong]:
    for name, addon in cluster.addons.items():
        place: Path = ("cluster", "addons", name)
        if name in BEFORE_NODES and cluster.compute == "auto":
            yield Wrong(place, "is built into Auto Mode", "leave it out", key=True)
        elif name in NETWORK and addon.version == "":
            yield Wrong(place, "cannot be left out: without it no node becomes ready", "pin a version", key=True)
        elif name == IDENTITY_AGENT and addon.version == "":
            yield Wrong(place, "cannot be left out: by it other add-ons get their rights", "pin a version", key=True)
        elif name == SHARED_STORAGE and cluster.shared_storage and addon.version == "":
            yield Wrong(place, "is what `sharedStorage` works by", "pin a version, or drop one of the two", key=True)
        yield from _rights(place, addon, IDENTITIES.get(name))


def _rights(place: Path, addon: Addon, known: Identity | None) -> Iterator[Wrong]:
    if addon.policies and not addon.service_account and known is None:
        help_text = "add `serviceAccount`, as `aws eks describe-addon-configuration` names it"
        yield Wrong((*place, "policies"), "are for a ServiceAccount that is not known", help_text, key=True)
    if addon.service_account and not addon.policies and not (known and known.policies):
        help_text = "add `policies`, or leave it out"
        yield Wrong((*place, "serviceAccount"), "gets no rights", help_text, key=True)
