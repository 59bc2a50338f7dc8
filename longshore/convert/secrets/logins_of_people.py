"""The client by which a load balancer lets people log in at a provider (OIDC): a Secret with its id and its secret.

The secret lies with those of the service, under the name of the variable that the stack gives.
Source: https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/annotations/#auth-idp-oidc
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.secrets.binding import versioned
from longshore.convert.secrets.external_secret import external_secret
from longshore.convert.secrets.remotes import remote_key

if TYPE_CHECKING:
    from longshore.convert.estate import Service
    from longshore.convert.options import Login
    from longshore.model import Manifest


def login_secret_name(service: Service) -> str:
    """Name of the Secret for the load balancer before a service; empty where it needs none."""
    login = _oidc(service)
    if login is None:
        return ""
    content = (login.client_id, login.variable)
    return versioned(service.options, f"{service.slug}-login", remote_key(service.options, service), content)


def login_secret(service: Service) -> Manifest | None:
    """The ExternalSecret that makes it; None where it needs none."""
    login = _oidc(service)
    if login is None:
        return None
    # The id is no secret, and may hold what a template would take for its own.
    template = {"clientID": f"{{{{ `{login.client_id}` }}}}", "clientSecret": f"{{{{ .{login.variable} }}}}"}
    remote = remote_key(service.options, service)
    return external_secret(service.options, login_secret_name(service), remote, (login.variable,), template)


def _oidc(service: Service) -> Login | None:
    exposure = service.settings.exposure
    return exposure.login if exposure and exposure.login and exposure.login.kind == "oidc" else None
