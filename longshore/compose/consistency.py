"""The rules that join one part of a project to another: what is referred to exists, what is said twice agrees.

Source: https://github.com/compose-spec/compose-spec/blob/main/spec.md
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from longshore.compose.problems import Problems, choices, did_you_mean, quote
from longshore.compose.tree import MISSING, Node, walk

if TYPE_CHECKING:
    from collections.abc import Iterable

    from longshore.model import Path

Model = dict[str, Any]


class Known(NamedTuple):
    """What the rules see: the enabled services, the disabled ones, and everything else by section."""

    services: dict[str, Model]
    disabled: dict[str, Model]
    model: dict[str, Any]
    root: Node
    problems: Problems

    def at(self, *path: str | int) -> Node:
        """Give the node at a path, or the nearest one above it."""
        return walk(self.root, path)[0]

    def names(self, section: str) -> Iterable[str]:
        """Give the names that are defined in a section."""
        return self.model.get(section) or {}

    def error(self, code: str, message: str, path: Path, help: str = "", *, key: bool = False) -> None:  # noqa: A002
        """Report what is wrong at a path."""
        self.problems.error(code, message, self.at(*path), help=help, key=key)


def check_consistency(known: Known) -> None:
    """Report every rule that the enabled services, the jobs and the secrets break."""
    for name, service in known.services.items():
        for rule in RULES:
            rule(name, service, known)
    _jobs(known)
    for name, secret in (known.model.get("secrets") or {}).items():
        if not (secret.get("external") or secret.get("file") or secret.get("environment")):
            known.error(
                "missing-attribute",
                f"nothing says where the secret {quote(name)} comes from",
                ("secrets", name),
                "add `file`, `environment` or `external: true`",
                key=True,
            )
    _cycles(known)


def _runnable(name: str, service: Model, known: Known) -> None:
    if "build" in service or service.get("image") or "provider" in service:
        return
    if not known.problems.damaged("services", name):
        known.error(
            "no-image",
            f"the service {quote(name)} has neither an image nor a build",
            ("services", name),
            "add `image: name:tag`, or `build: ./directory`",
            key=True,
        )


def _build(name: str, service: Model, known: Known) -> None:
    build = service.get("build")
    if build is None:
        return
    path = ("services", name, "build")
    if build.get("dockerfile_inline") and build.get("dockerfile"):
        known.error(
            "exclusive-attributes",
            "`dockerfile` and `dockerfile_inline` exclude each other",
            (*path, "dockerfile_inline"),
            "keep one of them",
            key=True,
        )
    for key, context in (build.get("additional_contexts") or {}).items():
        if context.startswith("service:"):
            target = context.removeprefix("service:")
            other = known.services.get(target) or known.disabled.get(target)
            if other is None:
                _undefined(
                    known,
                    "service",
                    target,
                    "services",
                    (*path, "additional_contexts", key),
                    {**known.services, **known.disabled},
                )
            elif "build" not in other:
                known.error(
                    "undefined-service",
                    f"the service {quote(target)} is not built, so it cannot be a build context",
                    (*path, "additional_contexts", key),
                )
    for index, secret in enumerate(build.get("secrets") or ()):
        _defined(known, "build secret", secret.get("source", ""), "secrets", (*path, "secrets", index))
    platforms = build.get("platforms") or []
    if platforms and service.get("platform") and service["platform"] not in platforms:
        known.error(
            "invalid-value",
            f"`build.platforms` must include the service's platform {quote(service['platform'])}",
            (*path, "platforms"),
        )


def _undefined(known: Known, what: str, name: str, section: str, path: Path, names: Iterable[str]) -> None:
    if known.problems.damaged(section, name) or known.problems.damaged(section):
        return
    there = choices(name, names)
    help_ = did_you_mean(name, names) or f"define it under `{section}:`{f'; {there}' if there else ''}"
    if section == "volumes" and "/" in name:
        help_ = f"a directory begins with `./`: `./{name}`; the name of a volume has no `/`"
    known.error(f"undefined-{section.removesuffix('s')}", f"the {what} {quote(name)} is not defined", path, help_)


def _defined(known: Known, what: str, name: str, section: str, path: Path) -> None:
    names = known.names(section)
    if name not in names:
        _undefined(known, what, name, section, path, names)


def _references(name: str, service: Model, known: Known) -> None:
    path = ("services", name)
    if service.get("network_mode") and service.get("networks"):
        known.error(
            "exclusive-attributes",
            "`network_mode` and `networks` exclude each other",
            (*path, "network_mode"),
            "keep one of them",
            key=True,
        )
    for network in service.get("networks") or ():
        _defined(known, "network", network, "networks", (*path, "networks", network))
    for index, volume in enumerate(service.get("volumes") or ()):
        if volume.get("type") == "volume" and volume.get("source"):
            _defined(known, "volume", volume["source"], "volumes", (*path, "volumes", index, "source"))
    for section in ("configs", "secrets"):
        for index, reference in enumerate(service.get(section) or ()):
            _defined(known, section[:-1], reference.get("source", ""), section, (*path, section, index, "source"))
    for model in service.get("models") or ():
        _defined(known, "model", model, "models", (*path, "models", model))


def _dependencies(name: str, service: Model, known: Known) -> None:
    for other, dependency in (service.get("depends_on") or {}).items():
        path = ("services", name, "depends_on", other)
        if other in known.services:
            continue
        if other in known.disabled:
            if dependency.get("required"):
                profiles = ", ".join(known.disabled[other].get("profiles", ()))
                known.error(
                    "disabled-service",
                    f"{quote(name)} depends on {quote(other)}, which is disabled",
                    path,
                    f"enable a profile of it ({profiles}), or add `required: false`",
                    key=True,
                )
        elif other in known.names("jobs"):
            known.error(
                "undefined-service", f"{quote(other)} is a job; a service can depend on services only", path, key=True
            )
        elif not known.problems.damaged("services", other):
            known.error(
                "undefined-service",
                f"the service {quote(other)} is not defined",
                path,
                did_you_mean(other, known.services) or "define it, or remove it from `depends_on`",
                key=True,
            )
    mode = service.get("network_mode", "")
    target = mode.removeprefix("service:")
    if mode.startswith("service:") and target not in known.services and target not in (service.get("depends_on") or {}):
        known.error(
            "undefined-service", f"the service {quote(target)} is not defined", ("services", name, "network_mode")
        )


def _health(name: str, service: Model, known: Known) -> None:
    test = (service.get("healthcheck") or {}).get("test")
    if test and test[0] not in {"CMD", "CMD-SHELL", "NONE"}:
        known.error(
            "invalid-healthcheck",
            'the list does not start with "CMD", "CMD-SHELL" or "NONE"',
            ("services", name, "healthcheck", "test"),
            'start it with "CMD", then the words of the command; or write one text, which is run by a shell',
        )


def _scale(name: str, service: Model, known: Known) -> None:
    path: Path = ("services", name)
    deploy = service.get("deploy")
    scale, replicas = service.get("scale"), (deploy or {}).get("replicas")
    if scale is not None and replicas is not None and scale != replicas:
        known.error(
            "conflicting-values",
            f"`scale` is {scale}, but `deploy.replicas` is {replicas}",
            (*path, "scale"),
            "keep one of them",
        )
    elif scale is not None and deploy is not None:
        deploy["replicas"] = scale
    for where, value in (("scale",), scale), (("deploy", "replicas"), replicas):
        if value is not None and value < 0:
            known.error("invalid-value", f"{value} is less than 0", (*path, *where))
    number = scale if scale is not None else replicas
    if number is not None and number > 1 and service.get("container_name"):
        known.error(
            "conflicting-values",
            f"{number} containers cannot all have the name {quote(service['container_name'])}",
            (*path, "container_name"),
            "remove `container_name`",
            key=True,
        )


_TWICE = (
    ("cpus", "limits", "cpus", 0),
    ("mem_limit", "limits", "memory", "0"),
    ("mem_reservation", "reservations", "memory", "0"),
    ("pids_limit", "limits", "pids", 0),
)


def _resources(name: str, service: Model, known: Known) -> None:
    resources = (service.get("deploy") or {}).get("resources") or {}
    for attribute, kind, field, nothing in _TWICE:
        if attribute not in service or kind not in resources:
            continue
        other = resources[kind].get(field, nothing)
        if other != service[attribute]:
            what = f"is {other}" if field in resources[kind] else "is not set"
            known.error(
                "conflicting-values",
                f"`{attribute}` is {service[attribute]}, but `deploy.resources.{kind}.{field}` {what}",
                ("services", name, attribute),
                "say it once, or say the same",
            )


def _reservations(name: str, service: Model, known: Known) -> None:
    """What is reserved must be allowed: Docker's engine refuses to create such a container, and so does Kubernetes."""
    resources = (service.get("deploy") or {}).get("resources") or {}
    limits, reservations = resources.get("limits") or {}, resources.get("reservations") or {}
    path = ("services", name, "deploy", "resources", "reservations")
    pairs = (
        (("services", name, "mem_reservation"), service.get("mem_reservation"), service.get("mem_limit")),
        ((*path, "memory"), reservations.get("memory"), limits.get("memory")),
        ((*path, "cpus"), reservations.get("cpus"), limits.get("cpus")),
    )
    for where, reserved, allowed in pairs:
        if reserved and allowed and float(reserved) > float(allowed) > 0:
            known.error(
                "reservation-over-limit",
                f"{reserved} is reserved, but the limit is {allowed}",
                where,
                "raise the limit, or reserve less",
            )


