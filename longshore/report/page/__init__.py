"""The page of an estate that people look at: what it says (`model`), and how that is written."""
