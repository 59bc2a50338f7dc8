"""How rules are found: a decorator marks a function with the paths it claims, and packages are searched for them.

A module may also hold a tuple of such functions. Adding an attribute is adding a module; no list is edited.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from longshore.model import Effect, Path

if TYPE_CHECKING:
    from types import ModuleType

    from longshore.convert.estate import Estate

Rule = Callable[[Any, Any], Iterator[Effect]]
"""A service's rule is called with (value, Service), any other with (value, Entry)."""

_Rule = TypeVar("_Rule", bound=Callable[..., Iterator[Effect]])


class Entry(NamedTuple):
    """A claimed place outside the services: its path, and the estate it belongs to."""

    path: Path
    estate: Estate


class Claim(NamedTuple):
    """One rule and one pattern that it claims; `module` is its manual page."""

    pattern: tuple[str, ...]
    rule: Rule
    module: str


def attribute(*patterns: str) -> Callable[[_Rule], _Rule]:
    """Mark a rule with the compose paths whose subtrees it translates.

    `services.*.healthcheck`: `*` is any one key, `x-*` any extension. The rule gets the value (a View where it is a
    mapping or a list) and the Service, or the Entry outside `services`. The deepest claim on a leaf wins.
    """

    def mark(rule: _Rule) -> _Rule:
        rule.claims = tuple(tuple(pattern.split(".")) for pattern in patterns)  # type: ignore[attr-defined]
        return rule

    return mark


def service_policy(rule: _Rule) -> _Rule:
    """Mark a house rule that is asked once per service: (Service) → effects."""
    rule.policy = "service"  # type: ignore[attr-defined]
    return rule


def estate_policy(rule: _Rule) -> _Rule:
    """Mark a house rule that is asked once per project: (Estate) → effects."""
    rule.policy = "estate"  # type: ignore[attr-defined]
    return rule


def _functions(package: ModuleType, mark: str) -> Iterator[tuple[str, Any]]:
    files = sorted(os.listdir(package.__path__[0]))  # what pkgutil does too, which takes long to import
    for name in (file.removesuffix(".py") for file in files if file.endswith(".py") and file != "__init__.py"):
        module = import_module(f"{package.__name__}.{name}")
        for value in vars(module).values():
            for rule in value if isinstance(value, tuple) else (value,):
                if hasattr(rule, mark) and getattr(rule, "__module__", "") == module.__name__:
                    yield name, rule


def claims_of(package: ModuleType) -> tuple[Claim, ...]:
    """Find all rules of a package, each pattern one claim."""
    return tuple(
        Claim(pattern, rule, module) for module, rule in _functions(package, "claims") for pattern in rule.claims
    )


def policies_of(package: ModuleType) -> tuple[tuple[str, Any], ...]:
    """Find all policies of a package: (module name, function with `.policy` of `service` or `estate`)."""
    return tuple(_functions(package, "policy"))
