"""`ImageRepositories`: where images that are built are pushed: one repository of ECR for each, a folder for each team.

A tag never changes its image, each push is scanned, and what no tag names any more ends. Nodes of EKS pull from the
account that they are in; other accounts are let in here.
Source: https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html,
https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html and
https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policy-examples.html
"""

import json
from collections.abc import Mapping, Sequence
from typing import Final, NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from longshore.components.component import Component

UNTAGGED_DAYS: Final = 14
PULL: Final = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")


class ImageRepositoriesArgs(TypedDict):
    """Whose images there are, and who may pull them."""

    repositories: Mapping[str, Sequence[str]]
    """Team → names of images: `{shop: [api]}` is the repository `shop/api`."""
    keep: NotRequired[int]
    """How many images a repository keeps, the newest. Default: 200."""
    accounts: NotRequired[Sequence[str]]
    """Numbers of other accounts whose nodes may pull. Default: none."""
    key_arn: NotRequired[pulumi.Input[str]]
    """The key of KMS that images lie encrypted with. Default: one of ECR's own."""
    production: NotRequired[bool]
    """Whether repositories are protected from deletion, and never deleted with images in them. Default: no."""


class ImageRepositories(Component):
    """Repositories of ECR."""

    urls: pulumi.Output[Mapping[str, str]]
    """Name of a repository, `shop/api` → its address."""

    def __init__(self, name: str, args: ImageRepositoriesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts, formerly="longshore:images:ImageRepositories")
        wanted = sorted(f"{team}/{image}" for team, images in args["repositories"].items() for image in images)
        made = {repository: self._repository(f"{name}-{repository}", repository, args) for repository in wanted}
        self.urls = pulumi.Output.all(**{repository: each.repository_url for repository, each in made.items()})
        self.register_outputs({"urls": self.urls})

    def _repository(self, name: str, repository: str, args: ImageRepositoriesArgs) -> aws.ecr.Repository:
        production = bool(args.get("production", False))
        encryption = (
            {"encryption_type": "KMS", "kms_key": args["key_arn"]}
            if args.get("key_arn")
            else {"encryption_type": "AES256"}
        )
        kept = pulumi.ResourceOptions(protect=production or None)
        made = aws.ecr.Repository(
            name,
            name=repository,
            image_tag_mutability="IMMUTABLE",
            image_scanning_configuration={"scan_on_push": True},
            encryption_configurations=[encryption],
            force_delete=not production,
            opts=pulumi.ResourceOptions.merge(self._after, kept),
        )
        aws.ecr.LifecyclePolicy(
            name, repository=made.name, policy=lifecycle(int(args.get("keep", 200))), opts=self._child
        )
        if accounts := args.get("accounts"):
            partition = made.arn.apply(lambda arn: arn.split(":")[1])
            policy = partition.apply(lambda found: json.dumps(pulled_by(accounts, found)))
            aws.ecr.RepositoryPolicy(name, repository=made.name, policy=policy, opts=self._child)
        return made


def lifecycle(keep: int) -> str:
    """What ends: images that no tag names, after two weeks, and the oldest of those that are tagged."""
    untagged = {
        "tagStatus": "untagged",
        "countType": "sinceImagePushed",
        "countUnit": "days",
        "countNumber": UNTAGGED_DAYS,
    }
    tagged = {"tagStatus": "tagged", "tagPatternList": ["*"], "countType": "imageCountMoreThan", "countNumber": keep}
    rules = [
        {"rulePriority": priority, "selection": selection, "action": {"type": "expire"}}
        for priority, selection in enumerate((untagged, tagged), start=1)
    ]
    return json.dumps({"rules": rules})


def pulled_by(accounts: Sequence[str], partition: str) -> dict[str, object]:
    """Let other accounts pull; which of their roles may, they say themselves."""
    principals = [f"arn:{partition}:iam::{account}:root" for account in sorted(accounts)]
    statement = {"Sid": "Pull", "Effect": "Allow", "Principal": {"AWS": principals}, "Action": list(PULL)}
    return {"Version": "2012-10-17", "Statement": [statement]}
