"""The size of claims that the stack file does not give: 10Gi, with a warning; in production that is an error.

Compose knows no size of a volume. `storage.size` in the stack file holds for all volumes, `storage.volumes.<name>.size`
for one; the class likewise. Without a class the cluster's default one is taken. What an inventory saw in a volume
decides where the stack does not: twice as much, 10Gi at least.

Docker fills an empty volume with what the image has at that place; a claim starts empty. Databases and their like make
what they need, any other program may miss its themes, plug-ins or templates: that is a warning, and `nocopy: true` of
the mount, which keeps Docker from filling it too, says that nothing is missed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.estate.claims import given_class, given_size, prefilled, seen_size
from longshore.convert.estate.storage import DEFAULT_SIZE, declaration, is_claim
from longshore.convert.registry import estate_policy
from longshore.model import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Estate
    from longshore.model import Effect


@estate_policy
def sizes(estate: Estate) -> Iterator[Effect]:
    """Tell once which claims the stack gives no size, or no class; and which ones Docker would have filled."""
    ours = [key for key in estate.consumers if is_claim(estate, key) and not declaration(estate, key).get("external")]
    unsized = [key for key in ours if not (given_size(estate, key) or seen_size(estate, key))]
    unclassed = [key for key in ours if not given_class(estate, key)]
    if unsized:
        yield Problem(
            "volume-size",
            Severity.ERROR if estate.options.production else Severity.WARNING,
            f"compose gives no size to {_listed(unsized)}; each gets {DEFAULT_SIZE}",
            "set `storage.size` in the stack file for all, or `storage.volumes.<name>.size` for one",
            ("volumes", min(unsized)),
        )
    yield from _prefill(estate, ours)
    if unclassed and estate.options.production:
        yield Problem(
            "volume-class",
            Severity.WARNING,
            f"no storage class is named for {_listed(unclassed)}; the cluster's default one decides",
            "set `storage.storageClass` in the stack file",
            ("volumes", min(unclassed)),
        )


def _prefill(estate: Estate, ours: list[str]) -> Iterator[Effect]:
    """Tell what Docker would have filled: once for programs that may miss it, once for those that do not."""
    found = {key: prefill for key in ours if (prefill := prefilled(estate, key)).target}
    missed = [key for key, prefill in found.items() if prefill.missed]
    harmless = [key for key, prefill in found.items() if not prefill.missed]
    if missed:
        yield Problem(
            "volume-prefill",
            Severity.WARNING,
            f"Docker fills an empty volume from the image's directory, a claim starts empty: {_listed(missed)}",
            "if the image has files there, let the program copy them when it starts, or a step of `pre_start`; if it "
            "has none, say so by `nocopy` of the mount: `{type: volume, source: …, target: …, volume: {nocopy: true}}`",
            ("volumes", min(missed)),
        )
    if harmless:
        yield Problem(
            "volume-prefill",
            Severity.INFO,
            f"Docker fills an empty volume from the image's directory, a claim starts empty, which these programs are "
            f"known to manage: {_listed(harmless)}",
            at=("volumes", min(harmless)),
        )


def _listed(names: list[str]) -> str:
    shown = ", ".join(f"`{name}`" for name in sorted(names)[:3])
    more = len(names) - 3
    return f"{shown} and {more} more volume{'s' * (more > 1)}" if more > 0 else shown
