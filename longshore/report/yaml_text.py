"""Manifests as YAML that every reader takes for the same thing: YAML 1.1 (kubectl, PyYAML) and YAML 1.2 alike.

A string is quoted exactly when one of them would read it as something else. Written by us because it is most of
the work of `longshore render`: PyYAML with libyaml takes twenty times as long for the same text (`make bench`).
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from longshore.regex import Regex

if TYPE_CHECKING:
    from longshore.model import Manifest

Notes = dict[str | int, Any]
"""A tree beside a manifest: key or list index → Notes of what stands there; `NOTE` → the comment for its line."""

NOTE = ""


class Inline(dict[str, Any]):
    """A mapping that is written on one line, with all in it: `{cpu: 100m, memory: 64Mi}`."""

    __slots__ = ()


_NUMBER = r"""
    [-+]?(?:\.[0-9][0-9_]*|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:[eE][-+]?[0-9]+)?  # 1, 012, 1_000, 1.5, .5, 1e3
    |[-+]?0[xX][0-9a-fA-F_]+|[-+]?0[oO]?[0-7_]+|[-+]?0[bB][01_]+
    |[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?                       # 22:22, sexagesimal in YAML 1.1
    |[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)
"""
_OTHER_TYPE = Regex(
    rf"""(?:{_NUMBER}
    |[0-9]{{4}}-[0-9]{{1,2}}-[0-9]{{1,2}}(?:[Tt\ ].*)?                      # dates, in YAML 1.1
    |~|null|Null|NULL|true|True|TRUE|false|False|FALSE
    |yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF|[yYnN]|<<|=
    )""",
    re.VERBOSE,
)
_PRINTABLE = (
    "\x20-\x7e\xa0-\u200d\u2010-\u2027\u202f-\u2065\u206a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff"
)
_WORD = Regex(r"[A-Za-z/_$(][A-Za-z0-9/_.$()@=+,-]*")
_RESERVED = Regex(r"[yYnN]|[A-Za-z]{2,5}")
_PLAIN = Regex(
    r"""(?!(?:---|\.\.\.)\x20)
    (?:[^\x20\-?:,\[\]{}\#&*!|>'"%@`]|[-?:](?=[^\x20]))   # the first character is no indicator
    (?:[^\x20:]++|\x20(?!\#|\Z)|:(?!\x20|\Z))*+""",
    re.VERBOSE,
)
_INDICATORS = frozenset(",[]{}?:")
"""Characters that end a plain scalar within a line of several, for one reader at least: Go's refuses `?`."""
_ESCAPES = {"\n": "\\n", "\t": "\\t", "\r": "\\r", "\0": "\\0"}
_LONGEST_KEY = 1000
"""A key that YAML finds without looking ahead may have 1,024 characters."""


def document(manifest: Manifest, notes: Notes | None = None) -> str:
    """Write one manifest, with a comment at the end of each line that `notes` has one for; that of all comes first."""
    out = [f"{_comment(notes).lstrip()}\n"] if notes and NOTE in notes else []
    _mapping(manifest, "", "", out, notes)
    return "".join(out)


def sequence(items: list[Any]) -> str:
    """Write a list of values."""
    out: list[str] = []
    _sequence(items, "", "", out, None)
    return "".join(out)


def _mapping(mapping: dict[str, Any], indent: str, lead: str, out: list[str], notes: Notes | None) -> None:
    """Write the entries of a mapping; `lead` stands before the first, `indent` before the others."""
    scalars, add = _SCALARS, out.append
    for key, value in mapping.items():
        name = scalars[key]
        head = f"{lead}{name}:" if len(name) < _LONGEST_KEY else f"{lead}? {name}\n{indent}:"
        lead = indent
        kind = type(value)
        if notes is None:
            if kind is str:
                if "\n" in value:
                    _text(value, head, indent, out, "")
                else:
                    add(f"{head} {scalars[value]}\n")
            elif kind is dict and value:
                add(f"{head}\n")
                deeper = f"{indent}  "
                _mapping(value, deeper, deeper, out, None)
            elif kind is list and value:
                add(f"{head}\n")
                _sequence(value, indent, indent, out, None)
            else:
                add(f"{head} {_other(value)}\n")
        else:
            _noted(value, head, indent, out, notes.get(key))


def _sequence(items: list[Any], indent: str, lead: str, out: list[str], notes: Notes | None) -> None:
    """Write the items of a list; its dashes stand below the key, as kubectl writes them."""
    deeper = f"{indent}  "
    for index, item in enumerate(items):
        below = notes.get(index) if notes else None
        if type(item) is dict and item:
            if below and NOTE in below:  # it stands in the first line, which is that of the first entry
                first = next(iter(item))
                below = {**below, first: {NOTE: below[NOTE], **below.get(first, {})}}
            _mapping(item, deeper, f"{lead}- ", out, below)
        elif type(item) is list and item:
            _sequence(item, deeper, f"{lead}- ", out, below)
        else:
            _leaf(item, f"{lead}-", indent, out, _comment(below))
        lead = indent


def _noted(value: Any, head: str, indent: str, out: list[str], notes: Notes | None) -> None:
    comment = _comment(notes)
    if isinstance(value, dict) and value:
        out.append(f"{head}{comment}\n")
        _mapping(value, f"{indent}  ", f"{indent}  ", out, notes)
    elif isinstance(value, list) and value:
        out.append(f"{head}{comment}\n")
        _sequence(value, indent, indent, out, notes)
    else:
        _leaf(value, head, indent, out, comment)


def _comment(notes: Notes | None) -> str:
    return f"  # {notes[NOTE]}" if notes and NOTE in notes else ""


def _leaf(value: Any, head: str, indent: str, out: list[str], comment: str) -> None:
    if isinstance(value, str) and "\n" in value:
        _text(value, head, indent, out, comment)
    else:
        out.append(f"{head} {_SCALARS[value] if isinstance(value, str) else _other(value)}{comment}\n")


def _text(text: str, head: str, indent: str, out: list[str], comment: str) -> None:
    """Write a text of several lines as a literal block where that can hold it, so that it can be read."""
    content = text.rstrip("\n")
    if not content or not _prints(text.replace("\n", "").replace("\t", "")):
        out.append(f"{head} {_double(text)}{comment}\n")
        return
    ends = len(text) - len(content)
    chomp = "-" if not ends else "" if ends == 1 else "+"
    hint = "2" if content[0] in " \t\n" else ""
    out.append(f"{head} |{hint}{chomp}{comment}\n")
    out.extend(f"{indent}  {line}\n" if line else "\n" for line in content.split("\n"))
    out.append("\n" * (ends - 1))


def _other(value: Any) -> str:
    if type(value) is int:
        return str(value)
    if value is True:
        return "true"
    if value is False:
        return "false"
    if value is None:
        return "null"
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, Inline):
        return _flow(value)
    if isinstance(value, dict):
        return "{}"
    return "[]" if isinstance(value, list) else str(value)


def _flow(value: Any) -> str:
    """Write a value on one line, between braces and brackets where it has parts."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{_flow(key)}: {_flow(part)}' for key, part in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_flow, value))}]"
    if not isinstance(value, str):
        return _other(value)
    text = scalar(value)
    return _double(value) if text == value and not _INDICATORS.isdisjoint(value) else text


def _float(number: float) -> str:
    text = repr(number)
    if text in {"inf", "-inf", "nan"}:
        return text.replace("inf", ".inf").replace("nan", ".nan")
    mantissa, exponent, power = text.partition("e")
    # YAML 1.1 reads 1e+16 as a string, for want of a point
    return text if "." in mantissa else f"{mantissa}.0{exponent}{power}"


def scalar(text: str) -> str:
    """Write a string on one line, quoted where it must be."""
    if _WORD.fullmatch(text) and not _RESERVED.fullmatch(text):
        return text
    if not _prints(text):
        return _double(text)
    if _PLAIN.fullmatch(text) and not _OTHER_TYPE.fullmatch(text):
        return text
    if '"' in text or "\\" in text:
        return "'" + text.replace("'", "''") + "'"
    return f'"{text}"'


class _Scalars(dict[str, str]):
    """Texts and how they are written: `functools.cache` without the call that every word of a manifest would make."""

    __slots__ = ()

    def __missing__(self, text: str) -> str:
        self[text] = written = scalar(text)
        return written


_SCALARS: Final = _Scalars()


def _prints(text: str) -> bool:
    """Is every character one that YAML takes as it stands?"""
    return text.isprintable() if text.isascii() else not _unsafe().search(text)


@cache
def _unsafe() -> re.Pattern[str]:
    """Characters that must be escaped; compiled when the first text needs it, since a large set takes milliseconds."""
    return re.compile(f"[^{_PRINTABLE}]")


def _double(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{_unsafe().sub(_escape, escaped)}"'


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    known = _ESCAPES.get(character)
    if known:
        return known
    code = ord(character)
    return f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}"  # noqa: PLR2004  one byte, and no surrogate pairs: those print
