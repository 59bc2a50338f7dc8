"""The services of an estate as the page has them: what each becomes, as the manifests say it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from longshore.convert.estate.dials import calls
from longshore.convert.estate.exposure import exposed
from longshore.convert.estate.network_names import network_keys
from longshore.convert.estate.ports import every, target_port
from longshore.convert.estate.storage import named
from longshore.convert.kubernetes.stable import stable_name
from longshore.model import ObjectKey
from longshore.report.page.model import Absent, Container, Edge, Exposure, Port, Service
from longshore.report.page.probes import probes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from longshore.convert import estate as of_compose
    from longshore.model import Manifest
    from longshore.report.page.model import Note, Secret

Objects = dict[ObjectKey, "Manifest"]

_CONDITIONS = {
    "service_started": "is started",
    "service_healthy": "is healthy",
    "service_completed_successfully": "has ended well",
}


def objects_by_lasting_name(manifests: Sequence[Manifest]) -> Objects:
    """Objects by their kind and the part of their names that does not change with their content."""
    return {ObjectKey(manifest["kind"], stable_name(manifest)): manifest for manifest in manifests}


def services(
    estate: of_compose.Estate, objects: Objects, secrets: Sequence[Secret], notes: Mapping[str, tuple[Note, ...]]
) -> tuple[Service, ...]:
    """Every service that runs, in the order of the files."""
    own: dict[str, dict[Secret, None]] = {}
    for secret in secrets:
        for use in secret.uses:
            own.setdefault(use.service, {})[secret] = None
    return tuple(
        _service(service, objects, tuple(own.get(service.name, ())), notes.get(service.name, ())) for service in estate
    )


class _Calls(NamedTuple):
    """Who dials whom, found once. ports: (caller, callee) → the ports, 0 where nobody tells."""

    ports: dict[tuple[str, str], tuple[int, ...]]
    callees: dict[str, list[str]]
    callers: dict[tuple[str, int], list[str]]


def _dialled(estate: of_compose.Estate) -> _Calls:
    return estate.memo(_find_dialled)


def _find_dialled(estate: of_compose.Estate) -> _Calls:
    found: dict[tuple[str, str], dict[int, None]] = {}
    for callee, places in calls(estate).items():
        for call in places:
            for caller in call.by:
                if caller != callee and caller in estate.services and callee in estate.services:
                    found.setdefault((caller, callee), {})[call.number] = None
    callees: dict[str, list[str]] = {}
    callers: dict[tuple[str, int], list[str]] = {}
    for (caller, callee), numbers in sorted(found.items()):
        callees.setdefault(caller, []).append(callee)
        for number in numbers:
            callers.setdefault((callee, number), []).append(caller)
    return _Calls({pair: tuple(sorted(ports)) for pair, ports in found.items()}, callees, callers)


def edges(estate: of_compose.Estate) -> tuple[Edge, ...]:
    """Who depends on whom: by a call, by `depends_on`, or both."""
    dialled = _dialled(estate).ports
    waits = {(service.name, name): condition for service in estate for name, condition in _waits(service)}
    pairs = sorted({*dialled, *waits})
    return tuple(
        Edge(*pair, tuple(filter(None, dialled.get(pair, ()))), waits.get(pair, ""))
        for pair in pairs
        if pair[1] in estate.services
    )


def absent(estate: of_compose.Estate) -> tuple[Absent, ...]:
    """Services of the files that nothing is made for."""
    found = [Absent(name, _why_absent(service)) for name, service in estate.absent.items()]
    for name, profiles in estate.project.left_out.items():
        found.append(Absent(name, f"its profile is not enabled: {', '.join(profiles)}"))
    return tuple(found)


def _why_absent(service: of_compose.Service) -> str:
    provider = (service.model.get("provider") or {}).get("type")
    return f"provided by `{provider}`" if provider else "it only gives a volume its owner"


def _waits(service: of_compose.Service) -> Iterator[tuple[str, str]]:
    for name, dependency in (service.model.get("depends_on") or {}).items():
        condition = str((dependency or {}).get("condition") or "service_started")
        yield name, _CONDITIONS.get(condition, condition)


def _service(
    service: of_compose.Service,
    objects: Objects,
    secrets: tuple[Secret, ...],
    notes: tuple[Note, ...],
) -> Service:
    workload = objects.get(service.workload, {})
    container = _container(workload, service.slug)
    span = service.estate.project.locate_key(service.path)
    host = service.host
    return Service(
        name=service.name,
        id=service.slug,
        image=str(container.get("image", service.model.get("image", ""))),
        place=f"{span.file}:{span.line}" if span else "",
        workload=service.workload.kind if workload else "",
        object=str(service.workload) if workload else "",
        pod="" if host is service else host.name,
        replicas=_replicas(service.workload, objects),
        container=_resources(container),
        probes=tuple(probes(container)),
        networks=network_keys(host),
        ports=tuple(_ports(service)),
        exposures=tuple(_exposures(service)),
        volumes=tuple(named(service)),
        secrets=secrets,
        waits=tuple(_waits(service)),
        calls=tuple(_dialled(service.estate).callees.get(service.name, ())),
        notes=notes,
    )


def _container(workload: Manifest, name: str) -> dict[str, Any]:
    pod = workload.get("spec", {}).get("template", {}).get("spec", {})
    found = (*pod.get("containers", ()), *pod.get("initContainers", ()))
    return next((container for container in found if container["name"] == name), {})


def _replicas(key: ObjectKey, objects: Objects) -> str:
    scaler = objects.get(ObjectKey("HorizontalPodAutoscaler", key.name))
    if scaler:
        return f"{scaler['spec'].get('minReplicas', 1)} to {scaler['spec']['maxReplicas']}"
    if key.kind == "DaemonSet":
        return "one on each node"
    if key.kind == "Job":
        return "until it ends"
    return str(objects.get(key, {}).get("spec", {}).get("replicas", 1))


def _resources(container: Mapping[str, Any]) -> Container:
    given = container.get("resources", {})
    requests, limits = given.get("requests", {}), given.get("limits", {})
    return Container(
        str(requests.get("memory", "")),
        str(limits.get("memory", "")),
        str(requests.get("cpu", "")),
        str(limits.get("cpu", "")),
    )


def _ports(service: of_compose.Service) -> Iterator[Port]:
    opened = {(port.number, port.protocol) for port in exposed(service)}
    outside = tuple(exposure.address for exposure in _exposures(service))
    public: dict[tuple[int, str], list[str]] = {}
    for entry in service.model.get("ports") or ():
        if (port := target_port(entry)) and entry.get("published"):
            host = f"{entry['host_ip']}:" if entry.get("host_ip") else ""
            public.setdefault(port, []).append(f"{host}{entry['published']}")
    known = {(port.number, port.protocol): None for port in every(service)}
    for number, protocol in known | dict.fromkeys(public):
        yield Port(
            number,
            protocol,
            tuple(public.get((number, protocol), ())),
            outside if (number, protocol) in opened else (),
            tuple(_dialled(service.estate).callers.get((service.name, number), ())),
        )


def _exposures(service: of_compose.Service) -> Iterator[Exposure]:
    exposure = service.settings.exposure
    if exposure is None or not exposed(service):
        return
    if exposure.allow_from:
        who = ", ".join(exposure.allow_from)
    else:
        who = "the VPC only" if exposure.internal else "everybody"
    if exposure.login:
        who += ", after a login"
    if exposure.kind == "ingress":
        scheme = "https" if exposure.certificate or service.options.zone else "http"
        for host in (exposure.host, *exposure.aliases):
            yield Exposure(exposure.kind, f"{scheme}://{host}{exposure.path}", who)
    else:
        ports = ", ".join(f"{port.number}/{port.protocol}" for port in exposed(service))
        yield Exposure(exposure.kind, f"a load balancer, at {ports}", who)
