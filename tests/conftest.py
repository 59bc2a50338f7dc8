"""Tests that ask for a cluster are marked so, for `make check` to leave them out."""

import pytest
from hypothesis import settings

# How long one example takes says more of what else the machine does than of us.
settings.register_profile("longshore", deadline=None)
settings.load_profile("longshore")


def pytest_collection_modifyitems(items):
    for item in items:
        if {"cluster", "node", "engine"} & set(item.fixturenames):
            item.add_marker(pytest.mark.cluster)
