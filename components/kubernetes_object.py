"""`KubernetesObject`: any object of Kubernetes as a resource, said in Kubernetes' own words.

The class of the SDK for each kind says the same once more: to import them took a plan more than a second of the
processor, and they name every field otherwise (`api_group`). To an engine both are the same resource.
"""

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any, Final

import pulumi

_VERSION: Final = version("pulumi_kubernetes")


class KubernetesObject(pulumi.CustomResource):
    """One object of a cluster."""

    metadata: pulumi.Output[Mapping[str, Any]]
    """As the API server has it, once the object is made."""

    def __init__(self, name: str, manifest: Mapping[str, Any], opts: pulumi.ResourceOptions) -> None:
        """Declare the object of a manifest, which may have outputs in it; opts: with the provider of its cluster."""
        opts = pulumi.ResourceOptions.merge(pulumi.ResourceOptions(version=_VERSION), opts)
        super().__init__(type_token(manifest["apiVersion"], manifest["kind"]), name, dict(manifest), opts)


def type_token(api_version: str, kind: str) -> str:
    """The type of a resource, as the SDK has it: `kubernetes:core/v1:Service`."""
    return f"kubernetes:{api_version if '/' in api_version else f'core/{api_version}'}:{kind}"
