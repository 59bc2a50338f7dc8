"""What a bootstrap stack calls what it makes: other stack files and workflows name it before it is there."""

from __future__ import annotations

from typing import Final

PATH: Final = "/longshore-ci/"
"""Of all that a bootstrap stack makes in IAM: what deploys a platform may touch nothing below it."""
ALIAS: Final = "alias/longshore-state"
"""Of the key of states, and of the secrets in them."""
PREVIEW, DRIFT = READERS = ("longshore-preview", "longshore-drift")
"""The roles that read: of pull requests, and of the default branch."""


def boundary_name(environment: str) -> str:
    """The policy beyond which no role of an environment goes."""
    return f"longshore-boundary-{environment}"


def deploy_role_name(environment: str, team: str = "") -> str:
    """The role that deploys the platforms of an environment, or a team on them; workflows put it together likewise."""
    return f"longshore-deploy-{environment}" + (f"-{team}" if team else "")
