"""The Pulumi program of a stack: its settings become arguments of components, and nothing else decides what it gets.

`__main__.py` of every project, of this one and of those that `longshore init` makes, is the same few lines.
"""

from longshore.program.stack import deploy

__all__ = ["deploy"]
