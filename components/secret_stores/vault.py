"""`VaultIdentity`: the team's ServiceAccount logs in to Vault with its token, under a role of Vault's owner.

The role (`<environment>-<team>`, bound to that ServiceAccount and namespace, reading `<environment>/<team>/*`) belongs
to Vault; docs/secrets.md gives the two commands.
"""

from typing import NotRequired, TypedDict

import pulumi

from longshore.components.component import Component
from longshore.components.secret_stores.operator import ACCOUNT, NAMESPACE, let_operator_act_as


class VaultIdentityArgs(TypedDict):
    """Who logs in."""

    namespace: pulumi.Input[str]
    """The team's namespace; `TeamAccess` gives it."""
    service_account: NotRequired[str]
    """Who logs in. Default: `longshore-secrets`, as the store of an `Application` has it."""
    operator_namespace: NotRequired[pulumi.Input[str]]
    """Where the operator runs; `SecretsOperator` gives it. Default: `external-secrets`."""
    several: NotRequired[bool]
    """Whether the program makes more than one of these: names of resources then begin with its own. Default: no."""


class VaultIdentity(Component):
    """What lets the operator log in to Vault as the team."""

    service_account: pulumi.Output[str]
    """Who logs in: Vault's role is bound to it."""

    def __init__(self, name: str, args: VaultIdentityArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts, formerly="longshore:secrets:VaultIdentity")
        account = args.get("service_account", ACCOUNT)
        prefix = f"{name}/" if args.get("several", False) else ""
        let_operator_act_as(
            account, args["namespace"], self._after, args.get("operator_namespace", NAMESPACE), prefix=prefix
        )
        self.service_account = pulumi.Output.from_input(account)
        self.register_outputs({"serviceAccount": self.service_account})
