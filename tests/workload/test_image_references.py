"""The parts of an image reference."""

import pytest

from longshore.convert.estate.images import Image, parse

DIGEST = "sha256:" + "0" * 64


@pytest.mark.parametrize(
    ("reference", "image"),
    [
        ("nginx", Image("nginx", "", "")),
        ("nginx:1.27", Image("nginx", "1.27", "")),
        ("localhost:5000/a/b", Image("localhost:5000/a/b", "", "")),
        ("localhost:5000/a/b:1", Image("localhost:5000/a/b", "1", "")),
        (f"a/b:1@{DIGEST}", Image("a/b", "1", DIGEST)),
        (f"localhost:5000/a@{DIGEST}", Image("localhost:5000/a", "", DIGEST)),
    ],
)
def test_parts_of_a_reference(reference, image):
    assert parse(reference) == image


@pytest.mark.parametrize(
    ("reference", "mutable"), [("a", True), ("a:latest", True), ("a:1", False), (f"a:latest@{DIGEST}", False)]
)
def test_mutable(reference, mutable):
    assert parse(reference).mutable is mutable


def test_docker_hub_is_left_out_of_the_short_name():
    assert parse("docker.io/library/postgres:16").short == "postgres"
    assert parse("docker.io/grafana/grafana:11").short == "grafana/grafana"
