"""A small estate with something of everything: what is translated, reported, refused, and secret."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

COMPOSE = """\
name: shop
services:
  web:
    image: nginx:1.27.2
    mem_limit: 64m
    environment:
      DB_PASSWORD: hunter2-CANARY
      API_URL: http://api:3000
    devices: [/dev/snd]
  api:
    image: registry.example.com/api:1.0
    mem_limit: 64m
    expose: ["3000"]
    environment:
      DATABASE_URL: postgres://shop:${DB_PASSWORD}@db.example.com/shop
    devices: [/dev/snd]
"""


@pytest.fixture
def estate(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "compose.yaml").write_text(COMPOSE)
    (folder / ".env").write_text("DB_PASSWORD=hunter2-CANARY\n")
    return folder


@pytest.fixture
def clean(estate: Path) -> Path:
    """The same without what is reported."""
    text = COMPOSE.replace("    devices: [/dev/snd]\n", "").replace("hunter2-CANARY", "${DB_PASSWORD}")
    (estate / "compose.yaml").write_text(text)
    return estate
