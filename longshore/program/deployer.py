"""Who deploys a cluster is let in by making it: refused where the stack lets the same role in once more.

EKS takes one access entry per role, and would say so when the cluster is there, after a quarter of an hour:
https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from longshore.program.questions import Questions
from longshore.stack.access_entries import let_in_twice
from longshore.stack.eks_settings import EksCluster
from longshore.stack.pins import REHEARSAL
from longshore.stack.validation import told

if TYPE_CHECKING:
    from longshore.stack.reading import Stack
    from longshore.stack.settings import Settings


def only_once(stack: Stack, settings: Settings, provider: aws.Provider | None) -> pulumi.ResourceHookBinding | None:
    """What is to be seen before a cluster is made: whether AWS knows whoever deploys as one whom the stack lets in.

    None where the stack says by which role it is deployed, or nobody is asked.

    Raises:
        pulumi.RunError: AWS does not answer.
    """
    if not isinstance(settings.cluster, EksCluster) or settings.aws is None or settings.aws.assume_role:
        return None
    if os.environ.get(REHEARSAL) or provider is None:
        return None
    caller = Questions(provider, stack.file, ("aws",)).ask(aws.get_caller_identity).arn

    def refuse(_: pulumi.ResourceHookArgs) -> None:
        found = "".join(told(wrong, stack.file) for wrong in let_in_twice(settings, caller))
        if found:
            raise ValueError(found)

    seen = pulumi.ResourceHookOptions(on_dry_run=True)
    return pulumi.ResourceHookBinding(before_create=[pulumi.ResourceHook("a role is let in once", refuse, seen)])
