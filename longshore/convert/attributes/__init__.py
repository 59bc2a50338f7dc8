"""One module per compose attribute: its docstring is its manual page, its function the translation that testifies.

Rules are found by `longshore.convert.registry`; adding a module here is all it takes.
"""
