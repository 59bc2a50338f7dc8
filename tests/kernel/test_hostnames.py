"""Old host names: rewritten where they are hosts, and nowhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convert.kubernetes.hostnames import rewrite
from convert.kubernetes.names import host_label, valid_annotation

RENAMES = {"my_db": "my-db", "Cache": "cache", "api.v2": "api-v2"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("my_db", "my-db"),
        ("my_db:5432", "my-db:5432"),
        ("postgres://my_db/shop", "postgres://my-db/shop"),
        ("postgres://user:word@my_db:5432/my_db", "postgres://user:word@my-db:5432/my_db"),
        ("jdbc:postgresql://my_db:5432/my_db?user=my_db", "jdbc:postgresql://my-db:5432/my_db?user=my_db"),
        ("host=my_db port=5432 dbname=my_db user=my_db", "host=my-db port=5432 dbname=my_db user=my_db"),
        ("my_db:1,my_db:2,other:3", "my-db:1,my-db:2,other:3"),
        ("http://Cache/x", "http://cache/x"),
        ("http://api.v2/x", "http://api-v2/x"),
        ("wait-for my_db:5432 -- run", "wait-for my-db:5432 -- run"),
        ("pg_dump -h my_db -d my_db -U my_db", "pg_dump -h my-db -d my_db -U my_db"),
        ('["my_db","Cache"]', '["my-db","cache"]'),
        ("server my_db:80;", "server my-db:80;"),
        ("nc -z my_db 5432 || exit 1", "nc -z my-db 5432 || exit 1"),
        ("first\nmy_db:1", "first\nmy-db:1"),
        # no hosts:
        ("my_db_backup", "my_db_backup"),
        ("/data/my_db/x", "/data/my_db/x"),
        ("not_my_db:5432", "not_my_db:5432"),
        ("my_db.example.com", "my_db.example.com"),
        ("http://x/my_db", "http://x/my_db"),
        ("", ""),
    ],
)
def test_hosts_are_rewritten_and_other_words_are_not(text, expected):
    assert rewrite(text, RENAMES)[0] == expected


@pytest.mark.parametrize("key", ["POSTGRES_DB", "DB_NAME", "MYSQL_DATABASE", "DB_USER", "-d", "--dbname", "S3_BUCKET"])
def test_the_name_of_something_else_is_kept(key):
    assert rewrite("my_db", RENAMES, key) == ("my_db", ())


@pytest.mark.parametrize("key", ["DB_HOST", "REDIS", "PGHOST", "HOST_NAME", "-h", "--host", "UPSTREAM"])
def test_the_name_of_a_host_is_rewritten(key):
    assert rewrite("my_db", RENAMES, key) == ("my-db", ("my_db",))


def test_a_port_makes_it_a_host_whatever_the_key_says():
    assert rewrite("my_db:5432", RENAMES, "DB_NAME") == ("my-db:5432", ("my_db",))


def test_each_name_is_told_once():
    assert rewrite("my_db:1 my_db:2 Cache:3", RENAMES)[1] == ("my_db", "Cache")


@given(st.text())
def test_text_without_any_of_the_names_is_kept(text):
    if not any(name in text for name in RENAMES):
        assert rewrite(text, RENAMES) == (text, ())


@given(st.text(st.sampled_from("my_db:/@=,. \n-xC")))
def test_rewriting_twice_changes_nothing_more(text):
    once, _ = rewrite(text, RENAMES)
    assert rewrite(once, RENAMES) == (once, ())


@given(st.lists(st.sampled_from(["my_db:5432", "x", "http://Cache/"]), max_size=5).map(" ".join))
def test_many_names_are_found_as_few_are(text):
    many = RENAMES | {f"other_{number}": f"other-{number}" for number in range(20)}
    assert rewrite(text, many) == rewrite(text, RENAMES)


@given(st.text())
def test_a_host_label_starts_with_a_letter(text):
    name = host_label(text)
    assert name[0].isalpha()
    assert len(name) <= 63
    assert host_label(name) == name


@pytest.mark.parametrize(
    ("key", "valid"),
    [
        ("com.example.team", True),
        ("example.com/team", True),
        ("a" * 63, True),
        ("a" * 64, False),
        ("Example.com/team", False),
        ("traefik.http.routers.x.rule", True),
        ("with space", False),
        ("a/b/c", False),
        ("/b", False),
        ("b/", False),
        ("", False),
        ("-a", False),
        ("a\n", False),
    ],
)
def test_keys_of_annotations(key, valid):
    assert valid_annotation(key) == valid
