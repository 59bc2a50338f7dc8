"""Projects made to cost time: each grows with a number, and twice of it may take twice the time, not more.

What they have in common: one thing many times or one thing very long, where a rule might look at each for each, or
begin anew at each character. The first four took the square of their size once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

Files = dict[str, str]
"""Name → content; `compose.yaml` is one of them."""


class Adversary(NamedTuple):
    """A project that grows: `size` takes about a tenth of a second, `files` writes it for any size."""

    size: int
    files: Callable[[int], Files]


def _web(below: str, **others: str) -> Files:
    return {"compose.yaml": f"services:\n  web:\n    image: nginx:1.27\n{below}", **others}


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''").replace("$", "$$") + "'"


def _value(text: str) -> Files:
    return _web(f"    environment:\n      SETTING: {_quoted(text)}\n")


def _command(text: str) -> Files:
    return _web(f"    command: {_quoted(text)}\n")


def _mounted(name: str, content: str) -> Files:
    return {**_web(f"    volumes: ['./{name}:/etc/app/{name}:ro']\n"), name: content}


def _many(attribute: str, entry: Callable[[int], str], count: int) -> Files:
    return _web(f"    {attribute}:\n" + "".join(f"      {entry(number)}\n" for number in range(count)))


def _services(body: Callable[[int], str], count: int) -> Files:
    services = "".join(f"  s{number}:\n    image: nginx:1.27\n{body(number)}" for number in range(count))
    return {"compose.yaml": f"services:\n{services}"}


ADVERSARIES = {
    "a range of ports": Adversary(
        4_000, lambda size: _web(f"    ports: ['10000-{10000 + size}:10000-{10000 + size}']\n")
    ),
    "a long value under an unknown key": Adversary(64_000, lambda size: _web(f"    imge: {'a-' * (size // 2)}\n")),
    "a value that ends in ://": Adversary(160_000, lambda size: _value("a" * size + "://")),
    "a file that ends in ://": Adversary(160_000, lambda size: _mounted("a.conf", "a" * size + "://")),
    "mysql -p in a command": Adversary(10_000, lambda size: _command(" mysql -p" * (size // 9))),
    "mc alias set in a script": Adversary(
        20_000, lambda size: _mounted("a.sh", "#!/bin/sh\n" + "mc alias set " * (size // 13))
    ),
    "escaped quotes in JSON": Adversary(40_000, lambda size: _mounted("a.json", '{"a": ' + '\\"' * (size // 2))),
    "escaped quotes in a test": Adversary(
        40_000, lambda size: _web("    healthcheck: {test: " + _quoted('curl "' + '\\"' * (size // 2)) + "}\n")
    ),
    "a long unknown key": Adversary(64_000, lambda size: _web(f"    {'image' * (size // 5)}: a\n")),
    "open braces": Adversary(64_000, lambda size: _value("{{" * (size // 2))),
    "base64": Adversary(160_000, lambda size: _mounted("a.conf", "aB3xZ9qL4m+/" * (size // 12))),
    "assignments": Adversary(8_000, lambda size: _value("token=key=" * (size // 10))),
    "secrets in a command": Adversary(
        200, lambda size: _command(" ".join(f"--password=aB3xZ9qL4m{number}" for number in range(size)))
    ),
    "lines of an env file": Adversary(
        2_000,
        lambda size: {
            **_web("    env_file: a.env\n"),
            "a.env": "".join(f"SETTING_{n}=value{n}\n" for n in range(size)),
        },
    ),
    "labels": Adversary(2_000, lambda size: _many("labels", lambda number: f"a.label.{number}: v{number}", size)),
    "routers of Traefik": Adversary(
        200,
        lambda size: _many("labels", lambda n: f"traefik.http.routers.r{n}.rule: Host(`h{n}.example.com`)", size),
    ),
    "hosts": Adversary(
        2_000, lambda size: _many("extra_hosts", lambda n: f"- h{n}:10.0.{n // 250 % 250}.{n % 250}", size)
    ),
    "services that dial the next": Adversary(
        100, lambda size: _services(lambda n: f"    environment: {{URL: 'http://s{(n + 1) % size}:80'}}\n", size)
    ),
    "an alias that all have": Adversary(
        200, lambda size: _services(lambda _: "    networks: {default: {aliases: [all]}}\n", size)
    ),
    "an alias that means others in each network": Adversary(
        200,
        lambda size: {
            "compose.yaml": _services(lambda n: f"    networks: {{n{n}: {{aliases: [all]}}}}\n", size)["compose.yaml"]
            + "networks:\n"
            + "".join(f"  n{n}: {{}}\n" for n in range(size))
        },
    ),
    "a chain of volumes_from": Adversary(
        300,
        lambda size: _services(
            lambda n: f"    volumes: ['/data{n}']\n" + (f"    volumes_from: [s{n - 1}]\n" if n else ""), size
        ),
    ),
    "services with names that change": Adversary(
        100,
        lambda size: {
            "compose.yaml": _services(lambda n: f"    command: [a, --to, s_{(n + 1) % size}]\n", size)[
                "compose.yaml"
            ].replace("  s", "  s_")
        },
    ),
}
"""What each is → the project."""
