"""What is known of images: which entry a reference finds, what a tag changes, and what the file of facts must be."""

import json
import re
from pathlib import Path
from time import process_time

import pytest

from longshore.compose.units import parse_duration
from longshore.convert.estate import image_facts
from longshore.convert.estate.image_facts import UNKNOWN, ImageFacts, known
from longshore.convert.estate.images import valid

DIGEST = "sha256:" + "0" * 64
TEXT = Path(image_facts.__file__).with_name("images.json").read_text(encoding="utf-8")
CATALOGUE = json.loads(TEXT)
IMAGES = CATALOGUE["images"]
NAME = re.compile(r"[a-z0-9][a-z0-9./_-]*(?:/\*)?").fullmatch
SIGNALS = {"", "SIGINT", "SIGQUIT", "SIGUSR1", "SIGWINCH"}
CAPABILITIES = {"CHOWN", "FOWNER", "MKNOD", "NET_BIND_SERVICE", "NET_RAW", "IPC_LOCK", "SYS_CHROOT", "SYS_PTRACE"}


def reference(name):
    return name.replace("/*", "/some-image")


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


@pytest.mark.parametrize(
    ("reference", "user"),
    [
        ("postgres:16", 0),
        ("alpine", 0),
        ("grafana/grafana:11.3.0", 472),
        ("bitnami/redis:7.4", 1001),
        ("bitnamilegacy/redis:7.4", 1001),
        ("mcr.microsoft.com/mssql/server:2022-latest", 10001),
        ("mcr.microsoft.com/mssql/server:2017-latest", 0),
        ("memcached:1.6-alpine", 11211),
        ("haproxy:3.2", 99),
        ("haproxy:2.3", 0),
        ("influxdb:1.8", 0),
        ("influxdb:2.7-alpine", 0),
        ("influxdb:3-core", 1500),
        ("influxdb", None),
        ("adminer", None),
        ("lscr.io/linuxserver/sonarr", 0),
        ("lscr.io/linuxserver/who-knows", 0),
        ("registry.example.com/grafana/grafana", None),
    ],
)
def test_the_user_is_what_the_dockerfile_says_or_unknown(reference, user):
    assert known(reference).user == user


@pytest.mark.parametrize("name", IMAGES)
def test_every_entry_is_an_image_with_sources_and_facts_of_the_right_kind(name):
    entry = IMAGES[name]
    assert NAME(name)
    assert valid(reference(name))
    assert entry["source"]
    assert all(re.fullmatch(r"https://[^\s/]+/\S+", source) for source in entry["source"])
    fields = set(ImageFacts._fields) - {"certain", "built", "group"}
    assert set(entry) <= fields | {"source", "like", "tags"}
    for facts in (entry, *entry.get("tags", ())):
        check(facts)
    for case in entry.get("tags", ()):
        assert set(case) & {"contains", "from", "before"}
        assert set(case) <= fields | {"contains", "from", "before"}
        assert set(case) & fields, "a case that says nothing"
        assert all(re.fullmatch(r"\d+(\.\d+)*", case[key]) for key in ("from", "before") if key in case)


def check(facts):
    """The values of an entry, or of a case of it, are what ImageFacts declares."""
    for field, value in facts.items():
        if field in {"source", "like", "tags", "contains", "from", "before"}:
            continue
        default = ImageFacts._field_defaults[field]
        if isinstance(default, bool) or field == "ends_at_sigterm":
            assert isinstance(value, bool), field
        elif isinstance(default, tuple):
            assert isinstance(value, list), field
            assert len(set(value)) == len(value) or field == "healthcheck", field
        elif field == "user":
            assert value is None or (isinstance(value, int) and value >= 0)
        else:
            assert isinstance(
                value, dict if field in {"users", "times"} else str if field == "memory" else type(default)
            ), field
    assert all(isinstance(number, int) for number in facts.get("users", {}).values())
    assert all(path.startswith("/") and "//" not in path for path in facts.get("data", []))
    assert all(path.startswith("/") for path in facts.get("configuration", []))
    assert all(0 < port < 1 << 16 for port in facts.get("ports", []))
    assert set(facts.get("file_capabilities", [])) <= CAPABILITIES
    assert facts.get("stop_signal", "") in SIGNALS
    assert all(parse_duration(text) for key, text in facts.get("times", {}).items() if key != "retries")
    assert set(facts.get("times", {})) <= {"interval", "timeout", "start_period", "start_interval", "retries"}
    assert facts.get("healthcheck", ["CMD"])[:1] in ([], ["CMD"], ["CMD-SHELL"])


@pytest.mark.parametrize("name", IMAGES)
def test_every_entry_resolves_and_says_something(name):
    facts = known(reference(name))
    assert facts.certain
    assert facts != UNKNOWN._replace(certain=True)
    assert facts.memory >= 0
    assert not (facts.starts_as_root and facts.user), "who begins as another user is no root to begin with"
    assert not facts.answers or facts.ports
    assert not facts.keeps_data_by_host_name or facts.data


def test_the_file_is_sorted_and_names_nothing_twice():
    def once(pairs):
        assert len({key for key, _ in pairs}) == len(pairs), [key for key, _ in pairs]
        return dict(pairs)

    json.loads(TEXT, object_pairs_hook=once)
    for part in CATALOGUE.values():
        assert list(part) == sorted(part)


def test_what_an_entry_is_like_is_there_and_the_names_of_no_two_entries_are_one():
    assert all(entry["like"] in IMAGES for entry in IMAGES.values() if "like" in entry)
    assert all(name in IMAGES for name in CATALOGUE["lastParts"].values())
    for name in IMAGES:
        assert image_facts._canonical(name, CATALOGUE["mirrors"]) == name


def test_two_hundred_images_are_known_by_their_own_sources():
    assert sum("like" not in entry for entry in IMAGES.values()) >= 200


def test_the_file_loads_in_no_time():
    def load():
        begun = process_time()
        image_facts._catalogue.__wrapped__()
        return process_time() - begun

    assert min(load() for _ in range(20)) < 0.005
