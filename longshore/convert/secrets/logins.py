"""Logins in image references, `name:password@registry.example.com/web:1.0`: people write what no registry takes."""

from __future__ import annotations

import re
from typing import Final

from longshore.regex import Regex

_LOGIN: Final = Regex(r"^((?:[a-z]+://)?)[^/@\s][^/@\s:]*:[^/@\s]+@(?!sha(?:256|512):)", re.IGNORECASE)


def without_login(image: str) -> str:
    """The reference without a login; a digest (`web@sha256:…`) is none."""
    return _LOGIN.sub(r"\1", image) if "@" in image else image
