"""Sizes, durations and CPU numbers."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longshore.compose.units import (
    bytes_of,
    duration_seconds,
    millicores,
    parse_bytes,
    parse_duration,
    seconds,
    show_duration,
)


@given(st.integers(-(10**18), 10**18))
def test_a_duration_is_read_as_it_is_printed(nanoseconds: int) -> None:
    assert parse_duration(show_duration(nanoseconds)) == nanoseconds


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("90s", "1m30s"),
        ("1h", "1h0m0s"),
        ("1d", "24h0m0s"),
        ("1500ms", "1.5s"),
        ("1us", "1µs"),
        ("0", "0s"),
        ("-1m", "-1m0s"),
    ],
)
def test_durations_are_printed_as_go_does(text: str, printed: str) -> None:
    assert show_duration(parse_duration(text)) == printed


def test_seconds_are_rounded_up_and_never_negative() -> None:
    assert [seconds(text) for text in ("0s", "1s", "1.1s", "100ms", "1m0.5s", "-5s")] == [0, 1, 2, 1, 61, 0]
    assert duration_seconds("1m30.5s") == 90.5


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("512m", 512 * 1024**2),
        ("1.5G", 1610612736),
        ("1kb", 1024),
        ("1KiB", 1024),
        ("5", 5),
        ("5b", 5),
        ("-1", -1),
        ("1 g", 1024**3),
    ],
)
def test_sizes_are_powers_of_1024(text: str, size: int) -> None:
    assert parse_bytes(text) == bytes_of(text) == size


@given(st.text(max_size=8))
def test_what_is_no_size_or_duration_is_a_value_error(text: str) -> None:
    for read in (parse_bytes, parse_duration):
        with contextlib.suppress(ValueError):
            assert isinstance(read(text), int)


def test_no_share_of_a_cpu_becomes_none() -> None:
    assert [millicores(value) for value in (0.5, "0.25", 1, "2.5", 0.0001, 0.1)] == [500, 250, 1000, 2500, 1, 100]
    assert bytes_of(1024) == 1024
