"""`ImageCaches`: images of other registries, kept in ECR of the account, where no limit of theirs holds nodes up.

The first pull of a name fetches the image and makes its repository, by the rights of the node that pulls. ECR reads the
login of a registry from a secret whose name begins with `ecr-pullthroughcache/`.
Source: https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache.html,
https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-iam.html and
https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-creation-templates.html
"""

import json
from collections.abc import Mapping
from typing import Final, NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from longshore.components.component import Component
from longshore.stack.iam_policies import document

UPSTREAMS: Final[Mapping[str, str]] = {
    "docker.io": "registry-1.docker.io",
    "ghcr.io": "ghcr.io",
    "quay.io": "quay.io",
}
"""Registry as names of images have it → as ECR does."""
FETCH: Final = ("ecr:BatchImportUpstreamImage", "ecr:CreateRepository")


class ImageCachesArgs(TypedDict):
    """Which registries are kept, and whose pulls bring their images."""

    registries: Mapping[str, str]
    """Registry, as names of images have it → ARN of the secret with its `username` and `accessToken`; "" for none."""
    prefix: str
    """Of the repositories: `dev-cache` keeps `docker.io/library/nginx` as `dev-cache/docker.io/library/nginx`."""
    node_role: pulumi.Input[str]
    """Name of the role of the nodes that pull."""
    repositories_arn: pulumi.Input[str]
    """ARN of the repositories, `arn:aws:ecr:…:repository/<prefix>/*`."""
    days: NotRequired[int]
    """After how many days an image is forgotten, to be fetched again by the next pull. Default: 90."""


class ImageCaches(Component):
    """Rules by which ECR fetches what it does not have, and the rights of nodes to let it."""

    prefixes: pulumi.Output[Mapping[str, str]]
    """Registry → the prefix of its repositories."""

    def __init__(self, name: str, args: ImageCachesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Declare the rules.

        Raises:
            ValueError: a registry is none that ECR fetches from.
        """
        super().__init__(name, opts, formerly="longshore:images:ImageCaches")
        unknown = sorted(args["registries"].keys() - UPSTREAMS.keys())
        if unknown:
            raise ValueError(f"{name}: no cache is known for {', '.join(unknown)}, but for {', '.join(UPSTREAMS)}")
        made = {}
        for registry, secret in sorted(args["registries"].items()):
            prefix = f"{args['prefix']}/{registry}"
            template = aws.ecr.RepositoryCreationTemplate(
                f"{name}-{registry}",
                prefix=prefix,
                description=f"Images of {registry}",
                applied_fors=["PULL_THROUGH_CACHE"],
                image_tag_mutability="MUTABLE",
                lifecycle_policy=forgotten(int(args.get("days", 90))),
                opts=self._after,
            )
            # After the template, so that no repository is made without it.
            made[registry] = aws.ecr.PullThroughCacheRule(
                f"{name}-{registry}",
                ecr_repository_prefix=template.prefix,
                upstream_registry_url=UPSTREAMS[registry],
                credential_arn=secret or None,
                opts=self._child,
            ).ecr_repository_prefix
        allowed = pulumi.Output.from_input(args["repositories_arn"]).apply(fetching)
        aws.iam.RolePolicy(f"{name}-fetch", role=args["node_role"], policy=allowed, opts=self._child)
        self.prefixes = pulumi.Output.all(**made)
        self.register_outputs({"prefixes": self.prefixes})


def fetching(repositories: str) -> str:
    """What nodes may do to let a cache fetch an image: the policy as text."""
    return json.dumps(document({"Action": list(FETCH), "Resource": repositories}))


def forgotten(days: int) -> str:
    """A lifecycle that ends what was fetched so long ago; a digest that still runs is fetched again."""
    selection = {"tagStatus": "any", "countType": "sinceImagePushed", "countUnit": "days", "countNumber": days}
    return json.dumps({"rules": [{"rulePriority": 1, "selection": selection, "action": {"type": "expire"}}]})
