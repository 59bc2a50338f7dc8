"""Manifests as a Helm chart: https://helm.sh/docs/topics/charts/."""
