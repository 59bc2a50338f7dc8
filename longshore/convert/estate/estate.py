"""A compose project as Kubernetes sees it: which workload each service becomes, and what only the whole shows.

Rules read their own attribute from a view; what they need to know of the rest, they read here.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, TypeVar

from longshore.convert.estate.aliases import renames
from longshore.convert.estate.dials import is_called
from longshore.convert.estate.owners import owned
from longshore.convert.estate.pods import pod_owner
from longshore.convert.estate.ports import exposed_ports, is_server, target_port
from longshore.convert.estate.programs import runs_its_program
from longshore.convert.estate.seen import seen
from longshore.convert.estate.service_images import of
from longshore.convert.estate.storage import named
from longshore.convert.kubernetes import pod
from longshore.convert.kubernetes.kinds import REPLICATED
from longshore.convert.kubernetes.names import digest, host_label, label
from longshore.convert.options import Extension, Options, ServiceSettings
from longshore.model import Field, Item, ObjectKey, Path, Put, Unsupported
from longshore.regex import Regex

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from longshore.compose import Project
    from longshore.convert.kubernetes.hostnames import Renames

T = TypeVar("T")

NO_SETTINGS = ServiceSettings()

_ONCE: Final = Regex(r"(?i)(?:^|[-_.])(?:bootstrap|init|migrat(?:e|ions?|or)|seed(?:er)?|setup)(?:$|[-_.])")


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
        self._facts: dict[Callable[[Service], Any], Any] = {}
        self.options = estate.options
        self.settings = estate.options.services.get(name, NO_SETTINGS)

    @cached_property
    def host(self) -> Service:
        """The service whose pod this one runs in: itself, or x of `network_mode: service:x`."""
        return pod_owner(self)

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
    def selector(self) -> dict[str, str]:
        """Labels of this service's pods and of no others: what its workload, Services and policies select by.

        A selector cannot be changed later, so it holds nothing that a new version of anything would change.
        """
        return {"app.kubernetes.io/name": self.host.slug, "app.kubernetes.io/instance": self.estate.application}

    @cached_property
    def labels(self) -> dict[str, str]:
        """Labels for every object that is made for this service: the selector, and where it belongs.

        Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/
        """
        return {**self.selector, **self.estate.labels}

    @cached_property
    def setting(self) -> str:
        """Where the stack file speaks of this service: `services.web`."""
        return f"services.{self.name}"

    @cached_property
    def container(self) -> Field:
        """The place of this service's container in its workload."""
        return pod.container(self.slug)

    @cached_property
    def allowed(self) -> frozenset[str]:
        """Finding codes that the owner consented to, in `x-longshore: {allow: [...]}` or in the stack file."""
        return self.settings.allow | self.extension.allow

    @cached_property
    def extension(self) -> Extension:
        """What the owner decided in the compose file; what is wrong there, the extension's own rule tells."""
        given = self.model.get("x-longshore")
        if not given:
            return Extension()
        from longshore.convert.extension import read_extension  # noqa: PLC0415  pydantic starts slowly

        return read_extension(given)[0]

    @cached_property
    def replicas(self) -> int:
        """How many pods run at once at most, before policies: the stack, `deploy.replicas`, `scale`, else 1."""
        if self.settings.scale:
            return self.settings.scale.max
        if self.settings.replicas is not None:
            return self.settings.replicas
        deploy = self.model.get("deploy") or {}
        return int(deploy.get("replicas", self.model.get("scale", 1)))

    @cached_property
    def copied(self) -> bool:
        """Do several pods of its own run at once, each able to do the work of the others?"""
        return self.host is self and self.replicas > 1 and self.workload.kind in REPLICATED

    @cached_property
    def container_ports(self) -> tuple[tuple[int, str], ...]:
        """(port, protocol) pairs that the container listens on, from `ports` and `expose`, each once, in order."""
        published = (target_port(port) for port in self.model.get("ports") or [])
        exposed = (port for text in self.model.get("expose") or [] for port in exposed_ports(str(text)))
        return tuple(dict.fromkeys(port for port in (*published, *exposed) if port))

    @cached_property
    def health_test(self) -> list[str] | None:
        """What `healthcheck` runs, with its leading `CMD` or `CMD-SHELL`; None where nothing is tested.

        One that says when to test, and not what, means the test of the image.
        """
        check = self.model.get("healthcheck") or {}
        test = check.get("test") or (self.image_test if check else None)
        return None if check.get("disable") or not test or test[0] == "NONE" else test

    @cached_property
    def image_test(self) -> list[str] | None:
        """The `HEALTHCHECK` of the image, where it is known and the container runs the program that it tests."""
        found = seen(self)
        runs = runs_its_program(self) or (found is not None and found.healthy)
        return list(of(self).healthcheck) or None if runs else None

    def memo(self, compute: Callable[[Service], T]) -> T:
        """Compute a fact about this service once; the function is the name it is remembered by."""
        try:
            known: T = self._facts[compute]
        except KeyError:
            known = self._facts[compute] = compute(self)
        return known

    def put(self, *field: str | Item, value: Any, setting: str = "") -> Put:
        """Write a field of the workload itself: `service.put("spec", "replicas", value=2)`."""
        return Put(self.workload, field, value, setting)

    def put_pod(self, *field: str | Item, value: Any, setting: str = "") -> Put:
        """Write a field of the pod spec."""
        return Put(self.workload, (*pod.POD, *field), value, setting)

    def put_container(self, *field: str | Item, value: Any, setting: str = "") -> Put:
        """Write a field of this service's container."""
        return Put(self.workload, (*self.container, *field), value, setting)

    def share_pod(self, *field: str | Item, value: Any, attribute: str) -> Iterator[Put | Unsupported]:
        """Write a field that holds for the whole pod, where `attribute` of several services may decide it.

        In a pod that another service owns (`network_mode: service:x`) the owner's value holds; a different one is lost.
        """
        if self.host is self:
            yield Put(self.workload, (*pod.POD, *field), value)
        elif self.host.model.get(attribute) != self.model.get(attribute):
            yield Unsupported(
                f"`{attribute}` holds for a whole pod, and this container runs in the pod of `{self.host.name}`",
                f"set it on `{self.host.name}`",
                code=attribute.replace("_", "-"),
            )


