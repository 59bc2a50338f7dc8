"""Clusters: one module per kind, all with the interface of `interface.py`."""
