"""Which images must be built: those that the lock does not hold, or holds of other inputs, or under another name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.images.names import full_name
from longshore.images.pushing import names_to_push

if TYPE_CHECKING:
    from longshore.convert.estate import Estate
    from longshore.images.inputs import Inputs
    from longshore.images.lock import Lock


def changed(lock: Lock, estate: Estate, inputs: Inputs) -> list[str]:
    """Name the services whose images must be built, sorted.

    Raises:
        OSError: a file of a context can't be read.
    """
    services = estate.project.model["services"]
    return [name for name in sorted(services) if services[name].get("build") and _differs(lock, estate, name, inputs)]


def _differs(lock: Lock, estate: Estate, name: str, inputs: Inputs) -> bool:
    known = lock.built.get(name)
    if known is None or known.inputs != inputs.digest(name):
        return True
    return full_name(known.image.partition("@")[0]) != full_name(names_to_push(estate, name, inputs)[-1])
