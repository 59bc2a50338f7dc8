"""`longshore inventory program`: the collector as one file, which Python 3.8 runs as it is.

It is the folder `longshore/inventory/collector` in a zip archive, whose texts can be read by `unzip -p`.
Source: https://docs.python.org/3/library/zipapp.html
"""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

import longshore.inventory.collector
from longshore.cli.flags import Flag, Verb
from longshore.cli.project_input import OVERWRITE
from longshore.errors import Refused

if TYPE_CHECKING:
    from longshore.cli.flags import Given
    from longshore.cli.shell import Shell

NAME: Final = "longshore-inventory.pyz"
_MAIN: Final = "import sys\n\nfrom longshore.inventory.collector.program import main\n\nsys.exit(main())\n"
_START: Final = b"#!/usr/bin/env python3\n"
_ANCIENT: Final = (1980, 1, 1, 0, 0, 0)


def run(given: Given, shell: Shell) -> int:
    """Write the program.

    Raises:
        Refused: something else has its name.
    """
    target = given.text("--output-file")
    path = Path(shell.path(target))
    try:
        if path.exists() and not given.on("--overwrite") and path.read_bytes() != archive():
            raise Refused(f"{target} is there already", "`--overwrite` replaces it")
        path.write_bytes(archive())
        path.chmod(0o755)
    except OSError as error:
        raise Refused(f"{target} can't be written: {error.strerror}") from None
    if not given.on("--quiet"):
        shell.name("wrote", [target])
    return 0


def archive() -> bytes:
    """Give the bytes of the program, the same for the same version."""
    folder = Path(longshore.inventory.collector.__path__[0])
    package = "longshore/inventory/collector"
    texts = {f"{package}/{file.name}": file.read_text("utf-8") for file in sorted(folder.glob("*.py"))}
    texts |= {"longshore/__init__.py": "", "longshore/inventory/__init__.py": "", "__main__.py": _MAIN}
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, text in sorted(texts.items()):
            zipped.writestr(zipfile.ZipInfo(name.replace(os.sep, "/"), _ANCIENT), text)
    return _START + held.getvalue()


VERB = Verb(
    "inventory program",
    "write the collector as one file, to run where the containers do",
    run,
    (Flag("--output-file", "where to write", value="FILE", default=NAME), OVERWRITE),
    examples=(
        f"longshore inventory program                           {NAME}, for `scp` and `python3`",
        "longshore inventory program --output-file stock.pyz",
    ),
)
