"""The AWS provider of a stack: its account, its region, its tags, and nobody's defaults."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi_aws as aws

if TYPE_CHECKING:
    from collections.abc import Mapping

    from longshore.stack.settings import Aws, Settings


def stack_tag(stack: str) -> dict[str, str]:
    """The tag that only the resources of one stack carry."""
    return {"stack": stack}


def default_tags(settings: Settings, stack: str) -> dict[str, str]:
    """Tags for everything a stack makes in AWS: whose it is, and which stack to change to change it."""
    team = {"team": settings.team} if settings.team else {}
    own = {"environment": settings.environment, **team, **stack_tag(stack), "managed-by": "longshore"}
    return {**(settings.aws.tags if settings.aws else {}), **own}


def aws_provider(settings: Settings, stack: str) -> aws.Provider | None:
    """The provider for the account in the stack file, which refuses the credentials of any other; None without one."""
    return provider_of(settings.aws, default_tags(settings, stack)) if settings.aws else None


def provider_of(account: Aws, tags: Mapping[str, str]) -> aws.Provider:
    """The provider for an account, which refuses the credentials of any other; tags: of all that it makes."""
    return aws.Provider(
        "aws",
        region=account.region,
        allowed_account_ids=[account.account_id],
        assume_roles=[aws.ProviderAssumeRoleArgs(role_arn=account.assume_role, session_name="longshore")]
        if account.assume_role
        else None,
        default_tags=aws.ProviderDefaultTagsArgs(tags=tags),
    )
