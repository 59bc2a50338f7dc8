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
    own, of_stack = service.extension, service.settings
    plain, secret = (
        {key: reason.strip() for key, reason in {**mine, **theirs}.items()}
        for mine, theirs in ((own.plain, of_stack.plain), (own.secret, of_stack.secret))
    )
    bare = [(name, key) for name, found in (("plain", plain), ("secret", secret)) for key in found if not found[key]]
    return Overrides(_reasoned(plain), _reasoned(secret), tuple(bare))


def _reasoned(declared: Mapping[str, str]) -> dict[str, str]:
    return {key: reason for key, reason in declared.items() if reason}
