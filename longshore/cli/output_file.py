"""`--output-file`: where what a verb makes goes, in place of standard output."""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.cli.manifest_files import write_file

if TYPE_CHECKING:
    from longshore.cli.flags import Given
    from longshore.cli.shell import Shell


def write_out(given: Given, shell: Shell, *pieces: str) -> None:
    """Write pieces, one after the other, to the file that is named, which is told, or to standard output.

    Raises:
        Refused: the file is somebody else's, or can't be written.
    """
    target = given.text("--output-file")
    if not target:
        shell.out.writelines(pieces)
        return
    write_file(target, shell.directory, "".join(pieces), overwrite=given.on("--overwrite"))
    if not given.on("--quiet"):
        shell.name("wrote", [target])
