"""What a compose health check does, read from its command: a request, a connection, a gRPC call, or just a command.

`curl -f http://localhost:8080/health || exit 1` asks the container itself over HTTP; the kubelet can do that without a
program in the image. Only what behaves the same is recognised; everything else stays the command it is: HTTPS too,
since the kubelet names no server when it opens the connection, and believes every certificate.
"""

from __future__ import annotations

import re
from functools import lru_cache
from shlex import split
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from longshore.compose.references import OPEN
from longshore.convert.estate.listening import answers_by_address, reachable, redirects
from longshore.convert.kubernetes.host_places import PORTS
from longshore.regex import Regex

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from longshore.convert.estate import Service

LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "0.0.0.0", "[::1]", "::1", ""})  # noqa: S104  a host to be asked


class Request(NamedTuple):
    """What the kubelet is to do: a part of a probe, `{"httpGet": {...}}`. timeout: in seconds, if the test sets one."""

    handler: dict[str, Any]
    timeout: float | None = None


class Target(NamedTuple):
    """The container that a test must mean.

    hosts: its own names. ports: those that the kubelet reaches. by_address: its answer may depend on who asks.
    redirects: it may send who asks elsewhere.
    """

    hosts: Collection[str]
    ports: Collection[int]
    by_address: bool = False
    redirects: bool = False

    def is_meant(self, host: str, port: int) -> bool:
        """Does `host:port` lead to a port that the kubelet reaches too? Others may be open on the loopback only.

        Who asks the container by its name asks at the address that the pod has.
        """
        return (host in LOOPBACK and port in self.ports) or (host in self.hosts and 0 < port < PORTS)


_TAIL: Final = Regex(
    r"(?:(?<!\s)\s+)?(?:[12&]?>\s*/dev/null|2>&1|\|\|\s*(?:exit\s+\d+|false|\(exit\s+\d+\)))\s*+;?\s*+$"
)
_TAIL_LENGTH: Final = 40
"""No tail is longer; to look for one in a long script from its start would take the square of its length."""

_QUOTED: Final = Regex(r"'[^']*'|\"[^\"]*\"")
_OPERATOR: Final = Regex(r"[|;<>()&`$\n\\]")
_URL: Final = Regex(r"(?:(https?)://)?(\[[^\]]+\]|[^/:?#@\s\[\]]+)(?::(\d+))?([/?][^#\s]*)?(?:#\S*)?")
_HEADER: Final = Regex(r"[-A-Za-z0-9]+", re.ASCII)
_TCP: Final = Regex(
    r"\(?\s*(?:(?:echo(?:\s+-n)?(?:\s+(?:''|\"\"))?|:|true|exec\s+\d+|cat\s*<\s*/dev/null)\s*)?(?:&?>\s*/dev/null\s*)?"
    r"(?:<>|<|>)\s*/dev/tcp/([\w.-]+)/(\d+)\s*\)?"
)
_CALLED: Final = Regex(
    r"(?:://(?:[^\s/@'\"]*@)?|(?:^|\s)(?:-h|--host|--hostname)[ =]|/dev/tcp/|@)([A-Za-z0-9][\w.-]*)"
    r"|(?:^|[\s'\"=])([A-Za-z][\w.-]*):\d{2,5}(?!\d)"
    r"|(?:^|\s)(?:nc|ncat|netcat)\s(?:-\S+\s+|\d+\s+)*([A-Za-z][\w.-]*)\s+\d"
)

_THROUGH: Final = (
    (Regex(r"\bcelery\b.{0,200}?\s(?:inspect|status)\b", re.DOTALL), "celery", "the message broker"),
    (Regex(r"\bairflow\s+(?:jobs|db)\s+check\b"), "airflow", "the database"),
    (Regex(r"\bmanage\.py\s+check\b.{0,200}?\s--database\b", re.DOTALL), "manage.py", "the database"),
)
"""Tests that get their answer by way of another service without naming it: (test, its program, that service)."""


def target(service: Service) -> Target:
    """The container that runs `service`."""
    return service.memo(_target)


def _target(service: Service) -> Target:
    names = (service.name, service.slug, str(service.model.get("container_name")), str(service.model.get("hostname")))
    return Target(names, reachable(service), answers_by_address(service), redirects(service))


