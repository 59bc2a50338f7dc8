"""The command `longshore`."""

from __future__ import annotations

import gc
import os

from longshore.cli.program import started


def main() -> None:
    """Run as a program, which does not come back.

    Python's collector would look for cycles while a project grows in memory, a third of the time for 400 services; and
    Python would free every object of it at the end, a twentieth more, when all is written and the memory is given back
    anyway.
    """
    gc.disable()
    os._exit(started())


if __name__ == "__main__":
    main()
