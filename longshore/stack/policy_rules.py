"""A stack held against the rules of its organisation: what `check` says before any policy pack does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.decoding.errors import Wrong
from longshore.policies.rules import RULES, Seen, Wanted, judged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.model import Conversion
    from longshore.stack.settings import Settings

OWN_TAGS = ("environment", "managed-by", "stack", "team")
"""Tags that every stack has: `longshore.program.providers`."""


def forbidden(settings: Settings, conversion: Conversion | None) -> Iterator[Wrong]:
    """Find what a rule forbids, and waivers that nothing needs."""
    policies = settings.policies
    if policies is None:
        return
    wanted = Wanted(policies.registries, policies.tags, policies.public, settings.in_production, dict(policies.waivers))
    found = judged(_seen(settings, conversion), wanted)
    for one in found.violations:
        yield Wrong(("policies",), f"({one.rule}): {one.resource.kind} {one.resource.name} {one.message}", one.help)
    for key in found.unneeded:
        rule = key.partition(" ")[0]
        known = "" if rule in RULES else f"; the rules are {', '.join(RULES)}"
        yield Wrong(("policies", "waivers", key), f"waives what nothing breaks{known}", "take it away", key=True)


def waived(settings: Settings, conversion: Conversion | None) -> Iterator[Wrong]:
    """Count what is let pass, so that nobody forgets it."""
    policies = settings.policies
    if policies is None or not policies.waivers:
        return
    wanted = Wanted(policies.registries, policies.tags, policies.public, settings.in_production, policies.waivers)
    count = len({one.key for one in judged(_seen(settings, conversion), wanted).waived})
    if count:
        yield Wrong(("policies", "waivers"), f"let {count} {'rule' if count == 1 else 'rules'} pass", "", key=True)


def _seen(settings: Settings, conversion: Conversion | None) -> Iterator[Seen]:
    """What the stack makes, as far as it is known without an engine: whether data is protected is not."""
    for manifest in conversion.manifests if conversion else ():
        yield Seen(manifest["kind"], manifest["metadata"]["name"], manifest)
    if settings.aws:
        tags = {**settings.aws.tags, **dict.fromkeys(OWN_TAGS, "set")}
        yield Seen("pulumi:providers:aws", "aws", {"defaultTags": {"tags": tags}})
