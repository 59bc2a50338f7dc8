"""Builds and asks the oracle: how does Docker read this?"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import IO, Any, NamedTuple, cast

SOURCES = ("main.go", "go.mod", "go.sum")


class OracleMissingError(Exception):
    """The oracle is neither built nor can it be; the message is one sentence for the user."""


class Answer(NamedTuple):
    """The canonical model, or why there is none."""

    model: dict[str, Any] | None
    error: str


def provide() -> Path:
    """Path of the program; it is built first if its sources have changed since.

    Raises:
        OracleMissingError: there is no `go`, or the build failed.
    """
    here = Path(__file__).parent
    digest = hashlib.sha256(b"".join((here / name).read_bytes() for name in SOURCES)).hexdigest()[:16]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "longshore" / "tools"
    binary = cache / f"compose-oracle-{digest}" / "oracle"
    if binary.exists():
        return binary
    go = shutil.which("go")
    if go is None:
        raise OracleMissingError("the compose oracle is not built yet, and there is no `go` on PATH to build it with")
    print("building the compose oracle from the Go module proxy (once, about a minute)", file=sys.stderr, flush=True)
    binary.parent.mkdir(parents=True, exist_ok=True)
    fresh = binary.with_name(f"oracle.{os.getpid()}")
    environment = {**os.environ, "GOFLAGS": "-mod=mod"}
    command = [go, "build", "-trimpath", "-o", str(fresh), "."]
    done = subprocess.run(command, cwd=here, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise OracleMissingError(f"the compose oracle cannot be built: {done.stderr.strip()[-400:]}")
    fresh.replace(binary)
    return binary


class Oracle:
    """One running oracle; it answers any number of questions."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [str(provide())], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self._questions = cast("IO[bytes]", self._process.stdin)
        self._answers = cast("IO[bytes]", self._process.stdout)

    def ask(self, directory: str, files: tuple[str, ...], **request: Any) -> Answer:
        """Have the files read as `docker compose` in `directory` would."""
        line = json.dumps({"directory": directory, "files": list(files), **request})
        self._questions.write(line.encode() + b"\n")
        self._questions.flush()
        answer = json.loads(self._answers.readline())
        return Answer(None if answer.get("error") else answer["model"], answer.get("error", ""))

    def close(self) -> None:
        """End the program."""
        self._questions.close()
        self._process.wait()
