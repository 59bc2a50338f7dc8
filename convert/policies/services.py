"""A Service for everything that can be called by name: on the container ports, or headless where compose names none.

It forwards the ports that compose declares and those that others dial (`amqp://rabbitmq`): on a Docker network every
port is open, a Service has only those it lists. A Job gets one only if it has ports. What is called as
`tasks.<service>`, as in a Swarm, gets a headless one beside it. Nobody awaits a Service: it is ready with its pods, and
those are awaited.
Source: https://kubernetes.io/docs/concepts/services-networking/service/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from convert.estate.aliases import SKIP_AWAIT
from convert.estate.ports import every, undeclared
from convert.estate.tasks import headless
from convert.model import Default, Item, ObjectKey, Problem, Severity, path_text
from convert.registry import service_policy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from convert.estate import Service
    from convert.model import Effect


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
    if name := headless(owner):
        yield Default(ObjectKey("Service", name), ("metadata", "annotations"), SKIP_AWAIT)
        yield Default(ObjectKey("Service", name), ("spec",), {"clusterIP": "None", "selector": owner.selector})
    for found in undeclared(owner):
        yield Default(owner.service, ("spec", "ports", Item("name", found.port.name)), found.port.entry())
        why = f"{path_text(found.path)} dials it" if found.path else "the image is known to serve it"
        yield Problem(
            "undeclared-port",
            Severity.INFO,
            f"the Service forwards port {found.port.number} too, which compose does not declare: {why}",
            f"declare it: `expose: [{found.port.number}]`",
        )
