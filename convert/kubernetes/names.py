"""Kubernetes names out of compose names.

Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ (DNS-1123 label, 63 characters).
"""

from __future__ import annotations

import re
from hashlib import sha256

LABEL_LENGTH = 63
_LABEL = re.compile(r"[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?").fullmatch
_REFUSED = re.compile(r"[^a-z0-9-]+")


def label(text: str, length: int = LABEL_LENGTH) -> str:
    """Make a DNS-1123 label of at most `length` characters; the same text always gives the same label.

    Valid text is kept. Where characters had to go only by cutting, eight hex digits of a hash keep two long names
    apart. Two texts may meet in one label (`a_b`, `a-b`): who names several things must look for collisions.
    """
    if _LABEL(text) and len(text) <= length:
        return text
    clean = _REFUSED.sub("-", text.lower()).strip("-")
    if clean and len(clean) <= length:
        return clean
    digest = sha256(text.encode()).hexdigest()[:8]
    stem = clean[: length - len(digest) - 1].rstrip("-")
    return f"{stem}-{digest}" if stem else f"x{digest}"


def digest(*parts: str) -> str:
    """Eight hex digits that tell apart what `parts` name; never computed from a secret value."""
    return sha256("\0".join(parts).encode()).hexdigest()[:8]
