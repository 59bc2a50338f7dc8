"""No backend: the operator's own `fake` provider asks nobody, so nobody needs an identity."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi

if TYPE_CHECKING:
    from longshore.components.secret_stores.interface import Reader


class FakeIdentity(pulumi.ComponentResource):
    """Nothing, in the place where other backends have the identity of a team."""

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("longshore:secrets:FakeIdentity", name, None, opts)
        self.register_outputs({})


def identity(reader: Reader, opts: pulumi.ResourceOptions) -> FakeIdentity:
    """Make nothing, under the usual name."""
    return FakeIdentity(f"{reader.settings.team}-secrets", opts)
