"""Services that are members of one system, which they form by dialling each other: etcd, ZooKeeper, RabbitMQ, Galera.

No member is ready before it has found the others, and a Service leads only to pods that are ready: they would wait for
each other for ever. On Docker a name leads to its container from the first moment. Members are services of one image
that are named together in a list which they read themselves, or that name each other under one key (`seed_hosts`). Many
services of one image call each other and are no such members: they read the same list of addresses, each under a key of
its own. Where the image is known to form a cluster, or the port is one of members, one that names the other is enough.
Source: https://kubernetes.io/docs/concepts/services-networking/service/#headless-services and the field
`publishNotReadyAddresses` of https://kubernetes.io/docs/reference/kubernetes-api/service-resources/service-v1/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.estate.dials import calls
from longshore.convert.estate.images import parse
from longshore.convert.estate.network_names import TASKS
from longshore.convert.estate.ports import asks_for_pods
from longshore.convert.estate.service_images import of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from longshore.convert.estate import Estate, Service
    from longshore.convert.estate.dials import Call

_OF_A_COMMAND = 3
"""Parts of a path that name a command or a health check; the word is behind them."""

_OF_MEMBERS = frozenset({2380, 2888, 3888, 4369, 4567, 6222, 7000, 8300, 8301, 9300, 25672})
"""Ports at which nobody but a member of the system dials one: of etcd, ZooKeeper, Erlang, Galera, NATS, Cassandra,
Consul and Elasticsearch."""


def peers(service: Service) -> frozenset[str]:
    """The other services with which this one forms one system; empty where it stands for itself."""
    return service.estate.memo(_peers).get(service.name, frozenset()) - {service.name}


def finds_itself(service: Service) -> bool:
    """Do the copies of a service find each other by a name that has the addresses of them all (`tasks.web`)?"""
    return any(
        call.by == (service.name,)
        and (call.host.startswith(TASKS) or (asks_for_pods(service) and service.replicas > 1))
        for call in calls(service.estate).get(service.name, ())
    )


def _peers(estate: Estate) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for services in _alike(estate).values():
        if len(services) > 1:
            for group in (*_listed(estate, services), *_mutual(estate, services), *_known(estate, services)):
                whole = group.union(*(found.get(name, frozenset()) for name in group))
                found |= dict.fromkeys(whole, whole)
    return found


def _alike(estate: Estate) -> Mapping[str, frozenset[str]]:
    """What an image is made from → the services that run it."""
    found: dict[str, set[str]] = {}
    for service in estate:
        image = parse(service.settings.image or str(service.model.get("image") or "")).repository
        build = service.model.get("build") or {}
        made = image or f"{build.get('context', '')} {build.get('dockerfile', '')} {build.get('target', '')}".strip()
        if made:
            found.setdefault(made, set()).add(service.name)
    return {made: frozenset(names) for made, names in found.items()}


def _between(estate: Estate, services: frozenset[str]) -> Iterator[tuple[str, str, Call]]:
    """(who names, who is named, the call) of services that run one image; who names itself too."""
    for named in services:
        for call in calls(estate).get(named, ()):
            if "labels" not in call.path:
                yield from ((by, named, call) for by in call.by if by in services)


def _listed(estate: Estate, services: frozenset[str]) -> Iterator[frozenset[str]]:
    """Groups that a text names together: only members read it, or jobs that set up what is known to be a cluster."""
    lists: dict[tuple[object, ...], set[str]] = {}
    readers: dict[tuple[object, ...], set[str]] = {}
    for by, named, call in _between(estate, services):
        text = call.path if call.path[2] in {"environment", "content"} else call.path[:_OF_A_COMMAND]
        lists.setdefault((*text, call.number), set()).add(named)
        readers.setdefault((*text, call.number), set()).add(by)
    several = {key: names for key, names in lists.items() if len(names) > 1}
    group = frozenset[str]().union(*several.values())
    reading = {name for key in several for name in readers[key]}
    staying = {name for name in reading if estate.services[name].workload.kind != "Job"}
    if group and staying <= group and (staying or _forms_cluster(estate, services)):
        yield group


def _mutual(estate: Estate, services: frozenset[str]) -> Iterator[frozenset[str]]:
    """Pairs that name each other under one key and at one port, each leaving itself out."""
    called = {(by, named, call.key, call.number) for by, named, call in _between(estate, services)}
    others = {call for call in called if (call[0], call[0], *call[2:]) not in called}
    for by, named, *at in others:
        if by < named and (named, by, *at) in others:
            yield frozenset({by, named})


def _known(estate: Estate, services: frozenset[str]) -> Iterator[frozenset[str]]:
    """Pairs of which one names the other, where the image is known to form clusters, or the port is for members."""
    forms = _forms_cluster(estate, services)
    for by, named, call in _between(estate, services):
        if (forms or call.number in _OF_MEMBERS) and by != named and estate.services[by].workload.kind != "Job":
            yield frozenset({by, named})


def _forms_cluster(estate: Estate, services: frozenset[str]) -> bool:
    return any(of(estate.services[name]).forms_cluster for name in services)
