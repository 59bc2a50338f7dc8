"""The content of a file as the secret store has it: as text where it is text, else in base64 under a key that says so.

The operator undoes the base64 (`decodingStrategy`), so that the container reads the file byte for byte.
Source: https://external-secrets.io/latest/guides/decoding-strategy/
"""

from __future__ import annotations

from base64 import b64encode
from typing import Final

from longshore.convert.estate.content import is_text
from longshore.convert.secrets.interface import MOST_BYTES, written

VALUE: Final = "value"
"""The one key of a remote secret that is a file, and the key of that file in the Secret made of it."""

BASE64: Final = "base64"
"""The one key where the file is no text."""

_NO_TEXT: Final = (".p12", ".pfx", ".jks", ".jceks", ".keystore", ".bks", ".bcfks", ".kdb", ".kdbx", ".keytab", ".der")
"""Endings of formats that are no text. A build that has not got the file must come to the same manifests."""


def key_of(path: str, data: bytes | None) -> str:
    """The key for a file at `path`; None: it is not there, and what it is called decides."""
    no_text = path.lower().endswith(_NO_TEXT) or (data is not None and not is_text(data))
    return BASE64 if no_text else VALUE


def encoded(path: str, data: bytes) -> tuple[str, str]:
    """Give the key and the value for a file at `path`."""
    key = key_of(path, data)
    return key, b64encode(data).decode() if key == BASE64 else data.decode()


def fits(path: str, data: bytes) -> bool:
    """Does a store take a file of that size? Escapes and base64 count."""
    return len(data) <= MOST_BYTES and len(written(dict((encoded(path, data),))).encode()) <= MOST_BYTES
