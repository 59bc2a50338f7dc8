"""A release applied over the one before: a Job that changed is a new one, an unchanged one does not run again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from longshore.convert.kubernetes.stable import stable_name
from tests.cluster.estates import longshore

if TYPE_CHECKING:
    from pathlib import Path

    from tools.cluster.api import Api, Manifest

COMPOSE = """\
services:
  migrate:
    image: registry.example.com/shop:{tag}
    mem_limit: 64m
    restart: "no"
    command: ./migrate up
  seed:
    image: registry.example.com/seed:1.0
    mem_limit: 64m
    restart: "no"
"""


@pytest.mark.cluster
def test_a_release_is_applied_over_the_one_before(api: Api, namespace: str, tmp_path: Path) -> None:
    for tag in ("1.0", "1.1", "1.1"):
        (tmp_path / "compose.yaml").write_text(COMPOSE.format(tag=tag))
        run = longshore("render", tmp_path, "-f", "compose.yaml")
        assert run.code == 0, run.err
        for manifest in run.manifests:
            api.apply(manifest, namespace)
    jobs = api.list("batch/v1", "Job", namespace)
    images = sorted((stable_name({**job, "kind": "Job"}), _image(job)) for job in jobs)
    assert images == [
        ("migrate", "registry.example.com/shop:1.0"),
        ("migrate", "registry.example.com/shop:1.1"),
        ("seed", "registry.example.com/seed:1.0"),
    ]


def _image(job: Manifest) -> str:
    image: str = job["spec"]["template"]["spec"]["containers"][0]["image"]
    return image
