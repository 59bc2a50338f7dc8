"""The estates that `make bench` measures are what they say: the same every time, and valid."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from bench.estates import compose, write
from tests.cli.screen import longshore

if TYPE_CHECKING:
    from pathlib import Path


def test_the_same_seed_gives_the_same_text() -> None:
    assert compose(40, anchors=True) == compose(40, anchors=True)


@pytest.mark.parametrize("anchors", [True, False])
def test_they_can_be_rendered(tmp_path: Path, *, anchors: bool) -> None:
    estate = write(tmp_path, 40, anchors=anchors)
    screen = longshore("render", "-f", "compose.yaml", folder=estate.folder)
    assert screen.code == 0
    assert screen.out.count("kind: Deployment\n") == 36
    assert screen.out.count("kind: Job\n") == 4


def test_fragments_written_out_mean_the_same_as_shared_ones(tmp_path: Path) -> None:
    models = []
    for anchors in (True, False):
        folder = write(tmp_path / str(anchors) / "bench", 20, anchors=anchors).folder
        model = json.loads(longshore("config", "-o", "json", folder=folder).out)
        models.append({key: value for key, value in model.items() if not key.startswith("x-")})
    assert models[0] == models[1]
