"""What a value is, whatever it is called: nothing, a placeholder, the place of a secret, something for everybody.

What only points at a secret is none: a path, an address, a reference in the syntax of any template or program. What
everybody may see is none either: the public half of a key pair, a digest, the address of a contract.
"""

from __future__ import annotations

import re
from typing import Final

from longshore.compose.references import OPEN
from longshore.convert.secrets.detection.randomness import looks_random
from longshore.regex import Regex

_SETTING: Final = Regex(r"\s*|true|false|yes|no|on|off|none|null|nil|undefined|\[\]|\{\}|\"\"|''", re.IGNORECASE)
_PLACEHOLDER: Final = Regex(
    r"|true|false|yes|no|on|off|none|null|\d{1,5}|x+|\*+|\.+|-+|_+|<[^>]*>|\{\{.*\}\}|\[[\w -]*\]"
    r"|change_?-?(?:me|it|this).*|.{0,30}change_?-?me|replace_?-?(?:me|this|with).*|todo|tbd|fixme|dummy"
    r"|(?:your|change)[_-]?\w{0,30}(?:password|passwd|passphrase|secret|key|token|user)"
    r"|your[_-].*|my[_-](?:secret|password|token|key).*|example.*|insert[_-].*|put your .*|<.{1,60}>",
    re.IGNORECASE | re.DOTALL,
)
_PLACE: Final = Regex(
    r"/(?:app|bin|certs?|configs?|data|dev|etc|home|keys?|lib|media|mnt|opt|root|run|secrets?|srv|ssl|tls|tmp|usr|var|vault)"
    r"(?:/\S*)?|(?:[\w.~-]*/)*[\w.-]+\.(?:key|pem|crt|cert|cer|p12|pfx|jks|json|ya?ml|txt|ini|conf|env)"
)
"""Where a secret may be, not the secret. A value that only begins with `/` may well be one."""

_ORIGIN: Final = Regex(r"https?://[\w.-]+(?::\d+)?/?")
_ADDRESS: Final = Regex(
    r"(?:(?:https?|grpcs?|h2c?|wss?|tcp|udp|tls|ssl|fcgi|scgi|uwsgi)://[\w.:*\[\]-]*|unix:(?://)?)(?:/[\w.~/%:@*-]*)?"
)
"""An address without a login in it. Those of data stores are left out: tomorrow they have one."""

_PUBLIC: Final = Regex(
    r"(?:ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-\S{1,20}|sk-ssh-\S{1,40}) AAAA.*"
    r"|-----BEGIN (?:CERTIFICATE|PUBLIC KEY|RSA PUBLIC KEY).*"
    r"|LS0tLS1CRUdJTiBDRVJU.*|LS0tLS1CRUdJTiBQVUJMSUMg.*|sha(?:256|384|512)[:-].*|0x[0-9a-fA-F]{40}|pk_(?:test|live)_\w+"
    r"|object:\d{1,9}|(?:ami|eni|fs|i|igw|lt|nat|rtb|sg|snap|subnet|vol|vpc)-[0-9a-f]{8,17}"
    r"|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|[A-Z]-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}-\d{1,4}|arn:aws[\w-]*:.*",
    re.DOTALL,
)
"""`Q-….-0` is a query of a Grafana dashboard: https://grafana.com/docs/grafana/latest/explore/"""

_VERSION: Final = Regex(r"v?[\^~]?\d+\.\d+(?:\.\d+)?(?:[-+][\w.]+)?|[\^~<>=]=?\d[\d.x*]*")
_DURATION: Final = Regex(
    r"\d{1,9}(?:\.\d{1,3})?[ ]?(?:ns|us|ms|s|sec|m|min|h|d|w|y|seconds?|minutes?|hours?|days?|weeks?|years?)"
)
_REFERENCE: Final = Regex(
    r"\$(?:\{|\((?=[A-Za-z])|[A-Za-z_]\w{0,60}$|[?@*#!-])|\$[A-Z_]{3}|\{\{|<%|%\(\w+\)s|%\{\w|^%\w+%$|^@\w+@$|^__\w+__$|^\*+$|^<.*>$"
    r"|^\{[^{}]*\}$|^[*&!|>]|^(?:env|vault|file|secret|ref|arn|process|os|ssm|aws|gcp|op|sops|var|local|data|self|this"
    r"|config|settings|request|ngx|params?|props|options|args|ctx|context|System|Deno|import|getenv|lookup|fromEnv)[.:(]"
    r"|^\.(?:Env|Values|Release|Chart)\b|^ENC\[|^:['\"]|^(?:\.{1,2}|~)/|^\$ANSIBLE_VAULT|^AQICAH|\$__\w+\{",
    re.DOTALL,
)
"""What names a secret that stands elsewhere, as the templates and programs write it that we know."""

_DEFAULT: Final = Regex(r"\$\{[\w.]{1,100}:?[-=:]([^{}]{1,400})")
"""A reference with what counts where nothing is set: that may be a secret itself."""

_NO_VALUE: Final = frozenset(
    "string str text integer int boolean bool bytes object array list required optional prompt hidden redacted secret "
    "nil undefined default disabled enabled password token basic bearer header cookie query oauth2 scram-sha-256 md5 "
    "trust peer plain login none any all auto not null is in as the a an to of for and or with by must should can may "
    "will be has varchar char number type varying unique default changed expired key value values field column name "
    "apikey api-key api_key inherit "
    "user username authentication jwt session local ldap oidc saml oauth scram plaintext encrypted false true".split()
)
"""Words that say what kind of thing is meant. As a password they would be the first to be guessed."""

