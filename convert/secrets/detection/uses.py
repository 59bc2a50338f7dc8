"""Variables that are secrets by what they are used for: `MARIADB_ROOT_PASSWORD: ${DB_ROOT}`.

Such a variable may be called anything. It is looked for in the text of the compose files, before anything is read of
its value, so that a machine that has the value and one that has not come to the same manifests.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from convert.secrets.detection.names import name
from convert.secrets.detection.notations import TELLING
from convert.secrets.detection.trees import indented

if TYPE_CHECKING:
    from collections.abc import Iterator

_CONSENT: Final = ("x-longshore", "plain")
_USE: Final = re.compile(
    r"(?<![\w.$-])(?P<key>[A-Za-z_][\w.-]{1,100}+)[\"']?[ \t]{0,20}[:=][ \t]{0,20}[\"']?"
    r"\$(?:(?P<plain>[A-Za-z_]\w{0,100}+)|\{(?P<braced>[A-Za-z_]\w{0,100}+)(?::?[-?][^{}$\n]{0,400}+)?\})"
    r"(?=[\"']?[ \t]{0,20}(?:[,}\]\r\n]|#|$))"
)
_PASSWORD: Final = re.compile(
    r"://[^\s/:@?#\"'{}]{0,64}(?:\$\{[^{}\s]{1,200}\})?:\$\{(?P<braced>[A-Za-z_]\w{0,100}+)(?::?[-?][^{}$\n]{0,400}+)?\}@"
)


def secret_by_use(text: str) -> Iterator[str]:
    """Name the variables of a compose file that are the whole value of a secret setting, or the password of a URL.

    Settings that the file itself declares plain (`x-longshore: {plain: …}`) make no secret of a variable.
    """
    if "$" not in text:
        return
    plain = _plain(text) if "x-longshore" in text and "plain" in text else frozenset()
    for use in _USE.finditer(text):
        key = use["key"]
        if TELLING.search(key) and name(key).strength == "secret" and key not in plain:
            yield use["plain"] or use["braced"]
    for use in _PASSWORD.finditer(text):
        yield use["braced"]


def _plain(text: str) -> frozenset[str]:
    return frozenset(leaf.names[-1] for leaf in indented(text) if leaf.names[-3:-1] == _CONSENT)
