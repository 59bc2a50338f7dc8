"""Secrets in files that are mounted: such a file becomes a ConfigMap, which many may read.

A file is read by what it is: as a whole where its name or its first bytes say that it is secret (`kinds`), as text in
any notation (`texts`), by its structure where it has one (`trees`), as commands where it is a script. What only points
at a secret is none: a reference in any template's syntax, a path, a placeholder. In programs and templates only what
stands in quotes is a value; in prose and comments only what looks random is one.

No format is demanded: the file of a program that nobody knows is read too. The time is linear in the size of the file.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from posixpath import basename
from typing import TYPE_CHECKING, Final, NamedTuple

from longshore.convert.secrets.detection import values
from longshore.convert.secrets.detection.addresses import is_variable
from longshore.convert.secrets.detection.commands import secrets_of
from longshore.convert.secrets.detection.generated import generated
from longshore.convert.secrets.detection.kinds import secret_kind
from longshore.convert.secrets.detection.names import is_harmless, name, words
from longshore.convert.secrets.detection.programs import PROGRAMS
from longshore.convert.secrets.detection.randomness import looks_random
from longshore.convert.secrets.detection.texts import find
from longshore.convert.secrets.detection.trees import braced, indented, marked
from longshore.regex import Regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.secrets.detection.hits import Found
    from longshore.convert.secrets.detection.trees import Leaf


class InFile(NamedTuple):
    """A secret in a file. line counts from 1; reason says what was recognised, never its value.

    whole: the file is secret as a whole, by its name or kind.
    """

    line: int
    reason: str
    whole: bool = False


_PROSE: Final = (".md", ".rst", ".adoc", ".html", ".htm", ".css", ".svg", ".markdown")
_CODE: Final = (
    ".py .rb .js .mjs .cjs .ts .jsx .tsx .lua .go .java .kt .groovy .pl .pm .php .vcl .tpl .tmpl .j2 .erb .star .ps1 "
    ".cs .ex .exs .scala .rs .c .h .cpp"
).split()
_TRANSLATION: Final = Regex(
    r"(?:^|/)(?:locales?|i18n|l10n|lang|languages|translations)/"
    r"|(?:^|/)(?:(?:messages|strings|translation|translations|locale)[._-])?[a-z]{2}(?:[_-][a-z]{2,4})?"
    r"\.(?:json|ya?ml|properties|po|ftl|xliff|arb|resx)$|(?:^|/)messages(?:_[a-z_]{2,8})?\.properties$"
)
"""What an application says, in a language: `password` is a word of it."""

_SCRIPTS: Final = (".sh", ".bash", ".zsh", ".ksh", ".command", ".bats")
_BRACED: Final = (".json", ".json5", ".jsonc", ".tf", ".tfvars", ".tfstate", ".hcl", ".js", ".ts", ".nomad")
_INDENTED: Final = (".yml", ".yaml", ".j2", ".tpl", ".tmpl", ".gotmpl", ".sls", ".raml")
_SCRIPT: Final = Regex(r"#!\s*\S*(?:sh|env\s+(?:ba|z|k|da)?sh)\b")
_CALLS: Final = Regex(
    r"\b(?:"
    + "|".join(
        re.escape(program) for program in PROGRAMS if program not in {"mc", "nc", "oc", "gh", "wp", "xh", "http"}
    )
    + r")[ \t]+[^\n]*"
)
_KIND: Final = Regex(r"^kind[ \t]*:[ \t]*['\"]?Secret\b|\"kind\"[ \t]*:[ \t]*\"Secret\"", re.MULTILINE)
_COMPRESSED: Final = (
    b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x1f\x8b", b"PK\x03\x04", b"wOFF", b"wOF2", b"%PDF", b"\x7fELF",
    b"\x00\x00\x01\x00", b"RIFF", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd", b"OTTO", b"\x00\x01\x00\x00",
)  # fmt: skip
_PICTURES: Final = (".html", ".htm", ".css", ".svg", ".map", ".lock", "-lock.json", "-lock.yaml", ".sum")
"""Files that are full of what is encoded or counted."""

_FIELD: Final = Regex(r"[a-z][a-z0-9]{1,20}+(?:[._-][a-z0-9]{1,20}+){1,9}+")
"""`key: user_id`: the name of something, by which another thing is looked up."""

_NAMES: Final = Regex(r"[a-z]{1,20}|[xX](?:-[A-Za-z]{1,20}){1,9}")
"""`key: version`, `key: x-api-version`: likewise."""

_NAMING: Final = Regex(r"(?:Ref|Refs|Selector)$")
"""Below it, the parts of something are named: https://kubernetes.io/docs/concepts/configuration/secret/"""

_CODE_SIGN: Final = Regex(r"[(){};]")
_LONE: Final = Regex(r"[^\s:;,={}<>\"']{6,400}|[\w.@+-]{1,100}:[^\s:]{6,400}:{0,9}")
_MOST_LONE: Final = 200
_REASONS: Final = {"V4": "a password", "V7": "a password"}


def secrets_in(path: str, data: bytes) -> Iterator[InFile]:
    """Find every line of a file that holds a secret; `path`, below the project, tells what kind of file it is."""
    kind = secret_kind(path, data)
    if kind:
        blank = data[: len(data) - len(data.lstrip(b"\r\n"))]
        yield InFile(1 + blank.count(b"\n"), f"the file is {kind}", whole=True)
        return
    text = text_of(data)
    if text is None:
        return
    starts = _line_starts(text)
    found: dict[int, str] = {}
    for start, reason in _search(path.lower(), text):
        found.setdefault(bisect_right(starts, start), reason)
    yield from (InFile(line, found[line]) for line in sorted(found))


