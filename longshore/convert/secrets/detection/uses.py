"""Variables that are secrets by what they are used for: `MARIADB_ROOT_PASSWORD: ${DB_ROOT}`.

Such a variable may be called anything. It is looked for in the text of the compose files, before anything is read of
its value, so that a machine that has the value and one that has not come to the same manifests.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from longshore.convert.secrets.detection.names import name
from longshore.convert.secrets.detection.notations import may_tell
from longshore.convert.secrets.detection.trees import indented
from longshore.regex import Regex

if TYPE_CHECKING:
    from collections.abc import Iterator

_CONSENT: Final = ("x-longshore", "plain")
_USE: Final = Regex(
    r"(?<![\w.$/-])(?P<key>[A-Za-z_][\w.-]{1,100}+)[\"']?[ \t]{0,20}[:=][ \t]{0,20}[\"']?"
    r"\$(?:(?P<plain>[A-Za-z_]\w{0,100}+)|\{(?P<braced>[A-Za-z_]\w{0,100}+)(?::?[-?][^{}$\n]{0,400}+)?\})"
    r"(?=[\"']?[ \t]{0,20}(?:[,}\]\r\n]|#|$))"
)
_IMAGE: Final = Regex(r"^[ \t]*(?:-[ \t]+)?[\"']?image[\"']?[ \t]*:[ \t]")
"""A line whose colons stand before a tag: `image: credentials:${RELEASE}` assigns nothing."""

_PASSWORD: Final = Regex(
    r"://[^\s/:@?#\"'{}]{0,64}(?:\$\{[^{}\s]{1,200}\})?:\$\{(?P<braced>[A-Za-z_]\w{0,100}+)(?::?[-?][^{}$\n]{0,400}+)?\}@"
)

_VALUE: Final = r"\$\{(?P<braced>[A-Za-z_]\w{0,100}+)(?::?[-?][^{}$\n]{0,400}+)?\}"
_NEXT: Final = r"[\"']?[ \t]{0,20},?[ \t]{0,20}[\"']?"
"""Between a flag and its value: blanks within a text, the quotes and the comma of a list on one line."""

_IN_COMMANDS: Final = {
    marks: Regex(pattern.replace("VALUE", _VALUE).replace("NEXT", _NEXT))
    for marks, pattern in (
        (("bearer", "basic", "token ", "token\t"), r"(?i:\b(?:bearer|basic|token)[ \t]{1,9})VALUE"),
        (
            ("api-key", "apikey", "-token"),
            r"(?i:[\"' \t](?:x-)?(?:api-?key|(?:auth|private|access|vault)-token)[ \t]{0,9}:[ \t]{0,9})VALUE",
        ),
        (("};",), r"(?i:[;\"' \t](?:pwd|password)[ \t]{0,9}=[ \t]{0,9})VALUE(?=;)"),
        ((":${",), r"(?<![\w-])-[A-Za-z]{0,5}uNEXT[\w.@-]{1,64}:VALUE"),
        (("--user",), r"(?<![\w-])--userNEXT[\w.@-]{1,64}:VALUE"),
        (("-cli",), r"\b(?:redis|valkey|keydb)-cli\b[^\n$]{0,200}?(?<![\w-])-aNEXTVALUE"),
        (
            ("mysql", "mariadb"),
            r"\b(?:mysql|mariadb)(?:admin|dump|check|show|-admin|-dump|-check)?\b[^\n$]{0,200}?(?<![\w-])-p[\"']?VALUE",
        ),
    )
}
"""Places of a command, a header or a connection string where nothing but a password or a token stands.

Before each pattern, in small letters, what one of is in every such place: few files have it, and few patterns are made.
"""

_FLAG: Final = Regex(rf"(?<![\w-])--?(?P<flag>[A-Za-z][\w-]{{1,60}}+)(?:=|{_NEXT}){_VALUE}")
_OWN_NAMES: Final = frozenset({"requirepass", "masterauth"})


def secret_by_use(text: str) -> Iterator[str]:
    """Name the variables of a compose file that are the whole value of a secret setting, or a password in a text.

    Settings that the file itself declares plain (`x-longshore: {plain: …}`) make no secret of a variable.
    """
    if "$" not in text:
        return
    plain = _plain(text) if "x-longshore" in text and "plain" in text else frozenset()
    # No use goes beyond its line, few lines have a variable, and services say the same as others do.
    lines = dict.fromkeys(line for line in text.split("\n") if "$" in line)
    text = "\n".join(line for line in lines if not _IMAGE.match(line))
    for use in _USE.finditer(text):
        key = use["key"]
        if may_tell(key) and name(key).strength == "secret" and key not in plain:
            yield use["plain"] or use["braced"]
    if "${" not in text:
        return
    for use in _PASSWORD.finditer(text):
        yield use["braced"]
    lowered = text.lower()
    for marks, pattern in _IN_COMMANDS.items():
        if any(mark in lowered for mark in marks):
            yield from (use["braced"] for use in pattern.finditer(text))
    for use in _FLAG.finditer(text):
        if use["flag"] in _OWN_NAMES or name(use["flag"]).strength == "secret":
            yield use["braced"]


def _plain(text: str) -> frozenset[str]:
    return frozenset(leaf.names[-1] for leaf in indented(text) if leaf.names[-3:-1] == _CONSENT)
