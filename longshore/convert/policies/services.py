"""A Service for everything that can be called by name: with an address of its own on every port that is known of it.

It forwards the ports that compose declares, those that others dial (`amqp://rabbitmq`) and those that the image is
known to serve: on a Docker network every port is open, a Service has only those it lists. Where no port is known it is
headless, which nobody notices if nobody calls it. Those that form one system by dialling each other (etcd) reach each
other before they are ready. A Job gets one only if it has ports. What is called as
`tasks.<service>`, as in a Swarm, gets a headless one beside it. Nobody awaits a Service: it is ready with its pods, and
those are awaited.
Source: https://kubernetes.io/docs/concepts/services-networking/service/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.estate.aliases import SKIP_AWAIT
from longshore.convert.estate.dials import dialled
from longshore.convert.estate.peers import finds_itself, peers
from longshore.convert.estate.ports import asks_for_pods, by_address, every, undeclared
from longshore.convert.estate.seen import open_ports, source
from longshore.convert.estate.tasks import headless
from longshore.convert.registry import service_policy
from longshore.model import Default, Item, ObjectKey, Problem, Severity, path_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.convert.estate.ports import Found
    from longshore.model import Effect


@service_policy
def service(owner: Service) -> Iterator[Effect]:
    """Make the Service of one compose service that has a pod of its own."""
    ports = every(owner)
    if owner.host is not owner or owner.model.get("network_mode") == "none":
        return
    if owner.workload.kind == "Job" and not ports:
        return
    yield Default(owner.service, ("metadata", "annotations"), SKIP_AWAIT)
    yield Default(owner.service, ("spec", "selector"), owner.selector)
    if not ports:
        yield Default(owner.service, ("spec", "clusterIP"), "None")
    members = owner.estate.pods[owner.name]
    among_themselves = any(finds_itself(member) for member in members)
    if any(peers(member) for member in members) or (among_themselves and not by_address(owner)):
        yield Default(owner.service, ("spec", "publishNotReadyAddresses"), True)
    if name := headless(owner):
        yield Default(ObjectKey("Service", name), ("metadata", "annotations"), SKIP_AWAIT)
        spec = {"clusterIP": "None", "selector": owner.selector}
        early = {"publishNotReadyAddresses": True} if among_themselves else {}
        yield Default(ObjectKey("Service", name), ("spec",), spec | early)
    more = undeclared(owner)
    for found in more:
        by = source(owner) if any(found.port.number in (open_ports(member) or ()) for member in members) else ""
        yield Default(owner.service, ("spec", "ports", Item("name", found.port.name)), found.port.entry(), by)
    told = tuple(found for found in more if found.why)
    if told:
        yield _undeclared(told)
    if not ports:
        yield from _unknown(owner)


def _undeclared(more: tuple[Found, ...]) -> Problem:
    numbers = ", ".join(str(found.port.number) for found in more)
    why = "; ".join(f"{found.port.number}: {found.why}" for found in more) if more[1:] else more[0].why
    return Problem(
        "undeclared-port",
        Severity.INFO,
        f"the Service forwards {numbers} too, which compose does not declare: {why}",
        f"declare what you want to keep: `expose: [{numbers}]`",
    )


def _unknown(owner: Service) -> Iterator[Problem]:
    """Tell of a service that is called by name at a port that nobody knows: a lookup that is made once goes stale."""
    members = owner.estate.pods[owner.name]
    path = next((path for member in members if (path := dialled(member).get(0))), None)
    if path and not asks_for_pods(owner):
        yield Problem(
            "unknown-port",
            Severity.WARNING,
            f"{path_text(path)} calls `{owner.name}`, and nothing tells at which port: its Service is headless, so a "
            "program that looks the name up once loses it when the pod is replaced",
            f"write the port that it listens at: `expose: [8080]` on `{owner.name}`",
        )
