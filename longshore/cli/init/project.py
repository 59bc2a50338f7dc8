"""The files of a project beside its stacks, and whether those that are there already will do.

`Pulumi.yaml` and the program must be ours, or nothing works: another project's are refused. What else is there is left
as it is, and what it lacks is said.
"""

from __future__ import annotations

import os
import re
from importlib.metadata import version
from typing import Final, NamedTuple

from longshore.errors import Refused
from longshore.stack import schema
from longshore.stack.file import read_stack_file
from longshore.stack.reading import FOLDER, PROGRAM, PROJECT
from longshore.stack.validation import GUARD, GUARDED

REQUIREMENTS, IGNORE = "requirements.txt", ".gitignore"
SCHEMAS: Final = f"{FOLDER}/schemas"

PROJECT_TEXT: Final = """\
name: {name}
description: A Docker Compose estate on managed Kubernetes
runtime:
  name: python
  options:
    toolchain: pip
    virtualenv: .venv
main: .
stackConfigDir: stacks
config:
  # No resource may land on whatever account or cluster the shell happens to point at.
  pulumi:disable-default-providers:
    value: [aws, kubernetes]
"""
PROGRAM_TEXT: Final = '''\
"""The Pulumi program of every stack in `stacks/`."""

import sys

sys.path.append(sys.path.pop(0))  # what is installed goes before what is called the same in this folder

from longshore.program import deploy

deploy()
'''
IGNORED: Final = (".venv/", ".pulumi/", "__pycache__/", ".env")
ELSEWHERE: Final = "`longshore init deploy` makes the project in a folder `deploy` of its own, beside all else"
_OURS: Final = re.compile(r"^[ \t]*(?:from|import)[ \t]+longshore\b", re.MULTILINE).search
_REQUIRED: Final = re.compile(
    r"^[ \t]*longshore[ \t]{0,9}(?:\[[^\]\n]*\])?[ \t]{0,9}(?:==[ \t]{0,9}([^\s;#\\]+))?", re.MULTILINE
).search


class Present(NamedTuple):
    """What is in the folder already. name: of the project, empty where there is none. program: its file, relative."""

    name: str
    program: str


def present(root: str) -> Present:
    """Look at the project in a folder.

    Raises:
        Refused: it is another kind of project, or its program is somebody's own.
    """
    text = text_of(root, PROJECT)
    if text is None:
        if text_of(root, PROGRAM) not in {None, PROGRAM_TEXT}:
            raise Refused(f"{PROGRAM} is there, and is not a program of Longshore; nothing was written", ELSEWHERE)
        return Present("", PROGRAM)
    file = read_stack_file(text, PROJECT)
    values = file.values
    runtime = values.get("runtime")
    language = runtime.get("name") if isinstance(runtime, dict) else runtime
    config = values.get("config")
    guard = config.get(GUARD) if isinstance(config, dict) else None
    guarded = guard.get("value", guard.get("default")) if isinstance(guard, dict) else guard
    wants = {
        "`runtime: python`": language == "python",
        f"`stackConfigDir: {FOLDER}`": str(values.get("stackConfigDir", "")).rstrip("/") == FOLDER,
        f"`{GUARD}: {{value: [aws, kubernetes]}}` below `config`": isinstance(guarded, list)
        and GUARDED.issubset(map(str, guarded)),
    }
    lacking = [what for what, there in wants.items() if not there]
    if file.findings or lacking:
        why = f"it lacks {', '.join(lacking)}" if lacking and not file.findings else "it can't be read"
        raise Refused(f"{PROJECT} is there, and is not of Longshore: {why}; nothing was written", ELSEWHERE)
    main = str(values.get("main") or ".")
    program = main if os.path.isfile(os.path.join(root, main)) else os.path.normpath(os.path.join(main, PROGRAM))
    found = text_of(root, program)
    if found is not None and not _OURS(found):
        raise Refused(f"{program} is the program of this project, and does not use Longshore", ELSEWHERE)
    return Present(str(values.get("name", "")), program)


def files(name: str, found: Present, backend: str, *, aws: bool) -> dict[str, str]:
    """Every file of a project beside its stacks: name → text. aws: is any of it in an account?"""
    return {
        PROJECT: PROJECT_TEXT.format(name=name),
        found.program: PROGRAM_TEXT,
        REQUIREMENTS: f"{requirement(backend, aws=aws)}\n",
        IGNORE: "".join(f"{line}\n" for line in IGNORED),
        **{f"{SCHEMAS}/{name}": (schema.FOLDER / name).read_text("utf-8") for name in schema.FILES},
    }


def requirement(backend: str, *, aws: bool) -> str:
    """What a project installs: this version, with the extras that its stacks need."""
    stores = (["aws"] if aws else []) + (["vault"] if backend == "vault" else [])
    return f"longshore[{','.join(['pulumi', *stores])}]=={version('longshore')}"


def lacks(name: str, text: str, wanted: str) -> str:
    """What a file that is there lacks of the one that would be written, as a sentence; empty where it will do."""
    if name == REQUIREMENTS:
        required = _REQUIRED(text)
        if required is None:
            return f"add the line `{wanted.strip()}`"
        ours = version("longshore")
        return f"it asks for longshore {required[1]}, this is {ours}" if required[1] not in {None, ours} else ""
    if name == IGNORE:
        there = {line.strip().strip("/") for line in text.splitlines()}
        missing = [line for line in IGNORED if line.strip("/") not in there]
        return f"add {' '.join(missing)}" if missing else ""
    if name.endswith(".gitlab-ci.yml") and ".gitlab/longshore-" not in text:
        return "add `include: [{local: .gitlab/longshore-*.yml}]`"
    if name.startswith(SCHEMAS) and text != wanted:
        return "is of another version: take it away, and `longshore init` writes that of this one"
    return ""


def text_of(root: str, name: str) -> str | None:
    """The text of a file of the project; None where there is none.

    Raises:
        Refused: it can't be read.
    """
    path = os.path.join(root, name)
    if not os.path.lexists(path):
        return None
    try:
        with open(path, encoding="utf-8-sig") as opened:
            return opened.read()
    except (OSError, UnicodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise Refused(f"{name} is there and can't be read: {reason}; nothing was written", ELSEWHERE) from None


def above(root: str) -> str:
    """The nearest folder above `root` with a `Pulumi.yaml`; empty if none."""
    folder = os.path.dirname(root)
    while True:
        if os.path.isfile(os.path.join(folder, PROJECT)):
            return folder
        if folder == os.path.dirname(folder):
            return ""
        folder = os.path.dirname(folder)
