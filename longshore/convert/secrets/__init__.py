"""Secrets by name: found in the model, bound to a backend, never held by value."""
