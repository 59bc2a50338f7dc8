"""What several rules and policies must agree on about one service: resources, user, how its pods are replaced.

Each fact is computed once, by `service.memo`, from the canonical model, the stack's settings and the house rules.
"""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from longshore.compose.units import bytes_of, duration_seconds, millicores
from longshore.convert.estate.dials import is_called, relied_on
from longshore.convert.estate.memory import claimed, claimed_by_image
from longshore.convert.estate.ports import every, usual_port
from longshore.convert.estate.seen import open_ports, seen
from longshore.convert.estate.service_images import of
from longshore.convert.estate.storage import byte_size, declaration, driver_options, is_claim, named
from longshore.convert.estate.writers import alone
from longshore.convert.kubernetes.quantity import bytes_in, millicores_in

if TYPE_CHECKING:
    from longshore.convert.estate import Estate, Service
    from longshore.convert.estate.memory import Claim
    from longshore.convert.observed import Size

PRE_STOP_SLEEP: Final = 5
"""Seconds a pod goes on serving after it was told to end: until then, proxies still send it requests."""

DEFAULT_INTERVAL: Final = 30.0
DEFAULT_TIMEOUT: Final = 30.0
DEFAULT_START_INTERVAL: Final = 5.0
DEFAULT_RETRIES: Final = 3
"""Docker's defaults for a health check; times in seconds."""

MINIMUM_BUDGET: Final = 300
"""Seconds that every program gets to start. Docker kills no container that is not healthy yet, a startup probe does: a
database that is killed while it replays its log or fills its first directory may leave half of it behind. A program
that starts fast is ready as early with a long budget, and a rollout is given up after twice that time anyway."""

_ONE_NODE: Final = "ReadWriteOnce"

_PERIOD: Final = 100_000
"""The kernel's default `cpu.cfs_period_us`, which `cpu_quota` counts against when no `cpu_period` is given."""


class Resources(NamedTuple):
    """Memory in bytes, processors in millicores; None where nothing is asked or limited.

    memory_given: the limit comes from compose or the stack, not from the house rule. memory_claimed: what the house
    rule went by, where the service's own options say how much memory its program takes. sized: what the samples of an
    inventory say, where they decided the limit.
    """

    memory_limit: int
    memory_request: int
    memory_given: bool
    memory_claimed: Claim | None
    cpu_limit: int | None
    cpu_request: int
    sized: Size | None = None


def resources(service: Service) -> Resources:
    """What the container asks for and may use, after the stack and the house rules."""
    return service.memo(_resources)


def _resources(service: Service) -> Resources:
    model = service.model
    asked = (model.get("deploy") or {}).get("resources") or {}
    limits: dict[str, Any] = asked.get("limits") or {}
    reservations: dict[str, Any] = asked.get("reservations") or {}
    reserved = bytes_of(reservations.get("memory") or model.get("mem_reservation") or 0)
    given = bytes_in(service.settings.memory) if service.settings.memory else _memory(limits, model)
    usual, sized = bytes_in(service.options.default_memory), _sized(service)
    if sized:
        usual = sized.memory if sized.whole else max(usual, sized.memory)
    claim = None if given else claimed(service)
    if claim:
        shared = service.estate.memo(_in_shared_files)
        claim = claimed(service, {key for key in shared if _in_env_file(service, key)})
    claim = claim or (None if given else claimed_by_image(service))
    needed = claim if claim and claim.needed > max(usual, reserved) else None
    # What lies in its directories in memory is in the samples.
    beside = 0 if sized and sized.whole else in_memory(service)
    limit = given or max((needed.needed if needed else usual) + beside, reserved)
    cpu_limit = _cpu_limit(limits, model)
    cpu_request = _cpu_request(service, reservations, cpu_limit)
    return Resources(
        memory_limit=limit,
        memory_request=min(reserved, limit) or limit,
        memory_given=bool(given),
        memory_claimed=needed,
        sized=sized if sized and limit == sized.memory + beside and not given else None,
        cpu_limit=cpu_limit,
        cpu_request=min(cpu_request, cpu_limit) if cpu_limit else cpu_request,
    )


