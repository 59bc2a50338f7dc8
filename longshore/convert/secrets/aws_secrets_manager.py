"""AWS Secrets Manager: the store acts as a ServiceAccount of the namespace, which assumes the team's role (IRSA).

The operator has no right in AWS; what a team can read is decided by AWS, per team.
Source: https://external-secrets.io/latest/provider/aws-secrets-manager/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from longshore.convert.options import Options


REGION: Final = "eu-west-1"
"""Stands in a store that was made without a stack file, and that names no region itself: it must have one."""


def provider(options: Options, account: str, keys: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:  # noqa: ARG001
    """Read from Secrets Manager in the stack's region."""
    return {
        "aws": {
            "service": "SecretsManager",
            "region": options.secrets.region or REGION,
            "auth": {"jwt": {"serviceAccountRef": {"name": account}}},
        }
    }


def identity(options: Options) -> dict[str, str]:
    """Name the role that the ServiceAccount assumes."""
    return {"eks.amazonaws.com/role-arn": options.secrets.role} if options.secrets.role else {}


def version(identifier: str) -> str:
    """Pin one immutable version; stage names such as AWSCURRENT move."""
    return f"uuid/{identifier}"
