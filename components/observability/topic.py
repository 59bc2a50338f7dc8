"""Who is told when an alarm goes off: a topic of somebody's, or one of our own with mail addresses."""

from collections.abc import Sequence

import pulumi
import pulumi_aws as aws

from longshore.convert.kubernetes.names import digest


def topic_for(name: str, topic: str, addresses: Sequence[str], opts: pulumi.ResourceOptions) -> list[pulumi.Input[str]]:
    """ARNs of the topics that alarms write to.

    topic: of somebody else, "" for none. addresses: each must confirm a mail of AWS once before it gets any other.
    """
    found: list[pulumi.Input[str]] = [topic] if topic else []
    if addresses:
        made = aws.sns.Topic(f"{name}-alarms", opts=opts)
        for address in addresses:
            aws.sns.TopicSubscription(
                f"{name}-alarms-{digest(address)}", topic=made.arn, protocol="email", endpoint=address, opts=opts
            )
        found.append(made.arn)
    return found
