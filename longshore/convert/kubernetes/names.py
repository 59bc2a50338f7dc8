"""Kubernetes names out of compose names.

Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ (DNS-1123 label, 63 characters).
"""

from __future__ import annotations

import re

from longshore.regex import Regex

LABEL_LENGTH = 63
_LABEL = Regex(r"[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?")
_QUALIFIED = Regex(
    r"(?:(?=[^/]{1,253}/)[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*/)?"
    r"[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?"
)
_DOMAIN = Regex(r"(?=.{1,253}$)[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*", re.ASCII)
_REFUSED = Regex(r"[^a-z0-9-]+")


def label(text: str, length: int = LABEL_LENGTH) -> str:
    """Make a DNS-1123 label of at most `length` characters; the same text always gives the same label.

    Valid text is kept. Where characters had to go only by cutting, eight hex digits of a hash keep two long names
    apart. Two texts may meet in one label (`a_b`, `a-b`): who names several things must look for collisions.
    """
    if _LABEL.fullmatch(text) and len(text) <= length:
        return text
    clean = _REFUSED.sub("-", text.lower()).strip("-")
    if clean and len(clean) <= length:
        return clean
    digest = _hash(text)
    stem = clean[: length - len(digest) - 1].rstrip("-")
    return f"{stem}-{digest}" if stem else f"x{digest}"


def host_label(text: str) -> str:
    """Make a label that a Service may be called: it starts with a letter (RFC 1035), on clusters before 1.36 too.

    Source: https://kubernetes.io/docs/concepts/services-networking/service/#defining-a-service
    """
    name = label(text)
    return label(f"s-{name}") if name[0].isdigit() else name


def valid_domain(name: str) -> bool:
    """Is this a DNS name in lower case (RFC 1123 subdomain, 253 characters)?"""
    return bool(_DOMAIN.fullmatch(name))


def valid_annotation(key: str) -> bool:
    """May an annotation or a label have this key: `[prefix/]name`, the prefix a DNS name, the name 63 characters?

    Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/annotations/#syntax-and-character-set
    """
    return bool(_QUALIFIED.fullmatch(key))


def digest(*parts: str) -> str:
    """Eight hex digits that tell apart what `parts` name; never computed from a secret value."""
    return _hash("\0".join(parts))


def _hash(text: str) -> str:
    from hashlib import sha256  # noqa: PLC0415  loads all of OpenSSL, and few estates need it

    return sha256(text.encode()).hexdigest()[:8]
