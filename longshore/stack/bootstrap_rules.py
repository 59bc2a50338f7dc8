"""What must hold of a bootstrap stack beside the other stacks of its project."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from longshore.decoding.errors import Wrong
from longshore.stack.names import ROLE
from longshore.stack.rights.names import READERS, deploy_role_name
from longshore.stack.rights.roles import POLICY, boundary_arn, role_arn, roles, tenants_of
from longshore.stack.rights.trust import written

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from longshore.model import Path
    from longshore.stack.bootstrap_settings import BootstrapSettings
    from longshore.stack.rights.roles import OfProject

_NAME = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?").fullmatch
RESERVED = "bootstrap"
"""The environment of what a bootstrap stack makes itself, by its tag."""


def contradictions(settings: BootstrapSettings) -> Iterator[Wrong]:
    """What each key alone allows, but a role of CI must not: names that could be more than one, and the same twice."""
    place = ("bootstrap", "environments")
    environments = settings.bootstrap.environments
    if not environments:
        yield Wrong(place, "names no environment, so that nothing could be deployed", "write `environments: {dev: {}}`")
    trusted: dict[tuple[str, str], str] = {}
    for name, environment in environments.items():
        if not _NAME(name):
            yield Wrong((*place, name), "is not the name of one environment", _EXACT, key=True)
        if name == RESERVED:
            help_text = "call it otherwise: by that tag what this stack makes is kept from all others"
            yield Wrong((*place, name), "is the environment of this stack's own resources", help_text, key=True)
        own = environment.github_environment or name
        told: list[tuple[str, str, Path]] = [(settings.bootstrap.repository, own, (*place, name))]
        for team, known in environment.teams.items():
            at: Path = (*place, name, "teams", team)
            if not _NAME(team):
                yield Wrong(at, "is not the name of one team", _EXACT, key=True)
            github = known.github_environment or f"{name}-{team}"
            told.append((known.repository or settings.bootstrap.repository, github, at))
        for repository, github, where in told:
            job = (repository.lower(), github.lower())  # GitHub tells no case apart
            if job in trusted:
                message = f"deploys by GitHub's environment `{github}`, as {trusted[job]} does"
                yield Wrong(where, message, "whoever gets one role would get both: give each an environment", key=True)
            trusted.setdefault(job, " ".join(map(str, where[2:])))


_EXACT = "a role is for one of them: write a name for each, without `*` or `?`"


def misfits(settings: BootstrapSettings, own: str, stacks: Sequence[OfProject], project: str) -> Iterator[Wrong]:
    """What the stacks of the account must say for their roles of CI to be of use."""
    here = {one.name: one for one in stacks if one.settings.aws and one.account == settings.aws.account_id}
    for environment in settings.bootstrap.environments:
        place = ("bootstrap", "environments", environment)
        platforms = [one for one in here.values() if _is_platform(one, environment)]
        if len(platforms) > 1:
            names = ", ".join(sorted(one.name for one in platforms))
            yield Wrong(place, f"has several platforms in this account: {names}", "give each an environment", key=True)
        limit = boundary_arn(settings, environment)
        for one in platforms:
            if one.settings.aws and one.settings.aws.permissions_boundary != limit:
                message = f"has {one.name}, which does not keep its roles within the boundary of its environment"
                yield Wrong(place, message, f"write `permissionsBoundary: {limit}` below its `longshore:aws`", key=True)
    for role in roles(settings, own, list(here.values()), project):
        if len(role.name) > ROLE:
            message = f"needs a role {role.name}, and IAM takes {ROLE} characters"
            yield Wrong(("bootstrap",), message, "shorten the name of the environment or of the team", key=True)
        for topic, document in role.policies.items():
            if len(written(document)) > POLICY:
                message = f"needs more rights for {role.name} ({topic}) than a policy of IAM has room for"
                yield Wrong(("bootstrap",), message, "split the project by accounts", key=True)


def doubts(settings: BootstrapSettings, stacks: Sequence[OfProject]) -> Iterator[Wrong]:
    """Roles of CI that nobody lets into a cluster, and teams that get none."""
    readers = [role_arn(settings, name) for name in READERS]
    here = [one for one in stacks if one.account == settings.aws.account_id]
    for environment in settings.bootstrap.environments:
        place = ("bootstrap", "environments", environment)
        of_it = [one for one in here if (one.platform or one.settings).environment == environment]
        if not of_it:
            yield Wrong(place, "has no stack in this account yet, and so no role", "deploy again when it has", key=True)
        tenants = tenants_of(of_it)
        for one in of_it:
            cluster = one.settings.cluster
            lacking = [role for role in readers if role not in getattr(cluster, "viewers", readers)]
            if lacking:
                message = f"previews {one.name} by roles that its cluster does not let in"
                yield Wrong(place, message, f"write `viewers: [{', '.join(lacking)}]` below its `cluster`", key=True)
            team = one.settings.team
            if one.platform and team and team not in tenants:
                message = f"has no role for {one.name}, which makes its namespace itself"
                yield Wrong(place, message, f"write `tenants: {{{team}: {{}}}}` into its platform", key=True)
        for team, own in tenants.items():
            role = role_arn(settings, deploy_role_name(environment, team))
            platform = own[0].platform
            if platform and role not in platform.tenants[team].access.deployers:
                message = f"deploys team {team} by a role that its platform does not let into the namespace"
                yield Wrong(place, message, f"write `deployers: [{role}]` below its `tenants.{team}.access`", key=True)


def _is_platform(stack: OfProject, environment: str) -> bool:
    return bool(stack.settings.cluster_name) and stack.settings.environment == environment