class Estate:
    """The whole project with the options: all services, and the facts that join them.

    services: those that run as containers. absent: those that no container is made for, since an external program
    provides them, or since they only give a volume its owner.
    collisions: service → the service whose label it would have had too; the policy `names` reports them.
    """

    def __init__(self, project: Project, options: Options) -> None:
        self.project = project
        self.options = options
        self.services: dict[str, Service] = {}
        self.absent: dict[str, Service] = {}
        self._facts: dict[Callable[[Estate], Any], Any] = {}
        self.collisions: dict[str, str] = {}
        models = project.model.get("services") or {}
        slugs: dict[str, str] = {}
        taken: dict[str, str] = {}
        # A name that is valid as it stands is never taken from its service by one that had to change.
        for name in sorted(models, key=lambda name: host_label(name) != name):
            slug = host_label(name)
            if slug in taken:
                self.collisions[name] = taken[slug]
                slug = label(f"{slug}-{digest(name)}")
            taken[slug] = name
            slugs[name] = slug
        for name, model in models.items():
            made = self.absent if model.get("provider") or owned(name, models) else self.services
            made[name] = Service(name, slugs[name], model, self)

    def __iter__(self) -> Iterator[Service]:
        return iter(self.services.values())

    @cached_property
    def application(self) -> str:
        """The application all services belong to, as a label value: the stack's name for it, or the project's."""
        return label(self.options.application or self.project.name)

    @cached_property
    def labels(self) -> dict[str, str]:
        """Labels for every object of the project."""
        return {"app.kubernetes.io/part-of": self.application, "app.kubernetes.io/managed-by": "longshore"}

    def memo(self, compute: Callable[[Estate], T]) -> T:
        """Compute a fact about the whole project once; the function is the name it is remembered by."""
        try:
            known: T = self._facts[compute]
        except KeyError:
            known = self._facts[compute] = compute(self)
        return known

    @cached_property
    def pods(self) -> dict[str, tuple[Service, ...]]:
        """Service with a pod of its own → all services that run in it: itself, and those that joined its network."""
        found: dict[str, list[Service]] = {service.name: [service] for service in self if service.host is service}
        for service in self:
            if service.host is not service:
                found[service.host.name].append(service)
        return {name: tuple(services) for name, services in found.items()}

    @cached_property
    def hostnames(self) -> Renames:
        """Old host name → new one, for names that Kubernetes does not allow, and those that Docker makes."""
        return renames(self)

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
        """Named volume (its key under `volumes:`) → the services that mount it, in whatever way."""
        found: dict[str, list[Service]] = {}
        for service in self:
            for volume in named(service):
                found.setdefault(volume, []).append(service)
        return {volume: tuple(services) for volume, services in found.items()}


def workload_kind(service: Service) -> str:
    """Choose the kind of workload: the stack or `x-longshore.workload`, else what compose says.

    A service that another awaits by `service_completed_successfully` is a Job, and so is one that ends by itself
    (`restart: "no"` or `on-failure`), unless others call it or watch its health: a server that is restarted only
    when it fails is a Deployment, since a Job of it would never complete. `deploy.mode: global` is a DaemonSet. The
    rest are Deployments, those without any `restart` too: files of long-running services often leave it out.
    """
    asked = service.settings.workload or service.extension.workload
    if asked:
        return asked
    deploy = service.model.get("deploy") or {}
    mode = deploy.get("mode", "replicated")
    if mode == "global":
        return "DaemonSet"
    if service.name in service.estate.completed or mode.endswith("-job") or (ends(service) and not serves(service)):
        return "Job"
    return "Deployment"


def ends(service: Service) -> bool:
    """Does compose leave the service alone once it has ended?

    `deploy.restart_policy` wins over `restart`. Its `on-failure` is how files for a Swarm speak of services that stay,
    but not of one that is called after work that is done once (`migrator`).
    """
    deploy = service.model.get("deploy") or {}
    condition = (deploy.get("restart_policy") or {}).get("condition")
    restart = str(service.model.get("restart", ""))
    if condition:
        return condition == "none" or (condition == "on-failure" and _ONCE.search(service.name) is not None)
    return restart == "no" or restart.startswith("on-failure")


def serves(service: Service) -> bool:
    """Does the service listen, have its health watched, or run in several copies, as only one that stays does?

    That it is called is not always seen: an address with a password in it is a secret, and nobody here reads it.
    """
    deploy = service.model.get("deploy") or {}
    return (
        bool(service.container_ports)
        or service.health_test is not None
        or service.replicas > 1
        or bool(deploy.get("update_config"))
        or is_server(service)
        or is_called(service)
    )
