"""`StateBucket`: where Pulumi writes down stacks, and the key of the secrets in them.

Pulumi takes its lock by an object of the bucket; S3 reads what was written at once, so that two see each other.
Source: https://www.pulumi.com/docs/iac/concepts/state-and-backends/#aws-s3
"""

import json
from typing import NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from longshore.components.buckets import expire, keep_private
from longshore.components.component import Component
from longshore.stack.iam_policies import VERSION, only_by_tls
from longshore.stack.rights.names import ALIAS

DAYS = 365
DELETION = 30
"""Days in which the deletion of a key can be taken back: the most that AWS allows."""


class StateBucketArgs(TypedDict):
    """What the bucket is called, and for how long it remembers."""

    bucket: str
    """Name of the bucket, unique in the world."""
    region: str
    """The AWS region of the bucket, which is that of the component's AWS provider."""
    alias: NotRequired[str]
    """Alias of the key. Default: `alias/longshore-state`."""
    days: NotRequired[int]
    """For how many days former versions are kept. Default: 365."""


class StateBucket(Component):
    """A bucket that keeps former versions, is encrypted with a key of its own, and answers by TLS alone.

    Bucket and key are protected, and stay when they are no longer declared: without them no stack can be changed.
    """

    bucket: pulumi.Output[str]
    """Name of the bucket."""
    url: pulumi.Output[str]
    """What PULUMI_BACKEND_URL is."""
    key_arn: pulumi.Output[str]
    """ARN of the key."""
    secrets_provider: pulumi.Output[str]
    """What stacks are made with, `--secrets-provider`."""

    def __init__(self, name: str, args: StateBucketArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts, formerly="longshore:ci:StateBucket")
        kept = pulumi.ResourceOptions.merge(self._child, pulumi.ResourceOptions(protect=True, retain_on_delete=True))
        alias = args.get("alias", ALIAS)
        key = aws.kms.Key(
            name,
            description="State of Pulumi, and the secrets in it",
            enable_key_rotation=True,
            deletion_window_in_days=DELETION,
            opts=kept,
        )
        named = aws.kms.Alias(name, name=alias, target_key_id=key.key_id, opts=kept)
        bucket = aws.s3.Bucket(name, bucket=args["bucket"], force_destroy=False, opts=kept)
        self._guarded(name, bucket, key, int(args.get("days", DAYS)))
        self.bucket, self.key_arn = bucket.bucket, key.arn
        self.url = pulumi.Output.concat("s3://", bucket.bucket, f"?region={args['region']}&awssdk=v2")
        self.secrets_provider = pulumi.Output.concat("awskms://", named.name, f"?region={args['region']}")
        self.register_outputs(
            {
                "bucket": self.bucket,
                "url": self.url,
                "keyArn": self.key_arn,
                "secretsProvider": self.secrets_provider,
            }
        )

    def _guarded(self, name: str, bucket: "aws.s3.Bucket", key: "aws.kms.Key", days: int) -> None:
        """Keep versions, encrypt, refuse the public and whoever comes without TLS; forget what is old."""
        child = self._child
        versions = aws.s3.BucketVersioning(
            name, bucket=bucket.id, versioning_configuration={"status": "Enabled"}, opts=child
        )
        rule = {
            "apply_server_side_encryption_by_default": {"sse_algorithm": "aws:kms", "kms_master_key_id": key.arn},
            "bucket_key_enabled": True,
        }
        aws.s3.BucketServerSideEncryptionConfiguration(name, bucket=bucket.id, rules=[rule], opts=child)
        blocked = keep_private(name, bucket, child)
        policy = bucket.arn.apply(
            lambda arn: json.dumps({"Version": VERSION, "Statement": [only_by_tls("s3:*", [arn, f"{arn}/*"])]})
        )
        after = pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(depends_on=[blocked]))
        aws.s3.BucketPolicy(name, bucket=bucket.id, policy=policy, opts=after)
        kept = pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(depends_on=[versions]))
        expire(name, bucket, {"noncurrent_version_expiration": {"noncurrent_days": days}}, kept)
