"""Passwords in statements and calls, with no sign between name and value: SQL, directives of servers, programs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from longshore.convert.secrets.detection import values
from longshore.convert.secrets.detection.addresses import is_variable
from longshore.convert.secrets.detection.names import name
from longshore.convert.secrets.detection.randomness import looks_random
from longshore.regex import Regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.secrets.detection.shapes import Span

_QUOTED: Final = r"[NEU]?\\?['\"](?P<value>[^'\"\\\n]{1,400})"
_SURE: Final = Regex(
    rf"\bidentified[ \t\n]{{1,20}}(?:with[ \t]{{1,9}}[\w']{{1,64}}[ \t]{{1,9}})?(?:by|as)[ \t\n]{{1,20}}"
    rf"(?:password[ \t]{{1,9}})?{_QUOTED}"
    rf"|\bpassword[ \t\n]{{0,20}}\([ \t]{{0,9}}(?:(?<=PASSWORD\()|(?<=password\()){_QUOTED.replace('value', 'value2')}"
    rf"|\b(?:requirepass|masterauth|bindpw|rootpw|auth_pass|insecure-password)[ \t]{{1,20}}"
    rf"[\"']?(?P<value3>[^\s\"';]{{1,400}})"
    rf"|\b(?:auth-pass|auth_pass)[ \t]{{1,20}}[\w.-]{{1,64}}[ \t]{{1,20}}[\"']?(?P<value4>[^\s\"';]{{1,400}})",
    re.IGNORECASE,
)
_LIKELY: Final = Regex(
    r"\bidentified[ \t\n]{1,20}by[ \t\n]{1,20}(?:password[ \t]{1,9})?(?P<value>[^\s'\";,]{3,400})"
    r"|\b(?:auth|login|authenticate|connect|basic_?auth|setauth|credentials|createuser|user)[ \t]{0,9}\([ \t]{0,9}"
    r"['\"][^'\"\n]{1,100}['\"][ \t]{0,9},[ \t]{0,9}['\"](?P<value2>[^'\"\n]{3,400})['\"]"
    r"|^[ \t]{0,80}(?:com2sec[ \t][^\n]{0,80}|r[ow]community6?)[ \t]{1,20}(?P<value3>[^\s]{3,200})"
    r"|\bcreateuser[ \t]{1,20}(?:-e[ \t]{1,9}\S{1,40}[ \t]{1,9})?[\w.-]{1,64}[ \t]{1,20}"
    r"(?:MD5|SHA[\d-]{0,8})[ \t]{1,20}(?P<value4>\S{3,200})"
    r"|\buser[ \t]{1,9}[\w.@-]{1,64}[ \t][^\n]{0,80}?[>#](?P<value5>[^\s]{3,200})"
    r"|\bsecure_link_md5[ \t][^\n;]{0,200}[ \t](?P<value6>[^\s\";]{3,200})",
    re.IGNORECASE | re.MULTILINE,
)
_INSERT: Final = Regex(
    r"\binsert[ \t\n]{1,20}(?:ignore[ \t]{1,9})?into[ \t\n]{1,20}[\w.`\"\[\]]{1,100}[ \t\n]{0,20}"
    r"\((?P<columns>[^()]{1,2000})\)"
    r"[ \t\n]{0,20}values[ \t\n]{0,20}(?P<rows>\([^;]{1,4000})",
    re.IGNORECASE,
)
_FIELD: Final = Regex(
    r"N?'(?P<text>(?:[^']|''){0,2000})'|(?P<call>\w{1,40}\()|(?P<bare>[^,()'\s]{1,400})|(?P<sign>[,()])"
)


def statements(text: str) -> Iterator[Span]:
    """Where the passwords of statements and calls stand."""
    if " " not in text and "\t" not in text and "\n" not in text and "(" not in text:
        return
    for match in _SURE.finditer(text):
        yield from _span(match, sure=True)
    for match in _LIKELY.finditer(text):
        yield from _span(match, sure=False)
    if "nsert" in text or "NSERT" in text:
        for match in _INSERT.finditer(text):
            yield from _inserted(match)


def _span(match: re.Match[str], *, sure: bool) -> Iterator[Span]:
    group = match.lastgroup or "value"
    value = match[group]
    if values.in_file(value) and not is_variable(value) and (sure or looks_random(value)):
        yield match.span(group)


def _inserted(match: re.Match[str]) -> Iterator[Span]:
    """The values of columns that are called like secrets."""
    columns = [column.strip(' \t\n`"[]') for column in match["columns"].split(",")]
    secret = {index for index, column in enumerate(columns) if name(column).strength == "secret"}
    if not secret:
        return
    at = depth = 0
    for field in _FIELD.finditer(match["rows"]):
        sign = field["sign"]
        if sign == "(" or field["call"]:
            depth += 1
            at = 0 if depth == 1 else at
        elif sign == ")":
            depth -= 1
        elif sign == ",":
            at += depth == 1
        elif at in secret and field["text"] and values.in_file(field["text"]):
            start = match.start("rows")
            yield start + field.start("text"), start + field.end("text")
