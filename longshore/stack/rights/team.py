"""What whoever deploys a team's stacks may do: nothing in AWS but find the cluster, its own secrets and images.

In the cluster it is `longshore:tenants` of the platform that lets the role into the team's namespace, and no other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from longshore.stack.names import budget_name
from longshore.stack.rights.kinds import changes, sees
from longshore.stack.rights.platform import ALL, Where, fence, kinds_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from longshore.stack.settings import Aws, Settings

PUSH = (
    *("BatchCheckLayerAvailability", "BatchGetImage", "CompleteLayerUpload", "DescribeImages", "DescribeRepositories"),
    *("GetDownloadUrlForLayer", "InitiateLayerUpload", "ListImages", "PutImage", "UploadLayerPart"),
)
"""Actions of ECR by which images come into a repository that is there, and are looked at:
https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html."""
PULL = ("BatchGetImage", "DescribeImages", "GetDownloadUrlForLayer")
"""And those by which it is seen which image a tag names."""


def statements(team: str, stacks: Sequence[tuple[Settings, Settings]], aws: Aws) -> Mapping[str, list[dict[str, Any]]]:
    """What the role that deploys a team's stacks may do: topic → statements of IAM.

    stacks: (settings, those of its platform) of each.
    """
    at = Where.of(aws)
    clusters = sorted({platform.cluster_name for _, platform in stacks})
    found: dict[str, list[dict[str, Any]]] = {
        "cluster": [
            {"Action": "eks:DescribeCluster", "Resource": [at.arn("eks", f"cluster/{one}") for one in clusters]}
        ],
        "images": [
            {"Action": "ecr:GetAuthorizationToken", "Resource": ALL},
            {"Action": [f"ecr:{name}" for name in PUSH], "Resource": at.arn("ecr", f"repository/{team}/*")},
        ],
        "secrets": [one for settings, platform in stacks for one in secrets_of(settings, platform, aws)],
        "watching": [one for settings, platform in stacks for one in _watching(settings, platform, at)],
    }
    if found["watching"]:
        found["fence"] = [one for environment in {each.environment for each, _ in stacks} for one in fence(environment)]
    return {topic: each for topic, each in found.items() if each}


def images_of(teams: Sequence[str], aws: Aws) -> list[dict[str, Any]]:
    """See which images teams have pushed, so that a preview names those that are there."""
    at = Where.of(aws)
    repositories = [at.arn("ecr", f"repository/{team}/*") for team in teams]
    pull = {"Action": [f"ecr:{name}" for name in PULL], "Resource": repositories}
    return [{"Action": "ecr:GetAuthorizationToken", "Resource": ALL}, pull] if teams else []


def secrets_of(settings: Settings, platform: Settings, aws: Aws) -> Iterator[dict[str, Any]]:
    """Ask which versions the secrets of a team have, and which keys, by their tags; values are nobody's business here.

    `longshore.stores.aws_secrets_manager` asks no more where values are denied.
    """
    secrets = settings.secrets
    if settings.compose is None or secrets.backend != "aws-secrets-manager":
        return
    at = Where.of(aws)._replace(region=secrets.region or aws.region)
    tenant = platform.tenants.get(settings.team)
    names = [
        f"{secrets.prefix}{settings.environment}/{settings.team}/*",
        *(f"{name}-??????" for name in (tenant.secrets.also if tenant else ())),
    ]
    yield {
        "Action": ["secretsmanager:DescribeSecret", "secretsmanager:ListSecretVersionIds"],
        "Resource": [at.arn("secretsmanager", f"secret:{name}") for name in names],
    }


def _watching(settings: Settings, platform: Settings, at: Where) -> Iterator[dict[str, Any]]:
    """The budget and the alarms of a team, each by its name."""
    kinds = kinds_of(settings)
    wanted = changes(kinds)
    if not wanted:
        return
    called = f"{platform.cluster_name}-{settings.team_namespace}"
    by_name: dict[str, str | list[str]] = {
        "budgets": at.arn("budgets", f"budget/{budget_name(settings, platform)}", region=False),
        "cloudwatch": [
            at.arn("cloudwatch", f"alarm:{called}-*"),
            at.arn("cloudwatch", f"dashboard/{called}", region=False),
        ],
        "sns": [at.arn("sns", f"{settings.team}-alarms-*")],
        "logs": [at.arn("logs", f"log-group:/aws/containerinsights/{platform.cluster_name}/application:*")],
    }
    for service in sorted({action.partition(":")[0] for action in wanted}):
        actions = sorted(action for action in wanted if action.startswith(f"{service}:"))
        yield {"Action": actions, "Resource": by_name[service]}
    yield {"Action": sorted(sees(kinds)), "Resource": ALL}
