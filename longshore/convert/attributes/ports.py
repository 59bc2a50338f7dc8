"""`ports` → `containerPort` and a port of the service's Service, both the *container* port.

Others dial the container port, as on a Docker network, and network policies on EKS need `port` and `targetPort` to be
equal. A port is called `tcp-80` unless it has a `name`; `app_protocol` becomes `appProtocol`.

What is lost: nothing is opened to the outside. The published number, `host_ip` and `mode` say how the Docker host is
reached, and a cluster has no such host. `exposure` of the service in the stack file opens a port, by a load balancer or
an ingress. A port published on 127.0.0.1 stays what it was: for operators, by `kubectl port-forward`.
Source: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#ports
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.estate.exposure import exposed, is_loopback
from longshore.convert.estate.ports import declared, listen, valid_protocol
from longshore.convert.estate.ranges import Range, ranges
from longshore.convert.registry import attribute
from longshore.model import Approximated, Problem, Severity, Unsupported

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.convert.estate.ports import Port
    from longshore.convert.view import View
    from longshore.model import Effect, Path


@attribute("services.*.ports")
def ports(entries: View, service: Service) -> Iterator[Effect]:
    """Translate the long form."""
    known = {(port.number, port.protocol): port for port in declared(service.host)}
    opened = {(port.number, port.protocol) for port in exposed(service)}
    private: list[Range] = []
    closed: list[Range] = []
    for index, entry in enumerate(entries):
        number, protocol = int(entry["target"]), str(entry.get("protocol") or "tcp").upper()
        port = known.get((number, protocol))
        if port is None:
            yield from _refused(entry, f"{number}/{protocol.lower()}", (index,))
            continue
        yield from listen(service, port)
        name, kind = entry.get("name"), entry.get("app_protocol")
        if name and name != port.name:
            yield Approximated(f"a port cannot be called `{name}`; it is called `{port.name}`", at=(index, "name"))
        if kind and not valid_protocol(kind):
            yield Approximated(f"`{kind}` is no application protocol in Kubernetes' syntax", at=(index, "app_protocol"))
        published, address, mode = entry.get("published"), str(entry.get("host_ip") or ""), entry.get("mode")
        if (published or mode == "host") and (number, protocol) not in opened:
            yield from (Approximated("", at=(index, name)) for name in ("published", "host_ip", "mode"))
        if published and is_loopback(address):
            private.append(_range(published, port, mode, ""))
        elif (published or mode == "host") and (number, protocol) not in opened:
            closed.append(_range(published, port, mode, address))
    yield from _findings(service, private, closed)


def _refused(entry: View, text: str, at: Path) -> Iterator[Effect]:
    entry.plain()
    yield Unsupported(
        f"no Service can forward the port `{text}`",
        "numbers go from 1 to 65535, protocols are `tcp`, `udp` and `sctp`",
        at,
        severity=Severity.ERROR,
    )


def _range(published: str | None, port: Port, mode: str | None, address: str) -> Range:
    given = str(published or "")
    of = "" if address.strip("[]") in {"", "0.0.0.0", "::"} else f" of {address}"  # noqa: S104
    more = f"{' on the host' if mode == 'host' else ''}{of}"
    if given and not given.isdecimal():  # any of several numbers
        return Range(port.number, port.number, port.protocol, more=f" (on {given} of the host){more}")
    return Range(port.number, port.number, port.protocol, int(given or 0), more)


def _findings(service: Service, private: list[Range], closed: list[Range]) -> Iterator[Problem]:
    if closed:
        yield Problem(
            "published-port",
            Severity.WARNING,
            f"published {_ports(closed)}: open inside the cluster only",
            f"to open it, set `services.{service.name}.exposure` in the stack file: "
            f"`{{kind: ingress, host: …}}` for HTTP, `{{kind: loadbalancer}}` for anything else",
        )
    if private:
        yield Problem(
            "published-port",
            Severity.INFO,
            f"published {_ports(private)}: open to the Docker host alone, and now inside the cluster",
            f"operators reach it by `kubectl port-forward service/{service.host.slug} …`",
        )


def _ports(listed: list[Range]) -> str:
    return f"{'ports' if listed[1:] else 'port'} {', '.join(map(str, ranges(listed)))}"
