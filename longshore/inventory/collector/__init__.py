"""Collects what a Docker Engine or Podman runs and uses; Python 3.8 and its own library are all that it needs.

It is the verb `longshore inventory`, and also a program of its own: `longshore inventory program` puts these modules
into one file, to be copied to the machine and run there. It only reads, and no value of a variable, a label, a command
or a health check gets into what it writes: such texts are reduced where they are read (`harmless.py`).
"""
