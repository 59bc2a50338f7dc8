"""Files that are secret by what they are: key stores, password files, credentials of well-known programs.

By name (`.pgpass`, `id_rsa`, `*.p12`), or by the first bytes of formats that hold keys.
"""

from __future__ import annotations

import re
from posixpath import basename
from typing import Final

from longshore.regex import Regex

_BY_ENDING: Final = {
    "a key store": ".p12 .pfx .jks .jceks .keystore .bks .bcfks",
    "a password database": ".kdbx .kdb .psafe3 .agilekeychain",
    "a Kerberos keytab": ".keytab",
    "a private key": ".ppk .agekey .p8 .gpgkey",
    "a wallet": ".wallet",
    "a signing profile": ".mobileprovision",
    "a password file": ".pgpass .netrc .htpasswd",
    "a token": ".vault-token",
}
_BY_NAME: Final = {
    "a password file": (
        ".netrc _netrc netrc .authinfo .pgpass pgpass pgpass.conf .htpasswd htpasswd .htdigest passwd.txt shadow "
        "gshadow chap-secrets "
        "pap-secrets ipsec.secrets sasl_passwd sasldb2 userlist.txt mosquitto.passwd pwfile password.txt "
        "passwords.txt"
    ),
    "a private key": (
        "id_rsa id_dsa id_ecdsa id_ed25519 id_ed25519_sk ssh_host_rsa_key ssh_host_ecdsa_key ssh_host_ed25519_key "
        "ssh_host_dsa_key secring.gpg private.key privkey.pem private.pem"
    ),
    "a master key": "master.key production.key secret.key secrets.key credentials.yml.enc",
    "credentials": (
        ".git-credentials git-credentials .dockercfg .dockerconfigjson .docker/config.json .aws/credentials .boto "
        ".s3cfg .passwd-s3fs passwd-s3fs .mylogin.cnf application_default_credentials.json accesstokens.json "
        "msal_token_cache.json .fetchmailrc .msmtprc rootkey.csv accesskeys.csv client_secret.json "
        "service-account.json serviceaccount.json secrets.json secrets.yml secrets.yaml secrets.toml secrets.env"
    ),
    "the cookie of a cluster": ".erlang.cookie erlang.cookie",
    "credentials of a cluster": ".kube/config",
    "a wallet": "wallet.dat",
    "a token": ".vault-token vault-token",
}
_ENDINGS: Final = {ending: kind for kind, endings in _BY_ENDING.items() for ending in endings.split()}
_NAMES: Final = {name: kind for kind, names in _BY_NAME.items() for name in names.split()}
_DATA: Final = r"(?:\.(?:json|ya?ml|ini|toml|txt|xml|properties|csv|db|key|conf|config|bak|old|orig|enc|gpg))?"
_WORDS: Final = (
    (Regex(rf"(?:[\w.-]{{0,80}}[._-])?credentials(?:[_-][\w-]{{1,80}})?{_DATA}"), "credentials"),
    (
        Regex(rf"(?:[\w.-]{{0,80}}[._-])?kubeconfig(?:[._-][\w-]{{1,80}})?{_DATA}"),
        "credentials of a cluster",
    ),
    (
        Regex(r"(?:[\w.-]{0,80}[._-])?id_(?:rsa|dsa|ecdsa|ed25519)(?:[._-](?!pub\b)[\w-]{1,80})?"),
        "a private key",
    ),
    (Regex(r"(?:[\w.-]{0,80}[._-])?keytab"), "a Kerberos keytab"),
)
"""Names that are one of these words, with more before or after it: `prod.kubeconfig`, `credentials-prod.json`."""

_SAMPLE: Final = Regex(r"(?:^|[._-])(?:sample|example|template|dist)(?:[._-]|$)")
_MAGIC: Final = (
    (b"\x03\xd9\xa2\x9a", "a password database"),
    (b"\xfe\xed\xfe\xed", "a key store"),
    (b"\xce\xce\xce\xce", "a key store"),
    (b"\x05\x02\x00", "a Kerberos keytab"),
    (b"PuTTY-User-Key-File", "a private key"),
    (b"openssh-key-v1\x00", "a private key"),
)
_PKCS12: Final = re.compile(rb"\x30[\x80-\x84][\s\S]{0,5}\x02\x01\x03\x30")
_PKCS8: Final = re.compile(rb"\x30[\x80-\x84][\s\S]{0,4}\x02\x01\x00\x30")


def secret_kind(path: str, data: bytes) -> str:
    """What a file is that makes it a secret as a whole; empty where it is none by itself.

    path: as the project has it, with its folders. data: its content; an empty file is nothing.
    """
    if not data.strip():
        return ""
    lowered = path.lower()
    name = basename(lowered)
    for start, kind in _MAGIC:
        if data.startswith(start):
            return kind
    if _PKCS12.match(data):
        return "a key store"
    if _PKCS8.match(data):
        return "a private key"
    if data.startswith((b"ssh-", b"ecdsa-", b"-----BEGIN CERTIFICATE", b"-----BEGIN PUBLIC")):
        return ""
    two = "/".join(lowered.rsplit("/", 2)[-2:])
    found = _NAMES.get(two) or _NAMES.get(name)
    if found:
        return found
    ending = name[name.rfind(".") :] if "." in name else ""
    if ending in _ENDINGS:
        return _ENDINGS[ending]
    return next((kind for pattern, kind in _WORDS if pattern.fullmatch(name)), "") if not _SAMPLE.search(name) else ""
