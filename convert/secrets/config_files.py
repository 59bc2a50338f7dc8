"""Secrets in configuration files, read line by line: a file that is mounted becomes a ConfigMap, which many may read.

A value of a setting counts when the setting's name says that it is a secret (`smtp_auth_password: …`, `"secret": "…"`,
`spring.datasource.password=…`, `<password>…</password>`, `'password' => '…'`), and so do the few forms that have no
such name: `requirepass …` of Redis, `define('DB_PASSWORD', '…')` of PHP, `PASSWORD '…'` and `IDENTIFIED BY '…'` of SQL,
and the hash of a password beside its user. Whatever is a secret by its look alone (a private key, a token, a URL with a
password) is one here as well. What only points at a secret is none: a reference in any template's syntax, a path, a
placeholder. In programs and templates only what stands in quotes is a value, the rest is code. Comments and prose
are read for secrets by look alone.

No format is parsed: the file of a program that nobody knows is read too. The time is linear in the size of the file.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from convert.compose.references import OPEN
from convert.secrets.detection import by_name, detect, text_hit

if TYPE_CHECKING:
    from collections.abc import Iterator


class Found(NamedTuple):
    """A secret in a file. line counts from 1; reason says what was recognised, never its value."""

    line: int
    reason: str


_WORTH_READING: Final = re.compile(
    r"pass|pwd|secret|token|cred|key|salt|pepper|auth|identified|\$(?:2[abxy]|apr1|argon2|[156y])\$|\{SHA\}|://|-----BEGIN",
    re.IGNORECASE,
)
"""A line without any of these holds nothing that the rules below look for."""

_COMMENT: Final = re.compile(r"[ \t]*(?:#|;|//|--|<!--|\*|/\*|!(?![\w]))")
_EXAMPLE: Final = re.compile(
    r"[:=](?:secret|password|passwd|pass|pwd|my-?\w+|change-?me|example)(?=[@&\s]|$)", re.IGNORECASE
)
"""What shows in a comment how to write a password: `mysql://user:secret@host`."""

_SETTING: Final = re.compile(
    r"(?<![\w.$@%{-])(?P<quote>[\"']?)(?P<key>[A-Za-z_][\w.-]{1,100}+)(?P=quote)"
    r"[ \t]{0,20}(?:=>|:=|(?<!:)[:=](?![:=~>]))[ \t]{0,20}"
    r"(?:\"(?P<double>[^\"\n]{1,400}+)\"|'(?P<single>[^'\n]{1,400}+)'"
    r"|(?P<bare>[^\s\"'#;,{}\[\]()<>|&!`]{1,400}+)(?=[ \t]{0,20}(?:,?[ \t]{0,20}$|[,;}]|[ \t](?:#|;|//))))"
)
_WHOLE_LINE: Final = re.compile(
    r"[ \t]*(?:-[ \t]+)?(?:export[ \t]+)?(?P<key>[A-Za-z_][\w.-]{1,100})[ \t]{0,20}[:=](?![:=~>])[ \t]{0,20}"
    r"(?P<value>[^\s\"'\[{(|>&*!`][^\s\"'`]{0,400})[ \t]{0,20}$"
)
_ELEMENT: Final = re.compile(r"<(?P<key>[A-Za-z][\w.:-]{0,100})(?: [^<>]{0,200})?>(?P<value>[^<>\s]{1,400})</")
_DIRECTIVE: Final = re.compile(r"[ \t]*(?:requirepass|masterauth)[ \t]+[\"']?(?P<value>[^\s\"']{1,400})", re.IGNORECASE)
_DEFINE: Final = re.compile(
    r"\bdefine\([ \t]{0,5}[\"'](?P<key>\w{1,100})[\"'][ \t]{0,5},[ \t]{0,5}[\"'](?P<value>[^\"'\s]{1,400})[\"']",
    re.IGNORECASE,
)
_STATEMENT: Final = re.compile(
    r"\b(?:password|identified[ \t]{1,5}by)[ \t]{1,5}(?:password[ \t]{1,5})?'(?P<value>[^'\s]{1,400})'", re.IGNORECASE
)
_HASH: Final = re.compile(
    r"[\w.@-]['\"]?:[ '\"]{0,3}(?:\$(?:2[abxy]|apr1|argon2(?:i|d|id)|[156y])\$|\{SHA\})[./A-Za-z0-9$,=+]{13}"
)

_LAST: Final = frozenset(
    "password passwd passphrase passcode pwd pass dbpass secret token credential credentials creds apikey pepper salt "
    "hmac privatekey secretkey auth cookie".split()
)
"""Last words of a name that mean the secret itself. In a file of settings, `password_encryption` is a setting."""

_KEYS: Final = frozenset(
    "access api app auth encryption jwt license master private secret session shared signing".split()
)
"""Words before `key` that make it a secret one; a file of settings has many other keys."""

_HARMLESS: Final = frozenset(
    (word, "token")
    for word in "change continuation creation cursor id input next output page pagination request".split()
)
"""Tokens that name a page or a request; they open nothing."""

_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_REFERENCE: Final = re.compile(
    r"^\$(?!\d)|\$(?:\{|\([A-Za-z]|[A-Z_]{3})|\{\{|<%|\{%|%\(\w+\)s|%\{\w|^%\w+%$|^@\w+@$|^__\w+__$|^\*+$|^<.*>$"
    r"|^\{[^}]*\}$|^[*&!|>]|^(?:env|vault|file|secret|ref|arn|process|os|ssm|aws|gcp|op|sops)[.:]|^ENC\[|^(?:\.{0,2}|~)/"
)
"""What names a secret that stands elsewhere, as the templates and programs write it that we know."""

_VERSION: Final = re.compile(r"[\^~]?\d+\.\d+\.\d+(?:-[\w.]+)?|[\^~<>=]=?\d[\d.x*]*")
"""The version of a package, which may be called `jsonwebtoken`."""

_NO_VALUE: Final = frozenset(
    "string str text integer int boolean bool bytes object array list required optional prompt hidden redacted secret "
    "nil undefined default disabled enabled password token basic bearer header cookie query oauth2 scram-sha-256 md5 "
    "trust peer plain login".split()
)
"""Words that say what kind of thing is meant. As a password they would be the first to be guessed."""

_PROSE: Final = (".md", ".rst", ".adoc", ".html", ".htm", ".css", ".svg", ".txt")
_CODE: Final = (
    ".py .rb .js .mjs .cjs .ts .jsx .tsx .lua .go .java .kt .groovy .pl .pm .php .vcl .tpl .tmpl .j2 .erb .star .ps1 "
    ".cs .ex .exs .scala .rs .c .h .cpp"
).split()


def secrets_in(name: str, text: str) -> Iterator[Found]:
    """Find every line of a file that holds a secret; `name` tells a program from a file of settings."""
    lowered = name.lower()
    prose, code = lowered.endswith(_PROSE), lowered.endswith(tuple(_CODE))
    end = -1
    number, counted = 1, 0
    for mark in _WORTH_READING.finditer(text):
        if mark.start() < end:
            continue
        start = text.rfind("\n", 0, mark.start()) + 1
        end = text.find("\n", mark.start())
        end = len(text) if end < 0 else end
        number += text.count("\n", counted, start)
        counted = start
        reason = _line(text[start:end].rstrip("\r"), prose=prose, code=code)
        if reason:
            yield Found(number, reason)


def _line(line: str, *, prose: bool, code: bool) -> str:
    """Why a line holds a secret; empty where it holds none."""
    comment = _COMMENT.match(line)
    hit = text_hit(_EXAMPLE.sub("", line) if comment else line)
    if hit and not (prose and hit.rule == "V4"):  # an attribute of markup
        return hit.reason
    if comment or prose:
        return ""
    if _HASH.search(line):
        return "the hash of a password"
    directive = _DIRECTIVE.match(line)
    statements = (*_STATEMENT.finditer(line), *((directive,) if directive else ()))
    if any(_is_secret(match["value"]) for match in statements):
        return "a password"
    named = next((key for key, value in _settings(line, code=code) if _names_secret(key) and _is_secret(value)), "")
    return f"the value of `{named}`" if named else ""


def _settings(line: str, *, code: bool) -> Iterator[tuple[str, str]]:
    """(name, value) pairs of a line, in any of the forms that name them."""
    for match in _SETTING.finditer(line):
        bare = match["bare"]
        if not (bare and code):
            yield match["key"], match["double"] or match["single"] or bare
    whole = None if code else _WHOLE_LINE.match(line)
    if whole:
        yield whole["key"], whole["value"].rstrip(",;")
    if "<" in line:
        for match in _ELEMENT.finditer(line):
            yield match["key"], match["value"]
    if "define(" in line:
        for match in _DEFINE.finditer(line):
            yield match["key"], match["value"]


def _names_secret(key: str) -> bool:
    """Does the name mean a secret itself, not something about one?"""
    words = [word.lower() for word in _WORD.findall(key)]
    while words and words[-1].isdigit():
        words.pop()
    if not words or by_name(key) is None or tuple(words[-2:]) in _HARMLESS:
        return False
    return words[-1] in _LAST or key.lower().endswith(("password", "secret_key_base")) or (
        words[-1] in {"key", "keys"} and words[-2:-1] != [] and words[-2] in _KEYS
    )  # fmt: skip


def _is_secret(value: str) -> bool:
    """Can it be a secret: one word, no reference to one, no placeholder, no path?"""
    if len(value) < 3 or " " in value or OPEN in value or value.lower() in _NO_VALUE or _REFERENCE.search(value):  # noqa: PLR2004  letters
        return False
    if _VERSION.fullmatch(value):
        return False
    hit = detect("password", value)
    return hit is not None and hit.kind == "secret"
