"""The flow logs of a VPC: who spoke with whom, kept in CloudWatch or, for a fraction of the price, in S3.

Source: https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3.html
"""

import json
from enum import StrEnum
from typing import Final

import pulumi
import pulumi_aws as aws

from longshore.components.buckets import expire, keep_private
from longshore.convert.kubernetes.names import label
from longshore.stack.iam_policies import deliver_logs, trust, write_logs
from longshore.stack.names import BUCKET

TEN_MINUTES: Final = 600


class FlowLogDestination(StrEnum):
    """Where flow logs are kept."""

    CLOUDWATCH = "cloudwatch"
    """A log group, which can be searched at once."""
    S3 = "s3"
    """A bucket, for Athena: the cheap one."""


def flow_logs(
    name: str,
    vpc: "aws.ec2.Vpc",
    days: int,
    destination: FlowLogDestination,
    *,
    production: bool,
    opts: pulumi.ResourceOptions,
    group: str,
) -> None:
    """Keep the flow logs of a VPC for `days`, none for 0.

    production: what was kept outlives another destination. group: name of the log group.
    """
    if not days:
        return
    if destination is FlowLogDestination.S3:
        _to_bucket(name, vpc, days, production=production, opts=opts)
    else:
        kept = pulumi.ResourceOptions(retain_on_delete=production or None, ignore_changes=["name"])
        logs = aws.cloudwatch.LogGroup(
            name, name=group, retention_in_days=days, opts=pulumi.ResourceOptions.merge(opts, kept)
        )
        _to_log_group(name, vpc, logs, opts)


def _to_bucket(name: str, vpc: "aws.ec2.Vpc", days: int, *, production: bool, opts: pulumi.ResourceOptions) -> None:
    bucket = aws.s3.Bucket(
        label(name, BUCKET),
        force_destroy=not production,
        tags={"Name": name},
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(retain_on_delete=production or None)),
    )
    aws.ec2.FlowLog(
        f"{name}-s3",
        vpc_id=vpc.id,
        traffic_type="ALL",
        log_destination_type="s3",
        log_destination=bucket.arn,
        destination_options={
            "file_format": "parquet",
            "hive_compatible_partitions": True,
            "per_hour_partition": False,
        },
        max_aggregation_interval=TEN_MINUTES,
        tags={"Name": name},
        opts=pulumi.ResourceOptions.merge(
            opts, pulumi.ResourceOptions(depends_on=_guarded(name, bucket, vpc, days, opts))
        ),
    )


def _guarded(
    name: str, bucket: "aws.s3.Bucket", vpc: "aws.ec2.Vpc", days: int, opts: pulumi.ResourceOptions
) -> list[pulumi.Resource]:
    """Say who writes to a bucket and nobody else does anything, and when what lies in it goes."""
    encryption = {"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}
    arns = pulumi.Output.all(bucket.arn, vpc.arn)
    return [
        keep_private(name, bucket, opts),
        aws.s3.BucketServerSideEncryptionConfiguration(name, bucket=bucket.id, rules=[encryption], opts=opts),
        expire(name, bucket, {"expiration": {"days": days}}, opts),
        aws.s3.BucketPolicy(
            name,
            bucket=bucket.id,
            policy=arns.apply(lambda found: json.dumps(deliver_logs(*map(str, found)))),
            opts=opts,
        ),
    ]


def _to_log_group(
    name: str, vpc: "aws.ec2.Vpc", group: "aws.cloudwatch.LogGroup", opts: pulumi.ResourceOptions
) -> None:
    prefix = name.removesuffix("-flow-logs")
    role = aws.iam.Role(
        name,
        description=f"Writes the flow logs of VPC {prefix}",
        assume_role_policy=json.dumps(trust("vpc-flow-logs.amazonaws.com")),
        opts=opts,
    )
    policy = aws.iam.RolePolicy(
        name,
        role=role.name,
        policy=group.arn.apply(lambda arn: json.dumps(write_logs(arn))),
        opts=opts,
    )
    aws.ec2.FlowLog(
        name,
        vpc_id=vpc.id,
        traffic_type="ALL",
        log_destination=group.arn,
        iam_role_arn=role.arn,
        max_aggregation_interval=TEN_MINUTES,
        tags={"Name": prefix},
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[policy])),
    )
