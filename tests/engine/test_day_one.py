"""Logs and alarms come to a platform that is there, and a cluster stands in a VPC of others, on a real engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.engine.project import operations, resources

if TYPE_CHECKING:
    from tests.engine.project import Project


PLATFORM = "platform.dev"
SEEN = {"version": "v4.7.0-eksbuild.1", "notify": ["ops@example.com"]}
PRIVATE = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]


@pytest.mark.usefixtures("like_eks", "chart")
def test_a_platform_gets_logs_and_alarms(aws: Project) -> None:
    stack = aws.stack(PLATFORM)
    stack.up()
    aws.settings(PLATFORM, lambda config: config.update({"longshore:observability": SEEN}))
    changed = operations(stack.up())
    assert set(changed) == {"same", "create"}, "nothing that is there is touched"
    assert set(operations(stack.up())) == {"same"}
    stack.destroy()
    assert resources(stack) == []


@pytest.mark.usefixtures("like_eks", "chart")
def test_a_cluster_stands_in_a_vpc_that_is_there(aws: Project) -> None:
    def there(config: dict[str, Any]) -> None:
        subnets = {"private": PRIVATE, "public": PRIVATE[:0]}
        config["longshore:network"] = {"vpcId": "vpc-0123456789abcdef0", "cidr": "10.20.0.0/16", "subnets": subnets}

    aws.settings(PLATFORM, there)
    stack = aws.stack(PLATFORM)
    stack.up()
    assert [
        one["type"] for one in resources(stack) if one["type"] in {"aws:ec2/vpc:Vpc", "aws:ec2/subnet:Subnet"}
    ] == []
    assert set(operations(stack.up())) == {"same"}
    stack.destroy()
    assert resources(stack) == []