def _watch(name: str, service: Model, known: Known) -> None:
    for index, trigger in enumerate((service.get("develop") or {}).get("watch") or ()):
        if not trigger.get("target") and trigger.get("action") not in {"rebuild", "restart"}:
            known.error(
                "missing-attribute",
                f"the action {quote(trigger.get('action', ''))} needs a `target`",
                ("services", name, "develop", "watch", index),
                "add `target: /path/in/container`",
            )


def _mounts(name: str, service: Model, known: Known) -> None:
    taken: dict[str, str] = {}
    for index, mount in enumerate(service.get("tmpfs") or ()):
        _mount(known, taken, mount.partition(":")[0], ("services", name, "tmpfs", index))
    for index, volume in enumerate(service.get("volumes") or ()):
        _mount(known, taken, volume.get("target", ""), ("services", name, "volumes", index))


def _mount(known: Known, taken: dict[str, str], target: str, path: Path) -> None:
    place = f"{path[2]}[{path[3]}]"
    if target in taken:
        known.error(
            "duplicate-mount",
            f"{quote(target)} is mounted already, by `{taken[target]}`",
            path,
            "mount each path once",
        )
    taken.setdefault(target, place)


RULES = (_runnable, _build, _references, _health, _dependencies, _scale, _resources, _reservations, _watch, _mounts)


