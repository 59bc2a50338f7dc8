"""What an Application Load Balancer of AWS is told, on an Ingress and on the Services behind it.

A rule of it has an action and conditions, which annotations give by the name of a backend: that of a Service, or one
that stands for the action alone, at the port `use-annotation`.
Source: https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/annotations/
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from longshore.convert.kubernetes.aws_load_balancers import ALB
from longshore.convert.kubernetes.names import label
from longshore.regex import Regex

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from longshore.convert.options import Exposure, Login

VALUES: Final = 5
"""Values that the conditions of one rule may compare with, a host, a path and ranges together.

Source: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html
"""

OIDC: Final = f"{ALB}/auth-idp-oidc"
"""Annotation with the provider of OIDC, and the Secret of the client there, as JSON."""

OF_SERVICES: Final = frozenset(
    f"{ALB}/{name}"
    for name in (
        "auth-idp-cognito auth-idp-oidc auth-on-unauthenticated-request auth-scope auth-session-cookie "
        "auth-session-timeout auth-type backend-protocol backend-protocol-version healthcheck-interval-seconds "
        "healthcheck-path healthcheck-port healthcheck-protocol healthcheck-timeout-seconds healthy-threshold-count "
        "success-codes target-group-attributes target-node-labels target-type unhealthy-threshold-count"
    ).split()
)
"""Annotations that a Service may carry too, where they hold for it alone."""

_ROOM: Final = 63 - len("conditions.")
"""Characters of a backend's name in the key of an annotation."""
_TARGET: Final = Regex(r"(?:(https?):)?(?://([^/:?]+)(?::(\d{1,5}))?)?(/[^?]*)?(?:\?(.*))?")
_IN_HOUR: Final = 3600


def idle_timeout(seconds: int) -> dict[str, str]:
    """Annotations of an Ingress: when connections are cut on which nothing is said. One load balancer has one."""
    return {f"{ALB}/load-balancer-attributes": f"idle_timeout.timeout_seconds={seconds}"} if seconds else {}


def of_service(wanted: Exposure, secret: str) -> dict[str, str]:
    """Annotations of the Service that an exposure leads to. secret: the Secret with the client of its login."""
    found = _login(wanted.login, secret) if wanted.login else {}
    if wanted.sticky:
        cookie = f"stickiness.type=lb_cookie,stickiness.lb_cookie.duration_seconds={wanted.sticky}"
        found[f"{ALB}/target-group-attributes"] = f"stickiness.enabled=true,{cookie}"
    if wanted.health_path:
        found[f"{ALB}/healthcheck-path"] = wanted.health_path
    return found


def _login(login: Login, secret: str) -> dict[str, str]:
    if login.kind == "cognito":
        provider = {"userPoolARN": login.user_pool, "userPoolClientID": login.client_id, "userPoolDomain": login.domain}
    else:
        provider = {
            "issuer": login.issuer,
            "authorizationEndpoint": login.authorization_endpoint,
            "tokenEndpoint": login.token_endpoint,
            "userInfoEndpoint": login.user_info_endpoint,
            "secretName": secret,
        }
    found = {f"{ALB}/auth-type": login.kind, f"{ALB}/auth-idp-{login.kind}": _text(provider)}
    if login.scope:
        found[f"{ALB}/auth-scope"] = login.scope
    if login.hours:
        found[f"{ALB}/auth-session-timeout"] = str(login.hours * _IN_HOUR)
    return found


class Rules:
    """Paths of an Ingress, and the annotations that they name."""

    def __init__(self) -> None:
        self.annotations: dict[str, str] = {}

    def to_service(self, path: str, name: str, port: int, allowed: tuple[str, ...]) -> Iterator[dict[str, Any]]:
        """Lead a path to a Service; where only some ranges are allowed, refuse everybody else.

        A rule has room for a few ranges: for more of them there are more rules, which lead to the same Service.
        """
        rule: dict[str, Any] = {"path": path, "pathType": "Prefix"}
        rule["backend"] = {"service": {"name": name, "port": {"number": port}}}
        if not allowed:
            yield rule
            return
        groups = [{"serviceName": name, "servicePort": port}]
        forward = {"type": "forward", "forwardConfig": {"targetGroups": groups}}
        room = VALUES - 1 - (1 if path == "/" else 2)
        for number, start in enumerate(range(0, len(allowed), room), 1):
            if number > 1 or len(name) > _ROOM:
                rule = self._action(path, f"{name}--{number}", forward)
            self._only_from(rule, allowed[start : start + room])
            yield rule
        refusal = {"contentType": "text/plain", "statusCode": "403"}
        yield self._action(path, f"{name}--refused", {"type": "fixed-response", "fixedResponseConfig": refusal})

    def redirect(self, path: str, name: str, to: str, *, code: int, exact: bool) -> dict[str, Any]:
        """Send a path elsewhere. to: a URL or a path; what it leaves out stays as it was."""
        found = _TARGET.fullmatch(to)
        scheme, host, port, below, query = found.groups("") if found else ("", "", "", to, "")
        named = {
            "protocol": scheme.upper(),
            "host": host,
            "port": port or {"https": "443", "http": "80"}.get(scheme, ""),
            "path": below,
            "query": query,
        }
        config = {key: value for key, value in named.items() if value} | {"statusCode": f"HTTP_{code}"}
        return self._action(path, name, {"type": "redirect", "redirectConfig": config}, "Exact" if exact else "Prefix")

    def _action(self, path: str, name: str, action: Mapping[str, Any], kind: str = "Prefix") -> dict[str, Any]:
        name = label(name, _ROOM)
        self.annotations[f"{ALB}/actions.{name}"] = _text(action)
        return {
            "path": path,
            "pathType": kind,
            "backend": {"service": {"name": name, "port": {"name": "use-annotation"}}},
        }

    def _only_from(self, rule: Mapping[str, Any], ranges: tuple[str, ...]) -> None:
        condition = {"field": "source-ip", "sourceIpConfig": {"values": list(ranges)}}
        self.annotations[f"{ALB}/conditions.{rule['backend']['service']['name']}"] = _text([condition])


def _text(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
