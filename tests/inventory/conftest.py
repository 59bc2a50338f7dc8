"""The estate of `estate.py` on a real engine, and what the collector makes of it, once for all tests of this folder."""

import json
from typing import NamedTuple

import pytest

from longshore.cli.inventory.program import archive
from tests.inventory import estate
from tools.docker.engine import EngineUnavailableError, boot, compose_program, end
from tools.go_program import NotBuiltError, built


class Collected(NamedTuple):
    """The text of the inventory, the samples, what was told, and the folder with the compose file."""

    text: str
    samples: str
    told: str
    folder: object

    @property
    def document(self):
        return json.loads(self.text)


@pytest.fixture(scope="session")
def collected(tmp_path_factory):
    """Two days of the estate, of twenty seconds each; where there can be no engine, the tests skip and say why."""
    try:
        compose_program()
        built(estate.PROGRAM, "allocator")
    except (EngineUnavailableError, NotBuiltError) as error:
        pytest.skip(str(error))
    return watched(tmp_path_factory.mktemp("inventory"), 2 * estate.ROUND)


def watched(folder, seconds):
    """Run the estate in a folder, and take stock of it for so long."""
    engine, pid = boot(folder / "state")
    try:
        estate.started(engine, folder / "project")
        program, samples = folder / "longshore-inventory.pyz", folder / "samples.jsonl"
        program.write_bytes(archive())
        words = ["--for", f"{seconds}s", "--every", "0.5s", "--percent", "20", "--samples", str(samples)]
        done = estate.collected(pid, program, engine.socket, *words)
        assert done.returncode == 0, done.stderr
        return Collected(done.stdout, samples.read_text(), done.stderr, folder / "project")
    finally:
        end(pid)
