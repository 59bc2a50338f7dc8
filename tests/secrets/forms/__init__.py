"""Forms in which people write secrets, and settings that look like them: ours, and those that were brought to us.

`environment.txt`, `commands.txt`, `files.json` and `harmless*` are ours; `../shared/leaks`, beside the checkout, has
others where it is there. The values are made up each time, from a seed.
"""

from __future__ import annotations

import json
import os
import re
import string
from base64 import b64decode
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from longshore.convert.secrets.detection.randomness import looks_random

if TYPE_CHECKING:
    import random

HERE = Path(__file__).parent
LEAKS = Path(os.environ.get("LONGSHORE_LEAKS") or Path(__file__).parents[4] / "shared/leaks")

_HOLE = re.compile(r"@(?:P|([ALHUD])(\d+))@")
_ALPHABETS = {
    "P": string.ascii_letters + string.digits,
    "A": string.ascii_letters + string.digits,
    "L": string.ascii_letters,
    "H": "0123456789abcdef",
    "U": string.ascii_uppercase + "234567",
    "D": string.digits,
}


class Form(NamedTuple):
    """One way to write a secret. name: of the variable or the file. canaries: what must not be seen."""

    name: str
    text: str
    canaries: tuple[str, ...] = ()
    data: bytes = b""


def filled(name: str, text: str, chance: random.Random) -> Form:
    """Make the secrets of a form up; the longest of them is what is looked for, its parts may be harmless.

    One random text in three hundred looks like a word (docs/secrets.md): none of these, or chance would decide a test.
    """
    made: list[str] = []

    def write(hole: re.Match[str]) -> str:
        kind, length = hole[1] or "P", int(hole[2] or chance.randint(14, 16))
        value = "".join(chance.choices(_ALPHABETS[kind], k=length))
        while kind == "P" and not looks_random(value):
            value = "".join(chance.choices(_ALPHABETS[kind], k=length))
        if kind != "D":
            made.append(value)
        return value

    written = _HOLE.sub(write, text)
    longest = max((len(value) for value in made), default=0)
    return Form(name, written, tuple(value for value in made if len(value) == longest), written.encode())


def environment(*, theirs: bool, chance: random.Random) -> list[Form]:
    """Entries of `environment:` that hold a secret."""
    if theirs:
        return [filled(form["name"], form["value"], chance) for form in _leaks("environment.json")]
    return [filled(*line.split("=", 1), chance) for line in _lines("environment.txt")]


def commands(*, theirs: bool, chance: random.Random) -> list[Form]:
    """Commands that hold a secret."""
    lines = _leaks("commands.json") if theirs else _lines("commands.txt")
    return [filled("", line, chance) for line in lines]


def files(*, theirs: bool, chance: random.Random) -> list[Form]:
    """Files that hold a secret."""
    if not theirs:
        return [filled(form["name"], form["text"], chance) for form in json.loads((HERE / "files.json").read_text())]
    return [
        filled(form["name"], form["text"], chance)
        if "text" in form
        else _binary(form["name"], b64decode(form["base64"]))
        for form in _leaks("files.json")
    ]


def _binary(name: str, data: bytes) -> Form:
    """A file that is no UTF-8, with a secret for the one that was taken out of it."""
    plain, wide = "CANARYCANARY1234", "@P@".encode("utf-16-le")
    data = data.replace(wide, plain.encode("utf-16-le"))
    return Form(name, "", (plain,), data)


def harmless(*, theirs: bool) -> list[Form]:
    """Settings that hold none."""
    if theirs:
        return [Form(*each) for each in _leaks("harmless.json")["environment"].items()]
    return [Form(*line.split("=", 1)) for line in _lines("harmless.txt")]


def harmless_files(*, theirs: bool) -> list[Form]:
    """Files that hold none."""
    if theirs:
        found = _leaks("harmless.json")["files"].items()
    else:
        found = [(form["name"], form["text"]) for form in json.loads((HERE / "harmless-files.json").read_text())]
    return [Form(name, text, (), text.encode()) for name, text in found]


def _lines(name: str) -> list[str]:
    return [line for line in (HERE / name).read_text().splitlines() if line and not line.startswith("#")]


def _leaks(name: str):
    return json.loads((LEAKS / name).read_text())
