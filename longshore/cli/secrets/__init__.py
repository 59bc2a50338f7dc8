"""`longshore secrets`: the only thing that ever holds secret values, on their way from a file to the backend."""

from __future__ import annotations

from typing import Final

VERBS: Final = {
    "push": (
        "longshore.cli.secrets.push",
        "take values to the secret store: from .env, a file, standard input or a prompt",
    ),
    "diff": ("longshore.cli.secrets.diff", "say which keys differ between a file and the secret store"),
    "check": (
        "longshore.cli.secrets.check",
        "compare what compose needs, what the store has and what the manifests bind",
    ),
    "ls": ("longshore.cli.secrets.ls", "list the secrets of a stack: names, versions, dates"),
}
