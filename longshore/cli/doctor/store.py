"""Whether the secret store is reached, as whom, and which secrets of the stack it lacks; never a value."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

from longshore.cli.doctor.checks import Answer, Check, some
from longshore.convert.estate import Estate
from longshore.convert.secrets.remotes import remotes
from longshore.stack.inputs import options_of
from longshore.stores import connect
from longshore.stores.interface import AT_ONCE, Denied

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from longshore.stack.reading import ConvertedStack, Stack

_NAMED: Final = 5


def checks(stack: Stack, estate: ConvertedStack | None, environment: Mapping[str, str]) -> list[Check]:
    """What to look at: nothing where the stack needs no secret."""
    if stack.settings is None or estate is None or estate.loaded.project is None:
        return []
    return [Check("store", "secret store", lambda: _look(stack, estate, environment))]


def _look(stack: Stack, estate: ConvertedStack, environment: Mapping[str, str]) -> Iterator[Answer]:
    assert stack.settings and estate.loaded.project  # noqa: PT018, S101  the caller looked
    needed = remotes(Estate(estate.loaded.project, options_of(stack.settings, stack.platform)))
    backend = connect(stack.settings, environment)
    if backend is None:
        yield Answer("ok", "the secrets are made up by the operator (backend `fake`)")
        return
    yield Answer("ok", f"the secret store is {backend.place()}")
    try:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            found = list(pool.map(lambda remote: backend.describe(remote.name), needed))
    except Denied as denied:
        yield Answer("unseen", f"which secrets there are can't be seen: {denied.message}", denied.help)
        return
    lacks = [
        remote.name
        for remote, described in zip(needed, found, strict=True)
        if described is None or described.deleted or not described.version
    ]
    if lacks:
        help_ = f"`longshore secrets push -s {stack.name} --from .env` writes them; a deployment ends without them"
        told = f"{len(lacks)} of {len(needed)} secrets are not in the store: {some(lacks, _NAMED)}"
        yield Answer("wrong", told, help_)
    else:
        yield Answer("ok", f"all {len(needed)} secrets of the stack are in the store")
