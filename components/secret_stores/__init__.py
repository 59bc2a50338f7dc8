"""Secrets without values: the operator, and one module per backend for the identity that may read them."""
