"""The example estate, read with all its profiles."""

from __future__ import annotations

from pathlib import Path

from longshore.compose import Project, Request, load
from longshore.convert.secrets.detection import variable
from longshore.convert.secrets.detection.uses import secret_by_use
from longshore.disk import Disk

FOLDER = Path(__file__).parents[1] / "examples" / "marketplace"


def marketplace() -> Project:
    """Load it as a build server would: without a `.env`, but with the variables that are required."""
    required = {"S3_ACCESS_KEY_ID": "a", "IMGPROXY_KEY": "b", "FRAUD_DATABASE_URL": "postgres://a:b@c/d"}
    request = Request(
        working_directory=str(FOLDER),
        files=("compose.yaml",),
        profiles=("*",),
        environment=required,
        is_secret=variable,
        used_as_secrets=secret_by_use,
    )
    loaded = load(request, Disk())
    assert loaded.project, [finding.message for finding in loaded.findings]
    return loaded.project
