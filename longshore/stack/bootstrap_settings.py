"""Typed settings of a bootstrap stack: what an account has before its first platform, so that CI can deploy one.

A stack of its own beside platforms and teams: it has no cluster, and whoever deploys it may make roles. Its file has
`longshore:bootstrap` and `longshore:aws`, and nothing else of ours.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Final

from pydantic import Field, TypeAdapter

from longshore.decoding.types import Boolean, Count, Named, Section, text
from longshore.stack.setting_types import Repository
from longshore.stack.settings import Aws

Branch = Annotated[str, text(r"[A-Za-z0-9_][A-Za-z0-9._/-]{0,199}", "the name of one branch, without `*` or `?`")]
GithubEnvironment = Annotated[
    str, text(r"[A-Za-z0-9._-]{1,100}", "the name of one environment of GitHub: letters, digits, `.`, `_` and `-`")
]
BucketName = Annotated[
    str, text(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]", "the name of a bucket: lower-case letters, digits and `-`, 3 to 63")
]
ProviderArn = Annotated[
    str,
    text(
        r"arn:aws[a-z-]*:iam::[0-9]{12}:oidc-provider/token\.actions\.githubusercontent\.com",
        "the ARN of GitHub's identity provider, `arn:aws:iam::…:oidc-provider/token.actions.githubusercontent.com`",
    ),
]


@dataclass(frozen=True, slots=True)
class DeployTeam(Section):
    """How a team's deployments are known."""

    repository: Repository = ""
    """The team's own repository; left out: that of the bootstrap stack."""
    branch: Branch = ""
    """The branch from which it deploys; left out: as for the others."""
    github_environment: GithubEnvironment = ""
    """The environment of GitHub that its deployments name; left out: `<environment>-<team>`."""


@dataclass(frozen=True, slots=True)
class DeployEnvironment(Section):
    """An environment of stacks: a role for its platforms, and one for each team that is a tenant of these."""

    github_environment: GithubEnvironment = ""
    """The environment of GitHub that deployments of platforms name; left out: as it is called here."""
    teams: Named[DeployTeam] = field(default_factory=dict)
    """Team → how its deployments are known, where that is not as usual."""


@dataclass(frozen=True, slots=True)
class StateSettings(Section):
    """The bucket in which Pulumi writes down the stacks of the account."""

    bucket: BucketName = ""
    """Name of the bucket; left out: `longshore-state-<account>-<region>`."""
    days: Count = 365
    """For how many days former versions of what is in it are kept."""


@dataclass(frozen=True, slots=True)
class Bootstrap(Section):
    """What CI needs of an account: where state lies, who GitHub is, and what its jobs may do."""

    repository: Annotated[Repository, Field(min_length=1, examples=["example/shop"])]
    """The repository of GitHub whose jobs get roles, `owner/name`; `owner@1/name@2` with immutable subjects."""
    environments: Annotated[Named[DeployEnvironment], Field(examples=[{"dev": {}}])]
    """Environment of stacks in this account → who deploys it."""
    branch: Branch = "main"
    """The default branch: from it alone is deployed, and drift looked for."""
    provider: ProviderArn = ""
    """ARN of GitHub's identity provider where the account has one already; left out: it is made."""
    state: StateSettings = StateSettings()
    """The bucket in which Pulumi writes down the stacks of the account."""
    connection: Boolean = False
    """Whether there is a connection of AWS to GitHub, for runners inside of VPCs; somebody confirms it once."""


@dataclass(frozen=True, slots=True)
class BootstrapSettings(Section):
    """All of a bootstrap stack."""

    aws: Annotated[Aws, Field(examples=[{"region": "eu-west-1", "accountId": "111122223333"}])]
    """The account, and the region of its state."""
    bootstrap: Annotated[Bootstrap, Field(examples=[{"repository": "example/shop", "environments": {"dev": {}}}])]
    """What CI needs of the account."""

    @property
    def bucket(self) -> str:
        """The name of the bucket of states."""
        return self.bootstrap.state.bucket or f"longshore-state-{self.aws.account_id}-{self.aws.region}"


BOOTSTRAP: Final = TypeAdapter(BootstrapSettings)
"""Reads the settings of a bootstrap stack."""
