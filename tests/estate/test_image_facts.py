"""What is known of images: which entry a reference finds, what a tag changes, and what the file of facts must be."""

import pytest

from convert.estate.image_facts import UNKNOWN, known

DIGEST = "sha256:" + "0" * 64


@pytest.mark.parametrize(
    "reference",
    [
        "postgres:16",
        "library/postgres:16",
        "docker.io/postgres:16",
        "docker.io/library/postgres:16",
        "index.docker.io/library/postgres:16",
        "public.ecr.aws/docker/library/postgres:16",
        f"postgres:16@{DIGEST}",
    ],
)
def test_an_image_is_found_by_all_its_names(reference):
    assert known(reference) == known("postgres:16")
    assert known(reference).certain
    assert known(reference).users == {"postgres": 999}


@pytest.mark.parametrize("reference", ["registry.example.com/postgres:16", "me/postgres", "localhost:5000/a/postgres"])
def test_of_an_image_that_is_called_alike_only_the_harmless_is_taken(reference):
    facts = known(reference)
    assert facts == UNKNOWN._replace(ports=(5432,), answers=True, fills_itself=True)
    assert not facts.certain


def test_an_unknown_image_is_unknown():
    assert known("registry.example.com/shop/api:1") == UNKNOWN
    assert known("") == UNKNOWN


@pytest.mark.parametrize(
    ("tag", "number", "data"),
    [
        ("16", 999, "/var/lib/postgresql/data"),
        ("16-alpine", 70, "/var/lib/postgresql/data"),
        ("alpine", 70, "/var/lib/postgresql"),
        ("9.6.24", 999, "/var/lib/postgresql/data"),
        ("18", 999, "/var/lib/postgresql"),
        ("18.1-alpine3.22", 70, "/var/lib/postgresql"),
        ("latest", 999, "/var/lib/postgresql"),
    ],
)
def test_a_tag_may_change_facts(tag, number, data):
    facts = known(f"postgres:{tag}")
    assert facts.users["postgres"] == number
    assert facts.data == (data,)


def test_a_digest_alone_leaves_open_what_tags_change():
    facts = known(f"postgres@{DIGEST}")
    assert (dict(facts.users), facts.data, facts.ports) == ({}, (), (5432,))
