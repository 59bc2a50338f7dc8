"""Ports that follow each other are written as one range, and no port is lost or invented by it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longshore.convert.estate.ranges import Range, ranges


def tcp(number, outside=0, more=""):
    return Range(number, number, "TCP", outside, more)


@pytest.mark.parametrize(
    ("ports", "text"),
    [
        ([tcp(80)], "80"),
        ([tcp(80), tcp(81)], "80-81"),
        ([tcp(81), tcp(80)], "81, 80"),
        ([tcp(80), Range(81, 81, "UDP")], "80, 81/udp"),
        ([tcp(80, 8080), tcp(81, 8081)], "8080-8081→80-81"),
        ([tcp(80, 80), tcp(81, 81)], "80-81"),
        ([tcp(80, 8080), tcp(81, 9000)], "8080→80, 9000→81"),
        ([tcp(80, 80), tcp(81)], "80, 81"),
        ([tcp(80, more=" on the host"), tcp(81)], "80 on the host, 81"),
        ([tcp(80), tcp(80)], "80, 80"),
        ([], ""),
    ],
)
def test_what_follows_is_joined(ports, text):
    assert ", ".join(map(str, ranges(ports))) == text


@given(st.lists(st.builds(tcp, st.integers(1, 40), st.integers(0, 40), st.sampled_from(["", " on the host"]))))
def test_the_ranges_are_the_ports(ports):
    def each(part):
        for number in range(part.first, part.last + 1):
            yield number, part.outside and part.outside + number - part.first, part.more

    found = ranges(ports)
    assert [one for part in found for one in each(part)] == [(port.first, port.outside, port.more) for port in ports]
    assert ranges(found) == found
