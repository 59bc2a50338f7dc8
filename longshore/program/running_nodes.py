"""What AWS says of managed nodes while a stack is deployed: the newest release of their image, and how many there are.

A rehearsal asks nobody: its plan has the same resources, with the releases and numbers of the stack file.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Final, NamedTuple

import pulumi_aws as aws

from longshore.program.questions import Questions
from longshore.stack.eks_settings import EksCluster
from longshore.stack.pins import REHEARSAL

if TYPE_CHECKING:
    from collections.abc import Mapping

    from longshore.stack.file import StackFile
    from longshore.stack.node_settings import NodeGroup
    from longshore.stack.settings import Settings

_RELEASES: Final = {
    "AL2023_x86_64_STANDARD": "eks/optimized-ami/{}/amazon-linux-2023/x86_64/standard/recommended/release_version",
    "AL2023_ARM_64_STANDARD": "eks/optimized-ami/{}/amazon-linux-2023/arm64/standard/recommended/release_version",
    "BOTTLEROCKET_x86_64": "bottlerocket/aws-k8s-{}/x86_64/latest/image_version",
    "BOTTLEROCKET_ARM_64": "bottlerocket/aws-k8s-{}/arm64/latest/image_version",
}
"""Image → the public parameter of SSM, below `/aws/service/`, with its newest release for a version of Kubernetes.

Source: https://docs.aws.amazon.com/eks/latest/userguide/retrieve-ami-id.html and .../retrieve-ami-id-bottlerocket.html
"""


class Running(NamedTuple):
    """The bounds of a group in AWS, and how many nodes it has."""

    minimum: int
    maximum: int
    nodes: int


class Seen(NamedTuple):
    """What AWS says of the groups of a cluster: name → newest release; name → what is there, where it is there."""

    releases: Mapping[str, str]
    running: Mapping[str, Running]


NOTHING: Final = Seen({}, {})


def seen(settings: Settings, provider: aws.Provider | None, file: StackFile) -> Seen:
    """Ask AWS about the managed nodes of a stack's cluster, by the provider of its account.

    Groups that name a release keep it. How many nodes there are matters where an autoscaler decides it.

    Raises:
        pulumi.RunError: AWS does not answer.
    """
    cluster = settings.cluster
    if not isinstance(cluster, EksCluster) or cluster.compute != "managed":
        return NOTHING
    if provider is None or os.environ.get(REHEARSAL):
        return NOTHING
    of_groups = Questions(provider, file, ("cluster", "nodeGroups"))
    of_images = of_groups._replace(otherwise="name the `release` of each group")
    images = {group.ami for group in cluster.node_groups.values() if not group.release}
    newest = {image: _newest(image, cluster.version, of_images) for image in sorted(images)}
    releases = {key: newest[group.ami] for key, group in cluster.node_groups.items() if not group.release}
    return Seen(releases, _running(cluster, settings.cluster_name, of_groups) if cluster.autoscaler else {})


def bounds_change(group: NodeGroup, there: Running | None) -> bool:
    """Whether the stack wants other bounds than the group has in AWS."""
    return there is not None and (there.minimum, there.maximum) != (group.minimum, group.maximum)


def _newest(image: str, version: str, questions: Questions) -> str:
    parameter = f"/aws/service/{_RELEASES[image].format(version)}"
    return str(questions.ask(aws.ssm.get_parameter, name=parameter).value)


def _running(cluster: EksCluster, name: str, questions: Questions) -> dict[str, Running]:
    if name not in questions.ask(aws.eks.get_clusters).names:
        return {}
    found: dict[str, Running] = {}
    for called in questions.ask(aws.eks.get_node_groups, cluster_name=name).names:
        # Pulumi ends the names that it makes up with seven hex digits.
        match = re.fullmatch(f"{re.escape(name)}-nodes-(.+)-[0-9a-f]{{7}}", called)
        if match and match[1] in cluster.node_groups:
            group = questions.ask(aws.eks.get_node_group, cluster_name=name, node_group_name=called)
            (scaling,) = group.scaling_configs
            found[match[1]] = Running(int(scaling.min_size), int(scaling.max_size), int(scaling.desired_size))
    return found
