"""The door: switches off what a short run does not need, and lets the program in. Imports next to nothing itself."""

from __future__ import annotations

import gc
import os

INTERRUPTED = 130

TYPE_CHECKING = False  # that of typing, which takes its time
if TYPE_CHECKING:
    from typing import NoReturn


def main() -> NoReturn:
    """Run as a program: never returns, and skips the tidying up of memory that the system does faster."""
    gc.disable()  # a verb ends before collecting its cycles would have paid
    try:
        from cli import quickstart  # noqa: PLC0415  after the collector is off

        finder = quickstart.use()
        from cli.program import started  # noqa: PLC0415  by way of the finder

        code = started()
        finder.refresh()
    except KeyboardInterrupt:
        code = INTERRUPTED
    os._exit(code)


if __name__ == "__main__":
    main()
