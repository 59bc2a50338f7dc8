"""The command `longshore`."""

from __future__ import annotations

import gc
import sys

from longshore.cli.program import started


def main() -> None:
    """Run as a program."""
    gc.disable()  # a verb ends before collecting its cycles has paid: a third of the time for 400 services
    sys.exit(started())


if __name__ == "__main__":
    main()
