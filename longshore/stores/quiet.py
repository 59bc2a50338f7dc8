"""Keeps the libraries that carry values from logging them: at DEBUG, botocore and urllib3 write request bodies."""

from __future__ import annotations

import logging
from typing import Final

_TALKATIVE: Final = ("boto3", "botocore", "s3transfer", "urllib3", "requests", "hvac")
_SILENT: Final = logging.CRITICAL + 1


def hush() -> None:
    """Silence them, whatever the root logger is set to: loggers below these inherit the level from them."""
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(_SILENT)
