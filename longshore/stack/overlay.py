"""One mapping laid over another, mapping by mapping: what a stack says over what we say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def laid_over(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> dict[str, Any]:
    """Lay `theirs` over `ours`; where both have a mapping, those are laid over each other, and lists are not."""
    found = dict(ours)
    for key, value in theirs.items():
        before = found.get(key)
        both = isinstance(before, dict) and isinstance(value, dict)
        found[key] = laid_over(before, value) if both else value  # type: ignore[arg-type]
    return found
