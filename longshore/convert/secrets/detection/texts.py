"""Secrets in a text of any kind: a value, a line, a file, a message. Every place, and by which rule.

What is a secret by its look counts wherever it stands; what is one by the name before it, where the notation says that
it is a value. The surer the notation, the less the value must look like a secret: behind `password=` any word is one,
in prose and comments only what looks random.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from longshore.convert.secrets.detection import hits, values
from longshore.convert.secrets.detection.addresses import is_variable, logins
from longshore.convert.secrets.detection.hits import Found
from longshore.convert.secrets.detection.names import name
from longshore.convert.secrets.detection.notations import assignments, may_tell
from longshore.convert.secrets.detection.randomness import looks_random
from longshore.convert.secrets.detection.shapes import hashes, private_keys, tokens
from longshore.convert.secrets.detection.statements import statements
from longshore.regex import Regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.secrets.detection.notations import Assignment

_AUTHORIZATION: Final = Regex(
    r"(?:authorization|auth|x-[\w-]{0,40}(?:token|key))['\"]?[ \t]{0,20}[:=,][ \t]{0,20}\\?['\"]?"
    r"(?:bearer|basic|token|apikey|api-key|digest|splunk|genie\w{0,8}|ssws|aws)(?:[ \t]{1,20}|%20|\+)"
    r"(?P<value>[^\s'\"`,;]{1,1000}+)",
    re.IGNORECASE,
)
_COMMENT: Final = Regex(r"[ \t]*(?:#|;|//|--(?=[ \t])|<!--|\*|/\*|!(?![\w])|REM\b)")
_EXAMPLE: Final = Regex(
    r"(?:secret|password|passwd|pass|pwd|my-?\w+|change-?me|example|user\w*|name|pw|xxx+|\.\.\.)", re.IGNORECASE
)
"""What shows how to write a password: `mysql://user:secret@host` in a comment."""

_WORDS: Final = Regex(r"[ \t]{1,40}([^\s]{1,400})")
_LINE_START: Final = Regex(
    r"[\s{;]*(?:-[ \t]+)?(?:(?:export|set|setenv|env|SetEnv|const|let|var|ARG|ENV|declare -x|local|fastcgi_param)"
    r"[ \t]+)?(?:['\"][ \t]*)?"
)
_PASSES_ON: Final = Regex(r"(?:fastcgi|grpc|memcached|proxy|scgi|uwsgi)_pass")
"""Directives of nginx that say who answers a request: https://nginx.org/en/docs/dirindex.html"""

_CALLS: Final = frozenset((",", "==", "===", "!="))
_DOUBTFUL: Final = frozenset(("|", "==", "===", "!="))
_ALONE: Final = Regex(r"[^\s]{0,400}+[ \t]*(?:$|[\r\n#;,}\])\"'<]|//)")
_ENDS: Final = ",;)}]"
"""What may end an entry: `"refreshToken": false,`."""

_WORTH: Final = Regex(r"[:=@|,<>]|-----BEGIN|LS0t|[ \t]|[A-Za-z0-9_.-]{16}")


def find(text: str, *, code: bool = False, prose: bool = False, file: bool = False) -> Iterator[Found]:
    """Find the secrets in a text, in no order; they may overlap.

    code: in a program only what stands in quotes is a value, the rest is code. prose: only what looks random is one.
    file: the text is a file of several lines, which may have comments.
    """
    if not _WORTH.search(text):
        return
    yield from by_look(text, file=file)
    if not may_tell(text):
        return
    for match in _AUTHORIZATION.finditer(text):
        if not is_variable(match["value"]) and not values.is_reference(match["value"]):
            yield Found(*match.span("value"), hits.HEADER)
    for start, end in statements(text):
        if not (file and _in_comment(text, start)) or looks_random(text[start:end]):
            yield Found(start, end, hits.STATEMENT)
    for setting in assignments(text):
        yield from _setting(text, setting, code=code, prose=prose, file=file)


