"""What a service says of its memory: which numbers count, in which unit, and which are something else."""

import pytest

from longshore.convert.estate.memory import claimed

MIB, GIB = 1 << 20, 1 << 30


class Service:
    def __init__(self, **model):
        self.model = model


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("-Xmx512m", 512 * MIB),
        ("-Xms1g -Xmx2G -Xss1m", 2 * GIB),
        ("-Xmx1073741824", GIB),
        ("--max-old-space-size=4096", 4 * GIB),
        ("--max_old_space_size 1024", GIB),
        ("-c shared_buffers=2GB", 2 * GIB),
        ("-c shared_buffers='256MB'", 256 * MIB),
        ("-c shared_buffers=16384", 128 * MIB),
        ("--maxmemory 1gb --maxmemory-policy allkeys-lru", GIB),
        ("--innodb-buffer-pool-size=1G", GIB),
        ("--innodb_buffer_pool_size = 1G", GIB),
        ("mongod --wiredTigerCacheSizeGB 1.5", 3 * GIB // 2),
        ("-Xmx1g --max-old-space-size=2048", 2 * GIB),
    ],
)
def test_an_option_says_a_size(text, size):
    assert claimed(Service(command=text.split(" "))) == (size, "`command`")
    assert claimed(Service(entrypoint=[text])) == (size, "`entrypoint`")
    assert claimed(Service(environment={"OPTS": text, "N": None})) == (size, "`OPTS`")


@pytest.mark.parametrize(
    ("name", "value", "size"),
    [
        ("MEMORY", "4G", 4 * GIB),
        ("PHP_MEMORY_LIMIT", "512M", 512 * MIB),
        ("MAX_HEAP_SIZE", "1024m", GIB),
        ("NEO4J_server_memory_heap_max__size", "2g", 2 * GIB),
        ("MSSQL_MEMORY_LIMIT_MB", "2048", 2 * GIB),
        ("GOMEMLIMIT", "1500MiB", 1500 * MIB),
    ],
)
def test_a_variable_says_a_size(name, value, size):
    assert claimed(Service(environment={name: value})) == (size, f"`{name}`")


@pytest.mark.parametrize(
    "text",
    [
        "-Xmx", "-Xmx0", "--maxmemory-samples 5", "effective_cache_size=6GB", "-Xmx50%", "-Xmx999999999t",
        "--max-old-space-size=", "shared_buffers=abc", "x" * 100,
    ],
)  # fmt: skip
def test_nothing_else_does(text):
    assert claimed(Service(command=[text], environment={"A": text})) is None


@pytest.mark.parametrize(("name", "value"), [("MEMORY", "4"), ("MEMORY", "80%"), ("MEMORY", ""), ("MEMORY_KIND", "4G")])
def test_no_other_variable_does(name, value):
    assert claimed(Service(environment={name: value})) is None


def test_a_long_text_takes_no_longer_than_it_is():
    assert claimed(Service(command=["-Xmx " + " " * 200_000 + "-Xmx" * 50_000])) is None
