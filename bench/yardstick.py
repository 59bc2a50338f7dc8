"""The program to compare with: `bench/reader/main.go`, built once from the module proxy, kept in the user's cache."""

from __future__ import annotations

import os
import subprocess
from hashlib import sha256
from pathlib import Path
from shutil import which

SOURCE = Path(__file__).with_name("reader")


def yardstick() -> Path | None:
    """Give the built program; None, with a line that says why, where there is no Go or it can't be built."""
    files = sorted(SOURCE.iterdir())
    version = sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    program = cache / "longshore" / "bench" / f"reader-{version}"
    if program.exists():
        return program
    go = which("go")
    if not go:
        print("no `go` on PATH: nothing to compare with")
        return None
    print(f"building {SOURCE.name} (compose-go) with {go} ...", flush=True)
    program.parent.mkdir(parents=True, exist_ok=True)
    command = [go, "build", "-trimpath", "-ldflags=-s -w", "-o", str(program), "."]
    done = subprocess.run(command, cwd=SOURCE, capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"it can't be built: {done.stderr.strip()[-300:]}")
        return None
    return program
