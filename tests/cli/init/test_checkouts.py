"""A checkout is called as whoever made it likes, and lies where they like: nothing of that is in what a stack makes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.init.making import COMPOSE, longshore

if TYPE_CHECKING:
    from pathlib import Path

ON_A_CLUSTER = ("--cluster", "kubeconfig", "--environment", "local", "--team", "web")
PLACES = {
    "beside the compose file": (".", "compose.yaml"),
    "in a folder of its own": ("deploy", "compose.yaml"),
    "beside a folder with the compose file": (".", "app/compose.yaml"),
    "with services that name networks and images themselves": (".", "compose.yaml"),
}
MORE = """\
  worker: {build: ., image: "${COMPOSE_PROJECT_NAME}-worker:1", networks: [back], mem_limit: 64m}
networks: {back: {}}
"""


@pytest.mark.parametrize("place", PLACES)
def test_two_checkouts_make_the_same(tmp_path: Path, place: str) -> None:
    """Another name would be in the labels of every pod: each deployment from elsewhere would replace them all."""
    project, compose = PLACES[place]
    first, second = tmp_path / "shop", tmp_path / "elsewhere" / "another-name"
    (first / compose).parent.mkdir(parents=True)
    (first / compose).write_text(COMPOSE + MORE * ("themselves" in place), "utf-8")
    made = longshore(first, "init", project, "-f", compose, *ON_A_CLUSTER)
    assert made.code == 0, made.err
    before = longshore(first / project, "render", "-s", "web.local", "--fail-on", "never")
    second.parent.mkdir()
    first.rename(second)
    after = longshore(second / project, "render", "-s", "web.local", "--fail-on", "never")
    assert "kind: Deployment" in before.out
    assert "network.longshore.dev/" in before.out
    assert after.out == before.out
