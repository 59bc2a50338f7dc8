"""`pre_start` → init containers: each runs to its end, in order, before the containers of the pod start.

A hook is a container of its own that inherits what it does not say from the service; the loader has written that out.
It mounts what the service mounts, and what it mounts itself. What holds for a whole pod (networks, host name, kernel
settings) is the service's. Compose runs a hook once per service, or per replica (`per_replica`); an init container
runs in every pod, whenever one is made: it must bear to run again.
Source: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#pre_start
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from longshore.convert.attributes import capabilities, cpus, mem_limit
from longshore.convert.attributes.command import command
from longshore.convert.attributes.configs import configs
from longshore.convert.attributes.devices import devices
from longshore.convert.attributes.entrypoint import entrypoint
from longshore.convert.attributes.environment import environment
from longshore.convert.attributes.gpus import gpus
from longshore.convert.attributes.image import image
from longshore.convert.attributes.privileged import privileged
from longshore.convert.attributes.pull_policy import pull_policy
from longshore.convert.attributes.read_only import read_only
from longshore.convert.attributes.secrets import secrets
from longshore.convert.attributes.security_opt import security_opt
from longshore.convert.attributes.tmpfs import tmpfs
from longshore.convert.attributes.user import user
from longshore.convert.attributes.volumes import volumes
from longshore.convert.attributes.working_dir import working_dir
from longshore.convert.estate import Service
from longshore.convert.estate.facts import resources
from longshore.convert.estate.rights import container_security
from longshore.convert.kubernetes import pod
from longshore.convert.kubernetes.names import label
from longshore.convert.kubernetes.quantity import cpu, memory
from longshore.convert.registry import attribute
from longshore.convert.secrets.binding import entries
from longshore.convert.secrets.needs import setting
from longshore.convert.view import View
from longshore.model import After, Approximated, Default, Each, Emit, Item, Problem, Put, Severity, Unsupported

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from longshore.model import Effect, Path

RULES: Final[dict[str, Callable[[Any, Service], Iterator[Effect]]]] = {
    "cap_add": capabilities.cap_add,
    "cap_drop": capabilities.cap_drop,
    "command": command,
    "configs": configs,
    "cpu_period": cpus.cpus,
    "cpu_quota": cpus.cpus,
    "cpu_shares": cpus.cpu_shares,
    "cpus": cpus.cpus,
    "devices": devices,
    "entrypoint": entrypoint,
    "environment": environment,
    "gpus": gpus,
    "image": image,
    "mem_limit": mem_limit.mem_limit,
    "mem_reservation": mem_limit.mem_reservation,
    "privileged": privileged,
    "pull_policy": pull_policy,
    "read_only": read_only,
    "secrets": secrets,
    "security_opt": security_opt,
    "tmpfs": tmpfs,
    "user": user,
    "working_dir": working_dir,
}
"""Attributes of a container → the rules that translate them for services; every other one holds for a whole pod."""


@attribute("services.*.pre_start")
def pre_start(hooks: View, service: Service) -> Iterator[Effect]:
    """Translate the list of hooks."""
    for index, hook in enumerate(hooks):
        yield from _init_container(hook, index, service)
        if not hook.get("per_replica"):
            yield Approximated(
                "compose runs it once; here it runs in every pod, whenever one is made",
                "let it bear to run again; or make it a service of its own that this one awaits to complete",
                (index,),
                "pre-start",
                Severity.WARNING if service.replicas > 1 else Severity.INFO,
            )


def _init_container(hook: View, index: int, service: Service) -> Iterator[Effect]:
    own = hook.get("volumes")
    guest = _guest(service, hook.plain(), index)
    for key, value in hook.items():
        at = (index, key)
        inherited = service.model.get(key) == guest.model.get(key)
        rule = RULES.get(key)
        if rule:
            yield from _placed(rule(value, guest), at, silent=inherited)
        elif not inherited and key not in {"per_replica", "volumes", "depends_on"}:
            yield Unsupported(f"`{key}` holds for a whole pod: that of the service holds", at=at, code="pre-start")
    mounts = guest.model.get("volumes")
    if mounts:
        yield from _placed(volumes(View(mounts), guest), (index, "volumes"), silent=not own)
    for words in ("entrypoint", "command"):
        for word in guest.model.get(words) or ():
            yield from entries(guest, str(word))
    yield from _unbound(guest, service, index)
    yield from _defaults(guest, service)


def _guest(service: Service, hook: dict[str, Any], index: int) -> Service:
    """Give the hook as a service whose container is an init container of the pod."""
    given = {str(mount.get("target")): mount for mount in hook.get("volumes") or ()}
    mounts = [mount for mount in service.model.get("volumes") or () if str(mount.get("target")) not in given]
    model = {**hook, "volumes": [*mounts, *given.values()]}
    for key in ("network_mode", "x-longshore"):
        if key in service.model:
            model[key] = service.model[key]
    guest = Service(service.name, service.slug, model, service.estate)
    guest.container = (*pod.POD, "initContainers", Item("name", label(f"{service.slug}-pre-start-{index + 1}")))
    if hook.get("image") != service.model.get("image"):
        # What the stack says of the service's image is not meant for another one.
        guest.settings = guest.settings._replace(image="")
    return guest


def _placed(effects: Iterator[Effect], at: Path, *, silent: bool) -> Iterator[Effect]:
    """Move findings to their place in the hook; what was told of the service is not told again."""
    for effect in effects:
        if isinstance(effect, (Put, Default, Emit, After)):
            yield effect
        elif not silent:
            yield effect._replace(at=(*at, *effect.at))


def _unbound(guest: Service, service: Service, index: int) -> Iterator[Problem]:
    known = service.model.get("environment") or {}
    for key, value in (guest.model.get("environment") or {}).items():
        plain = isinstance(value, str) and known.get(key) != value and setting(guest, key, value).kind == "literal"
        if plain:
            yield Problem(
                "plaintext-secret",
                Severity.ERROR,
                f"`{key}` stands in the compose file as plain text, and only in this hook: nothing keeps it",
                f"move the value to a variable, `{key}: ${{{key}}}`",
                (index, "environment", key),
            )


def _defaults(guest: Service, service: Service) -> Iterator[Default]:
    """What the house rules give containers; without a limit of its own the hook gets the service's."""
    found = resources(guest)
    found = found if found.memory_given else resources(service)
    requests = Each({"memory": memory(found.memory_request), "cpu": cpu(found.cpu_request)})
    limits = Each({"memory": memory(found.memory_limit)})
    held = Each({"requests": requests, "limits": limits})
    yield Default(service.workload, (*guest.container, "resources"), held)
    yield Default(service.workload, (*guest.container, "securityContext"), container_security(guest))