def request(test: Sequence[str], target: Target) -> Request | None:
    """Recognise the test (`CMD …` or `CMD-SHELL …`); None: it has to be run as the command it is."""
    if any(OPEN in word for word in test):
        return None
    return _script(test[1], target) if test[0] == "CMD-SHELL" else _command(list(test[1:]), target)


def called(test: Sequence[str]) -> tuple[str, ...]:
    """Host names that the test calls."""
    return _called(" ".join(test[1:]))


@lru_cache(maxsize=1024)
def _called(text: str) -> tuple[str, ...]:
    return tuple(match[1] or match[2] or match[3] for match in _CALLED.finditer(text))


def asks_through(test: Sequence[str]) -> str:
    """What stands between the test and the program: `the message broker`; empty: nothing that is known."""
    text = " ".join(test[1:])
    return next((what for pattern, program, what in _THROUGH if program in text and pattern.search(text)), "")


@lru_cache(maxsize=4096)
def _without_tails(text: str) -> str:
    """A script without what only throws its output away or changes its exit code."""
    end = len(text)
    while match := _TAIL.search(text, max(0, end - _TAIL_LENGTH), end):
        end = match.start()
    return text[:end]


def _script(text: str, target: Target) -> Request | None:
    text = _without_tails(text.strip())
    over_tcp = _TCP.fullmatch(text) if "/dev/tcp/" in text else None
    if over_tcp:
        return _connect(over_tcp[1], over_tcp[2], None, target)
    quoted = "'" in text or '"' in text
    if "$" in text or "\\" in text or _OPERATOR.search(_QUOTED.sub("", text) if quoted else text):
        return None
    try:
        return _command(split(text) if quoted else text.split(), target)
    except ValueError:
        return None


def _command(words: list[str], target: Target) -> Request | None:
    if words[:1] == ["exec"]:
        words = words[1:]
    if not words:
        return None
    program = words[0].rpartition("/")[2]
    if program in {"sh", "bash", "ash"} and len(words) == 3 and words[1] == "-c":  # noqa: PLR2004  sh -c SCRIPT
        return _script(words[2], target)
    reader = _READERS.get(program)
    return reader(words[1:], target) if reader else None


class _Syntax(NamedTuple):
    """Options of one program: those without and those with a value; any other makes the command something else."""

    flags: frozenset[str]
    valued: frozenset[str]


def _options(words: list[str], syntax: _Syntax) -> tuple[dict[str, list[str]], list[str]] | None:
    """Split words into options (name → values, empty for flags) and operands; None for an option not listed."""
    found: dict[str, list[str]] = {}
    operands: list[str] = []
    rest = iter(words)
    for word in rest:
        if len(word) < 2 or word[0] != "-":  # noqa: PLR2004  `-` alone is an operand
            operands.append(word)
        elif word in syntax.flags:
            found.setdefault(word, [])
        elif word.startswith("--"):
            name, equals, value = word.partition("=")
            if name not in syntax.valued:
                return None
            found.setdefault(name, []).append(value if equals else next(rest, ""))
        elif not _cluster(word, rest, syntax, found):
            return None
    return found, operands


def _cluster(word: str, rest: Iterator[str], syntax: _Syntax, found: dict[str, list[str]]) -> bool:
    """Read short options written together: `-fsS`, `-qO-`."""
    for index, letter in enumerate(word[1:], 2):
        name = f"-{letter}"
        if name in syntax.valued:
            found.setdefault(name, []).append(word[index:] or next(rest, ""))
            return True
        if name not in syntax.flags:
            return False
        found.setdefault(name, [])
    return True


_CURL: Final = _Syntax(
    frozenset(
        "-f -s -S -L -k -v -i -I -g -N -4 -6 --fail --fail-with-body --silent --show-error --location --insecure "
        "--verbose --include --head --globoff --no-buffer --ipv4 --ipv6 --compressed --http1.1 --no-progress-meter "
        "--retry-connrefused --retry-all-errors".split()
    ),
    frozenset(
        "-o -m -H -w -A -X --output --max-time --connect-timeout --header --write-out --user-agent --request --retry "
        "--retry-delay --retry-max-time --noproxy --url".split()
    ),
)
_WGET: Final = _Syntax(
    frozenset("-q -S -nv --quiet --spider --no-verbose --server-response --no-check-certificate --no-proxy".split()),
    frozenset(
        "-O -T -t -U -Y --output-document --timeout --tries --user-agent --header --proxy --max-redirect".split()
    ),
)
_NC: Final = _Syntax(frozenset("-z -v -n -4 -6".split()), frozenset({"-w"}))
_GRPC: Final = frozenset({"addr", "service", "connect-timeout", "rpc-timeout"})


