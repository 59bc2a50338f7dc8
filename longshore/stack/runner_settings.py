"""What a stack file may say of a runner of GitHub Actions inside a VPC."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from longshore.decoding.types import Integer, Rule, Section
from longshore.stack.setting_types import Connection, Repository

LEAST, MOST = 5, 2160
"""Minutes that a build of CodeBuild may take: https://docs.aws.amazon.com/codebuild/latest/userguide/limits.html."""
Minutes = Annotated[
    Integer,
    Rule(
        lambda minutes: LEAST <= minutes <= MOST,
        f"a number of minutes that CodeBuild knows, {LEAST} to {MOST}",
        {"minimum": LEAST, "maximum": MOST},
    ),
]


@dataclass(frozen=True, slots=True)
class Runner(Section):
    """A runner of GitHub Actions in CodeBuild, inside the VPC: a machine for each job, billed by the minute."""

    repository: Annotated[Repository, Field(min_length=1, examples=["example/shop"])]
    """The repository of GitHub whose jobs it runs, `owner/name`."""
    connection: Annotated[
        Connection,
        Field(
            min_length=1,
            examples=["arn:aws:codeconnections:eu-west-1:111122223333:connection/1b2c3d4e-0000-0000-0000-000000000000"],
        ),
    ]
    """ARN of the connection of AWS to GitHub; a bootstrap stack with `connection: true` exports it."""
    size: Literal["small", "medium", "large"] = "small"
    """Of the machine: 2, 4 or 8 processors."""
    minutes: Minutes = 120
    """After how many minutes a job is ended."""
