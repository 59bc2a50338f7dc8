"""`x-longshore` of a service, read by pydantic; imported where a compose file has one, since pydantic starts slowly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import Field, TypeAdapter

from longshore.convert.options import Extension
from longshore.decoding.errors import decode
from longshore.decoding.types import Count, Fields, Named

if TYPE_CHECKING:
    from longshore.decoding.errors import Wrong

Codes = Annotated[frozenset[str], Field(examples=[["privileged"]])]
Reasons = Annotated[Named[Annotated[str, Field(min_length=1)]], Field(examples=[{"TOKEN_MODE": "a mode, no token"}])]

EXTENSION: Final[TypeAdapter[Extension]] = TypeAdapter(
    Annotated[Extension, Fields(allow=Codes, backoff_limit=Count | None, plain=Reasons, secret=Reasons)]
)
"""Reads what stands behind `x-longshore`."""


def read_extension(given: Any) -> tuple[Extension, tuple[Wrong, ...]]:
    """Read what the owner of a service decided, and find what is wrong with it; what is right counts nevertheless."""
    decoded = decode(EXTENSION, given)
    if decoded.settings is not None:
        return decoded.settings, ()
    wrong = {each.path[0] for each in decoded.wrong if each.path}
    right = {key: value for key, value in given.items() if key not in wrong} if isinstance(given, dict) else {}
    return decode(EXTENSION, right).settings or Extension(), tuple(decoded.wrong)
