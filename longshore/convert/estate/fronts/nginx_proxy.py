"""What variables for nginx-proxy say of the ways to a service: `VIRTUAL_HOST`, `VIRTUAL_PORT`, and more.

The proxy reads them from Docker. A password, or rules of nginx for one host, are files of the proxy, called like the
host, below `/etc/nginx/htpasswd` and `/etc/nginx/vhost.d`.
Source: https://github.com/nginx-proxy/nginx-proxy/tree/main/docs
"""

from __future__ import annotations

from posixpath import basename
from typing import TYPE_CHECKING, Final

from longshore.convert.estate.content import content
from longshore.convert.estate.fronts.words import (
    INTERNAL,
    TLS,
    Change,
    Front,
    Way,
    each_once,
    host_name,
    number,
    parsed,
    password,
    path_prefix,
    shown,
)
from longshore.convert.estate.ports import image_name
from longshore.convert.estate.proxies import HOST, MULTIPORTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from longshore.convert.estate import Estate, Service

_PREFIXES: Final = ("VIRTUAL_", "LETSENCRYPT_", "ACME_")
_OTHERS: Final = frozenset(
    "HTTPS_METHOD NETWORK_ACCESS CERT_NAME SSL_POLICY HSTS SERVER_TOKENS HTTP2_ENABLE HTTP3_ENABLE".split()
)
_PASSWORDS: Final = "/etc/nginx/htpasswd"
_RULES: Final = "/etc/nginx/vhost.d"


def variables(service: Service) -> tuple[str, ...]:
    """The variables of a service that are nginx-proxy's, the one that names the hosts first; none where it has none."""
    environment = service.model.get("environment") or {}
    first = next((key for key in (HOST, MULTIPORTS) if environment.get(key)), "")
    found = [key for key in environment if key != first and (key.startswith(_PREFIXES) or key in _OTHERS)]
    if not first or not (
        first == MULTIPORTS or found or _is_host(str(environment[first])) or service.estate.memo(_proxies)
    ):
        return ()
    # Programs of other kinds have a virtual host too, RabbitMQ's for instance, and Pi-hole calls its own so.
    return () if image_name(service) == "pihole" and not found else (first, *found)


def _is_host(text: str) -> bool:
    return "." in text and all(host_name(each.strip().lstrip("*.~^")) for each in text.split(","))


def front(service: Service) -> Front | None:
    """The ways that nginx-proxy has to a service; None where it has none."""
    if not variables(service):
        return None
    environment = {key: str(value or "") for key, value in (service.model.get("environment") or {}).items()}
    told = list(_changes(service, environment))
    path = environment.get("VIRTUAL_PATH", "/") or "/"
    if path != "/" and not path_prefix(path.rstrip("/")):
        told.append(Change(f"lets in only paths like {shown(path)}", guards=True))
    destination = environment.get("VIRTUAL_DEST")
    if destination is not None and destination != path:
        told.append(Change(f"puts {shown(destination or '/')} in the place of {shown(path)} in the path"))
    ways = []
    for host in filter(None, map(str.strip, environment.get(HOST, "").split(","))):
        own = list(_files(service.estate, host))
        if not host_name(host):
            own.append(Change(f"answers to all hosts like {shown(host)}"))
        port = number(environment.get("VIRTUAL_PORT", ""))
        ways.append(Way(host_name(host), path_prefix(path.rstrip("/")) or "/", port, changes=each_once([*told, *own])))
    ways += [way._replace(changes=each_once([*told, *way.changes])) for way in _several(service, environment)]
    return Front(tuple(ways))


def _several(service: Service, environment: Mapping[str, str]) -> Iterator[Way]:
    """The ways of `VIRTUAL_HOST_MULTIPORTS`: host → path → port, in YAML or JSON."""
    tree = parsed(MULTIPORTS, environment.get(MULTIPORTS, ""))
    for host, paths in tree.items() if isinstance(tree, dict) else ():
        own = list(_files(service.estate, str(host)))
        for path, given in paths.items() if isinstance(paths, dict) and paths else (("/", None),):
            said = given if isinstance(given, dict) else {}
            instead = f"puts {shown(str(said.get('dest')))} in the place of {shown(str(path))} in the path"
            changes = each_once([*own, *([Change(instead)] if "dest" in said else [])])
            below = path_prefix(str(path).rstrip("/")) or "/"
            yield Way(host_name(str(host)), below, number(str(said.get("port") or "")), changes=changes)


def idle(service: Service) -> bool:
    """Has the service no variables for the proxy?"""
    return not variables(service)


def _changes(service: Service, environment: Mapping[str, str]) -> Iterator[Change]:
    if environment.get("NETWORK_ACCESS", "").lower() == "internal":
        yield Change("lets in only the proxy's own networks (`NETWORK_ACCESS`)", guards=True, by=INTERNAL, value="true")
    if environment.get("LETSENCRYPT_HOST") or environment.get("ACME_HOST") or environment.get("CERT_NAME"):
        yield TLS
    protocol = environment.get("VIRTUAL_PROTO", "http") or "http"
    if protocol != "http":
        yield Change(f"calls the container by {shown(protocol)}")
    if environment.get("HTTPS_METHOD", "redirect") not in {"", "redirect"}:
        yield Change(f"treats plain HTTP in a way of its own, `HTTPS_METHOD` {shown(environment['HTTPS_METHOD'])}")
    labels = service.model.get("labels") or {}
    client = str(labels.get("com.github.nginx-proxy.nginx-proxy.ssl_verify_client") or "")
    if client and client.lower() != "off":
        yield Change(f"asks clients for a certificate (`ssl_verify_client` {shown(client)})", guards=True)


def _proxies(estate: Estate) -> tuple[Service, ...]:
    return tuple(service for service in estate if "nginx-proxy" in image_name(service))


def _files(estate: Estate, host: str) -> Iterator[Change]:
    """Tell of files that the proxy has for a host, and of a folder of passwords that is not seen."""
    for proxy in estate.memo(_proxies):
        for mount in proxy.model.get("volumes") or ():
            target, path = str(mount.get("target") or "").rstrip("/"), str(mount.get("source") or "")
            folder = next((each for each in (_PASSWORDS, _RULES) if f"{target}/".startswith(f"{each}/")), "")
            found = content(estate, path) if folder and mount.get("type") == "bind" else None
            if not folder:
                continue
            names = {basename(target)} if target != folder else set(map(basename, found.files)) if found else set()
            if names & {host, f"{host}_location"}:
                yield from _guarded(folder, host)
            elif folder == _PASSWORDS and target == folder and (found is None or found.trouble):
                yield Change(f"the proxy's `{folder}`, which is not seen here, may ask for a password", guards=True)


def _guarded(folder: str, host: str) -> Iterator[Change]:
    if folder == _PASSWORDS:
        yield password("the proxy", f"{folder}/{host}")
    else:
        yield Change(f"the proxy has rules of its own, `{folder}/{host}`, which may protect it", guards=True)
