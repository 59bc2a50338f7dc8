"""What a secret backend must say of itself, so that External Secrets can read from it: three functions in one module.

A backend is a module of this package that has `provider`, `identity` and `version`; `components/secret_stores` has its
other half, which makes that identity. Source of all fields: https://external-secrets.io/latest/api/spec/
"""

from __future__ import annotations

import json
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, Protocol, cast

if TYPE_CHECKING:
    from collections.abc import Mapping

    from longshore.convert.options import Options


MOST_BYTES: Final = 65_536
"""Of one secret, as it is stored.

Source: https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html
"""


def written(values: Mapping[str, str]) -> str:
    """Write the values of one secret as they are stored, a JSON object of strings."""
    return json.dumps(values, ensure_ascii=False)


class Backend(Protocol):
    """The pure half of a backend; implemented by modules."""

    def provider(self, options: Options, account: str, keys: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
        """Write `spec.provider` of the SecretStore.

        account: the ServiceAccount that the store may act as. keys: remote key → properties that will be read.
        """
        ...

    def identity(self, options: Options) -> dict[str, str]:
        """Annotations by which the ServiceAccount `account` gets its identity."""
        ...

    def version(self, identifier: str) -> str:
        """Write `remoteRef.version` for a pinned version."""
        ...


def backend(name: str) -> Backend:
    """Find a backend by the name in the stack file: `aws-secrets-manager` is `aws_secrets_manager.py`."""
    return cast("Backend", import_module(f"longshore.convert.secrets.{name.replace('-', '_')}"))
