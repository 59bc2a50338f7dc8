"""Clusters: one module per kind, each of which gives the `connection` by which Pulumi deploys to it."""
