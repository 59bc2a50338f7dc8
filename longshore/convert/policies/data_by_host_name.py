"""Programs that find their data again only under the same host name: their pod is called like its Service, always.

RabbitMQ keeps its queues in a folder called `rabbit@` and the host's name, Consul and Elasticsearch know each other's
data by it. Docker gives a container the same name until it is removed, Kubernetes gives each pod another one: after the
first release the volume is there, and its data is not found. So where one pod runs, its host name is the service's.
Copies would all have the same one; a StatefulSet gives its pods names that stay.
Source: https://www.rabbitmq.com/docs/relocate and https://hub.docker.com/_/rabbitmq
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.estate.container_data import unkept
from longshore.convert.estate.service_images import of
from longshore.convert.kubernetes.pod import POD
from longshore.convert.registry import service_policy
from longshore.model import Default, Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.model import Effect


@service_policy
def data_by_host_name(service: Service) -> Iterator[Effect]:
    """Give the pod a host name that stays."""
    host = service.host
    if not of(service).keeps_data_by_host_name or host.model.get("hostname") or host.model.get("network_mode"):
        return
    if service.workload.kind != "Deployment":
        return
    if host.replicas > 1:
        yield Problem(
            "data-by-host-name",
            Severity.WARNING,
            f"`{service.name}` finds its data by its host name, and the pods of a Deployment have no names that stay",
            "write `x-longshore: {workload: StatefulSet}` on the service: its pods keep their names and their volumes",
        )
        return
    yield Default(service.workload, (*POD, "hostname"), host.slug)
    if unkept(service) is None:
        yield Problem(
            "data-by-host-name",
            Severity.INFO,
            f"`{service.name}` finds its data by its host name: its pod is always called `{host.slug}`, and data that "
            "are copied from Docker lie under the name that the container had there",
            f"write `hostname: {host.slug}` in the compose file, and let the program move on Docker before you copy",
        )
