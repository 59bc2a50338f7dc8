"""Who the jobs of GitHub Actions are in an account: the identity provider, roles for exact jobs, their boundary."""

from collections.abc import Mapping, Sequence
from typing import NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from longshore.components.component import Component
from longshore.stack.rights.names import PATH
from longshore.stack.rights.trust import AUDIENCE, ISSUER, trust_jobs, written

HOUR = 3600


class GithubProviderArgs(TypedDict):
    """For whom GitHub's tokens are."""

    audience: NotRequired[str]
    """What jobs ask for as `aud`. Default: `sts.amazonaws.com`, as AWS's own action does."""


class GithubProvider(Component):
    """GitHub as an identity provider of the account, which has one at most.

    No thumbprint is named: AWS trusts GitHub's certificate by the authorities that it knows.
    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc_verify-thumbprint.html
    """

    arn: pulumi.Output[str]
    """ARN of the provider."""

    def __init__(self, name: str, args: GithubProviderArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts, formerly="longshore:ci:GithubProvider")
        audiences = [args.get("audience", AUDIENCE)]
        provider = aws.iam.OpenIdConnectProvider(
            name, url=f"https://{ISSUER}", client_id_lists=audiences, opts=self._child
        )
        self.arn = provider.arn
        self.register_outputs({"arn": self.arn})


class CiRoleArgs(TypedDict):
    """Which jobs get the role, and what it may do."""

    provider_arn: pulumi.Input[str]
    """ARN of GitHub's identity provider; `GithubProvider` gives it."""
    subjects: Sequence[str]
    """Of the jobs, as GitHub signs them: `repo:owner/name:environment:dev`. Letter by letter, no wildcards."""
    ref: NotRequired[str]
    """The one branch on which they must run, `refs/heads/main`. Default: any."""
    policies: Mapping[str, str]
    """Topic → policy of IAM, as JSON."""
    description: NotRequired[str]
    """What the role is for."""
    role_name: NotRequired[str]
    """Name of the role, unique in its account. Default: that of the component."""
    hours: NotRequired[int]
    """How long a job may act by it. Default: 1."""


class CiRole(Component):
    """A role that jobs of GitHub Actions take, with policies of its own."""

    arn: pulumi.Output[str]
    """ARN of the role."""

    def __init__(self, name: str, args: CiRoleArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Declare the role.

        Raises:
            ValueError: a subject or the branch has a wildcard, or there is none.
        """
        super().__init__(name, opts, formerly="longshore:ci:Role")
        subjects, ref = args["subjects"], args.get("ref", "")
        trust_jobs("", subjects, ref)  # what is wrong with them is told before anything is declared
        called = args.get("role_name", name)
        role = aws.iam.Role(
            name,
            name=called,
            path=PATH,
            description=args.get("description"),
            max_session_duration=int(args.get("hours", 1)) * HOUR,
            assume_role_policy=pulumi.Output.from_input(args["provider_arn"]).apply(
                lambda provider: written(trust_jobs(provider, subjects, ref))
            ),
            opts=self._after,
        )
        attached = []
        for topic, document in sorted(args["policies"].items()):
            policy = aws.iam.Policy(
                f"{name}-{topic}", name=f"{called}-{topic}", path=PATH, policy=document, opts=self._child
            )
            attached.append(
                aws.iam.RolePolicyAttachment(
                    f"{name}-{topic}", role=role.name, policy_arn=policy.arn, opts=self._child
                ).id
            )
        # By way of the attachments, so that nobody is told of it before it may do what it is for.
        self.arn = pulumi.Output.all(role.arn, *attached).apply(lambda values: str(values[0]))
        self.register_outputs({"arn": self.arn})


class RoleBoundaryArgs(TypedDict):
    """Beyond what no role goes."""

    policy: str
    """Policy of IAM, as JSON."""
    policy_name: NotRequired[str]
    """Name of the policy, unique in its account. Default: that of the component."""


class RoleBoundary(Component):
    """A permissions boundary: whoever may make roles may make none that can do more.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
    """

    arn: pulumi.Output[str]
    """ARN of the policy."""

    def __init__(self, name: str, args: RoleBoundaryArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts, formerly="longshore:ci:RoleBoundary")
        policy = aws.iam.Policy(
            name, name=args.get("policy_name", name), path=PATH, policy=args["policy"], opts=self._after
        )
        self.arn = policy.arn
        self.register_outputs({"arn": self.arn})


class GithubConnectionArgs(TypedDict):
    """What the connection is called."""

    connection_name: NotRequired[str]
    """Name of the connection, 32 characters at most. Default: that of the component."""


class GithubConnection(Component):
    """A connection of AWS to GitHub, by which runners are told of jobs.

    It waits until somebody confirms it in the console, once: by no API can that be done.
    Source: https://docs.aws.amazon.com/dtconsole/latest/userguide/connections-create-github.html
    """

    arn: pulumi.Output[str]
    """ARN of the connection."""

    def __init__(self, name: str, args: GithubConnectionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts, formerly="longshore:ci:GithubConnection")
        called = args.get("connection_name", name)
        connection = aws.codeconnections.Connection(name, name=called, provider_type="GitHub", opts=self._child)
        self.arn = connection.arn
        self.register_outputs({"arn": self.arn})
