"""A secret value that cannot be shown by accident: whatever prints, formats or logs it writes `***`."""

from __future__ import annotations

from hmac import compare_digest
from typing import NoReturn

from longshore.compose.references import MASK


class Value:
    """Holds one secret text; `reveal()` is the only way to it, and its callers are few and easy to find.

    Two values are compared in constant time. A value has no hash, order or length, and cannot be pickled or copied to
    JSON: each of these would tell something of it, or let it out.
    """

    __slots__ = ("_text",)
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Give the text, to a backend or to a rule that judges it; never to anything that prints."""
        return self._text

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Value):
            return NotImplemented
        # surrogates, which no backend would take anyway, must not make a comparison fail
        return compare_digest(self._text.encode("utf-8", "surrogatepass"), other._text.encode("utf-8", "surrogatepass"))

    def __repr__(self) -> str:
        return MASK

    def __format__(self, _specification: str) -> str:
        return MASK

    def __bool__(self) -> bool:
        """Is there any text at all?"""
        return bool(self._text)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret value is not copied or pickled")
