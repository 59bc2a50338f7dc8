"""What waives a finding, and what waives nothing."""

from __future__ import annotations

from tools.scanners.scan import Finding
from tools.scanners.waivers import Waiver, read_waivers, unneeded, unwaived

LOGS = Waiver("logs", ("CKV_AWS_158", "AWS-0017"), ("aws_cloudwatch_log_group.dev-*",), "AWS encrypts them")


def found(rule: str, resource: str) -> Finding:
    return Finding(rule, "platform.dev", resource, "not encrypted")


def test_a_finding_is_waived_by_its_rule_at_its_resource() -> None:
    ours = found("AWS-0017", "aws_cloudwatch_log_group.dev-flow-logs")
    of_another_rule = found("CKV_AWS_338", "aws_cloudwatch_log_group.dev-flow-logs")
    elsewhere = found("AWS-0017", "aws_cloudwatch_log_group.prod-flow-logs")
    assert unwaived([ours, of_another_rule, elsewhere], [LOGS]) == [of_another_rule, elsewhere]


def test_each_rule_of_a_waiver_is_needed_at_each_of_its_resources() -> None:
    waiver = LOGS._replace(resources=("aws_cloudwatch_log_group.dev-*", "aws_cloudwatch_log_group.x"))
    assert unneeded([found("AWS-0017", "aws_cloudwatch_log_group.dev-flow-logs")], [waiver]) == [
        ("CKV_AWS_158", "aws_cloudwatch_log_group.dev-*"),
        ("CKV_AWS_158", "aws_cloudwatch_log_group.x"),
        ("AWS-0017", "aws_cloudwatch_log_group.x"),
    ]


def test_every_waiver_says_why_and_none_stands_twice() -> None:
    waivers = read_waivers()
    assert all(one.about and one.rules and one.resources and len(one.reason.split()) >= 6 for one in waivers)
    pairs = [(rule, name) for one in waivers for rule in one.rules for name in one.resources]
    assert sorted(set(pairs)) == sorted(pairs)
