"""What a stack says of how services are reached, and no load balancer could do: told at the setting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from longshore.convert.kubernetes.names import valid_domain
from longshore.decoding.errors import Wrong
from longshore.stack.address_ranges import networks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.options import Exposure, Login
    from longshore.model import Path
    from longshore.stack.settings import Settings

LONGEST_STAY: Final = 7 * 24 * 3600
LONGEST_IDLE: Final = 4000
"""Seconds of an Application Load Balancer.

Source: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html
"""
_OF_INGRESSES: Final = {
    "login": "login",
    "sticky": "sticky",
    "idle_timeout": "idleTimeout",
    "health_path": "healthPath",
    "aliases": "aliases",
    "redirects": "redirects",
}
_LOGINS: Final = {
    "cognito": {"user_pool": "userPool", "domain": "domain"},
    "oidc": {
        "issuer": "issuer",
        "authorization_endpoint": "authorizationEndpoint",
        "token_endpoint": "tokenEndpoint",
        "user_info_endpoint": "userInfoEndpoint",
        "variable": "variable",
    },
}
"""Who asks people for their name → what must be known of it: field → setting."""


def exposures(settings: Settings) -> Iterator[Wrong]:
    """Find what no exposure can be, whatever the load balancer."""
    for name, service in settings.services.items():
        if service.exposure is not None:
            yield from _exposure(("services", name, "exposure"), service.exposure)


def _exposure(place: Path, wanted: Exposure) -> Iterator[Wrong]:
    if wanted.kind == "loadbalancer":
        for field, key in _OF_INGRESSES.items():
            if getattr(wanted, field):
                help_text = "write `kind: ingress`, or leave it out"
                yield Wrong((*place, key), "is about requests, and `loadbalancer` passes bytes on", help_text, key=True)
    yield from _ranges((*place, "allowFrom"), wanted.allow_from)
    for key, seconds, longest in (
        ("sticky", wanted.sticky, LONGEST_STAY),
        ("idleTimeout", wanted.idle_timeout, LONGEST_IDLE),
    ):
        if seconds > longest:
            yield Wrong((*place, key), f"of {seconds} seconds is longer than {longest}", f"{longest} at most")
    for key, path in (("path", wanted.path), ("healthPath", wanted.health_path)):
        if path and not path.startswith("/"):
            yield Wrong((*place, key), "is no path", "write `/` before it")
    yield from _sent_on(place, wanted)
    if wanted.login:
        yield from _login((*place, "login"), wanted.login)


def _sent_on(place: Path, wanted: Exposure) -> Iterator[Wrong]:
    for index, alias in enumerate(wanted.aliases):
        if not valid_domain(alias) or alias == wanted.host:
            help_text = "another name of the same host, such as `www.example.com`"
            yield Wrong((*place, "aliases", index), "is no host name that could be sent on", help_text)
    for path, to in wanted.redirects.items():
        if not path.startswith("/"):
            yield Wrong((*place, "redirects", path), "is no path", "write `/` before it", key=True)
        elif not to.startswith(("/", "https://", "http://")) or to == path:
            help_text = "such as `/new` or `https://example.com/new`"
            yield Wrong((*place, "redirects", path), "leads nowhere", help_text)


def _ranges(place: Path, ranges: tuple[str, ...]) -> Iterator[Wrong]:
    for found in networks(place, ranges):
        if isinstance(found, Wrong):
            yield found
        elif not found[1].prefixlen:
            yield Wrong(found[0], f"`{found[1]}` is everybody", "leave `allowFrom` out to let everybody in")


def _login(place: Path, login: Login) -> Iterator[Wrong]:
    wanted = _LOGINS[login.kind]
    lacking = [key for field, key in wanted.items() if not getattr(login, field)]
    if lacking:
        named = ", ".join(f"`{key}`" for key in lacking)
        yield Wrong(place, f"does not say {named}", f"`{login.kind}` needs all of them", key=True)
    for kind, fields in _LOGINS.items():
        for field, key in fields.items():
            if kind != login.kind and getattr(login, field):
                help_text = f"write `kind: {kind}`, or leave it out"
                yield Wrong((*place, key), f"is nothing that `{login.kind}` asks for", help_text, key=True)