def _curl(words: list[str], target: Target) -> Request | None:
    parsed = _options(words, _CURL)
    if parsed is None:
        return None
    options, urls = parsed
    urls += options.get("--url", [])
    method = _last(options, "-X", "--request") or "GET"
    if (
        len(urls) != 1
        or options.keys().isdisjoint({"-f", "--fail", "--fail-with-body"})
        or method not in {"GET", "HEAD"}
        or (target.redirects and not options.keys().isdisjoint({"-L", "--location"}))
    ):
        # Without `-f` curl is content with any answer; the kubelet is not. It follows no redirect to another host.
        return None
    headers = [*options.get("-H", []), *options.get("--header", [])]
    agent = _last(options, "-A", "--user-agent")
    return _http(urls[0], [*headers, *([f"User-Agent: {agent}"] if agent else [])],
                 _last(options, "-m", "--max-time"), target)  # fmt: skip


def _wget(words: list[str], target: Target) -> Request | None:
    parsed = _options(words, _WGET)
    if parsed is None or len(parsed[1]) != 1 or target.redirects:
        return None
    options, urls = parsed
    agent = _last(options, "-U", "--user-agent")
    headers = [*options.get("--header", []), *([f"User-Agent: {agent}"] if agent else [])]
    return _http(urls[0], headers, _last(options, "-T", "--timeout"), target)


def _http(url: str, headers: list[str], timeout: str, target: Target) -> Request | None:
    match = _URL.fullmatch(url)
    if not match:
        return None
    scheme, host, number, path = match.groups()
    port = int(number or 80)
    if scheme == "https" or target.by_address:
        return None
    pairs = [(name.strip(), value.strip()) for name, _, value in (header.partition(":") for header in headers)]
    if not target.is_meant(host, port) or any(not _HEADER.fullmatch(name) or not value for name, value in pairs):
        return None
    if not any(name.lower() == "host" for name, _ in pairs):
        # Programs that answer to known host names only know this one, and not the pod's address.
        pairs.insert(0, ("Host", f"{host}:{number}" if number else host))
    handler: dict[str, Any] = {"path": path if path and path[0] == "/" else f"/{path or ''}", "port": port}
    handler["httpHeaders"] = [{"name": name, "value": value} for name, value in pairs]
    return Request({"httpGet": handler}, _number(timeout))


def _nc(words: list[str], target: Target) -> Request | None:
    parsed = _options(words, _NC)
    if parsed is None or len(parsed[1]) != 2 or "-z" not in parsed[0]:  # noqa: PLR2004  host and port
        return None
    host, port = parsed[1]
    return _connect(host, port, _number(_last(parsed[0], "-w")), target)


def _connect(host: str, port: str, timeout: float | None, target: Target) -> Request | None:
    if not port.isdecimal() or not target.is_meant(host, int(port)):
        return None
    return Request({"tcpSocket": {"port": int(port)}}, timeout)


def _grpc(words: list[str], target: Target) -> Request | None:
    values: dict[str, str] = {}
    rest = iter(words)
    for word in rest:
        name, equals, value = word.lstrip("-").partition("=")
        if word[:1] != "-" or name not in _GRPC:
            return None
        values[name] = value if equals else next(rest, "")
    host, _, port = values.get("addr", "").rpartition(":")
    if not port.isdecimal() or not target.is_meant(host, int(port)):
        return None
    service = {"service": values["service"]} if values.get("service") else {}
    return Request({"grpc": {"port": int(port), **service}})


_READERS: Final[dict[str, Callable[[list[str], Target], Request | None]]] = {
    "curl": _curl,
    "wget": _wget,
    "nc": _nc,
    "ncat": _nc,
    "netcat": _nc,
    "grpc_health_probe": _grpc,
    "grpc-health-probe": _grpc,
}


def _last(options: dict[str, list[str]], *names: str) -> str:
    values = [value for name in names for value in options.get(name, ())]
    return values[-1] if values else ""


def _number(text: str) -> float | None:
    try:
        return float(text) or None
    except ValueError:
        return None
