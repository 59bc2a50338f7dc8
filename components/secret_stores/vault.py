"""Vault: the team's ServiceAccount logs in with its token under the role that Vault's owner made for it.

The role (`<environment>-<team>`, bound to that ServiceAccount and namespace, reading `<environment>/<team>/*`) belongs
to Vault; docs/secrets.md gives the two commands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi

from longshore.components.secret_stores.interface import let_operator_act_as

if TYPE_CHECKING:
    from longshore.components.secret_stores.interface import Reader


class VaultIdentity(pulumi.ComponentResource):
    """What lets the operator log in to Vault as the team."""

    def __init__(self, name: str, reader: Reader, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("longshore:secrets:VaultIdentity", name, None, opts)
        let_operator_act_as(reader, pulumi.ResourceOptions(parent=self))
        self.register_outputs({"role": reader.settings.store_role})


def identity(reader: Reader, opts: pulumi.ResourceOptions) -> VaultIdentity:
    """Make the identity of the team's store."""
    return VaultIdentity(f"{reader.settings.team}-secrets", reader, opts)
