"""Regular expressions as Python's compiler leaves them, so that a start need not compile a hundred of them again.

The compiler is a part of the standard library that is written in Python; what it makes is a list of numbers for the
matching engine, good for this very Python. Neither has a public name: where they are called otherwise, nothing is kept,
and patterns are compiled as ever.
"""

from __future__ import annotations

# ruff: noqa: SLF001  the names are private, and looked for before they are used
import re

TYPE_CHECKING = False  # that of typing, which takes its time
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    Kept = tuple[str | bytes, int, tuple[Any, ...]]
    """Pattern, flags, and what the engine is given for them."""


_LIBRARY: Any = re
_KNOWN = hasattr(re, "_cache") and hasattr(getattr(re, "_compiler", None), "_sre")


class _Recorder:
    """Stands before the matching engine while patterns are compiled, and notes what it is given."""

    def __init__(self, engine: Any) -> None:
        self._engine = engine
        self.given: tuple[Any, ...] = ()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    def compile(self, pattern: str | bytes, flags: int, code: list[int], *groups: Any) -> Any:
        """Note it as plain numbers, which the constants of the compiler are not, and let the engine do it."""
        self.given = (pattern, int(flags), [int(number) for number in code], *groups)
        return self._engine.compile(*self.given)


def compiled() -> list[Kept]:
    """What there is to keep of all patterns that were compiled so far."""
    if not _KNOWN:
        return []
    compiler = _LIBRARY._compiler
    engine = compiler._sre
    recorder = compiler._sre = _Recorder(engine)
    try:
        return [
            (pattern, flags, recorder.given)
            for _, pattern, flags in list(_LIBRARY._cache)
            if compiler.compile(pattern, flags)
        ]
    finally:
        compiler._sre = engine


def restore(kept: Iterable[Kept]) -> None:
    """Give the standard library what was kept by the same Python: `re.compile` finds it, and compiles nothing."""
    if _KNOWN:
        compile_ = _LIBRARY._compiler._sre.compile
        for pattern, flags, given in kept:
            _LIBRARY._cache[type(pattern), pattern, flags] = compile_(*given)
