"""The rules of `longshore check` as a policy pack: `pulumi preview --policy-pack policy`.

What an organisation decided stands in the pack's configuration (`--policy-pack-config`), under each rule's name: as
`longshore.policies.rules.Wanted` has it. A rule is mandatory unless that says otherwise.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pulumi_policy import (
    EnforcementLevel,
    PolicyConfigSchema,
    PolicyPack,
    ResourceValidationArgs,
    ResourceValidationPolicy,
)

from longshore.policies.rules import RULES, Seen, Wanted, violations

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SCHEMA = PolicyConfigSchema(
    properties={
        **{
            name: {"type": "array", "items": {"type": "string"}, "default": []}
            for name in ("registries", "tags", "public")
        },
        "production": {"type": "boolean", "default": False},
        "waivers": {"type": "object", "default": {}},
    }
)


def seen(args: ResourceValidationArgs) -> Seen:
    """A resource of the engine, as the rules of `check` see it."""
    package, kind = args.resource_type.partition(":")[0], args.resource_type.rpartition(":")[2]
    properties = dict(args.props)
    if package == "kubernetes":
        name = str((properties.get("metadata") or {}).get("name", args.name))
        return Seen(kind, name, properties, _kept(args))
    if args.resource_type == "pulumi:providers:aws":
        tags = properties.get("defaultTags")
        properties["defaultTags"] = json.loads(tags) if isinstance(tags, str) else tags
    return Seen(args.resource_type, args.name, properties, _kept(args))


def _kept(args: ResourceValidationArgs) -> bool:
    return bool(args.opts.protect) or bool(getattr(args.opts, "retain_on_delete", False))


def wanted(config: Mapping[str, Any]) -> Wanted:
    """What the pack is told, as the rules take it."""
    lists = {name: tuple(config.get(name) or ()) for name in ("registries", "tags", "public")}
    return Wanted(**lists, production=bool(config.get("production")), waivers=config.get("waivers") or {})


def validation(rule: str) -> Callable[[ResourceValidationArgs, Callable[[str], None]], None]:
    """One rule, as the engine asks it of each resource."""

    def validate(args: ResourceValidationArgs, report: Callable[[str], None]) -> None:
        told = wanted(args.get_config())
        for one in violations(seen(args), told):
            if one.rule == rule and one.key not in told.waivers:
                report(f"{one.resource.kind} {one.resource.name} {one.message}; {one.help}")

    return validate


POLICIES = [
    ResourceValidationPolicy(
        name=name,
        description=rule.says,
        validate=validation(name),
        enforcement_level=EnforcementLevel.MANDATORY,
        config_schema=SCHEMA,
    )
    for name, rule in RULES.items()
]

if __name__ == "__main__":
    PolicyPack(name="longshore", policies=POLICIES)
