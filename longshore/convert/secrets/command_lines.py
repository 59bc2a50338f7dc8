"""Plain secrets among the words of a command, as the manifests are concerned: which word, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from longshore.compose.references import OPEN
from longshore.convert.secrets.detection.commands import arguments_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class PlainSecret(NamedTuple):
    """A secret in a command: `at`, the index of its word, and how it was recognised; never its value.

    sure: it is one; else it only looks random.
    """

    at: int
    reason: str
    sure: bool = True


def plain_secrets(words: Iterable[str]) -> tuple[PlainSecret, ...]:
    """Find the secrets that stand in a command as plain text, each word at most once; secret variables are none."""
    return tuple(found for found in in_command(words) if found.sure)


def in_command(words: Iterable[str]) -> tuple[PlainSecret, ...]:
    """The same, with the words that only look random."""
    return tuple(_search(words))


def _search(words: Iterable[str]) -> Iterator[PlainSecret]:
    found: dict[int, PlainSecret] = {}
    for argument in arguments_of(words):
        if OPEN in argument.value:
            continue
        sure = argument.hit.kind != "suspect"
        before = found.get(argument.at)
        if before is None or (sure and not before.sure):
            found[argument.at] = PlainSecret(argument.at, f"{argument.hit.rule}: {argument.hit.reason}", sure)
    yield from (found[at] for at in sorted(found))
