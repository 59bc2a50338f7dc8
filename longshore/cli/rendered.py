"""What every format of `render` begins with and ends with: an estate that may be written, and a folder of files."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from longshore.cli.findings_output import show
from longshore.cli.manifest_files import write_folder
from longshore.cli.project_input import exit_code, read
from longshore.cli.selection import chosen
from longshore.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from longshore.cli.flags import Given
    from longshore.cli.project_input import Reading
    from longshore.cli.shell import Shell
    from longshore.model import Conversion


def rendered(given: Given, shell: Shell) -> tuple[Reading, int]:
    """Read and convert what is named, and show its findings: (it, exit code); nothing may be written unless that is 0.

    Every object has the namespace that was given.

    Raises:
        Refused: there is nothing to convert.
    """
    reading = chosen(read(given, shell, applied=True), given)
    code = exit_code(reading, given)
    if reading.findings or given.on("--verbose"):
        show(reading, given, shell, shell.err)
    if reading.conversion is None:
        if not code:
            stack = given.text("--stack")
            raise Refused(f"stack {stack} has no compose files", "`longshore plan` shows what it creates")
        return reading, code
    if reading.options.namespace and not code:
        reading = reading._replace(conversion=_placed(reading.conversion, reading.options.namespace))
    return reading, code


def write_all(folder: str, files: Mapping[str, str], given: Given, shell: Shell) -> None:
    """Write a folder of files, and say what was written, removed and left."""
    removed, left = write_folder(folder, shell.directory, files, overwrite=given.on("--overwrite"))
    for what, names in (
        ("wrote", () if given.on("--quiet") else sorted(files)),
        ("removed, no longer made:", removed),
        ("left alone, not as longshore wrote it:", left),
    ):
        shell.name(what, (os.path.join(folder, name) for name in names))


def _placed(conversion: Conversion, namespace: str) -> Conversion:
    """Put every object into a namespace; they refer to each other by name, so nothing else changes."""
    placed = (
        {**manifest, "metadata": {"name": manifest["metadata"]["name"], "namespace": namespace, **manifest["metadata"]}}
        for manifest in conversion.manifests
    )
    return conversion._replace(manifests=tuple(placed))
