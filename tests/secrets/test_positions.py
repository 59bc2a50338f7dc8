"""A secret at every place of a compose file where a text may stand: in no manifest, no model, no finding, no excerpt.

Under a name that says it is one, and under any name in the shape of a token; in a file that is right, and in lines with
an error of syntax, of type, or an unknown key.
"""

from __future__ import annotations

import io
import random
import string
from typing import TYPE_CHECKING

import pytest
import yaml

from longshore.cli.program import run
from longshore.cli.shell import Shell
from tests.secrets.positions import Position, document, positions

if TYPE_CHECKING:
    from pathlib import Path

POSITIONS = positions()
BREAKS = ("syntax", "type", "unknown key")
SLICES = 12


def made_up(chance: random.Random, length: int) -> str:
    return "".join(chance.choices(string.ascii_letters + string.digits, k=length))


def broken(text: str, canary: str, how: str) -> str:
    """The file with an error in the line of the canary, or beside it."""
    if how == "syntax":
        return text.replace(canary, f'{canary}": [', 1)
    if how == "type":
        return text.replace(canary, f"{{a: {canary}}}", 1)
    return text.replace("  web:\n", f"  web:\n    unknown_password: {canary}\n", 1)


def shown(folder: Path, text: str, *words: str) -> str:
    """Everything that a verb says of a compose file, and the files it writes."""
    (folder / "compose.yaml").write_text(text)
    out, err = io.StringIO(), io.StringIO()
    run(words, Shell(out, err, io.BytesIO(), {"LONGSHORE_DEBUG": "1"}, str(folder), words))
    return out.getvalue() + err.getvalue()


@pytest.mark.parametrize("part", range(SLICES))
def test_no_place_shows_a_secret(tmp_path: Path, part: int):
    chance = random.Random(part)  # noqa: S311  canaries, the same each time
    leaked: list[tuple[str, str]] = []
    for number, position in enumerate(POSITIONS):
        if number % SLICES != part:
            continue
        for canary in canaries(position, chance):
            text = yaml.safe_dump(document(position, canary), sort_keys=False, width=1000)
            said = shown(tmp_path, text, "render", "--fail-on", "never") + shown(tmp_path, text, "config")
            leaked += [(position.label, "")] if canary in said else []
            how = BREAKS[(number // SLICES) % len(BREAKS)]
            said = shown(tmp_path, broken(text, canary, how), "check", "-v")
            leaked += [(position.label, how)] if canary in said else []
    assert leaked == []


def canaries(position: Position, chance: random.Random) -> list[str]:
    return [f"ghp_{made_up(chance, 36)}", *([made_up(chance, 15)] if position.named else [])]


def test_the_walk_finds_the_places():
    labels = {position.label for position in POSITIONS}
    assert len(labels) > 600
    assert labels > {
        "services.web.environment.DB_PASSWORD",
        "services.web.build.args.DB_PASSWORD",
        "services.web.deploy.labels.note",
        "services.web.healthcheck.test.0",
        "services.web.logging.options.DB_PASSWORD",
        "services.web.volumes.0.source",
        "services.web.develop.watch.0.path",
        "volumes.web.driver_opts.DB_PASSWORD",
        "configs.web.content",
        "networks.web.ipam.driver",
        "x-extra.DB_PASSWORD",
    }
