"""Builds one program of `versions.toml` with `go`, from the module proxy, outside the checkout.

The program is a dependency of a small module made for the purpose, so that any module can be built whatever it
replaces by folders of its own repository: `go install MODULE@VERSION` refuses those (https://go.dev/ref/mod#go-install).
Needs nothing but Python's standard library.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tools.cluster.versions import Table, Tool, ToolsMissingError, answers, cache_home, tool_home

if TYPE_CHECKING:
    from tools.cluster.versions import Module

_LINES_OF_A_FAILED_BUILD = 15
_SECONDS_BETWEEN_LINES = 30.0


def build(tool: Tool, table: Table) -> None:
    """Build a program and put it, with its data files, into `tool_home(tool)`; a half-built one is never seen there.

    Raises:
        ToolsMissingError: the build failed; the message ends with the last lines of the log and names its file.
    """
    home = tool_home(tool)
    log = cache_home() / "tools" / "logs" / f"{home.name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{home.name}-", dir=home.parent) as folder:
        work = Path(folder)
        module = table.modules[tool.module]
        source = _lay_out(work, module, table)
        result = work / "result"
        result.mkdir()
        flags = ["-trimpath", "-tags", ",".join(module.tags), "-ldflags", _link_flags(module)]
        command = [*_gently(), "go", "build", *flags, "-o", str(result / tool.name), tool.package]
        _run_with_progress(command, work, log, f"building {tool.name} {tool.version}")
        for pattern in tool.files:
            _copy(source, pattern, result)
        if not answers(tool, result / tool.name):
            raise ToolsMissingError(f"{tool.name} was built but does not answer as {tool.version}; log: {log}")
        shutil.rmtree(home, ignore_errors=True)
        result.rename(home)


def _go(work: Path, *arguments: str) -> str:
    done = subprocess.run(["go", *arguments], cwd=work, env=_environment(), capture_output=True, text=True, check=False)
    if done.returncode:
        reason = done.stderr.strip() or done.stdout.strip()
        raise ToolsMissingError(f"`go {' '.join(arguments)}` failed: {reason}")
    return done.stdout


def _environment() -> dict[str, str]:
    flags = f"{os.environ.get('GOFLAGS', '')} -mod=mod -buildvcs=false".strip()
    return {**os.environ, "CGO_ENABLED": "0", "GOFLAGS": flags, "GOWORK": "off"}


def _gently() -> list[str]:
    """A build of many minutes leaves the processor to whoever works at the machine."""
    return ["nice"] if shutil.which("nice") else []


def _download(work: Path, module: Module) -> dict[str, Any]:
    """`Dir` and `GoMod` of a module, as `go mod download -json` gives them."""
    answer: dict[str, Any] = json.loads(_go(work, "mod", "download", "-json", f"{module.path}@{module.version}"))
    return answer


def _lay_out(work: Path, module: Module, table: Table) -> Path:
    """Write the go.mod from which the program is built; answers the folder of the program's module."""
    (work / "go.mod").write_text("module longshore.test/tool\n")
    wanted = [module, *([table.modules[module.beside]] if module.beside else [])]
    lines: dict[str, None] = {}
    for each in wanted:
        downloaded = _download(work, each)
        lines |= dict.fromkeys([f"require {each.path} {each.version}", *_replacements(work, each, downloaded["GoMod"])])
    source = Path(_download(work, module)["Dir"])
    if module.providers:
        source = _with_fewer_providers(work, source, module.providers)
        lines[f"replace {module.path} => ./{source.name}"] = None
    go_version = json.loads(_go(work, "mod", "edit", "-json", _download(work, wanted[-1])["GoMod"]))["Go"]
    (work / "go.mod").write_text("\n".join(["module longshore.test/tool", "", f"go {go_version}", "", *lines, ""]))
    return source


def _replacements(work: Path, module: Module, go_mod: str) -> list[str]:
    """The module's own `replace` lines, its folders turned into the versions they are published under.

    Where `siblings` is empty the module's `require` lines name published versions already, so a folder is left out.
    """
    lines = []
    for entry in json.loads(_go(work, "mod", "edit", "-json", go_mod)).get("Replace") or []:
        old, new = entry["Old"], entry["New"]
        if new["Path"].startswith("."):
            if not module.siblings:
                continue
            new = {"Path": old["Path"], "Version": module.siblings}
        at = f" {old['Version']}" if "Version" in old else ""
        lines.append(f"replace {old['Path']}{at} => {new['Path']} {new['Version']}")
    return lines


def _with_fewer_providers(work: Path, source: Path, providers: tuple[str, tuple[str, ...]]) -> Path:
    """A copy of the module whose list of blank imports is cut down to those that are kept."""
    name, keep = providers
    copy = work / "source"
    shutil.copytree(source, copy, copy_function=shutil.copyfile)
    imports = copy / name
    imports.chmod(0o644)
    lines = imports.read_text("utf-8").splitlines(keepends=True)
    blank = re.compile(r'^\s*_ "(?P<path>[^"]+)"')
    imports.write_text("".join(x for x in lines if not (m := blank.match(x)) or m["path"].endswith(keep)), "utf-8")
    return copy


def _link_flags(module: Module) -> str:
    """Symbols and debug data are left out: nobody debugs these, and linking takes half the time."""
    major, minor = module.version.removeprefix("v").split(".")[:2]
    values = {"version": module.version, "major": major, "minor": minor}
    return " ".join(["-s", "-w", *(f"-X {name}={value.format(**values)}" for name, value in module.variables)])


def _copy(source: Path, pattern: str, target: Path) -> None:
    for found in sorted(source.glob(pattern)):
        to = target / found.relative_to(source)
        to.parent.mkdir(parents=True, exist_ok=True)
        # The module cache is read-only, and a copy that is too could not be deleted.
        if found.is_dir():
            shutil.copytree(found, to, copy_function=shutil.copyfile)
        else:
            shutil.copyfile(found, to)


def _run_with_progress(command: list[str], work: Path, log: Path, what: str) -> None:
    """Run a build; on a terminal one line counts the seconds, elsewhere a line appears every half minute."""
    begun = time.monotonic()
    live = sys.stderr.isatty()
    said = begun - _SECONDS_BETWEEN_LINES
    with log.open("wb") as sink:
        process = subprocess.Popen(command, cwd=work, env=_environment(), stdout=sink, stderr=sink)
        try:
            while process.poll() is None:
                now = time.monotonic()
                if live or now - said >= _SECONDS_BETWEEN_LINES:
                    said = now
                    _say(f"{what} … {_clock(now - begun)}", "\r" if live else "\n")
                time.sleep(0.5)
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()
    if process.returncode:
        tail = "\n".join(log.read_text("utf-8", "replace").splitlines()[-_LINES_OF_A_FAILED_BUILD:])
        raise ToolsMissingError(f"{what} failed (whole log: {log}):\n{tail}")
    _say(f"{what} … done in {_clock(time.monotonic() - begun)}", "\n")


def _say(line: str, end: str) -> None:
    print(line, end=end, file=sys.stderr, flush=True)


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}m{int(seconds) % 60:02d}s"
