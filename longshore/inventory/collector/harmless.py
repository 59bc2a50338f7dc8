"""Reduces texts that may hold a secret to what surely holds none: words of lists that stand here, and numbers.

A command or a health check is somebody's own text, and no test can say that a word of it is no password. So nothing of
it is kept but what everybody has: the names of well-known programs and flags, ports, and paths made of words that
health pages are called by. A health check with any other word is not kept at all; its kind and its length are.
"""

from __future__ import annotations

import re
from typing import Any, Sequence

PROGRAMS = frozenset(
    """ash bash bundle bun caddy celery clickhouse-server consul deno docker-entrypoint docker-entrypoint.sh dotnet
    dumb-init elasticsearch entrypoint entrypoint.sh etcd flask gunicorn haproxy httpd httpd-foreground java
    keydb-server lighttpd mariadbd memcached minio mongod mysqld nats-server nginx node npm npx php php-fpm pnpm
    postgres prometheus puma python python2 python3
    rabbitmq-server rails redis-server ruby s6-svscan sh sleep
    start.sh run.sh supervisord su-exec gosu tail tini traefik uvicorn valkey-server vault yarn""".split()
)
"""Programs whose names are kept; of any other command only the number of its words is."""

_SHELLS = frozenset({"sh", "bash", "ash", "dash"})
_WORDS = frozenset(
    """-c -f -s -S -q -O- -O -o -L -k -z -w -h -U -p -d -e -i -t -fsS -fsSL -fs -sf -sS -qO- -fSs -sfL -nv --fail
    --silent --show-error --spider --quiet --tries --timeout --head --insecure --max-time --connect-timeout
    --no-verbose --output-document --retry --location --host --port --connect
    --no-check-certificate --innodb_initialized -T -I -X GET HEAD /dev/null - || && | ; exit 0 1 2 3 5 10 true false
    curl wget nc ncat pg_isready mysqladmin mariadb-admin redis-cli valkey-cli mongosh mongo ping PING PONG
    healthcheck healthcheck.sh healthcheck.py healthcheck.js grpc_health_probe rabbitmq-diagnostics rabbitmqctl
    check_running check_port_connectivity status nginx httpd apachectl configtest pgrep test grep cat kill pidof
    node python python3 php ruby java cqlsh nodetool kafka-topics.sh etcdctl endpoint health consul members traefik
    caddy varnishadm memcached echo stats version postgres root localhost 127.0.0.1 0.0.0.0 ::1 [::1] sh bash CMD
    CMD-SHELL NONE""".split()
)
_SEGMENTS = frozenset(
    """actuator admin alive api app check core db default-health-check -/healthy -/ready health health-check healthcheck
    healthy healthz heartbeat hc index index.html index.php internal live livez liveness manage management metrics
    minio ping ready readyz ready.html readiness server service status system up v1 v2 v3 _cluster _cat _health
    _status - probe monitoring""".split()
)
_PROGRAM_FOLDERS = frozenset({"", "bin", "sbin", "usr", "local", "opt", "app", "srv", "usr/bin", "usr/local/bin"})
_ADDRESS = re.compile(
    r"(?:https?://)?(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])(?::[0-9]{1,5})?((?:/[\w.-]{0,40}){0,6})"
)
_PUNCTUATION = re.compile(r"(;|\|\||&&|\|)")
_NUMBER = re.compile(r"[0-9]{1,5}s?")
_VARIABLE = re.compile(r"\"?\$(?:[A-Z_][A-Z0-9_]{0,60}|\{[A-Z_][A-Z0-9_]{0,60}\})\"?")
_NUMBERED = frozenset(
    "-p -w -t -h -U --port --timeout --max-time --connect-timeout --tries --retry localhost 127.0.0.1".split()
)
_LONGEST = 400


def command(words: Any) -> dict[str, Any] | None:
    """A command as the number of its words, and its program where that name is everybody's; None: there is none."""
    if not words:
        return None
    if isinstance(words, str):
        words = [words]
    name = _program(str(words[0]))
    return {"words": len(words), "program": name, "shell": name in _SHELLS and "-c" in [str(x) for x in words[1:2]]}


def _program(path: str) -> str:
    folder, _, name = path.rpartition("/")
    return name if name in PROGRAMS and all(part in _PROGRAM_FOLDERS for part in folder.split("/")) else ""


def health_test(words: Sequence[str] | None) -> list[str] | None:
    """The test of a health check as Docker has it, where each of its words is harmless; None: it is not kept."""
    if not words or words[0] not in {"CMD", "CMD-SHELL"} or sum(map(len, words)) > _LONGEST:
        return None
    parts = [part for word in words[1:] for part in _split(str(word))]
    previous = ""
    for part in parts:
        # A shell puts in the value of a variable; elsewhere a dollar is part of the word.
        if not _harmless(part, previous) and not (words[0] == "CMD-SHELL" and _VARIABLE.fullmatch(part)):
            return None
        previous = part
    return [str(word) for word in words]


def _split(text: str) -> list[str]:
    return _PUNCTUATION.sub(r" \1 ", text).split()


def _harmless(word: str, previous: str) -> bool:
    bare = word.strip("'\"")
    if bare in _WORDS:
        return True
    flag, _, value = bare.partition("=")
    if _NUMBER.fullmatch(value) and flag in _NUMBERED:
        return True
    if _NUMBER.fullmatch(bare):
        return previous.strip("'\"") in _NUMBERED
    name = bare.rpartition("/")
    if name[1] and name[2] in _WORDS and all(part in _PROGRAM_FOLDERS for part in name[0].split("/")):
        return True
    address = _ADDRESS.fullmatch(bare)
    return bool(address) and all(part in _SEGMENTS for part in (address.group(1) if address else "").split("/") if part)
