"""Who one is at a registry, as `docker login` left it: for whoever asks a registry as Docker would.

Source: https://docs.docker.com/reference/cli/docker/login/#credential-stores and
https://github.com/docker/docker-credential-helpers
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import re
import subprocess
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

DOCKER_HUB: Final = "https://index.docker.io/v1/"
"""What Docker calls Docker Hub where it keeps logins."""
_HELPER: Final = re.compile(r"[A-Za-z0-9_.-]+")
_SECONDS: Final = 30
_NO_USER: Final = "<token>"


class Login(NamedTuple):
    """user, password: of HTTP. token: a refresh token, which is given to the server of tokens instead."""

    user: str
    password: str
    token: str = ""

    def __repr__(self) -> str:
        """Say nothing of it, wherever it is printed."""
        return "Login(***)"


def login_at(host: str, environment: Mapping[str, str]) -> Login | None:
    """Find the login for a registry; None where there is none, or what keeps it does not answer."""
    config = _config(environment)
    key = DOCKER_HUB if host == "docker.io" else host
    helper = _mapping(config.get("credHelpers")).get(key) or config.get("credsStore")
    if isinstance(helper, str) and _HELPER.fullmatch(helper):
        return _from_helper(helper, key, environment)
    entries = _mapping(config.get("auths"))
    entry = next(
        (_mapping(entries[name]) for name in (key, f"https://{key}", f"https://{key}/v2/") if name in entries), {}
    )
    if entry.get("identitytoken"):
        return Login("", "", str(entry["identitytoken"]))
    try:
        user, colon, password = base64.b64decode(str(entry.get("auth") or "")).decode("utf-8").partition(":")
    except (binascii.Error, UnicodeError):
        return None
    return Login(user, password) if colon else None


def _config(environment: Mapping[str, str]) -> dict[str, Any]:
    folder = environment.get("DOCKER_CONFIG") or os.path.join(environment.get("HOME", ""), ".docker")
    try:
        with open(os.path.join(folder, "config.json"), encoding="utf-8") as opened:
            return _mapping(json.load(opened))
    except (OSError, ValueError, RecursionError):
        return {}


def _from_helper(helper: str, key: str, environment: Mapping[str, str]) -> Login | None:
    try:
        done = subprocess.run(  # noqa: S603  the user's own settings name the program, as they do for Docker
            [f"docker-credential-{helper}", "get"],
            input=key,
            env=dict(environment),
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=True,
        )
        found = _mapping(json.loads(done.stdout))
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
    user, secret = str(found.get("Username", "")), str(found.get("Secret", ""))
    return Login("", "", secret) if user == _NO_USER else Login(user, secret)


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
