"""The short form of a port: `[[host address:]host port:]container port[/protocol]`, each port perhaps a range."""

from __future__ import annotations

import re
from typing import Any

from longshore.compose.addresses import is_address
from longshore.regex import Regex

PROTOCOLS = ("tcp", "udp", "sctp")
HIGHEST = 65535

_DIGITS = Regex(r"[0-9]+", re.ASCII)


class PortError(Exception):
    """The text is not a port: says why, and what to write."""

    def __init__(self, message: str, help: str = "") -> None:  # noqa: A002
        super().__init__(message)
        self.message = message
        self.help = help or 'write `"8080:80"`: the port of the host, then that of the container'


def parse_ports(text: str) -> list[dict[str, Any]]:
    """Give the long forms, one for each container port, in the order that Docker has them.

    Raises:
        PortError: an address, port, range or protocol is wrong.
    """
    head, _, container = text.rpartition(":")
    address, _, host = head.rpartition(":")
    container, protocol = _protocol(container)
    address = _address(address)
    if not container:
        raise PortError(f'"{text}" names no port of the container')
    first, last = _range(container, text)
    if first == 0:
        raise PortError(f'"{text}" maps the port 0 of the container, and 0 is not a port of a container')
    host_first, host_last = _range(host, text) if host else (0, 0)
    if host and last - first != host_last - host_first and first != last:
        raise PortError(
            f'"{text}" maps {last - first + 1} ports of the container to {host_last - host_first + 1} of the host',
            "make both ranges the same length",
        )
    if protocol.lower() not in PROTOCOLS:
        raise PortError(f'"{protocol}" is not a protocol', f"use one of {', '.join(PROTOCOLS)}")
    ports = []
    for offset in range(last - first + 1):
        port: dict[str, Any] = {"mode": "ingress", "target": first + offset, "protocol": protocol.lower()}
        if address:
            port["host_ip"] = address
        if host:
            published = str(host_first + offset)
            port["published"] = f"{published}-{host_last}" if first == last and host_first != host_last else published
        ports.append(port)
    # Docker sorts the ports of a range by their text: 10 stands before 9.
    return sorted(ports, key=lambda port: f"{port['target']}/{port['protocol']}")


def _protocol(container: str) -> tuple[str, str]:
    port, _, protocol = container.partition("/")
    return port, protocol or "tcp"


def _address(text: str) -> str:
    address = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    if address and not is_address(address):
        raise PortError(f'"{text}" is not an IP address', 'write `"127.0.0.1:8080:80"` or `"[::1]:8080:80"`')
    return address


def _range(text: str, whole: str) -> tuple[int, int]:
    numbers = text.split("-")
    for number in numbers[:2]:
        if not _DIGITS.fullmatch(number) or int(number) > HIGHEST:
            raise PortError(f'"{number}" in "{whole}" is not a port: ports are numbers from 1 to {HIGHEST}')
    first, last = int(numbers[0]), int(numbers[1] if len(numbers) > 1 else numbers[0])
    if last < first:
        raise PortError(f'"{text}" in "{whole}" is a range that ends before it starts')
    return first, last
