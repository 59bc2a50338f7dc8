"""What all buckets of ours have: nothing in them is public, and what is old goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pulumi_aws as aws

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pulumi


def keep_private(name: str, bucket: aws.s3.Bucket, opts: pulumi.ResourceOptions) -> aws.s3.BucketPublicAccessBlock:
    """Refuse whatever would open a bucket to the public, whoever says it.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
    """
    return aws.s3.BucketPublicAccessBlock(
        name,
        bucket=bucket.id,
        block_public_acls=True,
        block_public_policy=True,
        ignore_public_acls=True,
        restrict_public_buckets=True,
        opts=opts,
    )


def expire(
    name: str, bucket: aws.s3.Bucket, expiration: Mapping[str, Any], opts: pulumi.ResourceOptions
) -> aws.s3.BucketLifecycleConfiguration:
    """Delete what is old, and after a day what was never uploaded to its end.

    expiration: which of `expiration` and `noncurrent_version_expiration` a rule has, and with how many days.
    """
    rule = {
        "id": "old",
        "status": "Enabled",
        "filter": {"prefix": ""},
        **expiration,
        "abort_incomplete_multipart_upload": {"days_after_initiation": 1},
    }
    return aws.s3.BucketLifecycleConfiguration(name, bucket=bucket.id, rules=[rule], opts=opts)
