"""What follows from the whole project: the default network, implied dependencies, full names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.compose.attributes import CONTAINER_KEYS
from longshore.compose.files import clean
from longshore.compose.merge import merge_service
from longshore.compose.tree import Node, clone, derived
from longshore.regex import Regex

if TYPE_CHECKING:
    from longshore.compose.environment import Environment
    from longshore.compose.problems import Problems

_NAMESPACES = ("network_mode", "ipc", "pid", "uts", "cgroup")
_NAMED = ("networks", "volumes", "configs", "secrets")


def normalise(root: Node, name: str, environment: Environment, problems: Problems) -> None:
    """Complete a merged and resolved tree."""
    _default_network(root)
    for container in containers(root).values():
        _pull_policy(container)
        _build(container, environment)
        variables = container.value.get("environment")
        if variables is not None:
            take_values(variables, environment, keep=True)
        _dependencies(container)
        _mounts(container)
        _hooks(container, problems)
    _names(root, name)


def containers(root: Node) -> dict[tuple[str, str], Node]:
    """Give every service and job that is a mapping, by section and name."""
    return {
        (section, name): node
        for section in ("services", "jobs")
        for name, node in (root.get(section) or {}).items()
        if type(node.value) is dict
    }


def _default_network(root: Node) -> None:
    """Join the default network where no other is named; it exists only if somebody is in it."""
    used = False
    for container in containers(root).values():
        if "provider" in container.value or "network_mode" in container.value:
            continue
        networks = container.value.get("networks")
        if networks is None or not networks.value:
            container.value["networks"] = networks = Node({"default": Node(None)}, container.at, container.key)
        used = used or (type(networks.value) is dict and "default" in networks.value)
    if used:
        top = root.value.setdefault("networks", Node({}))
        top.value = top.value if type(top.value) is dict else {}
        top.value.setdefault("default", Node(None))


def _pull_policy(container: Node) -> None:
    if container.get("pull_policy") == "if_not_present":
        container.value["pull_policy"].value = "missing"


def _build(container: Node, environment: Environment) -> None:
    build = container.value.get("build")
    if build is None or type(build.value) is not dict:
        return
    if build.get("context") is None:
        build.value["context"] = Node(".", build.at, build.key)
    if build.get("dockerfile") is None and build.get("dockerfile_inline") is None:
        build.value["dockerfile"] = Node("Dockerfile", build.at, build.key)
    arguments = build.value.get("args")
    if arguments is not None:
        take_values(arguments, environment, keep=False)


_COLON = Regex(r"([A-Za-z_][A-Za-z0-9_]*):[^=]+\Z")


def check_equals_signs(node: Node, problems: Problems) -> None:
    """Report entries such as `- DB_PASSWORD:secret`.

    Docker takes all of it for the name of a variable, and a name is told where no value is looked for.
    """
    for item in node.value if type(node.value) is list else ():
        meant = _COLON.match(item.value) if type(item.value) is str else None
        if meant:
            problems.error(
                "invalid-value", "there is a `:` where the `=` belongs", item, help=f"write `{meant[1]}=...`"
            )


def take_values(node: Node, environment: Environment, *, keep: bool) -> None:
    """Give variables without a value the one of the project; drop those that have none unless `keep`."""
    if type(node.value) is dict:
        for key, child in list(node.value.items()):
            if child.value is None:
                child.value = environment.lookup(key)
                if child.value is None and not keep:
                    del node.value[key]
    elif type(node.value) is list:
        kept = []
        for item in node.value:
            if type(item.value) is str and "=" not in item.value:
                value = environment.lookup(item.value)
                if value is not None:
                    item = Node(f"{item.value}={value}", item.at, item.key)  # noqa: PLW2901  the one with its value
                elif not keep:
                    continue
            kept.append(item)
        node.value = kept


def _dependencies(container: Node) -> None:
    """Depend on what is linked, what is mounted from, and whose namespaces are shared."""
    value = container.value
    implied: list[tuple[str, Node, bool]] = []
    links = value.get("links")
    for link in links.value if links is not None and type(links.value) is list else ():
        parts = str(link.value).split(":")
        implied.append((parts[0] if len(parts) == 2 else str(link.value), link, True))  # noqa: PLR2004  service:alias
    for namespace in _NAMESPACES:
        mode = value.get(namespace)
        if mode is not None and str(mode.value).startswith("service:"):
            implied.append((str(mode.value).removeprefix("service:"), mode, True))
    sources = value.get("volumes_from")
    implied += [
        (str(source.value).partition(":")[0], source, False)
        for source in (sources.value if sources is not None and type(sources.value) is list else ())
        if not str(source.value).startswith("container:")
    ]
    if not implied:
        return
    depends_on = value.setdefault("depends_on", Node({}, implied[0][1].at))
    if type(depends_on.value) is dict:
        for name, at, restart in implied:
            if name not in depends_on.value:
                fields = {"condition": "service_started", "restart": restart, "required": True}
                depends_on.value[name] = derived(fields, at)


def _mounts(container: Node) -> None:
    volumes = container.value.get("volumes")
    for volume in volumes.value if volumes is not None and type(volumes.value) is list else ():
        target = volume.get("target") if type(volume.value) is dict else None
        if type(target) is str:
            volume.value["target"].value = clean(target) if target else "."


def _hooks(container: Node, problems: Problems) -> None:
    """Complete each `pre_start` hook with what its service has, but for the volumes."""
    hooks = container.value.get("pre_start")
    if hooks is None or type(hooks.value) is not list:
        return
    base = {key: child for key, child in container.value.items() if key in CONTAINER_KEYS and key != "volumes"}
    completed = []
    for hook in hooks.value:
        if type(hook.value) is dict:
            merged = merge_service(clone(Node(base)), hook, problems)
            hook = Node(merged.value, hook.at, hook.key)  # noqa: PLW2901  the completed one
        completed.append(hook)
    hooks.value = completed


def _names(root: Node, project: str) -> None:
    """Name each resource `<project>_<key>`, unless it has a name or is made elsewhere."""
    for section in _NAMED:
        resources = root.get(section)
        for key, resource in resources.items() if type(resources) is dict else ():
            if resource.value is None:
                resource.value = {}
            if type(resource.value) is dict and resource.get("name") is None:
                external = str(resource.get("external")).lower() in {"true", "t", "1"}
                resource.value["name"] = Node(key if external else f"{project}_{key}", resource.at, resource.key)
