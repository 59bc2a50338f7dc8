"""What a user of a kubeconfig shows to an API server: a token or a certificate, wherever it comes from.

In the form in which Kubernetes' clients ask programs for it:
https://kubernetes.io/docs/reference/config-api/client-authentication.v1/
"""

from __future__ import annotations

import base64
import binascii
import json
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from longshore.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from longshore.cluster.kubeconfig import Context

VERSION: Final = "client.authentication.k8s.io/v1"
INFO: Final = "KUBERNETES_EXEC_INFO"
"""Variable in which a client tells a program of the cluster to log in to."""

_FRESH: Final = timedelta(minutes=5)
"""How long the content of a token file counts; what writes it there writes a new one long before the old one ends."""


def shown(context: Context, environment: Mapping[str, str]) -> dict[str, Any]:
    """What the user of a context shows: the `status` of an ExecCredential.

    Raises:
        Refused: it can't be had; without a word of it.
    """
    user = context.user
    if plugin := user.get("exec"):
        return _from_plugin(context, plugin, environment)
    try:
        if user.get("token"):
            return {"token": str(user["token"])}
        if user.get("tokenFile"):
            until = (datetime.now(UTC) + _FRESH).strftime("%Y-%m-%dT%H:%M:%SZ")
            return {"token": Path(user["tokenFile"]).read_text("utf-8").strip(), "expirationTimestamp": until}
        certificate, key = _pem(user, "client-certificate"), _pem(user, "client-key")
    except (OSError, UnicodeError, binascii.Error):
        raise Refused(f"the credentials of context `{context.name}` can't be read") from None
    if certificate and key:
        return {"clientCertificateData": certificate, "clientKeyData": key}
    ways = "a token, a client certificate or a program (`exec`) are known"
    raise Refused(f"context `{context.name}` has no credentials that we know", ways)


def _pem(user: Mapping[str, Any], field: str) -> str:
    if user.get(f"{field}-data"):
        return base64.b64decode(str(user[f"{field}-data"])).decode()
    return Path(user[field]).read_text("utf-8") if user.get(field) else ""


def _from_plugin(context: Context, plugin: Mapping[str, Any], environment: Mapping[str, str]) -> dict[str, Any]:
    """Ask the program that a kubeconfig names, as a client would."""
    command, version = str(plugin.get("command") or ""), str(plugin.get("apiVersion") or "")
    spec: dict[str, Any] = {"interactive": False}
    if plugin.get("provideClusterInfo"):
        spec["cluster"] = told(context)
    asked = {"apiVersion": version, "kind": "ExecCredential", "spec": spec}
    own = {str(each["name"]): str(each["value"]) for each in plugin.get("env") or ()}
    try:
        done = subprocess.run(  # noqa: S603  the program that the kubeconfig names
            [command, *map(str, plugin.get("args") or ())],
            env={**environment, **own, INFO: json.dumps(asked)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            check=False,
        )
        if done.returncode:
            raise Refused(f"`{command}`, which logs in to `{context.name}`, ended with {done.returncode}")
        status = json.loads(done.stdout)["status"]
    except OSError as error:
        hint = str(plugin.get("installHint") or "").strip()
        raise Refused(f"`{command}`, which logs in to `{context.name}`, does not run: {error.strerror}", hint) from None
    except (ValueError, KeyError, TypeError):
        raise Refused(f"`{command}`, which logs in to `{context.name}`, answered with no credentials") from None
    return dict(status)


def told(context: Context) -> dict[str, Any]:
    """What a program is told of the cluster that it logs in to."""
    keys = ("server", "tls-server-name", "insecure-skip-tls-verify", "proxy-url")
    found = {key: context.cluster[key] for key in keys if context.cluster.get(key)}
    if context.authority:
        found["certificate-authority-data"] = base64.b64encode(context.authority).decode()
    return found
