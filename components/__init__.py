"""Pulumi component resources; the only part of Longshore that imports pulumi."""
