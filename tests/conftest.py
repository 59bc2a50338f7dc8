"""Tests that need a real Kubernetes API are marked by what they ask for, so that `make check` can leave them out."""

import pytest


def pytest_collection_modifyitems(items):
    for item in items:
        if "cluster" in item.fixturenames:
            item.add_marker(pytest.mark.cluster)
