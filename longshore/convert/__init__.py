"""Compose text in, Kubernetes manifests and findings out; nothing here touches the network, a cluster or a clock."""
