"""The table `versions.toml`, and where its programs lie on this machine.

A program is looked for in `KUBEBUILDER_ASSETS`, then in `${XDG_CACHE_HOME:-~/.cache}/longshore/tools/NAME-VERSION/`.
Needs nothing but Python's standard library.
"""

from __future__ import annotations

import os
import subprocess
import tomllib
from pathlib import Path
from typing import NamedTuple


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
