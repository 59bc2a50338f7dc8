"""Which values are secrets: one notion of a name, of a value and of a shape, used wherever a secret may stand.

For settings the name is a strong signal and randomness a weak one: `nextcloud` is a common password and a build
number looks random. So values are matched first against what is a secret wherever it stands (V rules), then the name
decides (K rules); under a name that tells little the value must look random (K5), and under one that tells nothing
randomness only warns (W1). A hit says which rule, never which value.

`detect` judges a setting, `text_hit` a text without a name, `texts.find` says where in a text secrets stand,
`commands` reads command lines and `files` reads files. What is shown to people is masked by the same functions.
The rules and what they were measured against: docs/secrets.md.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from math import log2
from typing import Final

from longshore.compose.references import OPEN
from longshore.convert.secrets.detection import hits, values
from longshore.convert.secrets.detection.commands import is_command, secrets_of
from longshore.convert.secrets.detection.generated import generated
from longshore.convert.secrets.detection.hits import Hit
from longshore.convert.secrets.detection.names import Name, is_identifier, is_store_address, name
from longshore.convert.secrets.detection.randomness import looks_random
from longshore.convert.secrets.detection.texts import find
from longshore.regex import Regex

__all__ = ["Hit", "by_name", "detect", "text_hit", "variable"]

_RANDOM: Final = Regex(r"[A-Za-z0-9+/_=.-]{24,}")
_UUID: Final = Regex(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_HARMLESS: Final = Regex(
    r"(?:^|_)(?:id|ids|uid|guid|sha|sha1|sha256|commit|ref|rev|revision|digest|checksum|sum|md5|version|tag|etag"
    r"|fingerprint|uuid|hash|image)$"
)
_DIGEST: Final = Regex(r"^(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})$|://[^\s\"']{1,400}[/=][0-9a-f]{32}(?:[/&?#]|$)")
"""A token as often as a digest, which a name tells: alone, or in an address."""

_OF_LOGINS: Final = Regex(r"(?i)(?:.*[_.-])?(?:auth|users?|logins?)")
"""Names under which `name:password` stands as often as anything else: `AUTH`, `BASIC_AUTH_USERS`."""

_ENTROPY: Final = 4.0
_ORDER: Final = {rule: index for index, rule in enumerate(("V1", "V2", "V3", "V4", "V5", "V7", "V6"))}


@lru_cache(maxsize=8192)
def detect(key: str, value: str | None) -> Hit | None:
    """Judge one setting: `key` as the program sees it, `value` as compose gives it (None: not known).

    References to secret variables in `value` are not judged here: they are secret by their own names (taint).
    """
    if value:
        found = text_hit(value)
        if found and not (found.rule == "V6" and name(key).strength == "public"):
            return found
    meaning = name(key)
    if meaning.strength == "secret":
        return _by_name(meaning, value)
    if value is None or meaning.strength == "public":
        return None
    if meaning.strength == "telling" and _tells(key, meaning, value):
        return Hit("K5", "secret", "the name may mean a secret, and the value looks like one")
    return _by_randomness(key, value)


def _tells(key: str, meaning: Name, value: str) -> bool:
    """Under a telling name: is the value, or the password of a login in it, likely to be a secret?"""
    pairs = values.logins(value) if meaning.pair or _OF_LOGINS.fullmatch(key) else []
    return any(_is_likely(each) or values.may_be_chosen(each) for each in pairs) or (
        not meaning.pair and _is_likely(value)
    )


def _by_name(meaning: Name, value: str | None) -> Hit | None:
    found = Hit(meaning.rule, "secret", "the name says so")
    if value is None:
        return found
    if values.is_nothing(value):
        return None
    if values.is_placeholder(value):
        return found._replace(kind="placeholder")
    if not meaning.last and (values.is_kind(value) or values.is_duration(value)):
        return None
    elsewhere = values.is_origin(value) if meaning.rule == "K2" else values.is_place(value)
    return None if values.is_public(value) or elsewhere else found


def _is_likely(value: str) -> bool:
    """Under a telling name: does the value look random, or like a name and a password?"""
    if values.is_place(value) or values.is_public(value) or OPEN in value or value.startswith(("http://", "https://")):
        return False
    return looks_random(value)


@lru_cache(maxsize=8192)
def by_name(key: str) -> Hit | None:
    """Judge a name alone."""
    meaning = name(key)
    return Hit(meaning.rule, "secret", "the name says so") if meaning.strength == "secret" else None


def variable(name: str, value: str | None) -> bool:
    """Is this compose variable a secret? The name decides first, so that a build server without `.env` agrees.

    A variable for the address of a data store is one whatever its value: with a password in it or, tomorrow, without.
    """
    if by_name(name) is not None or is_store_address(name):
        return True
    if not value:
        return False
    found = detect(name, value)
    return found is not None and found.kind == "secret"


@lru_cache(maxsize=8192)
def text_hit(text: str) -> Hit | None:
    """Judge text that has no name: a command, a health check, an image reference, the value of a setting."""
    best = min((found.hit for found in find(text)), key=lambda hit: _ORDER[hit.rule], default=None)
    if best is None and is_command(text):
        return next((found.hit for found in secrets_of(text) if found.hit.kind == "secret"), None)
    return best


def _by_randomness(key: str, value: str) -> Hit | None:
    if values.is_public(value) or _HARMLESS.search(key.lower()) or is_identifier(key):
        return None
    if next(generated(value), None) or _DIGEST.search(value):
        return hits.RANDOM
    if not _RANDOM.fullmatch(value) or _UUID.fullmatch(value) or "." in value or value.startswith("/"):
        return None
    if value.isalpha() or value.isdigit() or value.count("/") > 1:
        return None
    counts = Counter(value)
    entropy = -sum(n / len(value) * log2(n / len(value)) for n in counts.values())
    return hits.RANDOM if entropy >= _ENTROPY else None