def text_of(data: bytes) -> str | None:
    """The text of a file, in whatever encoding; None for what is compressed, and has none."""
    if data.startswith(_COMPRESSED):
        return None
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace").lstrip("\ufeff")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    if "\0" in text:
        halves = text[::2], text[1::2]
        text = next((half for half, other in (halves, halves[::-1]) if not other.strip("\0")), text.replace("\0", "\n"))
    return text.replace("\v", " ").replace("\f", " ").replace("\x85", " ") if "\v" in text or "\f" in text else text


def _line_starts(text: str) -> list[int]:
    starts = [0]
    at = text.find("\n")
    while at >= 0:
        starts.append(at + 1)
        at = text.find("\n", at + 1)
    return starts


def _search(path: str, text: str) -> Iterator[tuple[int, str]]:
    """(where, why) of every secret, in no order."""
    prose, code = path.endswith(_PROSE) or _TRANSLATION.search(path) is not None, path.endswith(tuple(_CODE))
    for found in find(text, code=code, prose=prose, file=True):
        yield found.start, _reason(found)
    if not path.endswith(_PICTURES):
        yield from ((start, "a word that looks like a generated password") for start, _ in generated(text))
    if prose:
        return
    if path.endswith(_SCRIPTS) or _SCRIPT.match(text) or basename(path).startswith("dockerfile"):
        yield from ((found.start, _reason(found)) for found in secrets_of(text) if found.hit.rule in {"A1", "A2"})
    elif not code:
        for line in _CALLS.finditer(text):
            for found in secrets_of(line[0]):
                if found.hit.rule in {"A1", "A2"}:
                    yield line.start() + found.start, _reason(found)
    is_secret = bool(_KIND.search(text))
    for leaf in _leaves(path, text):
        reason = _judged(leaf, is_secret=is_secret) if leaf.names else ""
        if reason:
            yield leaf.start, reason
    yield from _by_file_name(path, text)


def _reason(found: Found) -> str:
    return f"the value of `{found.name}`" if found.name else _REASONS.get(found.hit.rule, found.hit.reason)


def _leaves(path: str, text: str) -> Iterator[Leaf]:
    first = text.lstrip()[:1]
    if first in {"{", "["} or path.endswith(_BRACED):
        yield from braced(text, bare=not path.endswith(tuple(_CODE)))
    if first == "<" or "</" in text:
        yield from marked(text)
    if first not in {"{", "<"} and (path.endswith(_INDENTED) or "." not in basename(path)):
        yield from indented(text)


def _judged(leaf: Leaf, *, is_secret: bool) -> str:
    """Why a value is a secret by the names above it; empty where it is none."""
    value, key = leaf.value, leaf.names[-1]
    if not values.in_file(value, spaces=True) or is_variable(value) or _CODE_SIGN.search(key):
        return ""
    if is_secret and leaf.names[0] in {"data", "stringData"}:
        return f"the value of `{key}`"
    meaning = name(key)
    if meaning.strength == "public":
        return ""
    parent = leaf.names[-2] if len(leaf.names) > 1 else ""
    if _NAMING.search(parent):
        return ""
    if parent and (meaning.strength == "plain" or (meaning.strength == "telling" and len(words(key)) == 1)):
        joined = name(f"{parent}_{key}")
        if joined.strength == "public":
            return ""
        meaning = joined if joined.strength == "secret" or meaning.strength == "plain" else meaning
    sure = meaning.strength == "secret" and meaning.last and not (leaf.item and words(key)[-1].endswith("s"))
    likely = meaning.strength != "plain" or (
        not is_harmless(key) and any(name(above).strength in {"secret", "telling"} for above in leaf.names[-3:-1])
    )
    if words(key) in (["key"], ["keys"]) and (_FIELD.fullmatch(value) or _NAMES.fullmatch(value)):
        return ""
    return (
        f"the value of `{key}`"
        if sure or (likely and looks_random(values.login(value) if meaning.pair else value))
        else ""
    )


def _by_file_name(path: str, text: str) -> Iterator[tuple[int, str]]:
    """The lines of a file that is called like a secret: `secret_key`, `api-key.txt`, `auth.txt`."""
    stem, _, ending = basename(path).lstrip(".").partition(".")
    if ending not in {"", "txt", "key", "secret", "token", "pass", "passwd", "dat", "b64", "users", "list", "psk"}:
        return
    meaning = name(stem)
    if meaning.strength in {"plain", "public"} and ending in {"", "txt", "dat", "list", "b64"}:
        return
    at = 0
    lines = text.split("\n")
    if len(lines) > _MOST_LONE:
        return
    filled = sum(bool(line.strip()) for line in lines)
    for line in lines:
        value = line.strip()
        inner = values.login(value.rstrip(":")) or value
        if _LONE.fullmatch(value) and values.in_file(inner) and not is_variable(inner):
            sure = meaning.strength == "secret" and meaning.last and filled == 1 and not values.is_word(inner)
            if sure or looks_random(inner):
                yield at, "what a file of such a name holds"
        at += len(line) + 1
