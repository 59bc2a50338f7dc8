"""The boundary of all roles of a stack: no role that it makes can do more, whatever its own policies say.

Every IAM role gets it, those too that the component of pulumi-eks makes: the engine asks for each resource.
Source: https://www.pulumi.com/docs/iac/concepts/resources/options/transforms/
"""

from __future__ import annotations

import pulumi
from pulumi.runtime import register_resource_transform

ROLE = "aws:iam/role:Role"


def keep_roles_within(boundary: str) -> None:
    """Give every role of the stack a permissions boundary, by its ARN."""

    def bound(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult | None:
        if args.type_ != ROLE:
            return None
        return pulumi.ResourceTransformResult({**args.props, "permissionsBoundary": boundary}, args.opts)

    register_resource_transform(bound)
