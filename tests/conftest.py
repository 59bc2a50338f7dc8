"""Tests that ask for a cluster are marked so, for `make check` to leave them out."""

import pytest


def pytest_collection_modifyitems(items):
    for item in items:
        if {"cluster", "node", "engine"} & set(item.fixturenames):
            item.add_marker(pytest.mark.cluster)
