"""The roles of CI in an account, made from the stack files of the project: who may take each, and what it may do there.

*preview* and *drift* read; *deploy* is one role for the platforms of an environment, and one for each team on them.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from longshore.stack.bootstrap_settings import DeployTeam
from longshore.stack.iam_policies import document
from longshore.stack.images import repository_of
from longshore.stack.rights import platform, team, trust
from longshore.stack.rights.kinds import sees
from longshore.stack.rights.names import DRIFT, PATH, PREVIEW, boundary_name, deploy_role_name
from longshore.stack.rights.state import State
from longshore.stack.tenants import place_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from longshore.stack.bootstrap_settings import BootstrapSettings
    from longshore.stack.settings import Aws, Settings

POLICY: Final = 6144
"""Characters of a managed policy: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html."""


class OfProject(NamedTuple):
    """Another stack of the project, as its file says. platform: the settings of the stack that has its cluster."""

    name: str
    settings: Settings
    platform: Settings | None

    @property
    def account(self) -> str:
        """The number of the AWS account that it is in; empty where it is in none."""
        aws = self.settings.aws or (self.platform.aws if self.platform else None)
        return aws.account_id if aws else ""


class CiRole(NamedTuple):
    """A role of CI.

    subjects: of the jobs that may take it. ref: the branch on which they must run, empty for any. policies: topic →
    document. environment: of GitHub, in which its ARN is to be a variable, empty for the repository itself.
    """

    name: str
    says: str
    subjects: tuple[str, ...]
    ref: str
    policies: Mapping[str, dict[str, Any]]
    repository: str
    environment: str = ""


def role_arn(settings: BootstrapSettings, name: str) -> str:
    """The ARN of a role of the bootstrap stack."""
    return f"arn:{settings.aws.partition}:iam::{settings.aws.account_id}:role{PATH}{name}"


def provider_arn(settings: BootstrapSettings) -> str:
    """The ARN of GitHub's identity provider, which an account has once, called as its address."""
    aws = settings.aws
    return settings.bootstrap.provider or f"arn:{aws.partition}:iam::{aws.account_id}:oidc-provider/{trust.ISSUER}"


def boundary_arn(settings: BootstrapSettings, environment: str) -> str:
    """Its ARN, which `longshore:aws.permissionsBoundary` of platforms is."""
    return f"arn:{settings.aws.partition}:iam::{settings.aws.account_id}:policy{PATH}{boundary_name(environment)}"


def boundary(settings: BootstrapSettings, environment: str, project: str) -> dict[str, Any]:
    """What a role of an environment may do at most, whatever its own policies say.

    All but identities, the organisation, what CI stands on, and what is another environment's. EKS makes instance
    profiles and service-linked roles by the role of the cluster.
    """
    at = platform.Where.of(settings.aws)
    state = State(at, settings.bucket, project)
    profiles = [
        f"iam:{name}InstanceProfile" for name in ("AddRoleTo", "Create", "Delete", "RemoveRoleFrom", "Tag", "Untag")
    ]
    return document(
        {"NotAction": ["account:*", "iam:*", "organizations:*"], "Resource": "*"},
        {
            "Action": ["iam:CreateServiceLinkedRole", "iam:Get*", "iam:List*", "iam:PassRole", *profiles],
            "Resource": "*",
        },
        {"Effect": "Deny", "Action": "s3:*", "Resource": [state.arn, f"{state.arn}/*"]},
        {"Effect": "Deny", "Action": "sts:AssumeRole", "Resource": at.arn("iam", f"role{PATH}*", region=False)},
        *({**one, "NotAction": ["sts:AssumeRoleWithWebIdentity"]} for one in platform.fence(environment)),
    )


