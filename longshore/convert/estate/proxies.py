"""How reverse proxies are told from Docker who comes in: by which labels and variables they are known.

What is said there, `fronts` reads; nothing of that is imported for a project that has none of them.
"""

from __future__ import annotations

from typing import Final

from longshore.regex import Regex

PROXIES: Final = {"traefik.": "Traefik", "caddy": "Caddy's Docker proxy", "swag": "SWAG"}
"""Prefix of a label → the proxy that is told by it."""

CADDY: Final = Regex(r"caddy(?:_\d{1,6})?(?=\.|$)")
SWAG: Final = Regex(r"swag(?=_|$)")
"""What of a label is the prefix, where other programs have labels that begin alike."""

HOST: Final = "VIRTUAL_HOST"
MULTIPORTS: Final = "VIRTUAL_HOST_MULTIPORTS"
"""Variables of which one is set for each service that nginx-proxy leads to."""
