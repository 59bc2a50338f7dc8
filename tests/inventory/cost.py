"""`python -m tests.inventory.cost [SECONDS]`: what the collector takes of a machine with forty containers.

It runs as on a machine, for ten minutes at its usual pace, on a real Docker Engine. A run of the tests has no ten
minutes: it takes as many rounds in some seconds (`test_collector.py`).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final, NamedTuple

from longshore.cli.inventory.program import archive
from tests.inventory import estate
from tools.docker.engine import boot, end
from tools.node.images import write_archive

CONTAINERS: Final = 40
TEN_MINUTES: Final = 600
COMPOSE: Final = f"""
name: forty
services:
  web:
    image: registry.example.com/shop/worker:1.4
    command: [-memory, "0:8"]
    scale: {CONTAINERS}
"""


class Cost(NamedTuple):
    """seconds: how long it ran. processor: seconds of it. memory: KiB at most. rounds: of samples."""

    seconds: float
    processor: float
    memory: int
    rounds: int

    @property
    def percent(self) -> float:
        """Of one core."""
        return 100 * self.processor / self.seconds


def measured(folder: Path, seconds: int) -> Cost:
    """Run the collector so long.

    Raises:
        EngineUnavailableError: there can be no engine here.
    """
    engine, pid = boot(folder / "state")
    try:
        engine.load(write_archive(estate.images(folder / "layers"), folder / "images.tar"))
        (folder / "compose.yaml").write_text(COMPOSE)
        engine.compose("up", "-d", folder=folder)
        program = folder / "longshore-inventory.pyz"
        program.write_bytes(archive())
        command = estate.command(pid, program, engine.socket, "--for", f"{seconds}s")
        begun = time.monotonic()
        with (folder / "vm.json").open("w") as output:
            _, status, used = os.wait4(subprocess.Popen(command, stdout=output).pid, 0)
        ended = time.monotonic()
    finally:
        end(pid)
    assert status == 0
    containers = json.loads((folder / "vm.json").read_text())["usage"]["containers"]
    assert len(containers) == CONTAINERS
    rounds = sum(row[1] for row in containers["forty-web-1"]["rows"])
    return Cost(ended - begun, used.ru_utime + used.ru_stime, used.ru_maxrss, rounds)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        cost = measured(Path(name), int(sys.argv[1]) if sys.argv[1:] else TEN_MINUTES)
    print(
        f"{CONTAINERS} containers, {cost.seconds:.0f} s, {cost.rounds} rounds: {cost.processor:.2f} s of the processor,"
    )
    print(f"{cost.percent:.2f} % of one core, {cost.memory / 1024:.0f} MiB at most")
