"""The graphs that tests of components look at."""

from tests.components.conftest import graph, production, tenants, whole

__all__ = ["graph", "production", "tenants", "whole"]
