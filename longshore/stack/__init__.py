"""A stack: its file, its typed settings, what must hold of them, and its compose estate, read and converted."""
