"""Builds a small Go program of this repository once, from the module proxy, and keeps it in the user's cache."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

from tools.cluster.versions import cache_home

if TYPE_CHECKING:
    from pathlib import Path


class NotBuiltError(Exception):
    """A program is neither built nor can it be; the message is one sentence for the user."""


def built(source: Path, name: str, package: str = ".") -> Path:
    """Path of the program whose module lies in the folder `source`; it is built anew when its sources have changed.

    package: what of the module to build; one that it requires has its own name.

    It is static, so that it runs in a container that holds nothing else.

    Raises:
        NotBuiltError: there is no `go`, or the build failed.
    """
    files = sorted(file for file in source.iterdir() if file.suffix in {".go", ".mod", ".sum"})
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]
    program = cache_home() / "tools" / f"{name}-{digest}" / name
    if program.exists():
        return program
    go = shutil.which("go")
    if go is None:
        raise NotBuiltError(f"{name} is not built yet, and there is no `go` on PATH to build it with")
    print(f"building {name} from the Go module proxy (once, a minute or two)", file=sys.stderr, flush=True)
    program.parent.mkdir(parents=True, exist_ok=True)
    fresh = program.with_name(f"{name}.{os.getpid()}")
    command = [go, "build", "-trimpath", "-ldflags=-s -w", "-o", str(fresh), package]
    environment = {**os.environ, "CGO_ENABLED": "0"}
    done = subprocess.run(command, cwd=source, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotBuiltError(f"{name} cannot be built: {done.stderr.strip()[-400:]}")
    fresh.replace(program)
    return program
