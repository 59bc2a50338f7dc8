"""Reference → ExternalSecret: one entry per key, so that a missing key fails loudly and nothing else flows in.

Source: https://external-secrets.io/latest/api/externalsecret/ (`external-secrets.io/v1`)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from longshore.convert.kubernetes.kinds import new
from longshore.convert.secrets.contents import BASE64, VALUE
from longshore.convert.secrets.interface import backend
from longshore.model import ObjectKey

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from longshore.convert.options import Options
    from longshore.convert.secrets.remotes import Remote
    from longshore.model import Manifest


def file_secret(options: Options, name: str, remote: Remote) -> Manifest:
    """Bind a remote secret that is a file to the one key `value` of the Secret `name`; what is no text is decoded."""
    made = external_secret(options, name, remote.name, tuple(remote.needs) or ("",))
    for entry in made["spec"]["data"]:
        entry["secretKey"] = VALUE
        if entry["remoteRef"].get("property") == BASE64:
            entry["remoteRef"]["decodingStrategy"] = "Base64"
    return made


def external_secret(
    options: Options,
    name: str,
    remote: str,
    keys: Iterable[str],
    template: Mapping[str, str] | None = None,
) -> Manifest:
    """Bind `keys` of the remote secret `remote` to a Secret called `name`.

    keys: properties of the remote JSON object; the key `""` stands for the whole remote value, under `value`.
    template: file name → text in which the operator fills in `{{ .KEY }}`; without it the Secret holds the keys.
    A pinned version makes the Secret immutable: it never has to be read again.
    """
    version = options.secrets.versions.get(remote, "")
    pin = {"version": backend(options.secrets.backend).version(version)} if version else {}
    target: dict[str, Any] = {"name": name, "creationPolicy": "Owner", "deletionPolicy": "Retain"}
    if version:
        target["immutable"] = True
    if template:
        target["template"] = {"engineVersion": "v2", "data": dict(template)}
    return new(
        ObjectKey("ExternalSecret", name),
        spec={
            "refreshPolicy": "CreatedOnce" if version else "Periodic",
            "refreshInterval": "0s" if version else options.secrets.refresh_interval,
            "secretStoreRef": {"kind": "SecretStore", "name": options.secrets.store},
            "target": target,
            "data": [
                {
                    "secretKey": key or VALUE,
                    "remoteRef": {"key": remote, **({"property": key} if key else {}), **pin},
                }
                for key in keys
            ],
        },
    )