def _jobs(known: Known) -> None:
    jobs = known.model.get("jobs") or {}
    for name in known.root.get("jobs") or ():
        if name in known.services or name in known.disabled:
            known.error("duplicate-name", f"{quote(name)} is both a service and a job", ("jobs", name), key=True)
    for name, job in jobs.items():
        for other, dependency in (job.get("depends_on") or {}).items():
            optional = other in known.disabled and not dependency.get("required")
            if not (other in jobs or other in known.services or optional):
                known.error(
                    "undefined-service",
                    f"the service or job {quote(other)} is not defined or is disabled",
                    ("jobs", name, "depends_on", other),
                    did_you_mean(other, (*jobs, *known.services)),
                    key=True,
                )


def _cycles(known: Known) -> None:
    """Report each circle of dependencies once."""
    done: set[str] = set()
    for start in sorted(known.services):
        stack = [(start, iter(_edges(known, start)))] if start not in done else []
        trail = dict.fromkeys([start] if stack else [])
        while stack:
            name, edges = stack[-1]
            following = next(edges, MISSING)
            if following is MISSING:
                done.add(name)
                stack.pop()
                del trail[name]
            elif following in trail:
                names = list(trail)
                circle = [*names[names.index(following) :], following]
                known.error(
                    "dependency-cycle",
                    f"services wait for each other in a circle: {' → '.join(circle)}",
                    ("services", name, "depends_on", following),
                    "remove one of these dependencies",
                    key=True,
                )
            elif following not in done:
                trail[following] = None
                stack.append((following, iter(_edges(known, following))))


def _edges(known: Known, name: str) -> list[str]:
    depends_on = known.services[name].get("depends_on") or {}
    return sorted(other for other in depends_on if other in known.services)