_PAIR: Final = Regex(r"[\w.@+-]{1,64}[:/](?P<value>[^\s/:@]{3,200})")
_BETWEEN: Final = Regex(r"[,;|\s]+")
_HOST: Final = Regex(r"[\w-]{1,63}(?:\.[\w-]{1,63}){1,9}")
_SHORT: Final = 5
_SCHEME: Final = Regex(
    r"(?:bearer|basic|token|apikey|api-key|digest|splunk|key|genie\w{0,8}|ssws)(?:[ \t]+|%20|\+)(?=\S)", re.IGNORECASE
)
_WORD: Final = Regex(r"[A-Za-z]+")
_SYMBOL: Final = Regex(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+_?")
"""The name of a constant, a variable or a rule: `R_SPF_ALLOW`."""

_CALL: Final = Regex(r"[A-Za-z_][\w.]{2,60}\([\w.,:;'\"$>\[\]() -]{0,200}\)")
"""A function and its arguments: `bin2hex(random_bytes(32))`, `VARCHAR(80)`."""


def is_nothing(value: str) -> bool:
    """`SMTP_PASSWORD=` and `REQUIRE_PASSWORD=true` hold nothing worth hiding."""
    return bool(_SETTING.fullmatch(value))


def is_placeholder(value: str) -> bool:
    """Does it stand where a secret belongs, until somebody writes one?"""
    return bool(_PLACEHOLDER.fullmatch(value))


def is_place(value: str) -> bool:
    """Is it a path or a plain address, where a secret may be? A path that looks random may be the secret of a hook."""
    return bool(_PLACE.fullmatch(value)) or (bool(_ADDRESS.fullmatch(value)) and not looks_random(value))


def is_origin(value: str) -> bool:
    """Is it the address of a web server and nothing more?"""
    return bool(_ORIGIN.fullmatch(value))


def is_public(value: str) -> bool:
    """Is it something that everybody may see, however it looks?"""
    return bool(_PUBLIC.fullmatch(value))


def is_version(value: str) -> bool:
    """Is it the version of something, such as of a package that is called `jsonwebtoken`?"""
    return bool(_VERSION.fullmatch(value))


def is_duration(value: str) -> bool:
    """Is it how long something lasts?"""
    return bool(_DURATION.fullmatch(value))


def is_reference(value: str) -> bool:
    """Does it name a value that stands elsewhere? `$aB3xZ9qL4mT7` is a password with a dollar, `$password` is none."""
    if OPEN in value:
        return True
    if not _REFERENCE.search(value):
        return False
    if any(looks_random(default[1]) for default in _DEFAULT.finditer(value)):
        return False
    return "{" in value[1:] or "$(" in value or value[0] in "<%&*!|>" or not looks_random(value)


def is_kind(value: str) -> bool:
    """Is it a word that says what kind of thing is meant?"""
    return value.lower() in _NO_VALUE


def login(value: str) -> str:
    """The password of `name:password` or `name/password`; empty where it is no such pair."""
    match = _PAIR.fullmatch(value)
    return match["value"] if match else ""


def logins(value: str) -> list[str]:
    """The passwords of `name:password` or `name/password`, or of a list of such; none where it is anything else."""
    found = [_PAIR.fullmatch(each) for each in _BETWEEN.split(value) if each]
    return [match["value"] for match in found if match] if all(found) else []


def may_be_chosen(value: str) -> bool:
    """May somebody have chosen it as a password: letters with a digit or a sign, and no version, place or kind?"""
    mixed = any(letter.isalpha() for letter in value) and not value.replace("-", "").replace("_", "").isalpha()
    plain = is_kind(value) or is_version(value) or is_place(value) or is_public(value) or is_reference(value)
    return len(value) > _SHORT and mixed and not plain and not is_placeholder(value) and not _HOST.fullmatch(value)


def without_scheme(value: str) -> tuple[str, int]:
    """Take `Bearer ` and its like off the value of a header: (the rest, how many characters were taken)."""
    match = _SCHEME.match(value)
    return (value[match.end() :], match.end()) if match else (value, 0)


def is_word(value: str) -> bool:
    """Is it a plain word: letters of one case?"""
    return bool(_WORD.fullmatch(value)) and (value.islower() or value.isupper() or value.istitle())


def in_file(value: str, *, spaces: bool = False) -> bool:
    """Can a value of a file be a secret: one word, no reference to one, no placeholder, no path?

    spaces: it stands in quotes, and may have some.
    """
    if len(value) < 3 or is_kind(value) or is_reference(value) or is_version(value):  # noqa: PLR2004  letters
        return False
    if is_nothing(value) or is_placeholder(value) or is_place(value) or is_public(value):
        return False
    return " " not in value or (spaces and any(looks_random(word) for word in value.split()))


def is_symbol(value: str) -> bool:
    """Is it the name of a constant or a rule? A person may have chosen it as a password; in a program it is a name."""
    return bool(_SYMBOL.fullmatch(value)) and not looks_random(value)


def is_call(value: str) -> bool:
    """Is it a function and its arguments? As with a symbol."""
    return bool(_CALL.fullmatch(value)) and not looks_random(value)


def in_setting(value: str) -> bool:
    """Can what stands behind `password=` in a setting be the password? There, a short word may be one."""
    return not (is_nothing(value) or is_reference(value) or is_place(value) or is_public(value))