def in_memory(service: Service) -> int:
    """Bytes of the service's directories in memory (`shm_size`, `tmpfs`): what lies there counts as its own."""
    model, estate = service.model, service.estate
    short = model.get("tmpfs") or ()
    options = [entry.partition(":")[2] for entry in ((short,) if isinstance(short, str) else map(str, short))]
    sizes = [dict(option.partition("=")[::2] for option in text.split(",")).get("size", "") for text in options]
    for mount in model.get("volumes") or ():
        if mount.get("type") == "tmpfs":
            sizes.append(str((mount.get("tmpfs") or {}).get("size") or ""))
        elif mount.get("type") == "volume" and mount.get("source"):
            volume = driver_options(declaration(estate, str(mount["source"])))
            sizes.append(volume.get("size", "") if volume.get("type") == "tmpfs" else "")
    return max(0, bytes_of(model.get("shm_size") or 0)) + sum(byte_size(size) or 0 for size in sizes)


def _in_shared_files(estate: Estate) -> frozenset[str]:
    """Variables that env files give to several services: each may be meant for one of them."""
    found: set[str] = set()
    several: set[str] = set()
    for service in estate:
        for key in service.model.get("environment") or ():
            if _in_env_file(service, key):
                (several if key in found else found).add(key)
    return frozenset(several)


def _in_env_file(service: Service, key: str) -> bool:
    return service.estate.project.in_env_file((*service.path, "environment", key))


def _memory(limits: dict[str, Any], model: Any) -> int:
    return max(0, bytes_of(limits.get("memory") or model.get("mem_limit") or 0))


