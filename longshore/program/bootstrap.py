"""The program of a bootstrap stack: the state of all others, and what jobs of CI may do to each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi

from longshore.components import (
    CiRole,
    CiRoleArgs,
    GithubConnection,
    GithubConnectionArgs,
    GithubProvider,
    GithubProviderArgs,
    RoleBoundary,
    RoleBoundaryArgs,
    StateBucket,
    StateBucketArgs,
)
from longshore.program.engine import stop_on_errors
from longshore.program.providers import provider_of, stack_tag
from longshore.stack.bootstrap_rules import RESERVED
from longshore.stack.reading import beside, summary
from longshore.stack.rights import roles
from longshore.stack.rights.names import boundary_name
from longshore.stack.rights.trust import written

if TYPE_CHECKING:
    from longshore.stack.reading import Stack
    from longshore.stack.rights.roles import CiRole as Wanted

HOURS = 2
"""How long a job that deploys may act by its role: it may take 90 minutes."""


def declare_bootstrap(stack: Stack) -> None:
    """Declare all of a bootstrap stack, and export what workflows and stack files name.

    Raises:
        pulumi.RunError: its settings have errors; nothing was declared.
    """
    settings = stop_on_errors(stack.bootstrap, *summary(stack, None))
    tags = {**settings.aws.tags, "environment": RESERVED, **stack_tag(stack.name), "managed-by": "longshore"}
    in_aws = pulumi.ResourceOptions(provider=provider_of(settings.aws, tags))
    project = pulumi.get_project()
    state = settings.bootstrap.state
    bucket = StateBucket(
        "state", StateBucketArgs(bucket=settings.bucket, region=settings.aws.region, days=state.days), in_aws
    )
    provider, trusting = roles.provider_arn(settings), in_aws
    if not settings.bootstrap.provider:
        made = GithubProvider("github", GithubProviderArgs(), in_aws)
        # By its name, which is known before it is there: a preview shows whom a role trusts.
        trusting = pulumi.ResourceOptions.merge(in_aws, pulumi.ResourceOptions(depends_on=[made]))
    for environment in settings.bootstrap.environments:
        limit = written(roles.boundary(settings, environment, project))
        args = RoleBoundaryArgs(policy=limit, policy_name=boundary_name(environment))
        boundary = RoleBoundary(f"boundary-{environment}", args, in_aws)
        pulumi.export(f"boundary-{environment}", boundary.arn)
    others, _ = beside(stack)
    for wanted in roles.roles(settings, stack.name, others, project):
        pulumi.export(wanted.name.removeprefix("longshore-"), _role(wanted, provider, trusting).arn)
    if settings.bootstrap.connection:
        pulumi.export("connection", GithubConnection("longshore-github", GithubConnectionArgs(), in_aws).arn)
    pulumi.export("backend", bucket.url)
    pulumi.export("secretsProvider", bucket.secrets_provider)


def _role(wanted: Wanted, provider: str, opts: pulumi.ResourceOptions) -> CiRole:
    args = CiRoleArgs(
        provider_arn=provider,
        subjects=wanted.subjects,
        ref=wanted.ref,
        policies={topic: written(document) for topic, document in wanted.policies.items()},
        description=wanted.says,
        hours=HOURS if wanted.environment else 1,
    )
    return CiRole(wanted.name, args, opts)
