"""What the owners of an estate declare secret or plain, beyond what detection finds: per service, with a reason.

In the stack file (`services: {web: {plain: {TOKEN_MODE: "a mode, no token"}}}`) or beside the service in compose
(`x-longshore: {plain: {TOKEN_MODE: "a mode, no token"}}`); the stack file wins.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from longshore.convert.estate import Service


class Overrides(NamedTuple):
    """Environment key → reason. bare: (`plain` or `secret`, key) of declarations without a reason, which count not."""

    plain: Mapping[str, str]
    secret: Mapping[str, str]
    bare: tuple[tuple[str, str], ...]


def overrides(service: Service) -> Overrides:
    """All declarations for one service."""
    return service.memo(_overrides)


def _overrides(service: Service) -> Overrides:
    extension = service.model.get("x-longshore")
    found: dict[str, dict[str, str]] = {}
    bare: list[tuple[str, str]] = []
    for name, of_stack in (("plain", service.settings.plain), ("secret", service.settings.secret)):
        declared = extension.get(name) if isinstance(extension, dict) else None
        reasons = declared if isinstance(declared, dict) else dict.fromkeys(declared or (), "")
        merged = {**{str(key): str(reason or "").strip() for key, reason in reasons.items()}, **of_stack}
        found[name] = {key: reason for key, reason in merged.items() if reason}
        bare += [(name, key) for key, reason in merged.items() if not reason]
    return Overrides(found["plain"], found["secret"], tuple(bare))