def _cpu_limit(limits: dict[str, Any], model: Any) -> int | None:
    given = limits.get("cpus") or model.get("cpus")
    if given:
        return max(1, millicores(given)) if float(given) > 0 else None
    quota = int(model.get("cpu_quota") or 0)
    return max(1, quota * 1000 // int(model.get("cpu_period") or _PERIOD)) if quota > 0 else None


def _cpu_request(service: Service, reservations: dict[str, Any], cpu_limit: int | None) -> int:
    shares = int(service.model.get("cpu_shares") or 0)
    if service.settings.cpu:
        return millicores_in(service.settings.cpu)
    if reservations.get("cpus"):
        return max(1, millicores(reservations["cpus"]))
    if shares:
        return max(1, shares * 1000 // 1024)
    if cpu_limit:
        return max(1, cpu_limit // 2)
    sized = _sized(service)
    usual = millicores_in(service.options.default_cpu)
    return max(sized.cpu, 0 if sized.whole else usual) if sized and sized.cpu else usual


def cpu_is_seen(service: Service) -> bool:
    """Is the request of processor what the samples of an inventory say?"""
    sized = _sized(service)
    return sized is not None and resources(service).cpu_request == sized.cpu and not service.settings.cpu


def is_sized(service: Service) -> bool:
    """Do samples cover a day, so that nothing of its size is assumed? What its own settings claim may be more."""
    sized = _sized(service)
    return sized is not None and sized.whole


def _sized(service: Service) -> Size | None:
    found = seen(service)
    return found.size if found else None


LARGEST_ID: Final = (1 << 31) - 1
"""The largest number that a user or a group may have, in Docker and in Kubernetes."""

USERS: Final = {"root": 0, "nobody": 65534}
"""User names that mean the same in the images of Debian, Alpine and busybox."""


def run_as(service: Service) -> int | None:
    """The number of the user that the container runs as, where compose or the image tells; None: nobody knows."""
    return service.memo(_run_as)


def _run_as(service: Service) -> int | None:
    name = str(service.model.get("user") or "").partition(":")[0]
    if not name:
        return of(service).user
    if name.isdecimal():
        return int(name) if int(name) <= LARGEST_ID else None
    return USERS.get(name, of(service).users.get(name))


def shared(estate: Estate, volume: str) -> bool:
    """Do several pods mount the volume at once: of several services, of several replicas, or one on each node?

    The pods of a StatefulSet each have a claim of their own, as long as nobody else mounts it.
    """
    users = estate.consumers.get(volume, ())
    pods = {user.workload: user.host for user in users}
    if len(pods) > 1:
        return True
    return any(
        kind == "DaemonSet" or (kind != "StatefulSet" and owner.replicas > 1) for (kind, _), owner in pods.items()
    )


def access_mode(estate: Estate, volume: str) -> str:
    """How nodes may mount a named volume: what the stack says, else shared where several pods need it and it can be."""
    asked = estate.options.storage.volumes.get(volume)
    if asked and asked.access_mode:
        return asked.access_mode
    return "ReadWriteMany" if shared(estate, volume) and estate.options.storage.shared_class else _ONE_NODE


def recreates(service: Service) -> bool:
    """Must the old pod be gone before the new one starts?"""
    return bool(why_recreated(service))


def why_recreated(service: Service) -> str:
    """Why the old pod must be gone before the new one starts; empty: it need not."""
    return service.host.memo(_why_recreated)


def _why_recreated(owner: Service) -> str:
    estate = owner.estate
    one_node = any(
        is_claim(estate, volume) and access_mode(estate, volume) == _ONE_NODE
        for member in estate.pods[owner.name]
        for volume in named(member)
    )
    return "the pod mounts a volume that one node has at a time" if one_node else alone(owner)


def pre_stop_sleep(service: Service) -> int:
    """Seconds of the house rule's `preStop` sleep: 0 for what nobody calls, or where compose has a hook of its own."""
    if service.workload.kind == "Job" or not (every(service) or is_called(service)) or service.model.get("pre_stop"):
        return 0
    return PRE_STOP_SLEEP


SAFE_SYSCTLS: Final = frozenset(
    {
        "kernel.shm_rmid_forced",
        "net.ipv4.ip_local_port_range",
        "net.ipv4.ip_local_reserved_ports",
        "net.ipv4.ip_unprivileged_port_start",
        "net.ipv4.ping_group_range",
        "net.ipv4.tcp_fin_timeout",
        "net.ipv4.tcp_keepalive_intvl",
        "net.ipv4.tcp_keepalive_probes",
        "net.ipv4.tcp_keepalive_time",
        "net.ipv4.tcp_rmem",
        "net.ipv4.tcp_syncookies",
        "net.ipv4.tcp_wmem",
    }
)
"""Kernel settings that a pod may have without the node's consent, since Kubernetes 1.32."""


def capability(name: str) -> str:
    """Write a capability as Kubernetes does: `CAP_NET_ADMIN` is `NET_ADMIN`."""
    return name.upper().removeprefix("CAP_")


def security_option(text: str) -> tuple[str, str]:
    """Split an entry of `security_opt`: `seccomp=unconfined`, or with Docker's old colon `label:disable`."""
    equals, colon = text.find("="), text.find(":")
    separator = "=" if equals >= 0 and (colon < 0 or equals < colon) else ":"
    name, _, value = text.partition(separator)
    return name.strip().lower(), value.strip()


def image_test(service: Service) -> list[str] | None:
    """The image's own health check, where it decides whether the service is ready: compose says nothing else."""
    return service.image_test if _unchecked(service) else None


def asked_port(service: Service) -> int | None:
    """The port whose connection shows that the service is ready, where neither compose nor the image has a test.

    The first that compose declares, else that of its image, else the only one at which others dial it. Of a service
    that an inventory saw, one that was open to others.
    """
    if not _unchecked(service) or service.image_test:
        return None
    declared = [number for number, protocol in service.container_ports if protocol == "TCP"]
    was_open = open_ports(service)
    if was_open is not None:
        return next((number for number in (*declared, *was_open) if number in was_open), None)
    port = declared[0] if declared else None
    return port or usual_port(service) or (None if service.container_ports else relied_on(service))


def _unchecked(service: Service) -> bool:
    check = service.model.get("healthcheck") or {}
    told = service.health_test or check.get("disable") or check.get("test")
    return service.workload.kind != "Job" and not told


class Times(NamedTuple):
    """Numbers of a health check, in seconds; 0 where neither compose nor the image says one."""

    interval: float
    timeout: float
    start_period: float
    start_interval: float
    retries: int


def health_times(service: Service) -> Times:
    """The numbers of compose, else those of the image's `HEALTHCHECK`: so Docker puts the two together."""
    return service.memo(_health_times)


def _health_times(service: Service) -> Times:
    given, image = service.model.get("healthcheck") or {}, of(service).times

    def seconds(key: str) -> float:
        return next((found for each in (given, image) if each.get(key) and (found := duration_seconds(each[key]))), 0)

    return Times(
        interval=seconds("interval"),
        timeout=seconds("timeout"),
        start_period=seconds("start_period"),
        start_interval=seconds("start_interval"),
        retries=int(given.get("retries") or image.get("retries") or 0),
    )


def startup_budget(service: Service) -> int:
    """Seconds that the startup probe gives a service; 0 where it has none."""
    if service.health_test is None:
        return 0
    times = health_times(service)
    tries = (times.retries or DEFAULT_RETRIES) * ceil(times.interval or DEFAULT_INTERVAL)
    return max(MINIMUM_BUDGET, ceil(times.start_period) + tries)
