"""The compose file of volumes that `longshore init` writes where services keep data in folders of the Docker host.

The stack reads it after the files that are there, and Docker does not: it goes on with its folders. Entries of
`volumes` in a later file take the place of those with the same target.
Source: https://github.com/compose-spec/compose-spec/blob/main/13-merge.md#unique-resources
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final, Literal

from longshore.cli.init.stack_files import scalar
from longshore.convert.secrets.detection.masks import conceal
from longshore.disk import Disk
from longshore.report.findings import words

if TYPE_CHECKING:
    from typing import Any

    from longshore.convert.estate.data_binds import DataBind

HEAD: Final = """\
# What keeps data in a folder of the Docker host has a volume in the cluster. The stack reads this file after the
# others; Docker does not, and goes on with its folders. A volume is empty at first: copy the data before anybody
# relies on it. Take out what is no data; `storage.volumes` in the stack file gives sizes.
"""


class DiskWith(Disk):
    """The disk as it will be when one file more is written: its absolute path, and its text."""

    def __init__(self, path: str, text: str) -> None:
        super().__init__()
        self._path, self._text = path, text

    def read(self, path: str) -> bytes:
        """Give the content of a file, as `Disk` does."""
        return self._text.encode() if path == self._path else super().read(path)

    def kind(self, path: str) -> Literal["file", "directory", "missing", "other"]:
        """Say what is at a path, as `Disk` does."""
        return "file" if path == self._path else super().kind(path)


def name_beside(first: str, team: str) -> str:
    """Name the file: beside the first compose file, or in the project where that lies outside; relative to it."""
    folder = "" if first.startswith("..") else os.path.dirname(first)
    return os.path.join(folder, f"compose.{team}.volumes.yaml")


def volumes_file(binds: tuple[DataBind, ...]) -> str:
    """The text of the file, with the folder beside each mount."""
    services: dict[str, list[DataBind]] = {}
    for bind in binds:
        services.setdefault(bind.service, []).append(bind)
    lines = ["services:"]
    for service, own in services.items():
        lines += [f"  {scalar(service)}:", "    volumes:", *map(_mount, own)]
    lines += ["", "volumes:", *(f"  {name}:" for name in dict.fromkeys(bind.volume for bind in binds))]
    return HEAD + "\n".join(lines) + "\n"


def _mount(bind: DataBind) -> str:
    """Write one mount. Like the folder, it hides what the image has there: `nocopy`."""
    mount: dict[str, Any] = {"type": "volume", "source": bind.volume, "target": bind.target.replace("$", "$$")}
    mount |= {"read_only": True} if bind.read_only else {}
    mount["volume"] = {"nocopy": True}
    return f"      - {scalar(mount)}  # {conceal(words(bind.shown))}"
