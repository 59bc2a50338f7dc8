"""Clusters that a kubeconfig reaches: which one it is, and how to log in to that one and to no other."""
