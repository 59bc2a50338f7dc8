"""Where a host stands: found in linear time, whatever the text, and every place is what it says."""

from itertools import pairwise
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longshore.convert.kubernetes.host_places import host_places, means_host, means_other

PIECES = [
    *("//", "@", ":", "a", "db", "db:5432", "host", "host=", "host ", "-h ", "nc ", "server ", ",", ";", '"', "[", "{"),
    *(
        "x@",
        "a.",
        "a-",
        "\n- ",
        "port ",
        "port=",
        "/dev/tcp/",
        "set $a ",
        "replicaof ",
        " ",
        "\t",
        "\n",
        "0",
        "://",
        "$",
    ),
]


@given(st.lists(st.sampled_from(PIECES)).map("".join), st.sampled_from(["", "HOSTS", "DB_NAME"]))
def test_a_place_is_where_its_name_stands(text, key):
    places = host_places(text, key)
    assert all(text[place.start : place.end] == place.name for place in places)
    assert [place.start for place in places] == sorted({place.start for place in places})
    assert all(one.end <= other.start for one, other in pairwise(places))
    assert all(0 <= place.port < 65536 for place in places)


def seconds(text):
    found = []
    for _ in range(3):
        start = process_time()
        host_places(text, "HOSTS")
        found.append(process_time() - start)
    return min(found)


@pytest.mark.parametrize(
    "piece", [*PIECES, "a:a", "host: ", "hosthost", 'host="', "//a,", "host=a,", "port port ", "a b"]
)
def test_time_is_linear(piece):
    short, long = piece * (20_000 // len(piece)), piece * (160_000 // len(piece))
    assert seconds(long) < 24 * seconds(short) + 0.02


@pytest.mark.parametrize("key", ["DB_HOST", "PGHOST", "hosts", "bootstrap.servers", "dbHost", "--db-host", "-h"])
def test_keys_that_mean_hosts(key):
    assert means_host(key)
    assert not means_other(key)


@pytest.mark.parametrize("key", ["DB_NAME", "QUEUES", "FLASK_APP", "databaseName", "--app", "-Q", "-A", "vhost"])
def test_keys_that_mean_something_else(key):
    assert means_other(key)
    assert not means_host(key)
