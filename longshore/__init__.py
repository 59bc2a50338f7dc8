"""Longshore moves a Docker Compose estate onto managed Kubernetes and keeps it there."""
