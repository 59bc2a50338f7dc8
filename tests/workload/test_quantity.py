"""Quantities: canonical, and read back as what was written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longshore.convert.kubernetes.quantity import bytes_in, cpu, memory, millicores_in


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0"),
        (1, "1"),
        (1000, "1k"),
        (1024, "1Ki"),
        (1536 << 20, "1536Mi"),
        (1 << 30, "1Gi"),
        (5_000_000, "5M"),
        (1500, "1500"),
    ],
)
def test_bytes(count, text):
    assert memory(count) == text


@pytest.mark.parametrize(("count", "text"), [(1, "1m"), (500, "500m"), (1000, "1"), (2500, "2500m"), (16000, "16")])
def test_processors(count, text):
    assert cpu(count) == text


@pytest.mark.parametrize(
    ("text", "count"), [("1.5Gi", 3 << 29), ("100m", 1), ("2G", 2_000_000_000), ("0.1Ki", 103), ("7", 7), ("1e3", 1000)]
)
def test_what_people_write(text, count):
    assert bytes_in(text) == count


@pytest.mark.parametrize(
    ("text", "count"), [("1", 1000), ("0.25", 250), ("1500m", 1500), ("0.0001", 1), ("2k", 2_000_000)]
)
def test_processors_as_people_write_them(text, count):
    assert millicores_in(text) == count


@given(st.integers(0, 1 << 62))
def test_there_and_back(count):
    assert bytes_in(memory(count)) == count
    assert millicores_in(cpu(count)) == count
