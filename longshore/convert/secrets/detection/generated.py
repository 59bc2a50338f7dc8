"""Words in a text that look like generated passwords, whatever notation brings them.

This is the last rule: it sees what no name and no notation tells, in any language and format. What everybody may see is
passed over: certificates, the public halves of key pairs, digests, and what stands under the name of an identifier.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from longshore.convert.secrets.detection.names import is_identifier, name
from longshore.convert.secrets.detection.randomness import lone_words
from longshore.regex import Regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.secrets.detection.shapes import Span

_ENCODED: Final = Regex(r"-----BEGIN [A-Z0-9 ]{3,60}-----[^-]*+")
"""A certificate, or a key, which is found by its first line."""

_KEY_TYPE: Final = Regex(r"ssh-|ecdsa-|sk-ssh|base64,$|sha(?:1|256|384|512)[:=-]")
_NAMED: Final = Regex(r"(?P<name>[A-Za-z_][\w.-]{0,80})[\"']?(?:\s{0,9}[:=]\s{0,9}|(?<=-id)[ ])[\"']?$")
_IN_PATH: Final = Regex(r"://[^\s\"'<>]{0,180}$|(?:^|[\s\"'=:,])(?:s/)?[A-Za-z_][\w.-]{0,40}/$")
"""Before a word beside a slash, which base64 has too: an address, the name of `name/password`, `s/NAME/` of sed."""

_BEFORE: Final = 200
"""Characters of a line that are looked at for what a word is."""


def generated(text: str) -> Iterator[Span]:
    """Find the words that look like generated passwords."""
    blocks = [match.span() for match in _ENCODED.finditer(text)] if "-----BEGIN" in text else []
    at = 0
    for start, end in lone_words(text):
        while at < len(blocks) and blocks[at][1] < start:
            at += 1
        if at < len(blocks) and blocks[at][0] <= start:
            continue
        before = text[max(text.rfind("\n", 0, start) + 1, start - _BEFORE) : start]
        if "/" in (text[start - 1 : start], text[end : end + 1]) and not _IN_PATH.search(before):
            continue
        named = _NAMED.search(before)
        key = named["name"] if named else ""
        if not (_KEY_TYPE.search(before) or is_identifier(key) or name(key).strength == "public"):
            yield start, end
