"""What a stack file may say of images: where those that are built are pushed, and which run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from pydantic import Field

from longshore.decoding.types import Boolean, Count, Named, Section, text
from longshore.stack.setting_types import Account, KeyArn

ImageName = Annotated[
    str,
    text(
        r"[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*",
        "a name of an image, in small letters and digits with `.`, `_` or `-` between",
    ),
    Field(min_length=1),
]


CacheSecret = Annotated[
    str,
    text(
        r"arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:ecr-pullthroughcache/[A-Za-z0-9/_+=.@-]+",
        "the ARN of a secret whose name begins with `ecr-pullthroughcache/`, as ECR wants it",
    ),
]


@dataclass(frozen=True, slots=True)
class ImageCache(Section):
    """How ECR gets at a registry whose images it keeps."""

    secret: CacheSecret = ""
    """ARN of a secret with `username` and `accessToken`; quay.io needs none."""


@dataclass(frozen=True, slots=True)
class ImagesSettings(Section):
    """Where images that are built go, and which run."""

    repository: Annotated[
        str,
        text(
            r"(?:localhost|[a-z0-9-]+(?:\.[a-z0-9-]+)+)(?::[0-9]+)?(?:/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)+",
            "a registry with a path in it, `registry.example.com/shop`",
        ),
    ] = ""
    """Where what is built is pushed, each image under the name of its service; left out: as compose names it."""
    repositories: Named[tuple[ImageName, ...]] = field(default_factory=dict)
    """Team → images that are built for it, whose repositories this stack makes: `shop/api`."""
    keep: Count = 200
    """How many images a repository keeps."""
    accounts: tuple[Account, ...] = ()
    """Other accounts whose nodes may pull, in quotes."""
    key_arn: KeyArn = ""
    """ARN of the key of KMS that images lie encrypted with; left out: one of ECR's own."""
    caches: Named[ImageCache] = field(default_factory=dict)
    """Registry (`docker.io`, `ghcr.io`, `quay.io`) → how ECR gets at it: nodes pull its images from the account."""
    cached: Boolean = True
    """Whether what is pulled comes by the platform's caches, where it has some."""
    lock: str = ""
    """The file that `longshore images lock` writes, relative to the project; left out: names are not fixed."""
