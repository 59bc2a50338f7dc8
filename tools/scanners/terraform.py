"""A rehearsed stack as a plan of Terraform, which scanners of infrastructure read.

Pulumi's provider of AWS is generated from Terraform's, so a kind and its properties carry over by rule: Pulumi joins
words by capitals, names a list of objects in the plural, and writes a block that can be there once as an object. What
the rule does not give stands in tables. https://developer.hashicorp.com/terraform/internals/json-format
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from longshore.rehearsal.plan import Node

CLUSTER: Final = "aws:eks/cluster:Cluster"
PROVIDER: Final = "pulumi:providers:aws"

UNPREFIXED: Final = frozenset({"ec2"})
"""Modules whose name is no part of Terraform's: `aws:ec2/vpc:Vpc` is `aws_vpc`."""

KINDS: Final = {"aws_iam_open_id_connect_provider": "aws_iam_openid_connect_provider"}
"""What the rule makes of a kind → how Terraform calls it."""

PROPERTIES: Final = {
    ("aws_cloudwatch_metric_alarm", "name"): "alarm_name",
    ("aws_iam_openid_connect_provider", "client_id_lists"): "client_id_list",
    ("aws_launch_template", "block_device_mapping"): "block_device_mappings",
    ("aws_launch_template", "tag_specification"): "tag_specifications",
    ("aws_sns_topic_subscription", "topic"): "topic_arn",
}
"""Kind of Terraform and what the rule makes of a property → how Terraform calls it."""

MAPS: Final = frozenset({"dimensions", "labels", "tags"})
"""Properties whose keys are the user's: objects to Terraform too, and no blocks."""

OUTPUTS: Final = ("arn", "id", "name")
"""What a resource refers to another by, the most telling first."""


class Reference(NamedTuple):
    """An output of another resource, as an expression names it: `aws_kms_key.state.arn`."""

    address: str
    output: str


class Resource(NamedTuple):
    """A resource in Terraform's words; what `content` takes from others is a `Reference`."""

    kind: str
    name: str
    content: Mapping[str, Any]

    @property
    def address(self) -> str:
        """How others call it."""
        return f"{self.kind}.{self.name}"


def terraform_plan(nodes: Mapping[str, Node]) -> dict[str, Any]:
    """Write what a stack makes in AWS as `terraform show -json` writes a plan.

    nodes: by URN, of a rehearsal with `known`, so that policies are the documents that AWS gets.
    """
    found = list(resources(nodes))
    provider = next((node.inputs for node in nodes.values() if node.type == PROVIDER), {})
    region = {"constant_value": provider.get("region", "eu-west-1")}
    return {
        "format_version": "1.2",
        "terraform_version": "1.9.0",
        "planned_values": {
            "root_module": {"resources": [_described(one, values=values(one.content)) for one in found]}
        },
        "resource_changes": [_described(one, change=_change(one.content)) for one in found],
        "configuration": {
            "provider_config": {"aws": {"name": "aws", "expressions": {"region": region}}},
            "root_module": {
                "resources": [
                    _described(one, provider_config_key="aws", expressions=_expressions(one.content)) for one in found
                ]
            },
        },
    }


def resources(nodes: Mapping[str, Node]) -> Iterator[Resource]:
    """List what a stack makes in AWS, in Terraform's words."""
    made = {urn: node for urn, node in nodes.items() if node.type.startswith("aws:") and node.custom and not node.read}
    addresses = _addresses(made)
    tags = {key: value for node in nodes.values() if node.type == PROVIDER for key, value in _default_tags(node)}
    for urn, node in made.items():
        kind, _, name = addresses[urn].partition(".")
        written = nodes[node.parent] if node.type == CLUSTER else node
        # Two resources may have one name, and so one id as a rehearsal plays it: each input knows whose outputs it has.
        inputs = {
            key: _referring(value, dict(_outputs(written.sources.get(key, ()), nodes, addresses)))
            for key, value in written.inputs.items()
        }
        content = dict(_properties(kind, control_plane(inputs) if node.type == CLUSTER else inputs))
        yield Resource(kind, name, {**content, "tags_all": {**tags, **content.get("tags", {})}})


