"""Old host names: rewritten where they are hosts, and nowhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longshore.convert.kubernetes.hostnames import Renames, rewrite, rewrite_words
from longshore.convert.kubernetes.names import host_label, valid_annotation

RENAMES = Renames({"my_db": "my-db", "Cache": "cache", "api.v2": "api-v2"})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("my_db:5432", "my-db:5432"),
        ("postgres://my_db/shop", "postgres://my-db/shop"),
        ("postgres://user:word@my_db:5432/my_db", "postgres://user:word@my-db:5432/my_db"),
        ("jdbc:postgresql://my_db:5432/my_db?user=my_db", "jdbc:postgresql://my-db:5432/my_db?user=my_db"),
        ("host=my_db port=5432 dbname=my_db user=my_db", "host=my-db port=5432 dbname=my_db user=my_db"),
        ("my_db:9092,my_db:9093,other:3", "my-db:9092,my-db:9093,other:3"),
        ("http://Cache/x", "http://cache/x"),
        ("http://api.v2/x", "http://api-v2/x"),
        ("wait-for my_db:5432 -- run", "wait-for my-db:5432 -- run"),
        ("pg_dump -h my_db -d my_db -U my_db", "pg_dump -h my-db -d my_db -U my_db"),
        ("rabbit@my_db", "rabbit@my-db"),
        ("1@my_db:9093,2@Cache:9093", "1@my-db:9093,2@cache:9093"),
        ("gcomm://my_db,Cache", "gcomm://my-db,cache"),
        ("Server=my_db;Database=my_db;User=my_db", "Server=my-db;Database=my_db;User=my_db"),
        ("jdbc:sqlserver://my_db:1433;databaseName=my_db", "jdbc:sqlserver://my-db:1433;databaseName=my_db"),
        ('{"host": "my_db", "database": "my_db"}', '{"host": "my-db", "database": "my_db"}'),
        ("hosts:\n  - my_db\n  - Cache\nname: my_db", "hosts:\n  - my-db\n  - cache\nname: my_db"),
        ("redis-server --replicaof my_db 6379", "redis-server --replicaof my-db 6379"),
        (
            "set $upstream my_db; proxy_pass http://$upstream:80;",
            "set $upstream my-db; proxy_pass http://$upstream:80;",
        ),
        ('["my_db:${env:MY_PORT}"]', '["my-db:${env:MY_PORT}"]'),
        ("bash -c '</dev/tcp/my_db/5432'", "bash -c '</dev/tcp/my-db/5432'"),
        ("server my_db:80;", "server my-db:80;"),
        ("nc -z my_db 5432 || exit 1", "nc -z my-db 5432 || exit 1"),
        ("first\nmy_db:80", "first\nmy-db:80"),
        ("s3://key:word@my_db/backups", "s3://key:word@my-db/backups"),
        ("s3://my_db:9000/backups", "s3://my-db:9000/backups"),
        # no hosts:
        ("s3://my_db/backups", "s3://my_db/backups"),
        ("gs://my_db", "gs://my_db"),
        ("secretmanager://my_db/1", "secretmanager://my_db/1"),
        ("my_db_backup", "my_db_backup"),
        ("/data/my_db/x", "/data/my_db/x"),
        ("not_my_db:5432", "not_my_db:5432"),
        ("my_db.example.com", "my_db.example.com"),
        ("http://x/my_db", "http://x/my_db"),
        ("my_db", "my_db"),
        ("uvicorn my_db:app --port 8000", "uvicorn my_db:app --port 8000"),
        ("gunicorn my_db.wsgi:application", "gunicorn my_db.wsgi:application"),
        ("celery --app my_db worker -Q my_db", "celery --app my_db worker -Q my_db"),
        ("my_db,Cache", "my_db,Cache"),
        ("registry.example.com/my_db:18", "registry.example.com/my_db:18"),
        ("upstream my_db { server other:80; }", "upstream my_db { server other:80; }"),
        ("server_name my_db;", "server_name my_db;"),
        ("CREATE DATABASE my_db OWNER my_db;", "CREATE DATABASE my_db OWNER my_db;"),
        ("", ""),
    ],
)
def test_hosts_are_rewritten_and_other_words_are_not(text, expected):
    assert rewrite(text, RENAMES)[0] == expected


@pytest.mark.parametrize(
    "key",
    [
        *("POSTGRES_DB", "DB_NAME", "MYSQL_DATABASE", "DB_USER", "S3_BUCKET", "FLASK_APP", "QUEUES", "CONSUMER_GROUP"),
        *("RABBITMQ_DEFAULT_VHOST", "SERVER_NAME", "ES_INDEX", "TOPIC", "SCHEMA", "databaseName", "GHOST", "REDIS"),
    ],
)
def test_the_name_of_something_else_is_kept(key):
    assert rewrite("my_db", RENAMES, key) == ("my_db", ())


@pytest.mark.parametrize(
    "key",
    [
        *("DB_HOST", "PGHOST", "HOST_NAME", "UPSTREAM", "SMTP_SERVER", "DB_ADDR", "dbHost", "spring.redis.host"),
        *("ZOOKEEPER_CONNECT", "KAFKA_BROKERS", "discovery.seed_hosts", "NO_PROXY", "DATABASE_URL", "DB_IP"),
    ],
)
def test_the_name_of_a_host_is_rewritten(key):
    assert rewrite("my_db", RENAMES, key) == ("my-db", ("my_db",))
    assert rewrite("my_db,Cache;my_db", RENAMES, key)[0] == "my-db,cache;my-db"
    assert rewrite('["my_db", "Cache"]', RENAMES, key)[0] == '["my-db", "cache"]'


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["psql", "-h", "my_db", "-U", "my_db"], ["psql", "-h", "my-db", "-U", "my_db"]),
        (["x", "--host", "my_db", "my_db"], ["x", "--host", "my-db", "my_db"]),
        (["x", "--db-host=my_db", "--app=my_db"], ["x", "--db-host=my-db", "--app=my_db"]),
        (["nc", "-z", "-w", "3", "my_db", "5432"], ["nc", "-z", "-w", "3", "my-db", "5432"]),
        (["http://my_db:80/my_db", "my_db:80"], ["http://my-db:80/my_db", "my-db:80"]),
        (["sh", "-c", "psql -h my_db && my_db"], ["sh", "-c", "psql -h my-db && my_db"]),
        ([], []),
    ],
)
def test_a_word_says_what_the_next_one_is(words, expected):
    written, hits = rewrite_words(words, RENAMES)
    assert written == expected
    assert [index for index, _ in hits] == [index for index, word in enumerate(words) if word != expected[index]]


def test_a_port_makes_it_a_host_whatever_the_key_says():
    assert rewrite("my_db:5432", RENAMES, "DB_NAME") == ("my-db:5432", ("my_db",))


def test_a_file_may_call_a_group_of_servers_by_the_name_of_one():
    """`upstream my_db` is a name of the file's own: `http://my_db` there is not the host, `http://my_db:80` is."""
    names = Renames(RENAMES, groups=("my_db",))
    text = "upstream my_db { server my_db:80; }\nproxy_pass http://my_db/;\nproxy_pass http://my_db:80/;"
    written = "upstream my_db { server my-db:80; }\nproxy_pass http://my_db/;\nproxy_pass http://my-db:80/;"
    assert rewrite(text, names, file=True) == (written, ("my_db",))
    assert rewrite("http://my_db/", names) == ("http://my-db/", ("my_db",))


def test_each_name_is_told_once():
    assert rewrite("my_db:10 my_db:20 Cache:30", RENAMES)[1] == ("my_db", "Cache")


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
    many = Renames(RENAMES | {f"other_{number}": f"other-{number}" for number in range(20)})
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
