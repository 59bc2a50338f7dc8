"""The table of what each kind takes, held against what AWS's own handlers ask for, and against the graphs of stacks."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import pytest

from longshore.stack.reading import read_stack
from longshore.stack.rights.kinds import KINDS, changes, sees
from longshore.stack.rights.platform import BOOTSTRAP, kinds_of
from tests.components.stage import nodes, play
from tests.components.test_graphs import CASES, laid_out
from tests.rights.handlers import COUNTERPARTS, NOT_OURS, asked

if TYPE_CHECKING:
    from pathlib import Path

    from longshore.rehearsal.plan import Node

TOGETHER = {
    "acm:Certificate": ("route53:Record",),
    "backup:Plan": ("backup:Selection",),
    "ec2:FlowLog": ("s3:BucketPolicy", "eks:Cluster"),
    "ecr:Repository": ("ecr:LifecyclePolicy", "ecr:RepositoryPolicy", "eks:Cluster"),
    "efs:FileSystem": ("efs:BackupPolicy", "efs:FileSystemPolicy", "eks:Cluster"),
    "eks:AccessEntry": ("eks:AccessPolicyAssociation",),
    "iam:Policy": ("iam:RolePolicyAttachment",),
    "iam:Role": ("iam:RolePolicy", "iam:RolePolicyAttachment"),
    "cloudwatch:LogGroup": ("ec2:FlowLog",),
    "s3:Bucket": (
        *("s3:BucketPublicAccessBlock", "s3:BucketLifecycleConfiguration", "s3:BucketVersioning"),
        *("s3:BucketServerSideEncryptionConfiguration", "iam:Role", "eks:Cluster"),
    ),
    "sns:Topic": ("sns:TopicSubscription", "eks:Cluster"),
    "sns:TopicSubscription": ("eks:Cluster",),
}
"""Kinds that are one with others in CloudFormation, or stand beside them in every stack."""


@pytest.mark.parametrize("kind", sorted(COUNTERPARTS))
def test_what_the_handlers_of_aws_ask_for_is_in_the_table(kind: str) -> None:
    kinds = [kind, *TOGETHER.get(kind, ())]
    ours = changes(kinds) | sees(kinds)
    lacking = asked(kind, "create", "read", "update", "delete") - ours
    left_out = [pattern for patterns in NOT_OURS.values() for pattern in patterns.split()]
    assert sorted(one for one in lacking if not any(fnmatchcase(one, pattern) for pattern in left_out)) == []


def test_nothing_is_left_out_that_no_handler_asks_for() -> None:
    wanted = frozenset().union(*(asked(kind, "create", "read", "update", "delete") for kind in COUNTERPARTS))
    known = changes(KINDS) | sees(KINDS)
    patterns = [pattern for patterns in NOT_OURS.values() for pattern in patterns.split()]
    assert [pattern for pattern in patterns if not any(fnmatchcase(one, pattern) for one in wanted - known)] == []


def test_looking_changes_nothing() -> None:
    verbs = ("BatchGet", "Describe", "Get", "List", "View")
    assert [one for one in sorted(sees(KINDS)) if not one.partition(":")[2].startswith(verbs)] == []


def kinds_in(graph: dict[str, Node]) -> set[str]:
    """`ec2:Vpc` for each resource of pulumi-aws."""
    types = [node.type.split(":") for node in graph.values() if node.type.startswith("aws:") and not node.read]
    return {f"{module.partition('/')[0]}:{kind}" for _, module, kind in types}


def test_a_stack_may_make_every_kind_that_is_in_its_graph(graph: dict[str, Node]) -> None:
    """Of the repository's own stacks, of production, of tenants."""
    assert kinds_in(graph) <= KINDS.keys()


@pytest.mark.parametrize("case", CASES)
def test_settings_tell_the_kinds_that_a_graph_has(case: str, tmp_path: Path) -> None:
    root = laid_out(case, tmp_path)
    stack = read_stack("case", str(root))
    kinds = BOOTSTRAP if stack.bootstrap else kinds_of(stack.settings) if stack.settings else frozenset()
    if stack.settings and not stack.settings.cluster_name:
        pytest.skip("it makes no cluster, so nobody gets a role for its AWS")
    assert kinds_in(nodes(play(root, "case"))) <= kinds


def test_a_preview_shows_whom_a_role_of_ci_trusts_and_what_it_may_do(tmp_path: Path) -> None:
    """Before anything is there: what is not known yet would be no difference in a comparison."""
    found = nodes(play(laid_out("bootstrap", tmp_path), "case"))
    roles = [node for node in found.values() if node.type == "aws:iam/role:Role"]
    assert len(roles) == 5
    assert all("repo:example/" in node.inputs["assumeRolePolicy"] for node in roles)
    policies = [node for node in found.values() if node.type == "aws:iam/policy:Policy"]
    assert all('"Statement"' in node.inputs["policy"] for node in policies)
