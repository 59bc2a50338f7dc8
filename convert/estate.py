"""A compose project as Kubernetes sees it: which workload each service becomes, and what only the whole shows.

Rules read their own attribute from a view; what they need to know of the rest, they read here.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from convert.kubernetes import pod
from convert.kubernetes.names import digest, label
from convert.model import Field, ObjectKey, Path, Put
from convert.options import Options, ServiceSettings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from convert.compose import Project

NO_SETTINGS = ServiceSettings()


class Service:
    """One compose service and the names of what becomes of it.

    model: its canonical attributes, not to be changed. slug: its DNS-1123 label, the name of its objects.
    workload: the object whose pod runs it; that of another service with `network_mode: service:x`.
    """

    def __init__(self, name: str, slug: str, model: Mapping[str, Any], estate: Estate) -> None:
        self.name = name
        self.model = model
        self.estate = estate
        self.slug = slug
        self.path: Path = ("services", name)
        self.options = estate.options
        self.settings = estate.options.services.get(name, NO_SETTINGS)

    @cached_property
    def host(self) -> Service:
        """The service whose pod this one runs in: itself, or x of `network_mode: service:x`."""
        mode = str(self.model.get("network_mode", ""))
        other = self.estate.services.get(mode.removeprefix("service:")) if mode.startswith("service:") else None
        return other.host if other else self

    @cached_property
    def workload(self) -> ObjectKey:
        """The Deployment, Job, DaemonSet or StatefulSet that runs this service."""
        owner = self.host
        return ObjectKey(workload_kind(owner), owner.slug)

    @cached_property
    def service(self) -> ObjectKey:
        """The Kubernetes Service by which others reach this one."""
        return ObjectKey("Service", self.slug)

    @cached_property
    def container(self) -> Field:
        """The place of this service's container in its workload."""
        return pod.container(self.slug)

    @cached_property
    def allowed(self) -> frozenset[str]:
        """Finding codes that the owner consented to, in `x-longshore: {allow: [...]}` or in the stack file."""
        extension = self.model.get("x-longshore")
        listed = extension.get("allow", []) if isinstance(extension, dict) else []
        return self.settings.allow | frozenset(str(code) for code in listed)

    @cached_property
    def replicas(self) -> int:
        """How many pods run at once, before policies: the stack, `deploy.replicas`, `scale`, else 1."""
        if self.settings.replicas is not None:
            return self.settings.replicas
        deploy = self.model.get("deploy") or {}
        return int(deploy.get("replicas", self.model.get("scale", 1)))

    @cached_property
    def container_ports(self) -> tuple[tuple[int, str], ...]:
        """(port, protocol) pairs that the container listens on, from `ports` and `expose`, each once, in order."""
        found: dict[tuple[int, str], None] = {}
        for port in self.model.get("ports") or []:
            found[int(port["target"]), str(port.get("protocol", "tcp")).upper()] = None
        for text in self.model.get("expose") or []:
            numbers, _, protocol = str(text).partition("/")
            first, _, last = numbers.partition("-")
            for number in range(int(first), int(last or first) + 1):
                found[number, (protocol or "tcp").upper()] = None
        return tuple(found)

    def put(self, *field: str, value: Any, setting: str = "") -> Put:
        """Write a field of the workload itself: `service.put("spec", "replicas", value=2)`."""
        return Put(self.workload, field, value, setting)

    def put_pod(self, *field: str, value: Any, setting: str = "") -> Put:
        """Write a field of the pod spec."""
        return Put(self.workload, (*pod.POD, *field), value, setting)

    def put_container(self, *field: str, value: Any, setting: str = "") -> Put:
        """Write a field of this service's container."""
        return Put(self.workload, (*self.container, *field), value, setting)


class Estate:
    """The whole project with the options: all services, and the facts that join them.

    collisions: service → the service whose label it would have had too; the policy `names` reports them.
    """

    def __init__(self, project: Project, options: Options) -> None:
        self.project = project
        self.options = options
        self.services: dict[str, Service] = {}
        self.collisions: dict[str, str] = {}
        taken: dict[str, str] = {}
        for name, model in (project.model.get("services") or {}).items():
            slug = label(name)
            if slug in taken:
                self.collisions[name] = taken[slug]
                slug = label(f"{slug}-{digest(name)}")
            taken[slug] = name
            self.services[name] = Service(name, slug, model, self)

    def __iter__(self) -> Iterator[Service]:
        return iter(self.services.values())

    @cached_property
    def completed(self) -> frozenset[str]:
        """Services that another waits for with `service_completed_successfully`."""
        return frozenset(
            name
            for service in self
            for name, dependency in (service.model.get("depends_on") or {}).items()
            if dependency.get("condition") == "service_completed_successfully"
        )

    @cached_property
    def consumers(self) -> dict[str, tuple[Service, ...]]:
        """Named volume (its key under `volumes:`) → the services that mount it."""
        found: dict[str, dict[str, Service]] = {}
        for service in self:
            for mount in service.model.get("volumes") or []:
                if mount.get("type") == "volume" and mount.get("source"):
                    found.setdefault(mount["source"], {})[service.name] = service
        return {volume: tuple(services.values()) for volume, services in found.items()}


def workload_kind(service: Service) -> str:
    """Choose the kind of workload: the stack or `x-longshore.workload`, else what compose says.

    A service that ends (`restart: "no"` or `on-failure`, or awaited by `service_completed_successfully`) is a Job;
    `deploy.mode: global` a DaemonSet; the rest Deployments, those without any `restart` too, because compose files
    of long-running services often leave it out.
    """
    extension = service.model.get("x-longshore")
    asked = service.settings.workload or (extension.get("workload", "") if isinstance(extension, dict) else "")
    if asked:
        return str(asked)
    deploy = service.model.get("deploy") or {}
    mode = deploy.get("mode", "replicated")
    if mode == "global":
        return "DaemonSet"
    condition = (deploy.get("restart_policy") or {}).get("condition")
    restart = str(service.model.get("restart", ""))
    ends = condition in {"none", "on-failure"} if condition else restart == "no" or restart.startswith("on-failure")
    if service.name in service.estate.completed or mode.endswith("-job") or ends:
        return "Job"
    return "Deployment"
