"""The fuzzer itself: a short run, the same each time, and that it finds what is planted."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from longshore.cli.terminal import tame
from tests.fuzzing import target as target_module
from tests.fuzzing.blind import scratched
from tests.fuzzing.case import STDIN, STORE, VARIABLES, Case, decode, encode
from tests.fuzzing.mutation import mutated
from tests.fuzzing.parts import PARTS
from tests.fuzzing.seeds import CANARY, CORPUS, seeds
from tests.fuzzing.target import Target

ROOT = Path(__file__).resolve().parents[2]
RUNS = 4000
COUNTS = re.compile(r"(?P<runs>[\d,]+) executions in .* s, (?P<edges>[\d,]+) edges, (?P<failed>\d+) families failed")


class Nowhere:
    """The world of an input that needs none."""

    def expect(self, case: Case) -> None:
        """Nothing is asked."""


PLANTED = """
import sys
import longshore.convert.engine
real = longshore.convert.engine.convert_project
def convert_project(project, *rest):
    if "{when}" in str(project.model):
        raise KeyError("{when}")
    return real(project, *rest)
longshore.convert.engine.convert_project = convert_project
from tests.fuzzing.__main__ import main
sys.exit(main(sys.argv[1:]))
"""


def fuzz(*words: str, program: tuple[str, ...] = ("-m", "tests.fuzzing")) -> subprocess.CompletedProcess[str]:
    pytest.importorskip("atheris", reason="atheris is built for Linux on x86-64 only")
    environment = {**os.environ, "PYTHONHASHSEED": "0", "LONGSHORE_CORPUS": str(CORPUS)}
    command = [sys.executable, *program, *words]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_a_short_run_finds_nothing(tmp_path, capsys):
    done = fuzz("--runs", str(RUNS), "--seed", "7", "--folder", str(tmp_path))
    with capsys.disabled():
        print(f"\n{done.stdout}", end="")
    assert done.returncode == 0, done.stdout + done.stderr[-3000:]
    counts = COUNTS.search(done.stdout)
    assert counts
    assert int(counts["runs"].replace(",", "")) >= RUNS
    assert int(counts["edges"].replace(",", "")) > 9000


def test_a_crash_that_is_planted_is_found_and_kept(tmp_path):
    case = Case(("check",), (("compose.yaml", b"services: {web: {image: x, labels: {a: PLANTED}}}"),))
    (tmp_path / "input").write_bytes(encode(case))
    done = fuzz(str(tmp_path / "input"), program=("-c", PLANTED.format(when="PLANTED")))
    assert done.returncode == 1
    assert "KeyError in longshore/cli/project_input.py:_from_files" in done.stdout


@pytest.mark.parametrize(
    ("case", "family"),
    [
        (Case(("config", "--environment"), ((".env", f"A={CANARY}".encode()), ("compose.yaml", b"services: {}"))), ""),
        (Case(("check", "a\x1b[8mb"), (("compose.yaml", b"services: {a: {image: x}}"),)), ""),
        (Case(("check", "-f", "-"), ((STDIN, b"services: {a: {image: x}}"), (VARIABLES, b"A=b\n=c\nd"))), ""),
    ],
)
def test_what_is_held_already(tmp_path, case, family):
    (tmp_path / "input").write_bytes(encode(case))
    done = fuzz(str(tmp_path / "input"))
    assert done.returncode == 0, done.stdout


def test_a_case_is_read_as_it_was_written():
    case = Case(("check", "-v"), (("compose.yaml", b"a\nb"), (VARIABLES, b"A=b")))
    assert decode(encode(case)) == case
    assert case.variables == {"A": "b"}
    for data in (b"", b"\x1e\x1f", b"\xff\x1e\x00\x1f\x1e"):
        decode(data)


@pytest.mark.parametrize("part", ["", *PARTS])
def test_every_seed_is_a_case_and_changes_into_others_of_its_kind(part):
    found = list(seeds(part))
    assert len(found) > (400 if not part else 10)
    for index, seed in enumerate(found[:100]):
        assert encode(decode(seed)) == seed
        changed = mutated(seed, scratched, index, found)
        assert not part or decode(changed).words[:1] == (part,)


@pytest.mark.parametrize("part", PARTS)
def test_no_seed_of_a_part_fails(tmp_path, part):
    for index, seed in enumerate(seeds(part)):
        (tmp_path / f"{index}.input").write_bytes(seed)
    done = fuzz(*sorted(str(path) for path in tmp_path.iterdir()))
    assert done.returncode == 0, done.stdout[-3000:]


@pytest.mark.parametrize(
    ("case", "family"),
    [
        (Case(("!store", "aws", "read"), ((STORE, b'400 {"__type": "PLANTED"}'),)), "KeyError"),
        (Case(("!env",), ((".env", b"A=PLANTED"),)), "TooSlow"),
    ],
)
def test_what_fails_in_a_part_is_kept(tmp_path, monkeypatch, case, family):
    def fail(text: str) -> str:
        if "PLANTED" in text and family == "TooSlow":
            while True:
                pass
        raise KeyError(text)

    monkeypatch.setattr(target_module, "_SECONDS", 0.2)
    monkeypatch.setitem(PARTS, case.words[0], lambda case: fail(str(case.parts)))
    tried = Target(Nowhere(), tmp_path)
    tried(encode(case))
    assert [each.partition(" ")[0] for each in tried.families] == [family]
    assert (tmp_path / f"{sha256(next(iter(tried.families)).encode()).hexdigest()[:12]}.input").exists()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\tb\n", "a\tb\n"),
        ("\x1b[31;1mred\x1b[0m é", "\x1b[31;1mred\x1b[0m é"),
        ("\x1b]0;title\x07", "\\u001b]0;title\\u0007"),
        ("\x1b[2J\r\x9b1m", "\\u001b[2J\\u000d\\u009b1m"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
    ],
)
def test_what_would_command_a_terminal_is_written_out(text, shown):
    assert tame(text) == shown
