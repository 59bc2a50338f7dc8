"""The model as text that loads again: dollar signs doubled, secrets by name, only what somebody uses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from longshore.compose.references import substitute
from longshore.compose.template import expressions
from longshore.compose.tree import identity_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from longshore.model import Path

_NEVER_TWICE = frozenset(("extra_hosts", "ports"))
"""Lists that can have one entry twice in the model, from two files or two forms, but not when they are read again."""


def printable(model: Mapping[str, Any], hidden: Mapping[Path, str], *, escape: bool = True) -> Any:
    """Copy a model for printing. References become `${NAME}`; other dollar signs are doubled if `escape`.

    hidden: path → what to show in place of the text there, as it stands.
    """

    def write(value: Any, path: Path) -> Any:
        if isinstance(value, dict):
            return {key: write(child, (*path, key)) for key, child in value.items()}
        if isinstance(value, list):
            items = {identity_of(item): item for item in value}.values() if path[-1] in _NEVER_TWICE else value
            return [write(child, (*path, index)) for index, child in enumerate(items)]
        if not isinstance(value, str):
            return value
        if path in hidden:
            return hidden[path]
        return substitute(value, lambda name: f"${{{name}}}", double if escape else lambda plain: plain)

    return write(model, ())


def double(text: str) -> str:
    """Write a text so that interpolation gives it back."""
    return text.replace("$", "$$")


def complete(model: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out the optional dependencies on services that are not there, which could not be read again."""
    services = {}
    for name, service in model["services"].items():
        depends_on = service.get("depends_on") or {}
        kept = {other: each for other, each in depends_on.items() if other in model["services"]}
        without = {key: value for key, value in service.items() if key != "depends_on" or kept}
        services[name] = without | {"depends_on": kept} if kept else without
    return {**model, "services": services}


def used(model: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out the networks, volumes, configs, secrets and models that no service and no job refers to."""
    wanted: dict[str, set[str]] = {
        section: set() for section in ("networks", "volumes", "configs", "secrets", "models")
    }
    for section in ("services", "jobs"):
        for container in (model.get(section) or {}).values():
            wanted["networks"].update(container.get("networks") or ())
            wanted["models"].update(container.get("models") or ())
            for kind in ("configs", "secrets"):
                wanted[kind].update(each.get("source", "") for each in container.get(kind) or ())
            wanted["secrets"].update(
                each.get("source", "") for each in (container.get("build") or {}).get("secrets") or ()
            )
            wanted["volumes"].update(
                each.get("source", "") for each in container.get("volumes") or () if each.get("type") == "volume"
            )
    kept: dict[str, Any] = {}
    for section, value in model.items():
        names = wanted.get(section)
        entries = value if names is None else {name: each for name, each in value.items() if name in names}
        if entries or names is None:
            kept[section] = entries
    return kept


class Variable(NamedTuple):
    """A variable that files mention: is it required somewhere, and its first default and alternative."""

    name: str
    required: bool
    default: str
    alternative: str


def variables(model: Any) -> list[Variable]:
    """Give the variables of a model that was read as it is written, by name."""
    found: dict[str, Variable] = {}
    stack = [model]
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            stack.extend(reversed(value.values()))
        elif isinstance(value, list):
            stack.extend(reversed(value))
        elif isinstance(value, str) and "$" in value:
            for name, operator, argument in expressions(value):
                before = found.get(name, Variable(name, required=False, default="", alternative=""))
                found[name] = Variable(
                    name,
                    before.required or operator.endswith("?"),
                    before.default or (argument if operator.endswith("-") else ""),
                    before.alternative or (argument if operator.endswith("+") else ""),
                )
    return [found[name] for name in sorted(found)]
