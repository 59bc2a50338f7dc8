"""`GithubRunner`: a runner of GitHub Actions inside a VPC, for what answers there alone.

CodeBuild starts a machine for each job that asks for it by name, and ends it with the job.
Source: https://docs.aws.amazon.com/codebuild/latest/userguide/action-runner.html
"""

import json
from collections.abc import Sequence
from enum import StrEnum
from typing import Final, NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from longshore.components.component import Component
from longshore.stack.iam_policies import run_builds, trust

IMAGE: Final = "aws/codebuild/standard:7.0"
EVERYWHERE: Final = "0.0.0.0/0"
DAYS: Final = 30


class RunnerSize(StrEnum):
    """How large the machine is."""

    SMALL = "small"
    """2 processors, 4 GiB."""
    MEDIUM = "medium"
    """4 processors, 8 GiB."""
    LARGE = "large"
    """8 processors, 16 GiB."""


class GithubRunnerArgs(TypedDict):
    """Whose jobs run where."""

    repository: str
    """The repository of GitHub, `owner/name`."""
    connection_arn: pulumi.Input[str]
    """ARN of the connection to GitHub; `GithubConnection` gives it, once it is confirmed."""
    vpc_id: pulumi.Input[str]
    """The VPC."""
    subnet_ids: pulumi.Input[Sequence[pulumi.Input[str]]]
    """Private subnets with a way out, by which the job reaches GitHub."""
    region: str
    """The AWS region of the VPC."""
    account_id: pulumi.Input[str]
    """The AWS account of the VPC."""
    partition: NotRequired[str]
    """The first part of every ARN: `aws-cn` in China. Default: `aws`."""
    size: NotRequired[RunnerSize]
    """How large the machine is. Default: `small`."""
    minutes: NotRequired[int]
    """After how many minutes a job is ended. Default: 120."""
    builds: NotRequired[bool]
    """Whether jobs may build images, by a Docker that is root of its machine. Default: no."""


class GithubRunner(Component):
    """A project of CodeBuild that takes jobs, told of each by GitHub.

    A workflow asks for it by `runs-on: codebuild-<name>-${{ github.run_id }}-${{ github.run_attempt }}`. The machine
    has no rights of its own but to write its log; a job brings its role. Pull requests of forks wait for a colleague.
    """

    project: pulumi.Output[str]
    """Name of the project."""

    def __init__(self, name: str, args: GithubRunnerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts, formerly="longshore:ci:GithubRunner")
        group = aws.ec2.SecurityGroup(
            name,
            description="Runners of GitHub Actions: out, and nothing in",
            vpc_id=args["vpc_id"],
            egress=[
                aws.ec2.SecurityGroupEgressArgs(
                    description="GitHub, AWS and the API server",
                    protocol="-1",
                    from_port=0,
                    to_port=0,
                    cidr_blocks=[EVERYWHERE],
                )
            ],
            opts=self._after,
        )
        logs = aws.cloudwatch.LogGroup(name, name=f"/aws/codebuild/{name}", retention_in_days=DAYS, opts=self._child)
        role = aws.iam.Role(
            name,
            description="Runners of GitHub Actions",
            assume_role_policy=json.dumps(trust("codebuild.amazonaws.com")),
            opts=self._child,
        )
        where = (args.get("partition", "aws"), args["region"])
        allowed = aws.iam.RolePolicy(
            name,
            role=role.name,
            policy=pulumi.Output.all(logs.arn, args["connection_arn"], args["subnet_ids"], args["account_id"]).apply(
                lambda found: json.dumps(run_builds(*where, found[3], found[0], found[1], found[2]))
            ),
            opts=self._child,
        )
        project = self._project(name, args, role, group, [allowed])
        aws.codebuild.Webhook(
            name,
            project_name=project.name,
            build_type="BUILD",
            filter_groups=[{"filters": [{"type": "EVENT", "pattern": "WORKFLOW_JOB_QUEUED"}]}],
            pull_request_build_policy={"requires_comment_approval": "FORK_PULL_REQUESTS"},
            opts=self._child,
        )
        self.project = project.name
        self.register_outputs({"project": self.project})

    def _project(
        self,
        name: str,
        args: GithubRunnerArgs,
        role: "aws.iam.Role",
        group: "aws.ec2.SecurityGroup",
        after: Sequence[pulumi.Resource],
    ) -> "aws.codebuild.Project":
        size = RunnerSize(args.get("size", RunnerSize.SMALL))
        return aws.codebuild.Project(
            name,
            name=name,
            description="Runners of GitHub Actions",
            service_role=role.arn,
            build_timeout=int(args.get("minutes", 120)),
            artifacts={"type": "NO_ARTIFACTS"},
            environment={
                "type": "LINUX_CONTAINER",
                "compute_type": f"BUILD_GENERAL1_{size.name}",
                "image": IMAGE,
                "privileged_mode": bool(args.get("builds", False)),
            },
            source={
                "type": "GITHUB",
                "location": f"https://github.com/{args['repository']}.git",
                "auth": {"type": "CODECONNECTIONS", "resource": args["connection_arn"]},
            },
            vpc_config={
                "vpc_id": args["vpc_id"],
                "subnets": args["subnet_ids"],
                "security_group_ids": [group.id],
            },
            logs_config={"cloudwatch_logs": {"group_name": f"/aws/codebuild/{name}"}},
            opts=pulumi.ResourceOptions.merge(self._child, pulumi.ResourceOptions(depends_on=list(after))),
        )
