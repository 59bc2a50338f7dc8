"""The names of a secret's keys beside its values, where they can be read without a right to the values.

So a deployment, which may see no value, can still tell that a key is missing before it changes anything. Backends
keep short text fields beside a secret (tags in AWS, custom metadata in Vault). The names are spread over as many as it
takes, and one field says which version they are of: who writes a version by other means leaves it unnamed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

PREFIX: Final = "longshore-"
_KEYS: Final = f"{PREFIX}keys"
_VERSION: Final = f"{PREFIX}version"
_MOST: Final = 40


def noted(names: Iterable[str], version: str, length: int) -> dict[str, str]:
    """Write the fields for the keys of `version`, each at most `length` characters."""
    texts = [""]
    for name in sorted(names):
        if len(texts[-1]) + len(name) + 1 > length:
            texts.append("")
        texts[-1] = f"{texts[-1]} {name}".strip()
    if len(texts) > _MOST or len(max(texts, key=len)) > length:
        return {_VERSION: "unnamed"}
    return {**{f"{_KEYS}{index or ''}": text for index, text in enumerate(texts)}, _VERSION: f"{version} {len(texts)}"}


def names_of(version: str, found: Mapping[str, str]) -> frozenset[str] | None:
    """Read the names of the keys of `version`; None where they are not noted, or are those of another version."""
    of, _, count = found.get(_VERSION, "").partition(" ")
    if not version or of != version or not count.isdecimal():
        return None
    texts = (found.get(f"{_KEYS}{index or ''}", "") for index in range(int(count)))
    return frozenset(" ".join(texts).split())