def roles(settings: BootstrapSettings, own: str, stacks: Sequence[OfProject], project: str) -> list[CiRole]:
    """All roles of an account.

    own: name of the bootstrap stack. stacks: the others of the project. project: its name, as Pulumi knows it.
    """
    wanted = settings.bootstrap
    here = [one for one in stacks if one.account == settings.aws.account_id]
    state = State(platform.Where.of(settings.aws), settings.bucket, project)
    on_pull_requests = (trust.pull_requests(wanted.repository),)
    on_branch = (trust.branch(wanted.repository, wanted.branch),)
    look = _looking(own, here, state, settings.aws)
    says = "what the engine would change"
    found = [
        CiRole(PREVIEW, f"Pull requests: {says}", on_pull_requests, "", look, wanted.repository),
        CiRole(DRIFT, f"The default branch: {says}", on_branch, "", look, wanted.repository),
    ]
    for environment in wanted.environments:
        of_it = [one for one in here if (one.platform or one.settings).environment == environment]
        found += _of_environment(settings, environment, of_it, state)
    return found


def tenants_of(stacks: Sequence[OfProject]) -> dict[str, list[OfProject]]:
    """Team → its stacks on platforms that made its place."""
    of_teams = [one for one in stacks if one.platform and place_of(one.settings, one.platform)]
    ordered = sorted(of_teams, key=lambda one: one.settings.team)
    return {name: list(each) for name, each in groupby(ordered, key=lambda one: one.settings.team)}


def _of_environment(
    settings: BootstrapSettings, environment: str, stacks: list[OfProject], state: State
) -> Iterator[CiRole]:
    wanted = settings.bootstrap
    known = wanted.environments[environment]
    for one in (each for each in stacks if each.settings.cluster_name):
        policies = platform.statements(one.settings, settings.aws, boundary_arn(settings, environment))
        names = [each.name for each in stacks if each is one]
        github = known.github_environment or environment
        yield CiRole(
            deploy_role_name(environment),
            f"Deploys {one.name}",
            (trust.environment(wanted.repository, github),),
            trust.reference(wanted.branch),
            _documents({**policies, "state": _state(state, names)}),
            wanted.repository,
            github,
        )
    for name, own in tenants_of(stacks).items():
        team_role = known.teams.get(name, DeployTeam())
        pairs = [(one.settings, one.platform) for one in own if one.platform]
        written = _state(state, [one.name for one in own], _platforms(own))
        github = team_role.github_environment or f"{environment}-{name}"
        repository = team_role.repository or wanted.repository
        yield CiRole(
            deploy_role_name(environment, name),
            f"Deploys team {name} in {environment}",
            (trust.environment(repository, github),),
            trust.reference(team_role.branch or wanted.branch),
            _documents({**team.statements(name, pairs, settings.aws), "state": written}),
            repository,
            github,
        )


def _platforms(stacks: Sequence[OfProject]) -> list[str]:
    """Names of the stacks whose clusters these are on, which they read as they deploy."""
    return sorted({str(getattr(one.settings.cluster, "stack", "")) for one in stacks})


def _state(state: State, written: list[str], read: Sequence[str] = ()) -> list[dict[str, Any]]:
    return [*state.reading([*written, *read]), *state.writing(written)]


def _looking(own: str, stacks: Sequence[OfProject], state: State, aws: Aws) -> Mapping[str, dict[str, Any]]:
    """What previews and the search for drift read: every stack of the account, what it made, versions of secrets."""
    kinds = platform.BOOTSTRAP.union(*(platform.kinds_of(one.settings) for one in stacks))
    secrets = [
        statement
        for one in stacks
        if one.settings.team and one.settings.aws
        for statement in team.secrets_of(one.settings, one.platform or one.settings, one.settings.aws)
    ]
    names = [own, *(one.name for one in stacks)]
    pushing = {one.settings.team for one in stacks if repository_of(one.settings, one.platform)}
    found = {
        "images": team.images_of(sorted(pushing - {""}), aws),
        "look": [{"Action": sorted(sees(kinds)), "Resource": "*"}],
        "secrets": secrets,
        "state": state.reading(names),
    }
    return _documents(found)


def _documents(topics: Mapping[str, Sequence[dict[str, Any]]]) -> dict[str, dict[str, Any]]:
    return {topic: document(*statements) for topic, statements in sorted(topics.items()) if statements}
