"""Which values of a compose file are secrets: ordered rules over the name and the value, the first hit wins.

For settings the name is a strong signal and randomness a weak one: `nextcloud` is a common password and a build
number looks random. So values are matched first against what is a secret wherever it stands (V rules), then the name
decides (K rules); an entropy rule only warns. A hit says which rule, never which value.

The rules and what they were measured against: docs/secrets.md.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from math import log2
from typing import Final, Literal, NamedTuple

from convert.compose.references import OPEN, substitute

Kind = Literal["secret", "placeholder", "suspect"]


class Hit(NamedTuple):
    """What a rule found. rule: its id, `V1` … `K2`, `W1`. kind: a placeholder stands where a secret belongs."""

    rule: str
    kind: Kind
    reason: str


_PRIVATE_KEY: Final = re.compile(r"-----BEGIN[ A-Z0-9_-]{0,100}PRIVATE KEY(?: BLOCK)?-----")
_TOKEN: Final = re.compile(
    r"(?<![A-Za-z0-9])(?:"
    r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}(?![A-Za-z0-9])"
    r"|gh[pousr]_[0-9A-Za-z]{36}|github_pat_\w{82}|glpat-[\w-]{20}"
    r"|xox[abporse]-[0-9A-Za-z-]{10,}"
    r"|(?:sk|rk)_(?:test|live|prod)_\w{10,99}|whsec_[A-Za-z0-9+/=]{16,}"
    r"|sk-(?:ant-|proj-|svcacct-|admin-)?[\w-]{20,}"
    r"|AIza[\w-]{35}|SG\.[\w-]{16,}\.[\w-]{16,}|npm_\w{36}|pypi-[\w-]{50,}|hf_[A-Za-z]{34}"
    r"|hvs\.[\w-]{24,}|dop_v1_[a-f0-9]{64}|pul-[a-f0-9]{40}|dp\.(?:pt|st|ct)\.[\w-]{20,}|AGE-SECRET-KEY-1[0-9A-Z]{20,}"
    r"|eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]*"
    r")|hooks\.slack\.com/(?:services|workflows|triggers)/\w"
)
_SHORTEST_TOKEN: Final = 16
_URL_PASSWORD: Final = re.compile(r"[a-z][a-z0-9+.-]*://[^\s/:@?#\"']*:(?P<value>[^\s/@\"']+)@", re.IGNORECASE)
_LOGIN: Final = re.compile(r"(?:^|\s)[^\s/:@]+:(?P<value>[^\s/:@]+)@[\w.-]+(?::\d+)?/")
_AUTHORIZATION: Final = re.compile(
    r"authorization['\"]?\s*[:=]\s*['\"]?(?:bearer|basic|token)\s+(?P<value>[^\s'\"]+)", re.IGNORECASE
)
_DSN_PASSWORD: Final = re.compile(
    r"(?:^|[\s?&;,\"'(.-]|(?:client|access|auth|store|key|db|user|admin|root|bind|login|proxy)[_.-]?)"
    r"(?:password|passwd|pwd|secret|token|api_?key|accountkey|sharedaccesskey|sig)=[\"']?(?P<value>[^\s&;,\"')]+)",
    re.IGNORECASE,
)

_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_SECRET_WORDS: Final = frozenset(
    "password passwd passphrase passcode pwd pass dbpass secret secrets token tokens credential credentials creds "
    "apikey dsn salt pepper bearer hmac privatekey secretkey".split()
)
_PAIRS: Final = frozenset(
    {
        ("basic", "auth"),
        ("connection", "string"),
        ("connection", "url"),
        ("erlang", "cookie"),
        ("redis", "auth"),
        ("slack", "url"),
        ("webhook", "url"),
    }
)
_ENDINGS: Final = ("password", "passwd", "secret", "apikey", "token")
_WHOLE_NAMES: Final = frozenset({"neo4j_auth"})
_NO_SECRET_KEY: Final = frozenset(
    "public pub publishable site partition primary foreign sort range cache routing shard sharding message group "
    "order object record row index metric metadata property config lookup unique search tag label feature flag "
    "translation tracking measurement hot registry dedupe idempotency tls ssl and or of by for to".split()
)
"""Words before `key` that make it the key of something, not to something."""

_HARMLESS_LAST: Final = frozenset(
    "file path dir directory name names id ids url uri endpoint host hosts port ttl expiry expires expiration "
    "expire age lifetime lifespan timeout duration length size min max algorithm alg type policy header issuer "
    "audience claim domain realm enabled disabled required rotation rounds iterations cost strength complexity "
    "history attempts alias arn region version mode field prefix suffix count limit limits days hours minutes "
    "seconds minute hour day second ms manager store backend provider driver engine class reset format encoding "
    "interval user username email method scheme strategy scope scopes validator validators hasher hashers "
    "generator regex pattern template mapping servers protocol mechanism factor source".split()
)
_HARMLESS_NAME: Final = re.compile(
    r"^(?:public|pub|require|requires|enable|disable|allow|use|has|is|no|show|hide|skip)_|_public_key$|allow_empty"
    r"|_random_.*password|^(?:old)?pwd$|^csrf_|(?:^|_)(?:max|min|num)_(?:\w+_)?tokens?$|pass_?through"
)
_STORES: Final = frozenset(
    "database db postgres postgresql pg mysql mariadb mongo mongodb redis amqp rabbitmq broker smtp mailer ldap".split()
)

_PLACEHOLDER: Final = re.compile(
    r"|true|false|yes|no|on|off|none|null|\d{1,5}|x+|\*+|<[^>]*>|\{\{.*\}\}|change_?-?(?:me|it|this).*|replace_?-?me.*|todo"
    r"|your[_-].*|example.*|insert[_-].*",
    re.IGNORECASE,
)
_SETTING: Final = re.compile(r"|true|false|yes|no|on|off|none|null", re.IGNORECASE)
_PLACE: Final = re.compile(
    r"/(?:app|bin|certs?|configs?|data|dev|etc|home|keys?|lib|media|mnt|opt|root|run|secrets?|srv|ssl|tls|tmp|usr|var|vault)"
    r"(?:/\S*)?|(?:[\w.~-]*/)*[\w.-]+\.(?:key|pem|crt|cert|cer|p12|pfx|jks|json|ya?ml|txt|ini|conf|env)"
    r"|https?://[\w.-]+(?::\d+)?/?"
)
"""Where a secret may be, not the secret. A value that only begins with `/` may well be one."""
_RANDOM: Final = re.compile(r"[A-Za-z0-9+/_=.-]{24,}")
_UUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_ENTROPY: Final = 4.0


@lru_cache(maxsize=4096)
def detect(key: str, value: str | None) -> Hit | None:
    """Judge one setting: `key` as the program sees it, `value` as compose gives it (None: not known).

    References to secret variables in `value` are not judged here: they are secret by their own names (taint).
    """
    if value:
        found = _by_value(substitute(value, lambda _: "") if OPEN in value else value)
        if found:
            return found
    found = by_name(key)
    if not found or value is None:
        return found or _by_randomness(value)
    if _SETTING.fullmatch(value):
        # `SMTP_PASSWORD=` and `REQUIRE_PASSWORD=true` hold nothing worth hiding.
        return None
    if _PLACEHOLDER.fullmatch(value):
        return found._replace(kind="placeholder")
    return None if found.rule != "K2" and _PLACE.fullmatch(value) else found


@lru_cache(maxsize=4096)
def by_name(key: str) -> Hit | None:
    """Judge a name alone: tokens of `camelCase`, `snake_case`, `kebab-case`, trailing numbers (`_2`, `_V1`) dropped."""
    words = _words(key)
    if not words:
        return None
    last_two = tuple(words[-2:])
    if last_two in _PAIRS and not _HARMLESS_NAME.search(key.lower()):
        return Hit("K2", "secret", "the name says so")
    if words[-1] in _HARMLESS_LAST or _HARMLESS_NAME.search(key.lower()):
        return None
    if not _SECRET_WORDS.isdisjoint(words) or key.lower() in _WHOLE_NAMES:
        return Hit("K1", "secret", "the name says so")
    if words[-1] in {"key", "keys"} and len(words) > 1 and words[-2] not in _NO_SECRET_KEY:
        return Hit("K3", "secret", "the name says so")
    if any(word.endswith(_ENDINGS) for word in words):
        return Hit("K4", "secret", "the name says so")
    return None


def _words(key: str) -> list[str]:
    words = [word.lower() for word in _WORD.findall(key)]
    while words and words[-1].isdigit():
        words.pop()
        if words[-1:] == ["v"]:
            words.pop()
    return words


def variable(name: str, value: str | None) -> bool:
    """Is this compose variable a secret? The name decides first, so that a build server without `.env` agrees.

    A variable for the address of a data store is one whatever its value: with a password in it or, tomorrow, without.
    """
    if by_name(name) is not None:
        return True
    words = _words(name)
    if words[-1:] == ["datasource"] or (len(words) > 1 and words[-1] in {"url", "uri"} and words[-2] in _STORES):
        return True
    return bool(value and _by_value(value))


def text_hit(text: str) -> Hit | None:
    """Judge text that has no name: a command, a health check, a file, an image reference."""
    return _by_value(substitute(text, lambda _: "") if OPEN in text else text)


def _by_value(value: str) -> Hit | None:
    if "-----BEGIN" in value and _PRIVATE_KEY.search(value):
        return Hit("V1", "secret", "a private key")
    if len(value) >= _SHORTEST_TOKEN and _TOKEN.search(value):
        return Hit("V2", "secret", "the shape of a known token")
    if "://" in value and _has_password(_URL_PASSWORD, value):
        return Hit("V3", "secret", "a URL with a password")
    if "@" in value and _has_password(_LOGIN, value):
        return Hit("V3", "secret", "a login before a host")
    if "=" in value and _has_password(_DSN_PASSWORD, value):
        return Hit("V4", "secret", "a password among other settings")
    if "uthorization" in value and _has_password(_AUTHORIZATION, value):
        return Hit("V5", "secret", "an authorization header")
    return None


def _has_password(pattern: re.Pattern[str], value: str) -> bool:
    """Does any match hold a value? One that names a variable may stand before it."""
    return any(not _is_variable(match["value"]) for match in pattern.finditer(value))


def _is_variable(value: str) -> bool:
    """`$NAME`, `${NAME}`, `$(NAME)`, `{name}` and what a shell puts in name a value, they are none."""
    return value[0] in "$<`" or (value[0] == "{" and value[-1] == "}") or not value.strip("*x")


def _by_randomness(value: str | None) -> Hit | None:
    if not value or not _RANDOM.fullmatch(value) or _UUID.fullmatch(value) or "." in value or value.startswith("/"):
        return None
    if value.isalpha() or value.isdigit() or value.count("/") > 1:
        return None
    counts = Counter(value)
    entropy = -sum(n / len(value) * log2(n / len(value)) for n in counts.values())
    return Hit("W1", "suspect", "it looks random") if entropy >= _ENTROPY else None
