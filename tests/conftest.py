"""Tests that ask for a cluster are marked so, for `make check` to leave them out."""

import os

import pytest
from hypothesis import settings

# How long one example takes says more of what else the machine does than of us.
settings.register_profile("longshore", deadline=None)
settings.load_profile("longshore")

# The first of November 2026: what EKS supports changes with the day, and what is tested does not.
os.environ["SOURCE_DATE_EPOCH"] = "1793491200"


def pytest_collection_modifyitems(items):
    for item in items:
        if {"cluster", "node", "engine"} & set(item.fixturenames):
            item.add_marker(pytest.mark.cluster)
