"""Whoever is in some group, on the cluster of the tests: a certificate of the cluster's own, and a kubeconfig with it.

Any cluster gives these out to its administrator, so tests of rights run on one that was made elsewhere, too.
Source: https://kubernetes.io/docs/reference/access-authn-authz/certificate-signing-requests/
"""

from __future__ import annotations

import base64
import json
import secrets
from typing import TYPE_CHECKING

import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tools.cluster.pki import write_private

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tools.cluster.api import Api

_SIGNING = "certificates.k8s.io/v1"
_KIND = "CertificateSigningRequest"


def member(api: Api, folder: Path, *groups: str, user: str = "somebody") -> Path:
    """Write a kubeconfig for a user in `groups` and in no other but that of all who logged in; answers its path."""
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _signed(api, _request(key, user, groups))
    config = yaml.safe_load(api.kubeconfig.read_text("utf-8"))
    name = config["users"][0]["name"]
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    data = {"client-certificate-data": certificate, "client-key-data": base64.b64encode(pem).decode()}
    content = json.dumps({**config, "users": [{"name": name, "user": data}]})
    return write_private(folder / f"{user}-{secrets.token_hex(4)}", content.encode())


def _request(key: ec.EllipticCurvePrivateKey, user: str, groups: Sequence[str]) -> bytes:
    names = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, group) for group in groups]
    subject = x509.Name([*names, x509.NameAttribute(NameOID.COMMON_NAME, user)])
    builder = x509.CertificateSigningRequestBuilder().subject_name(subject)
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def _signed(api: Api, request: bytes) -> str:
    """The certificate for a request, in base64."""
    name = f"test-{secrets.token_hex(4)}"
    spec = {
        "request": base64.b64encode(request).decode(),
        "signerName": "kubernetes.io/kube-apiserver-client",
        "usages": ["client auth"],
    }
    made = api.create({"apiVersion": _SIGNING, "kind": _KIND, "metadata": {"name": name}, "spec": spec})
    made["status"] = {"conditions": [{"type": "Approved", "status": "True", "reason": "Test", "message": "of a test"}]}
    api.request("PUT", f"{api.path_of(made)}/approval", json=made)

    def certificate() -> str:
        found: str = api.get(_SIGNING, _KIND, "", name).get("status", {}).get("certificate", "")
        return found

    api.wait(lambda: bool(certificate()), f"a certificate for {name}")
    return certificate()
