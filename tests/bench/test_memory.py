"""What a service costs in memory, from which follows what a project at the bound of 20,000 takes."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
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
