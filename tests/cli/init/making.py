"""A folder with a compose file, and `longshore` called in it by a pipe or by somebody at a terminal."""

from __future__ import annotations

import io
import re
from itertools import takewhile
from typing import TYPE_CHECKING, NamedTuple

import yaml

from longshore.cli.program import run
from longshore.cli.shell import Shell

if TYPE_CHECKING:
    from pathlib import Path

IN_AWS = ("--region", "eu-west-1", "--account", "123456789012")
SHARED = [".gitignore", "Pulumi.yaml", "__main__.py", "requirements.txt"]
SHARED += ["stacks/schemas/compose.schema.json", "stacks/schemas/stack.schema.json"]
COMPOSE = """\
services:
  web:
    image: nginx:1.27.2
    ports: ["8080:80", "53:53/udp", "127.0.0.1:9000:9000"]
    environment:
      API_TOKEN: ${API_TOKEN}
      LEGACY_PASSWORD: CANARY-in-compose
      LOG_LEVEL: info
  db:
    image: postgres:16.4
    mem_limit: 512m
    environment: {POSTGRES_PASSWORD: "${DB_PASSWORD:-CANARY-default}"}
"""


class Answer(NamedTuple):
    code: int
    out: str
    err: str


class Terminal(io.BytesIO):
    """Standard input with somebody at it, who types these lines."""

    def isatty(self) -> bool:
        return True


def longshore(folder: Path, *words: str, typed: str | None = None, **environment: str) -> Answer:
    out, err = io.StringIO(), io.StringIO()
    stdin = io.BytesIO() if typed is None else Terminal(typed.encode())
    code = run(words, Shell(out, err, stdin, environment, str(folder), words))
    return Answer(code, out.getvalue(), err.getvalue())


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def config(folder: Path, stack: str) -> dict:
    return yaml.safe_load((folder / "stacks" / f"Pulumi.{stack}.yaml").read_text("utf-8"))["config"]


def uncommented(folder: Path, stack: str, block: str) -> dict:
    """A setting that stands in a stack file as a comment, as it is read when its `# ` is taken away."""
    text = (folder / "stacks" / f"Pulumi.{stack}.yaml").read_text("utf-8")
    below = text[text.index(f"  # {block}") :].splitlines()
    lines = takewhile(lambda line: line.startswith("  #"), below)
    return yaml.safe_load("\n".join(re.sub("^  # ", "", line) for line in lines))[block.rstrip(":")]
