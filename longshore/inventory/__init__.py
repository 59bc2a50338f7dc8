"""What really runs on a machine: collected there, read here as typed facts, and what sizes follow from it."""
