"""The variables of a project: where they come from, and that secret ones are known by name only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.compose.references import IsSecret, reference

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Environment:
    """Variables for interpolation. A secret variable is a reference from the moment it comes in, set or not."""

    __slots__ = ("_is_secret", "_unset", "_used", "values")

    def __init__(self, values: Mapping[str, str], is_secret: IsSecret | None) -> None:
        self._is_secret = is_secret
        self._used: set[str] = set()
        self._unset: dict[str, str | None] = {}
        self.values: dict[str, str] = {}
        self.add(values)

    def add(self, values: Mapping[str, str]) -> None:
        """Add the variables that are not set yet."""
        for name, value in values.items():
            if name not in self.values:
                self.values[name] = self.guard(name, value)

    def guard(self, name: str, value: str) -> str:
        """Give the value, or the reference that takes its place."""
        secret = self._is_secret is not None and (name in self._used or self._is_secret(name, value))
        return reference(name) if secret else value

    def learn(self, names: Iterable[str]) -> None:
        """Take variables for secrets from now on, since that is what they are used for."""
        for name in names:
            self._used.add(name)
            self._unset.pop(name, None)
            if name in self.values:
                self.values[name] = reference(name)

    def set(self, name: str, value: str) -> None:
        """Set a variable that is no secret."""
        self.values[name] = value

    def lookup(self, name: str) -> str | None:
        """Give the value of a variable, its reference if it is secret, None if it is neither set nor secret."""
        value = self.values.get(name)
        if value is not None or self._is_secret is None:
            return value
        if name not in self._unset:
            secret = name in self._used or self._is_secret(name, None)
            self._unset[name] = reference(name) if secret else None
        return self._unset[name]

    def child(self) -> Environment:
        """Copy, for an included project that adds variables of its own."""
        copy = Environment({}, self._is_secret)
        copy.values = dict(self.values)
        copy._used = self._used
        return copy
