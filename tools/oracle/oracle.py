"""Builds and asks the oracle: how does Docker read this?"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import IO, Any, NamedTuple, cast

from tools.go_program import built


class Answer(NamedTuple):
    """The canonical model, or why there is none."""

    model: dict[str, Any] | None
    error: str


class Oracle:
    """One running oracle; it answers any number of questions.

    Raises:
        NotBuiltError: it is not built, and cannot be.
    """

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [str(built(Path(__file__).parent, "compose-oracle"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
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
