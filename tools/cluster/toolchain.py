"""Finds the programs of `versions.toml`, and has those built that are not there yet.

A program is looked for in `KUBEBUILDER_ASSETS`, then in `${XDG_CACHE_HOME:-~/.cache}/longshore/tools/NAME-VERSION/`;
if neither has it, `tools.cluster.build` builds it into the latter. Needs nothing but Python's standard library.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import tomllib
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

CONTROL_PLANE = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok")


class ToolsMissingError(Exception):
    """A program is neither there nor can it be built; the message is one sentence for the user."""


class Module(NamedTuple):
    """A Go module as `versions.toml` has it; `siblings` and `beside` are empty where it says nothing."""

    path: str
    version: str
    siblings: str
    beside: str
    variables: tuple[tuple[str, str], ...]
    tags: tuple[str, ...]
    providers: tuple[str, tuple[str, ...]] | None


class Tool(NamedTuple):
    """A program as `versions.toml` has it."""

    name: str
    module: str
    version: str
    package: str
    ask: tuple[str, ...]
    files: tuple[str, ...]


class Table(NamedTuple):
    """The whole of `versions.toml`."""

    modules: dict[str, Module]
    tools: dict[str, Tool]


def read_table() -> Table:
    """Read the table of versions.

    Raises:
        KeyError: a tool names a module that the table does not have.
    """
    raw = tomllib.loads(Path(__file__).with_name("versions.toml").read_text("utf-8"))
    modules = {
        name: Module(
            name,
            entry["version"],
            entry.get("siblings", ""),
            entry.get("beside", ""),
            tuple(entry.get("variables", {}).items()),
            tuple(entry.get("tags", [])),
            (entry["providers"]["file"], tuple(entry["providers"]["keep"])) if "providers" in entry else None,
        )
        for name, entry in raw["modules"].items()
    }
    tools = {
        name: Tool(
            name,
            entry["module"],
            modules[entry["module"]].version,
            entry["package"],
            tuple(entry.get("ask", ["--version"])),
            tuple(entry.get("files", [])),
        )
        for name, entry in raw["tools"].items()
    }
    return Table(modules, tools)


def cache_home() -> Path:
    """The folder, outside every checkout, that holds all that the test cluster keeps."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "longshore"


def tool_home(tool: Tool) -> Path:
    """Where a built program and its data files lie."""
    return cache_home() / "tools" / f"{tool.name}-{tool.version.removeprefix('v')}"


def answers(tool: Tool, binary: Path) -> bool:
    """Whether the program runs and names the wanted version; of one that cannot say, whether it can be run."""
    if not tool.ask:
        return os.access(binary, os.X_OK)
    try:
        done = subprocess.run([binary, *tool.ask], capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0 and tool.version.removeprefix("v") in done.stdout


def locate(tool: Tool) -> Path | None:
    """The program, if it is on this machine already.

    `KUBEBUILDER_ASSETS` is somebody's explicit choice, so its version is not held against it. It is not used for a
    program that needs data files, since these come from the module.
    """
    assets = os.environ.get("KUBEBUILDER_ASSETS")
    if assets and not tool.files and (given := Path(assets) / tool.name).exists():
        return given
    built = tool_home(tool) / tool.name
    return built if built.exists() and answers(tool, built) else None


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
                from tools.cluster.build import build  # noqa: PLC0415  only a cold cache needs the builder

                build(tool, table)
        found[name] = tool_home(tool) / name
    return {name: path for name, path in found.items() if path is not None}


def data_file(name: str, path: str) -> Path:
    """A data file or folder of a program that `provide` has provided, by its path in the program's module."""
    return tool_home(read_table().tools[name]) / path
