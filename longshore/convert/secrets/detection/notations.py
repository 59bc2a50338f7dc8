"""Settings in any notation, `name`, sign, `value`, wherever they stand in a text.

`k=v`, `k: v`, `k => v`, `k := v`, `"k": "v"`, `define('K', 'v')`, `$x['k'] = 'v'`, `env[K] = v`, `PWD={v}`, `--k=v`,
`K 'v'` of SQL, `k v` of directives, cells of tables. Nothing is parsed: where a name could mean a secret, what stands
before and after it is looked at. So a line that no parser takes is read too, and the time is linear in the text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from longshore.compose.references import CLOSE, OPEN
from longshore.regex import Regex, alternatives

if TYPE_CHECKING:
    from collections.abc import Iterator

_PARTS: Final = (
    "pass", "pasw", "pwd", "psk", r"pw(?![a-z])", "secret", "secrt", "token", "cred", "key", "salt", "pepper", "auth",
    "bearer", "hmac", "dsn", "cookie", "signature", r"\bsign", "hash", "private", "licen[sc]e", "conn", "webhook",
    "jwt", r"sig(?![a-z])", "seed", "mnemonic", "session", "community", "encrypt", "eab", "login", r"\bsas", "header",
    "mdp", "clave", "senha", "contrase", "wachtw", "geheim", "kennw", "parol", "haslo", "hasło", "heslo", "jelszo",
    "segre", "losen", "lösen", "salasan", "adgangs", "sifre", "şifre", "schluessel", "schlüssel", "парол", "секрет",
    "密", "口令", "パス", "비밀", "identified", r"pin(?![a-z])", "otp", "nonce", r"\biv\b", "user", r"pat(?![a-z])",
    "secure_link", "tkn", "fernet", "sleutel", "toegang", "zugang", "chave", "llave", "chiav", "klucz", "nyckel",
    "anahtar", "slaptaz", "geslo", "lozink", "tajn", "tunnuss", "hemlig", "cipher", "ключ", "токен", "令牌", "암호",
)  # fmt: skip
"""A name without any of these means nothing to `names`."""

_TELLING: Final = Regex("|".join(_PARTS), re.IGNORECASE)
_IN_ASCII: Final = Regex(
    alternatives(
        f"{part[2]}(?<=\\b{part[2]}){part[3:]}" if part.startswith(r"\b") else part for part in _PARTS if part.isascii()
    )
)
"""The same for ASCII in small letters, thirty times as fast: every alternative begins with a letter."""

_REST: Final = Regex(r"[\w.$-]*")
_INSIDE: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-$")
_AFTER: Final = Regex(
    r"(?P<close>(?:\\{0,2}[\"'`])?[\])}]{0,2}[\"'`]?)[ \t]{0,40}"
    r"(?P<sign>=>|:=|\?=|\+=|={1,3}|!=|>|:(?![:?+=-])|,|\||)[ \t]{0,40}(?:\\\r?\n[ \t]{0,80})?"
)
_VALUE: Final = Regex(
    r"(?:[NEbruf@]{0,2}(?:(?:\"\"\"|\\{0,2}\")(?!\")(?P<double>(?:[^\"\\\n]|\\[^\"\n]){1,1000}+)"
    r"|'(?P<single>(?:[^'\\\n]|\\.){1,1000}+)'?|`(?P<back>[^`\n]{1,1000}+)`?)"
    r"|\{(?P<braces>[^{}\n]{1,400}+)\}(?=[;\s\"'&]|$)"
    r"|(?P<bare>[^\s\"'`<>;,&|(){}\[\]][^\s\"'`<>;,&|()\]}]{0,400}+))"
)
_NEXT: Final = Regex(r"[A-Za-z_][\w.]*=(?![=\s]|$)")
_CALLED: Final = Regex(
    r"[A-Za-z_]\w{2,40}+(?:\.\w{1,40}+){0,4}+\((?!\d{1,9}\))"
    r"(?:[\w.,'\"=$> \[\]-]|\([^()\n]{0,100}\)){0,200}+\)(?=[\s,;)'\"\[.]|$)"
)
"""A function is called: what it gives is no value that stands here."""

_COLLECTS: Final = Regex(r"\b(?:array|enum|list|of|set|tuple)[ ]?\($", re.IGNORECASE)
"""What follows are members of a collection, and not a name and its value."""

_LINE_REST: Final = Regex(r"[^\s\"'`]{1,400}+")
LONGEST_NAME: Final = 100
_INNER: Final = 64


class Assignment(NamedTuple):
    """A name and what is given to it. start, end: where the value stands, from its first character to its last.

    sign: what stands between, empty for a blank. quoted: the value stands in quotes. named: so does the name.
    line: where the line of the name begins. at: where the name begins. whole: up to the next blank, signs included.
    """

    name: str
    sign: str
    value: str
    start: int
    end: int
    quoted: bool
    named: bool
    at: int
    whole: str = ""


def may_tell(text: str) -> bool:
    """May there be a name in the text that means a secret?"""
    return next(_tell(text), None) is not None


def _tell(text: str) -> Iterator[re.Match[str]]:
    """Where a text has what a telling name has. What stands for a variable is no part of a name, as a blank is none."""
    plain = text if text.isascii() else text.replace(OPEN, " ").replace(CLOSE, " ")
    return _IN_ASCII.finditer(plain.lower()) if plain.isascii() else _TELLING.finditer(text)


def assignments(text: str, *, doubting: bool = False) -> Iterator[Assignment]:
    """Find the settings of a text whose names could mean a secret.

    doubting: what stands there is the value, even where it could be the next setting after an empty one, `A= B=c`.
    """
    done = inner = 0
    for mark in _tell(text):
        if mark.start() < done:
            continue
        start = mark.start()
        while start > done and (text[start - 1] in _INSIDE or text[start - 1] > "\x7f"):
            start -= 1
        rest = _REST.match(text, mark.end())
        done = rest.end() if rest else mark.end()
        found = _assignment(text, start, done, doubting) if done - start <= LONGEST_NAME else None
        if found and found.start < inner:
            # What stands in the value of another setting was judged with it: enough to see what it is.
            found = found._replace(value=found.value[:_INNER], end=min(found.end, found.start + _INNER), whole="")
        elif found and not found.quoted:
            inner = found.end
        if found:
            yield found


def _assignment(text: str, start: int, end: int, doubting: bool) -> Assignment | None:  # noqa: FBT001  one caller
    name = text[start:end].strip(".$-")
    after = _AFTER.match(text, end)
    if not after or not name:
        return None
    sign, named = (
        after["sign"],
        after["close"].lstrip("\\")[:1] in {'"', "'", "`"} or text[start - 1 : start] in {'"', "'"},
    )
    before = text[max(0, start - 40) : start].rstrip("\"'` \t")
    if (
        (not sign and (after.end() == end or text[start] == "."))  # `.Values.name "…"` is handed to a function
        or (sign == ">" and before[-1:] != "<")
        or (sign == "," and (before[-1:] != "(" or ")" in after["close"] or _COLLECTS.search(before)))
        or (sign == ":" and before[-2:] == "${")  # a part of a variable: `${NAME:0:16}`
        or (sign == ":" and "arn:" in text[max(0, start - 200) : start].rpartition(" ")[2])
    ):
        return None
    value = _VALUE.match(text, after.end())
    if not value:
        return None
    kind = value.lastgroup or "bare"
    found = value[kind]
    whole = ""
    if kind == "bare" and text[value.end() : value.end() + 1] == "(" and _CALLED.match(text, value.start()):
        return None
    if kind == "back" and " " in found:
        return None  # what a shell runs
    if kind == "bare" and not doubting and text[value.start() - 1] in " \t" and _NEXT.match(found):
        return None  # nothing is given here, and this is the next setting
    if kind == "bare" and value.start(kind) == value.start():
        rest = _LINE_REST.match(text, value.start())
        whole = rest[0] if rest else ""
    return Assignment(
        name, sign, found, value.start(kind), value.start(kind) + len(found), kind != "bare", named, start, whole
    )
