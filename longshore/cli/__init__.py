"""The `longshore` command: the shell around the pure converter."""
