"""No backend at all: the operator's own `fake` provider, for a cluster on a laptop.

Every key gets the same made-up value, so that pods start; no value of anybody's is in it.
Source: https://external-secrets.io/latest/provider/fake/
"""

from __future__ import annotations

from base64 import b64encode
from json import dumps
from typing import TYPE_CHECKING, Any, Final

from longshore.convert.secrets.contents import BASE64

if TYPE_CHECKING:
    from collections.abc import Mapping

    from longshore.convert.options import Options

MADE_UP: Final = "longshore-local"


def provider(options: Options, account: str, keys: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:  # noqa: ARG001
    """Hold one made-up JSON object per remote key."""
    return {
        "fake": {
            "data": [
                {"key": key, "value": dumps({each: _made_up(each) for each in properties}) if properties else MADE_UP}
                for key, properties in sorted(keys.items())
            ]
        }
    }


def _made_up(key: str) -> str:
    return b64encode(MADE_UP.encode()).decode() if key == BASE64 else MADE_UP


def identity(options: Options) -> dict[str, str]:  # noqa: ARG001
    """None: nobody is asked."""
    return {}


def version(identifier: str) -> str:
    """As it is."""
    return identifier
