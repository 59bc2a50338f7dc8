"""HashiCorp Vault, KV version 2, with Kubernetes auth: the store logs in as a ServiceAccount of the team's namespace.

Source: https://external-secrets.io/latest/provider/hashicorp-vault/
"""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from longshore.convert.options import Options


def provider(options: Options, account: str, keys: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:  # noqa: ARG001
    """Read from the KV mount; the role in Vault binds the namespace and the ServiceAccount."""
    settings = options.secrets
    store = {
        "server": settings.server,
        "path": settings.mount,
        "version": "v2",
        "auth": {
            "kubernetes": {
                "mountPath": settings.auth_mount,
                "role": settings.role or f"{options.environment}-{options.team}",
                "serviceAccountRef": {"name": account},
            }
        },
    }
    if settings.vault_namespace:
        store["namespace"] = settings.vault_namespace
    if settings.certificate:
        store["caBundle"] = b64encode(settings.certificate.encode()).decode()
    return {"vault": store}


def identity(options: Options) -> dict[str, str]:  # noqa: ARG001
    """None: Vault checks the token itself."""
    return {}


def version(identifier: str) -> str:
    """KV versions are numbers."""
    return identifier
