"""At which ports a container really listens, from the kernel's own table of its network; nothing is run in it.

`/proc/PID/net/tcp` may be read by everybody; of whom a process is, see `processes.py`.
Source: https://www.kernel.org/doc/html/latest/networking/proc_net_tcp.html
"""

from __future__ import annotations

from typing import Any

from longshore.inventory.collector.processes import belongs, read

_LISTENING, _UNCONNECTED = "0A", "07"
_FIRST_RANDOM = 32_768
"""From here on the kernel gives ports to who asks for any; what receives UDP there waits for an answer."""
_TABLES = (("tcp", _LISTENING), ("tcp6", _LISTENING), ("udp", _UNCONNECTED), ("udp6", _UNCONNECTED))
_OF_DOCKER = "127.0.0.11"
_IPV4 = 8


def listening(pid: int, identifier: str) -> list[dict[str, Any]] | None:
    """Each port that is listened at: `port`, `protocol`, `loopback` (from inside only); None: it is not seen."""
    if not belongs(pid, identifier):
        return None
    open_to: dict[Any, bool] = {}
    for table, state in _TABLES:
        for line in read(f"/proc/{pid}/net/{table}").splitlines()[1:]:
            fields = line.split()
            if len(fields) < len(("sl", "local", "remote", "state")) or fields[3] != state:
                continue
            host, _, port = fields[1].partition(":")
            number, protocol, address = int(port, 16), table[:3], _address(host)
            if address == _OF_DOCKER or (protocol == "udp" and number >= _FIRST_RANDOM):
                continue
            inside = address.startswith("127.") or address == "::1"
            open_to[number, protocol] = open_to.get((number, protocol), True) and inside
    return [
        {"port": number, "protocol": protocol, "loopback": inside}
        for (number, protocol), inside in sorted(open_to.items())
    ]


def _address(text: str) -> str:
    """An IPv4 address, or `::1`, or anything else as it is; the kernel writes each word as its machine has it."""
    words = [bytes.fromhex(text[at : at + 8])[::-1] for at in range(0, len(text), 8)]
    number = b"".join(words)
    if len(text) == _IPV4 or number.startswith(b"\0" * 10 + b"\xff\xff"):
        return ".".join(str(byte) for byte in number[-4:])
    return "::1" if number == b"\0" * 15 + b"\1" else text
