"""What is written to a terminal: text and colours of ours, nothing by which a file or a command line commands it.

Findings make their own words fit to be shown; this is for everything else, whoever writes it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, TextIO, cast

if TYPE_CHECKING:
    from collections.abc import Iterable


_HARMLESS: Final = b"\n\t" + bytes(range(0x20, 0x7F))


def tame(text: str) -> str:
    r"""Write controls, escapes but those of colours, and changes of writing direction as `\u001b`, as JSON does."""
    if text.isascii() and not text.encode().translate(None, _HARMLESS):
        return text  # nearly every text is such a one, and a long one is looked through twice as fast
    if text.replace("\n", "").replace("\t", "").isprintable():
        return text
    return re.sub(
        "(\x1b\\[[0-9;]{1,8}m)|[\0-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]",
        lambda match: match[1] or f"\\u{ord(match[0]):04x}",
        text,
    )


class _Tamed:
    """A stream that is otherwise the one below it."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        return self._stream.write(tame(text))

    def writelines(self, lines: Iterable[str]) -> None:
        self._stream.writelines(map(tame, lines))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def tamed(stream: TextIO) -> TextIO:
    """Let nothing that commands a terminal through to `stream`."""
    return cast("TextIO", stream if isinstance(stream, _Tamed) else _Tamed(stream))


def cleared(stream: TextIO) -> None:
    """Begin a terminal's screen anew; nothing happens to any other stream."""
    below = stream._stream if isinstance(stream, _Tamed) else stream  # noqa: SLF001  a class of this module
    if below.isatty():
        below.write("\x1b[H\x1b[2J")
