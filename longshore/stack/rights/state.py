"""Where stacks are written down: a bucket, and the key of their secrets. What each role may do there, stack by stack.

Pulumi keeps a stack as one object, its history and backups below folders of its name, and a lock as an object too:
https://www.pulumi.com/docs/iac/concepts/state-and-backends/#aws-s3. Whoever may not write these cannot take the lock.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from longshore.stack.rights.names import ALIAS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from longshore.stack.rights.platform import Where

ORGANIZATION: Final = "organization"
"""What Pulumi calls the owner of stacks in a bucket."""


class State(NamedTuple):
    """A bucket with the stacks of a project."""

    at: Where
    bucket: str
    project: str

    @property
    def url(self) -> str:
        """What PULUMI_BACKEND_URL is."""
        return f"s3://{self.bucket}?region={self.at.region}&awssdk=v2"

    @property
    def secrets_provider(self) -> str:
        """What stacks are made with (`--secrets-provider`): the key, by its alias."""
        return f"awskms://{ALIAS}?region={self.at.region}"

    @property
    def arn(self) -> str:
        """The ARN of the bucket."""
        return f"arn:{self.at.partition}:s3:::{self.bucket}"

    def reading(self, stacks: Sequence[str]) -> list[dict[str, Any]]:
        """Read what is written down of stacks, and open their secrets. Which stacks there are, everybody sees."""
        objects = [f"stacks/{self.project}/{stack}.json" for stack in stacks]
        found = [f"{self.arn}/.pulumi/{name}" for name in ("meta.yaml", *objects)]
        return [
            {"Action": "s3:ListBucket", "Resource": self.arn},
            {"Action": "s3:GetObject", "Resource": found},
            self._key("kms:Decrypt"),
        ]

    def writing(self, stacks: Sequence[str]) -> list[dict[str, Any]]:
        """Write down stacks, under their locks."""
        places = (
            "stacks/{project}/{stack}.json",
            "stacks/{project}/{stack}.json.*",
            "history/{project}/{stack}/*",
            "backups/{project}/{stack}/*",
            "locks/{organization}/{project}/{stack}/*",
        )
        names = [
            place.format(project=self.project, stack=stack, organization=ORGANIZATION)
            for stack in stacks
            for place in places
        ]
        actions = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
        return [
            {"Action": actions, "Resource": [f"{self.arn}/.pulumi/{name}" for name in names]},
            self._key("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"),
        ]

    def _key(self, *actions: str) -> dict[str, Any]:
        return {
            "Action": list(actions),
            "Resource": self.at.arn("kms", "key/*"),
            "Condition": {"ForAnyValue:StringEquals": {"kms:ResourceAliases": ALIAS}},
        }
