"""Where the builds of a stack are pushed: to the repositories that its platform makes, or elsewhere.

A team's repositories lie below its name in the registry of the platform's account, so that a role may push to
`repository/shop/*` and nowhere else.
Source: https://docs.aws.amazon.com/AmazonECR/latest/userguide/Registries.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from longshore.convert.kubernetes.names import host_label
from longshore.decoding.errors import Wrong
from longshore.stack.eks_settings import EksCluster
from longshore.stack.settings import StackCluster

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.compose import Project
    from longshore.stack.settings import Aws, Settings

_TEAM: Final = re.compile(r"[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*")
CACHED: Final = ("docker.io", "ghcr.io", "quay.io")
WITH_LOGIN: Final = frozenset(("docker.io", "ghcr.io"))
"""Registries from which ECR fetches for whoever has a login there alone:
https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-creating-rule.html."""
CACHE_PREFIX: Final = 30
"""Characters of a prefix: https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreatePullThroughCacheRule.html."""
REPOSITORY_NAME: Final = 256
"""Characters of a repository's name: https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html."""


def repository_of(settings: Settings, platform: Settings | None) -> str:
    """Below which repository the builds of a stack are pushed; empty where their own names say so."""
    if settings.images.repository:
        return settings.images.repository
    made = platform or settings
    if not made.aws or settings.team not in made.images.repositories:
        return ""
    return f"{registry_of(made.aws)}/{settings.team}"


def registry_of(account: Aws) -> str:
    """The address of the registry of an account in a region."""
    ending = ".cn" if account.partition == "aws-cn" else ""
    return f"{account.account_id}.dkr.ecr.{account.region}.amazonaws.com{ending}"


def cache_prefix(settings: Settings) -> str:
    """The beginning of the names of repositories that caches of a platform make."""
    return f"{settings.environment}-cache"


def caches_of(settings: Settings, platform: Settings | None) -> dict[str, str]:
    """Registry → where its images are pulled instead: what the platform keeps, unless `cached: false` is written."""
    made = platform or settings
    if not made.aws or not settings.images.cached:
        return {}
    place = f"{registry_of(made.aws)}/{cache_prefix(made)}"
    return {registry: f"{place}/{registry}" for registry in made.images.caches}


def _caches(settings: Settings) -> Iterator[Wrong]:
    """Find caches that ECR does not make."""
    caches, account = settings.images.caches, settings.aws
    path = ("images", "caches")
    if not caches:
        return
    if not isinstance(settings.cluster, EksCluster) or account is None:
        where = getattr(settings.cluster, "stack", "")
        help_text = (
            f"write it in the file of {where}" if where else "leave it out: nodes elsewhere have no right to ECR"
        )
        yield Wrong(path, "belong to a platform on EKS, whose nodes pull from them", help_text, key=True)
        return
    for registry, cache in caches.items():
        at = (*path, registry)
        if registry not in CACHED:
            yield Wrong(at, "is no registry of which ECR keeps images here", f"those are {', '.join(CACHED)}", key=True)
        elif registry in WITH_LOGIN and not cache.secret:
            help_text = (
                "write `secret:`, the ARN of one called `ecr-pullthroughcache/…` with `username` and `accessToken`"
            )
            yield Wrong(at, "lets ECR fetch nothing without a login", help_text, key=True)
        if cache.secret and cache.secret.split(":")[3:5] != [account.region, account.account_id]:
            message = f"lies elsewhere than in {account.region} of {account.account_id}"
            yield Wrong((*at, "secret"), message, "ECR reads secrets of its own account and region")
        if len(f"{cache_prefix(settings)}/{registry}") > CACHE_PREFIX:
            message = f"makes the prefix {cache_prefix(settings)}/{registry}, and ECR takes {CACHE_PREFIX} characters"
            yield Wrong(at, message, "give the environment a shorter name", key=True)


def images(settings: Settings) -> Iterator[Wrong]:
    """Find what is said of repositories, and cannot be."""
    made, cluster = settings.images.repositories, settings.cluster
    if made and isinstance(cluster, StackCluster):
        help_text = f"write it in the file of {cluster.stack}"
        yield Wrong(
            ("images", "repositories"), "belong to the platform, in whose account they are", help_text, key=True
        )
    elif made and settings.aws is None:
        help_text = "write `longshore:aws: {region: …, accountId: …}`"
        yield Wrong(("images", "repositories"), "needs an account that they are in", help_text, key=True)
    yield from _caches(settings)
    for team, names in made.items():
        if not _TEAM.fullmatch(team):
            help_text = "small letters and digits, with `.`, `_` or `-` between"
            yield Wrong(("images", "repositories", team), "is no part of the name of a repository", help_text, key=True)
        longest = max(map(len, names), default=0)
        if len(team) + 1 + longest > REPOSITORY_NAME:
            message = f"names a repository of more than {REPOSITORY_NAME} characters"
            yield Wrong(("images", "repositories", team), message, "give it a shorter name")
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            yield Wrong(("images", "repositories", team), f"names {', '.join(twice)} twice", "write it once")


def unmade(settings: Settings, platform: Settings | None, project: Project) -> Iterator[Wrong]:
    """Find builds for which the platform makes no repository."""
    made = (platform or settings).images.repositories.get(settings.team)
    if settings.images.repository or made is None:
        return
    services = project.model.get("services") or {}
    named = {name for name, own in settings.services.items() if own.image}
    missing = sorted(host_label(name) for name, each in services.items() if each.get("build") and name not in named)
    missing = [name for name in missing if name not in made]
    if missing:
        cluster = settings.cluster
        where = f" in {cluster.stack}" if isinstance(cluster, StackCluster) else ""
        yield Wrong(
            ("images",) if settings.images.lock else (),
            f"{', '.join(missing)}: built here, and pushed to no repository that is made",
            f"`longshore:images: {{repositories: {{{settings.team}: […, {', '.join(missing)}]}}}}`{where}",
        )
