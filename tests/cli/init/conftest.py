"""A folder as a user has it who has not heard of us: a compose file and its `.env`, both with secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.init.making import COMPOSE

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "shop"
    made.mkdir()
    (made / "compose.yaml").write_text(COMPOSE, "utf-8")
    (made / ".env").write_text("API_TOKEN=CANARY-in-env\nDB_PASSWORD=CANARY-in-env-too\n", "utf-8")
    return made