def control_plane(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs of the cluster that `eks.Cluster` makes, of its own inputs.

    https://github.com/pulumi/pulumi-eks/blob/master/nodejs/eks/cluster/cluster.ts
    """
    same = ("name", "version", "enabledClusterLogTypes", "deletionProtection", "upgradePolicy")
    network = ("subnetIds", "endpointPrivateAccess", "endpointPublicAccess", "publicAccessCidrs")
    key = inputs.get("encryptionConfigKeyArn")
    return {
        **{name: inputs[name] for name in same if name in inputs},
        "vpcConfig": {name: inputs[name] for name in network if name in inputs},
        "accessConfig": {"authenticationMode": inputs.get("authenticationMode")},
        **({"encryptionConfig": {"provider": {"keyArn": key}, "resources": ["secrets"]}} if key else {}),
    }


def kind_of(type_: str) -> str:
    """How Terraform calls a kind of Pulumi's: `aws:kms/key:Key` is `aws_kms_key`."""
    _, module, name = type_.split(":")
    service = module.split("/")[0]
    kind = f"aws_{_words(name)}" if service in UNPREFIXED else f"aws_{service}_{_words(name)}"
    return KINDS.get(kind, kind)


def _addresses(made: Mapping[str, Node]) -> dict[str, str]:
    """URN → address; where two of a kind have one name, the second gets a number."""
    found: dict[str, str] = {}
    for urn, node in made.items():
        address = f"{kind_of(node.type)}.{re.sub(r'[^A-Za-z0-9_-]', '-', node.name)}"
        same = [other for other in found.values() if other.partition("__")[0] == address]
        found[urn] = f"{address}__{len(same) + 1}" if same else address
    return found


def _default_tags(provider: Node) -> Iterable[tuple[str, str]]:
    """The tags that a provider gives to all that it makes; an input of a provider is JSON."""
    tags: dict[str, str] = json.loads(provider.inputs.get("defaultTags", "{}")).get("tags", {})
    return tags.items()


def _outputs(
    urns: Iterable[str], nodes: Mapping[str, Node], addresses: Mapping[str, str]
) -> Iterator[tuple[str | None, Reference]]:
    """What a rehearsal plays as outputs of resources, each with how Terraform calls it; None is one that it lacks."""
    for urn in urns:
        if urn in addresses:
            yield None, Reference(addresses[urn], "id")
            name = nodes[urn].name
            played = (
                f"arn:aws:played:eu-west-1:111122223333:{name}",
                f"{name}-id",
                nodes[urn].inputs.get("name", name),
            )
            for output, value in zip(OUTPUTS, played, strict=True):
                yield value, Reference(addresses[urn], output)


def _referring(value: Any, outputs: Mapping[str | None, Reference]) -> Any:
    """A value with a reference wherever it is the output of another resource, and nothing besides."""
    if isinstance(value, list):
        return [_referring(one, outputs) for one in value]
    if isinstance(value, dict):
        return {key: _referring(one, outputs) for key, one in value.items()}
    return outputs.get(value, value) if value is None or isinstance(value, str) else value


def _properties(kind: str, inputs: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in inputs.items():
        words = _words(key)
        if isinstance(value, list) and any(isinstance(one, dict) for one in value):
            words = _singular(words)
        yield PROPERTIES.get((kind, words), words), _value(kind, key, value)


def _value(kind: str, key: str, value: Any) -> Any:
    """A value as Terraform has it: an object is a block, and so a list of one."""
    if isinstance(value, Reference):
        return value
    if isinstance(value, list):
        return [dict(_properties(kind, one)) if isinstance(one, dict) else _value(kind, key, one) for one in value]
    if isinstance(value, dict):
        return value if key in MAPS else [dict(_properties(kind, value))]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _words(name: str) -> str:
    """`cidrBlocks` is `cidr_blocks`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def _singular(name: str) -> str:
    if name.endswith("ies"):
        return f"{name[:-3]}y"
    return name if name.endswith("ss") else name.removesuffix("s")


def _described(resource: Resource, **more: Any) -> dict[str, Any]:
    return {
        "address": resource.address,
        "mode": "managed",
        "type": resource.kind,
        "name": resource.name,
        **more,
    }


def _change(content: Mapping[str, Any]) -> dict[str, Any]:
    return {"actions": ["create"], "before": None, "after": values(content), "after_unknown": _unknown(content)}


def values(content: Any) -> Any:
    """What is known before the deployment: content without its references."""
    if isinstance(content, dict):
        return {key: values(value) for key, value in content.items() if not _refers(value)}
    if isinstance(content, list):
        return [values(one) for one in content if not isinstance(one, Reference)]
    return content


def _unknown(content: Mapping[str, Any]) -> dict[str, Any]:
    return {key: True for key, value in content.items() if _refers(value)}


def _refers(value: Any) -> bool:
    """Whether nothing of a value is known."""
    listed = value if isinstance(value, list) else [value]
    return bool(listed) and all(isinstance(one, Reference) for one in listed)


def _expressions(content: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _expression(value) for key, value in content.items() if key != "tags_all"}


def _expression(value: Any) -> Any:
    listed = value if isinstance(value, list) else [value]
    found = [one for one in listed if isinstance(one, Reference)]
    if found:
        return {"references": [text for one in found for text in (f"{one.address}.{one.output}", one.address)]}
    if isinstance(value, list) and any(isinstance(one, dict) for one in value):
        return [_expressions(one) for one in value]
    return {"constant_value": value}