def by_look(text: str, *, file: bool = False) -> Iterator[Found]:
    """Find what is a secret by its look alone, whatever name stands before it."""
    yield from (Found(*span, hits.PRIVATE_KEY) for span in private_keys(text))
    yield from (Found(*span, hits.TOKEN) for span in tokens(text))
    for start, end in logins(text):
        example = file and _EXAMPLE.fullmatch(text, start, end) and _in_comment(text, start)
        if not example:
            yield Found(start, end, hits.URL if "://" in text else hits.LOGIN)
    yield from (Found(*span, hits.HASH) for span in hashes(text))


def _setting(text: str, setting: Assignment, *, code: bool, prose: bool, file: bool) -> Iterator[Found]:
    meaning = name(setting.name)
    if meaning.strength in {"plain", "public"} or (not setting.sign and _PASSES_ON.fullmatch(setting.name)):
        return
    if not setting.sign and not setting.quoted:
        if not meaning.pair:
            yield from _directive(text, setting, sure=meaning.last and not code and not prose)
        return
    found = next((value for value in _readings(setting) if _counts(value, setting, file=file)), "")
    within = setting.sign == "=" and text[setting.at - 1 : setting.at] in {'"', "'"} and not (code and setting.named)
    bare = not setting.quoted and not within
    if not found or (bare and (setting.sign in _CALLS or (code and not _in_comment(text, setting.at)))):
        return
    tested = setting.name == "pass" and setting.quoted and setting.sign == "="  # `pass = "R_SPF_ALLOW"`, beside `fail`
    if (values.is_symbol(found) and (code or tested)) or (code and values.is_call(found)):
        return
    sure = meaning.strength == "secret" and meaning.last and setting.sign not in _DOUBTFUL and not prose
    if sure and setting.sign in {":", ",", ""}:
        sure = setting.named or (setting.sign == ":" and (_starts_line(text, setting.at) or not values.is_word(found)))
        sure = sure and (setting.quoted or setting.sign != ":" or bool(_ALONE.match(text, setting.end)))
        sure = sure or (setting.quoted and setting.sign == "" and values.in_file(found))
    if sure and file and _in_comment(text, setting.at):
        sure = False
    if sure or looks_random(values.login(found) if meaning.pair else found):
        yield Found(setting.start, setting.start + len(found), hits.SETTING, setting.name)


def _readings(setting: Assignment) -> tuple[str, ...]:
    """What the value may be: up to a comma, and beyond it, unless nothing but the end of the entry follows."""
    ends_there = setting.whole.startswith(setting.value) and not setting.whole[len(setting.value) :].strip(_ENDS)
    return (setting.value,) if ends_there else (setting.value, setting.whole)


def _counts(value: str, setting: Assignment, *, file: bool) -> bool:
    if not value or is_variable(value):
        return False
    if file or setting.sign != "=":
        return values.in_file(value, spaces=setting.quoted)
    return values.in_setting(value)


def _directive(text: str, setting: Assignment, *, sure: bool) -> Iterator[Found]:
    """`requirepass x`, `auth-pass master x`: one of the next words that looks random, or the only one there is."""
    line_end = text.find("\n", setting.start)
    line_end = len(text) if line_end < 0 else line_end
    at = setting.start - 1
    for index in range(3):
        word = _WORDS.match(text, at, line_end)
        if not word:
            return
        value = word[1].strip("\"';,")
        start = word.start(1) + word[1].find(value)
        at = word.end()
        if not values.in_file(value) or is_variable(value):
            continue
        alone = not index and not text[at:line_end].strip(" \t\r;") and _starts_line(text, setting.at)
        if looks_random(value) or (
            sure and alone and not values.is_word(value) and not value.endswith(("{", ":", "("))
        ):
            yield Found(start, start + len(value), hits.SETTING, setting.name)
            return


def _starts_line(text: str, at: int) -> bool:
    start = text.rfind("\n", max(0, at - 400), at) + 1
    match = _LINE_START.match(text, start, at)
    return match is not None and match.end() == at and (start > 0 or at < 400)  # noqa: PLR2004  as above


def _in_comment(text: str, at: int) -> bool:
    start = max(0, at - 2000)
    start = text.rfind("\n", start, at) + 1 or start
    return bool(_COMMENT.match(text, start, at))
