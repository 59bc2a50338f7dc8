"""What a service costs in memory, from which follows what a project of 20,000 takes; and that nothing copies all."""

from __future__ import annotations

import io
import subprocess
import sys
from typing import TYPE_CHECKING

from bench.estates import write
from longshore.cli.program import run
from longshore.cli.shell import Shell

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

MOST = 44
"""KiB for each service: 36 were measured; 20,000 of them take 730 MiB then, and never more than 880."""

MEASURED = """
import resource, subprocess, sys
words = [sys.executable, "-m", "longshore.cli.main", "check", "-f", sys.argv[1]]
done = subprocess.run(words, stdout=subprocess.DEVNULL)
print(done.returncode, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def kibibytes(folder: Path, services: int) -> int:
    text = "".join(
        f"  s{number}:\n    image: nginx:1.27\n    mem_limit: 64m\n    environment: {{A: b, C: d{number}}}\n"
        for number in range(services)
    )
    (folder / "compose.yaml").write_text(f"services:\n{text}")
    words = [sys.executable, "-c", MEASURED, str(folder / "compose.yaml")]
    code, size = subprocess.run(words, capture_output=True, check=True, text=True).stdout.split()
    assert code == "0"
    return int(size)


def test_what_a_service_costs(tmp_path: Path) -> None:
    few, many = kibibytes(tmp_path, 500), kibibytes(tmp_path, 2_500)
    assert 1 < (many - few) / 2_000 <= MOST


class Pieces(io.StringIO):
    """A stream that keeps the length of each piece that is written to it."""

    def __init__(self) -> None:
        super().__init__()
        self.lengths: list[int] = []

    def write(self, text: str) -> int:
        self.lengths.append(len(text))
        return super().write(text)

    def writelines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.write(line)


def test_manifests_go_out_one_by_one(tmp_path: Path) -> None:
    estate = write(tmp_path, 40, anchors=True)
    out = Pieces()
    words = ("render", "-f", str(estate.file))
    assert run(words, Shell(out, io.StringIO(), io.BytesIO(), {}, str(tmp_path), words)) == 0
    assert max(out.lengths) < sum(out.lengths) / 20
