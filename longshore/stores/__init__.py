"""Secret stores that `longshore secrets` can write to: one module each, called like the backend in the stack file."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Mapping

    from longshore.stack.settings import Settings
    from longshore.stores.interface import Backend


def connect(settings: Settings, environment: Mapping[str, str], *, deploying: bool = False) -> Backend | None:
    """Connect to the backend of a stack; None for `fake`, which holds nothing of anybody's.

    deploying: only what needs no right to a value will be asked for, as the role that deploys.
    """
    name = settings.secrets.backend
    if name == "fake":
        return None
    module = import_module(f"longshore.stores.{name.replace('-', '_')}")
    return cast("Backend", module.connect(settings, environment, deploying=deploying))
