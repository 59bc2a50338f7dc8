"""Provides the programs of `versions.toml`: those that are not there yet are built, once on a machine.

Needs nothing but Python's standard library.
"""

from __future__ import annotations

import fcntl
import shutil
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tools.cluster.build import build
from tools.cluster.versions import Tool, ToolsMissingError, cache_home, locate, read_table, tool_home

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

CONTROL_PLANE = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok")


@contextmanager
def _alone(tool: Tool) -> Iterator[None]:
    """Hold the lock of one tool, so that two sessions on one machine do not build it twice."""
    folder = cache_home() / "tools" / ".locks"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{tool.name}-{tool.version}").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"{tool.name} {tool.version}: another process builds it, waiting", file=sys.stderr, flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def provide(names: Sequence[str] = CONTROL_PLANE) -> dict[str, Path]:
    """Path of each program, by name; what is missing is built first, with a line of progress on stderr.

    Raises:
        ToolsMissingError: there is no `go` to build it with, or the build failed.
    """
    table = read_table()
    found = {name: locate(table.tools[name]) for name in names}
    missing = [name for name in names if found[name] is None]
    if missing and shutil.which("go") is None:
        raise ToolsMissingError(
            f"{', '.join(missing)}: not built yet, and there is no `go` on PATH to build with "
            "(install Go, or set KUBEBUILDER_ASSETS or LONGSHORE_TEST_KUBECONFIG)"
        )
    for name in missing:
        tool = table.tools[name]
        with _alone(tool):
            if locate(tool) is None:
                build(tool, table)
        found[name] = tool_home(tool) / name
    return {name: path for name, path in found.items() if path is not None}


def data_file(name: str, path: str) -> Path:
    """A data file or folder of a program that `provide` has provided, by its path in the program's module."""
    return tool_home(read_table().tools[name]) / path
