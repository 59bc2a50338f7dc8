"""Certificates and kubeconfigs of a cluster that lives for minutes: one authority, ECDSA P-256, valid for a week."""

from __future__ import annotations

import base64
import datetime as dt
import ipaddress
import json
from typing import TYPE_CHECKING, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

if TYPE_CHECKING:
    from pathlib import Path

_LIFETIME = dt.timedelta(days=7)
_SERVED_AS = ("localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc")


class Identity(NamedTuple):
    """A key and its certificate, both PEM."""

    key: bytes
    certificate: bytes


class Authority(NamedTuple):
    """The one that signs; its certificate is what clients and the API server trust."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def pem(self) -> bytes:
        """The authority's certificate as PEM."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        """The authority's key as PEM."""
        return _pem(self.key)


def _name(user: str, group: str = "") -> x509.Name:
    """Kubernetes reads the user from CN and the groups from O (https://kubernetes.io/docs/reference/access-authn-authz/authentication/#x509-client-certificates)."""
    organisation = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, group)] if group else []
    return x509.Name([*organisation, x509.NameAttribute(NameOID.COMMON_NAME, user)])


def _builder(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(minutes=5))
        .not_valid_after(now + _LIFETIME)
    )


def new_key_pem() -> bytes:
    """A new private key; the API server takes a public key from `EC PRIVATE KEY` blocks, not from PKCS#8."""
    return _pem(ec.generate_private_key(ec.SECP256R1()))


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )


def new_authority() -> Authority:
    """A new certificate authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("longshore-test-cluster")
    certificate = (
        _builder(name, name, key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return Authority(key, certificate)


def issue(authority: Authority, user: str, group: str = "", *, server: bool = False) -> Identity:
    """A certificate for a client, or with `server` for the API server on 127.0.0.1."""
    key = ec.generate_private_key(ec.SECP256R1())
    usage = ExtendedKeyUsageOID.SERVER_AUTH if server else ExtendedKeyUsageOID.CLIENT_AUTH
    builder = (
        _builder(_name(user, group), authority.certificate.subject, key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()), critical=False)
    )
    if server:
        addresses = [x509.IPAddress(ipaddress.ip_address(x)) for x in ("127.0.0.1", "10.96.0.1")]
        names = [*(x509.DNSName(x) for x in _SERVED_AS), *addresses]
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    certificate = builder.sign(authority.key, hashes.SHA256())
    return Identity(_pem(key), certificate.public_bytes(serialization.Encoding.PEM))


def write_private(path: Path, content: bytes) -> Path:
    """Write a file that only its owner can read."""
    path.touch(mode=0o600)
    path.write_bytes(content)
    return path


def write_kubeconfig(path: Path, server: str, authority: Authority, identity: Identity) -> Path:
    """Write a kubeconfig that carries its certificates, so that it can be copied. JSON is YAML too."""

    def text(pem: bytes) -> str:
        return base64.b64encode(pem).decode()

    name = "longshore-test"
    user = {"client-certificate-data": text(identity.certificate), "client-key-data": text(identity.key)}
    cluster = {"server": server, "certificate-authority-data": text(authority.pem)}
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": name, "cluster": cluster}],
        "users": [{"name": name, "user": user}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
        "current-context": name,
    }
    return write_private(path, json.dumps(config, indent=1).encode())
