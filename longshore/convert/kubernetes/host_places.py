"""Where a host stands in text, and where the same word means something else.

`user_api` is a host in `http://user_api:8000`, in `rabbit@user_api`, before a port, and as the value of `API_HOST`,
`--host` or `servers`. In `uvicorn user_api:app`, `-Q user_api` or `databaseName=user_api` it is the name of a module,
a queue, a database. Who dials whom is read by these rules, and old names are rewritten by them and nowhere else.
Source: https://www.rfc-editor.org/rfc/rfc3986#section-3.2 (authority), and the manuals of the programs named below.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from longshore.regex import Regex

if TYPE_CHECKING:
    from collections.abc import Iterator


class HostPlace(NamedTuple):
    """A name where a host stands, `text[start:end]`. port: 0 where none is given. scheme: of the URL it stands in.

    key: what the host is the value of, where that is why it is taken for one (`DB_HOST`, `--host`).
    """

    start: int
    end: int
    name: str
    port: int = 0
    scheme: str = ""
    key: str = ""

    @property
    def may_be_group(self) -> bool:
        """May a file mean a name of its own by it? nginx calls `upstream web` by `http://web`, without a port."""
        return bool(self.scheme) and not self.port


PORTS: Final = 1 << 16
"""Numbers of ports end before this one."""

# Every quantifier over blanks is bounded, and no name begins inside a word: the patterns are linear in the text.
_NAME: Final = r"[A-Za-z0-9_](?:[\w.-]*\w)?"
_MEMBER: Final = rf"{_NAME}(?::\d{{1,5}})?"
_ELEMENT: Final = Regex(rf"({_NAME})(?::(\d{{1,5}}))?", re.ASCII)
_SEPARATORS: Final = Regex(r"""([\s,;"'\[\]]+)""")
_AUTHORITY: Final = Regex(rf"//(?:[^\s/@\"'<>]*@)?({_MEMBER}(?:,{_MEMBER}(?![\w.=-]))*)", re.ASCII)
_SCHEME: Final = Regex(r"([A-Za-z][A-Za-z0-9+-]{0,31}):$")
_LONGEST_SCHEME: Final = 33
_NO_HOSTS: Final = frozenset(
    "abfs abfss awssm az azblob azure b2 blob bucket channel classpath cos docker docker-image file gcpsm gcs gs image "
    "keyvault oci oss pkg queue r2 s3 s3a s3n secret secretmanager secretsmanager sm spiffe sqlite sqlite3 ssm swift "
    "topic urn vault vsi wasb wasbs".split()
)
"""Schemes in which the name of a bucket, a queue, a secret, an image stands where others have a host."""

_WITH_PORT: Final = Regex(rf"(?<![\w./-])({_NAME}):(\d{{2,5}})(?!\w|[.-]\w)", re.ASCII)
_WITH_VARIABLE: Final = Regex(rf"(?<![\w./-])({_NAME}):(?=\$[\w:.{{]{{0,60}}(?i:port))", re.ASCII)
_LOGIN: Final = Regex(rf"(?<=[^\s\"'=(,\[{{])@({_NAME})", re.ASCII)
_PROGRAM: Final = Regex(
    r"(?:(?<![\w.-])(?:(?:nc|ncat|netcat|telnet)[ ](?:-\S{1,40}[ ]|\d{1,9}[ ]){0,9}|(?:replicaof|slaveof)[ ]"
    rf"|monitor[ ]\S{{1,80}}[ ])|--(?:replicaof|slaveof)[ ]|/dev/tcp/)({_NAME})[ /](\d{{2,5}})(?!\w)",
    re.ASCII,
)
"""Programs and directives that take a host and a port as two words: netcat, telnet, Redis, Sentinel, bash."""

_WORDS: Final = (
    r"hosts?|host_?names?|servers?|address(?:es)?|addrs?|endpoints?|upstreams?|brokers?|seeds?|peers?|urls?|uris?"
    r"|contact_?points?|join|connect|reverse_proxy|bootstrap|proxy"
)
_MEANS_HOST: Final = Regex(
    rf"-h|(?:.*(?:[_.-]|[a-z0-9](?=[A-Z]))|(?i:pg|mysql|redis|mongo|db|smtp|mail))?(?i:{_WORDS})|(?i:(?:.*[_.-])?ip)"
)
_NEVER_HOST: Final = Regex(r"(?i).*v_?hosts?")
_NO_CALL: Final = Regex(
    r"(?i)(?:.*[_.-])?(?:no_?proxy|(?:allowed|trusted|virtual)[_.-]?(?:hosts?|origins?|prox(?:y|ies)))"
)
ADVERTISING: Final = r"[\w.-]{0,60}(?:advertis|announce)[\w.-]{0,40}(?<!urls)"
"""Keys whose value tells others at what address to call. Not so the URLs of etcd, which its clients do not follow."""

_ADVERTISES: Final = Regex(ADVERTISING, re.IGNORECASE)
_AFTER: Final = r"(?![\w.@$({-]|:[^\s\d]|://|[\"']?[ \t]{0,9}=)"
_KEYED: Final = Regex(
    rf"(?<![\w.-])(-h|-{{0,2}}[\w.-]*(?:{_WORDS}))[\"']?"
    r"([ \t]{0,9}[=:]\s{0,9}(?:-[ ]{1,9})?|[ \t]{1,9})[\"'\[(]{0,3}"
    rf"({_MEMBER}(?:[\"']?[ \t]{{0,9}}(?:[,;]|\n[ \t]{{0,40}}-)[ \t]{{0,9}}[\"']?"
    rf"{_MEMBER}{_AFTER}(?![\"']?[ \t]{{0,9}}:\D))*)"
    rf"{_AFTER}",
    re.ASCII | re.IGNORECASE,
)
_SET: Final = Regex(rf"(?<![\w.-])set[ ]\$(\w{{1,80}})[ ][\"']?({_NAME})[\"']?;", re.ASCII)
"""`set $upstream web;` of nginx, which is how a proxy is made to look a name up again."""

_ENDS: Final = Regex(r"[ \t]{0,9}(?:[;{\n]|$|weight=|max_|fail_|backup|down|resolve)")
"""What follows the host of a directive (`server web;` of nginx, `reverse_proxy web` of Caddy)."""

_COMPANION: Final = Regex(
    r"[\s;,\"'}&?](?:-[pP]|[\w.-]{0,60}port)[\"']?(?:[ \t]{0,9}[=:][ \t]{0,9}|[ \t]{1,9})[\"']?(\d{2,5})(?!\w)",
    re.IGNORECASE,
)
_BLOCK: Final = 2000
"""Characters behind `set` in which the variable is used."""

_NEAR: Final = 120
"""Characters behind a host in which its port is looked for: `host: db` and `port: 5432` on the next lines."""


@lru_cache(maxsize=4096)
def means_host(key: str) -> bool:
    """Is the value under this key (of a setting, a flag, a line of a file) the name of a host, or a list of such?"""
    return bool(_MEANS_HOST.fullmatch(key)) and not _NEVER_HOST.fullmatch(key)


@lru_cache(maxsize=4096)
def is_dialled(key: str) -> bool:
    """Is what stands under this key dialled? Hosts that are only listed (`NO_PROXY`, `ALLOWED_HOSTS`) are not."""
    return not _NO_CALL.fullmatch(key)


@lru_cache(maxsize=4096)
def advertises(key: str) -> bool:
    """Is the value under this key an address that others are told to call (`KAFKA_ADVERTISED_LISTENERS`)?"""
    return bool(_ADVERTISES.fullmatch(key))


_PARTS: Final = Regex(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_OTHER: Final = frozenset(
    "account adapter app application apps audience branch bucket channel class client cluster collection command "
    "component consumer container database databases db dbname dbs dialect dir directory driver enabled engine "
    "entrypoint env environment exchange file group groups id image index instance issuer job key keyspace kind "
    "label login mode module name names namespace node nodes org organization owner package pass passwd password "
    "path prefix producer profile project provider pwd queue queues realm region repo repository role schema scope "
    "service services source stage stream subject system table tag task team tenant title topic topics type user "
    "username vhost worker workers workspace".split()
)


@lru_cache(maxsize=4096)
def means_other(key: str) -> bool:
    """Is the value under this key the name of something else: a database, a module, a queue, a user, a group?

    So is the value of a flag of one letter, but for `-h`: `-Q`, `-A`, `-U`, `-d`.
    """
    parts = _PARTS.findall(key)
    if key.startswith("-") and len(key) == 2:  # noqa: PLR2004  a dash and a letter
        return key != "-h"
    return bool(parts) and parts[-1].lower() in _OTHER


def host_places(text: str, key: str = "") -> list[HostPlace]:
    """Find every name in `text` that stands where a host does, in order; `key` is what `text` is the value of."""
    found: dict[int, HostPlace] = {}
    for place in _places(text, key):
        known = found.get(place.start)
        if known is None or (place.port and not known.port):
            found[place.start] = place if known is None else place._replace(scheme=known.scheme, key=known.key)
    return [found[start] for start in sorted(found)] if len(found) > 1 else list(found.values())


def _places(text: str, key: str) -> Iterator[HostPlace]:
    if "//" in text:
        for match in _AUTHORITY.finditer(text):
            known = _SCHEME.search(text[max(0, match.start() - _LONGEST_SCHEME) : match.start()])
            scheme = known[1].partition("+")[0].lower() if known else ""
            if scheme not in _NO_HOSTS or match.start(1) > match.start() + 2 or ":" in match[1]:
                yield from _members(text, match.span(1), scheme=scheme)
    if ":" in text:
        for match in _WITH_PORT.finditer(text):
            if 0 < int(match[2]) < PORTS:
                yield HostPlace(*match.span(1), match[1], int(match[2]))
        for match in _WITH_VARIABLE.finditer(text) if ":$" in text else ():
            yield HostPlace(*match.span(1), match[1])
    if "@" in text:
        for match in _LOGIN.finditer(text):
            yield HostPlace(*match.span(1), match[1])
    if key and means_host(key):
        yield from _whole(text, key)
    if " " in text or "=" in text or ":" in text:
        yield from _inner(text)


def _members(text: str, span: tuple[int, int], *, scheme: str = "", key: str = "") -> Iterator[HostPlace]:
    """Take a list of hosts apart: `a:9092,b:9093`."""
    for match in _ELEMENT.finditer(text, *span):
        number = int(match[2] or 0)
        yield HostPlace(*match.span(1), match[1], number if number < PORTS else 0, scheme, key)


def _whole(text: str, key: str) -> Iterator[HostPlace]:
    """Hosts that are, between them, the whole value of a key that means hosts."""
    place = 0
    for word in _SEPARATORS.split(text):
        match = _ELEMENT.match(word)
        if match and (match.end() == len(word) or word[match.end()] in "/?"):
            yield HostPlace(place, place + len(match[1]), match[1], int(match[2] or 0) % PORTS, key=key)
        place += len(word)


def _inner(text: str) -> Iterator[HostPlace]:
    """Hosts behind a key or a flag within the text, or behind the name of a program."""
    for match in _KEYED.finditer(text):
        name, separator = match[1], match[2]
        if not means_host(name.lstrip("-") if len(name) > 2 else name):  # noqa: PLR2004  `-h`
            continue
        if separator.isspace() and name[0] != "-" and (name == "upstream" or not _ENDS.match(text, match.end())):
            continue  # `upstream web {` of nginx gives a name
        near = _COMPANION.search(text, match.end(), match.end() + _NEAR)
        for place in _members(text, match.span(3), key=name):
            yield place._replace(port=int(near[1]) % PORTS) if near and not place.port else place
    if "set $" in text:
        for match in _SET.finditer(text):
            ports = re.findall(rf"\${{?{match[1]}}}?:(\d{{2,5}})(?!\d)", text[match.end() : match.end() + _BLOCK])
            yield HostPlace(*match.span(2), match[2], int(ports[0]) % PORTS if ports else 0, key="set")
    for match in _PROGRAM.finditer(text):
        if int(match[2]) < PORTS:
            yield HostPlace(*match.span(1), match[1], int(match[2]))
