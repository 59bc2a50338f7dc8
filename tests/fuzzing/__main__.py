"""The fuzzer of whole command lines, guided by coverage: `python -m tests.fuzzing --help`.

atheris (libFuzzer) changes inputs, watches which edges of our code each one reaches, and keeps what reaches new ones.
https://github.com/google/atheris, https://llvm.org/docs/LibFuzzer.html
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from argparse import ArgumentParser, Namespace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "longshore" / "fuzz"
_STATUS = re.compile(r"#(?P<runs>\d+)\t.*?cov: (?P<cov>\d+) ft: (?P<ft>\d+) corp: (?P<corpus>\d+)")
_MEMORY_DISK = "/dev/shm" if os.path.isdir("/dev/shm") else None
_SAID_EVERY, _LIMIT, _MEMORY, _LONGEST = 60, 300, 3000, 60_000
"""Seconds between what is told; seconds, MB and bytes of an input."""

SHARES = {"words": 7, "env": 8, "store": 8, "stack": 12, "compose": 25, "whole": 40}
"""Kind of inputs → its share of a hundred: whole command lines, and the `PARTS` of their way."""

GUIDED = 0.35
"""Share of each kind that is guided by coverage; the rest changes what that found, see `blind`."""

CURRENT = "input"


class Count(NamedTuple):
    """What one kind of inputs came to. ends: how often an input ended the process."""

    runs: int = 0
    edges: int = 0
    ends: int = 0

    def and_then(self, more: Count) -> Count:
        """What both came to."""
        return Count(self.runs + more.runs, max(self.edges, more.edges), self.ends + more.ends)

    def __str__(self) -> str:
        return f"{self.runs:,} executions, {self.edges:,} edges" + (f", ended {self.ends} times" if self.ends else "")


def main(arguments: list[str]) -> int:
    """Fuzz until the bound is reached, print the counts; 1 if anything failed, 2 where there is no atheris."""
    given = _parser().parse_args(arguments)
    try:
        import atheris  # noqa: F401, PLC0415
    except ImportError:
        print("there is no atheris for this machine (it is built for Linux on x86-64)", file=sys.stderr)
        return 2
    if given.inputs:
        return _again(given.inputs)
    if given.world:
        return _fuzz(given)
    return _parent(given)


def _parser() -> ArgumentParser:
    parser = ArgumentParser(prog="python -m tests.fuzzing", description="Fuzz command lines in this process.")
    parser.add_argument("inputs", nargs="*", type=Path, help="inputs to try once and tell of, instead of fuzzing")
    parser.add_argument("--seconds", type=int, default=0, help="how long")
    parser.add_argument("--runs", type=int, default=0, help="how many inputs")
    parser.add_argument("--seed", type=int, default=0, help="of chance; 0 is another one each time")
    parser.add_argument("--only", choices=SHARES, help="one kind of inputs; without it each has its share of the bound")
    parser.add_argument("--folder", type=Path, default=CACHE, help="where what is found is kept: %(default)s")
    parser.add_argument("--blind", action="store_true", help="with --world: without a look at coverage")
    parser.add_argument("--world", default="", help="be the process that fuzzes, in this folder")
    return parser


def _parent(given: Namespace) -> int:
    """Give each kind of inputs its share, guided first, and count."""
    begin = time.monotonic()
    failures = given.folder / "failures"
    before = set(failures.glob("*")) if failures.exists() else set()
    counts: dict[str, Count] = {}
    for kind in [given.only] if given.only else SHARES:
        share = 1 if given.only else SHARES[kind] / 100
        guided = _counted(given, kind, share * GUIDED, blind=False)
        counts[kind] = guided.and_then(_counted(given, kind, share * (1 - GUIDED), blind=True))
    found = sorted(set(failures.glob("*")) - before) if failures.exists() else []
    families = [path.read_text().partition("\n")[0] for path in found if path.suffix == ".txt"]
    ended = [path.name for path in found if path.suffix not in {".txt", ".input"}]
    runs, edges = sum(count.runs for count in counts.values()), max(count.edges for count in counts.values())
    print(f"{runs:,} executions in {time.monotonic() - begin:.0f} s, {edges:,} edges, {len(families)} families failed")
    print("".join(f"  {kind}: {count}\n" for kind, count in counts.items()), end="")
    print("".join(f"  {each}\n" for each in [*families, *ended]), end="")
    return 1 if families or ended or any(count.ends or not count.runs for count in counts.values()) else 0


def _counted(given: Namespace, kind: str, share: float, *, blind: bool) -> Count:
    """Start the process that fuzzes one kind, again when an input ends it."""
    # A bound that comes to nothing would be none.
    runs, seconds = (max(round(bound * share), min(bound, 1)) for bound in (given.runs, given.seconds))
    count, begin = Count(), time.monotonic()
    while True:
        left = seconds - int(time.monotonic() - begin) if seconds else 0
        more = runs - count.runs if runs else 0
        if (seconds and left <= 0) or (runs and more <= 0):
            return count
        with TemporaryDirectory(prefix="longshore-fuzz-", dir=_MEMORY_DISK) as place:
            command = [sys.executable, "-m", "tests.fuzzing", "--world", f"{place}/world", "--only", kind]
            command += ["--folder", str(given.folder), "--seconds", str(left), "--runs", str(more)]
            command += ["--seed", str(given.seed + count.ends if given.seed else 0), *(["--blind"] if blind else [])]
            done, edges, code = _followed(command, f"{kind}{', blind' if blind else ''}", count.runs)
            current = Path(place, CURRENT)
            if code and current.exists():
                shutil.copy(current, given.folder / "failures" / f"end-{kind}-{time.time_ns()}")
        count = count.and_then(Count(done, edges, int(code != 0)))
        if not done or (code == 0 and not (runs and count.runs < runs)):
            return count


def _followed(command: list[str], kind: str, before: int) -> tuple[int, int, int]:
    """Run the child and repeat what it says now and then; (executions, edges, exit code)."""
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    runs = edges = 0
    told = time.monotonic()
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, errors="replace", env=environment) as child:
        assert child.stderr

        def stop(number: int, _frame: object) -> None:
            child.kill()
            sys.exit(128 + number)

        signal.signal(signal.SIGTERM, stop)
        for line in child.stderr:
            status = _STATUS.match(line)
            if status:
                runs, edges = int(status["runs"]), int(status["cov"])
            elif not line.startswith(("INFO", "#", "\n", "Done")):
                print(line, end="", file=sys.stderr)
            if time.monotonic() - told > _SAID_EVERY:
                print(f"{kind}: {before + runs:,} executions, {edges:,} edges", file=sys.stderr, flush=True)
                told = time.monotonic()
    return runs, edges, child.returncode


def _fuzz(given: Namespace) -> int:
    """Be the process that fuzzes one kind of inputs."""
    if given.blind:
        _import_all()
    else:
        import atheris  # noqa: PLC0415  it takes a while, and is not everywhere

        with atheris.instrument_imports(include=["longshore"], enable_loader_override=False):
            _import_all()
    from tests.fuzzing import blind  # noqa: PLC0415  after what they import is instrumented
    from tests.fuzzing.mutation import mutated  # noqa: PLC0415
    from tests.fuzzing.seeds import seeds  # noqa: PLC0415
    from tests.fuzzing.target import Target  # noqa: PLC0415
    from tests.fuzzing.world import World  # noqa: PLC0415

    failures = given.folder / "failures"
    corpus, start = (given.folder / name / given.only for name in ("corpus", "seeds"))
    for folder in (corpus, failures, start):
        folder.mkdir(parents=True, exist_ok=True)
    others = list(seeds("" if given.only == "whole" else f"!{given.only}"))
    for index, seed in enumerate(others):
        (start / f"{index:04}").write_bytes(seed)
    target = Target(World(given.world), failures)
    if given.blind:
        bounds = blind.Bounds(given.runs, given.seconds, given.seed, Path(given.world).with_name(CURRENT))
        known = [*others, *(path.read_bytes() for path in sorted(corpus.iterdir()))]
        blind.run(target, lambda data, seed: mutated(data, blind.scratched, seed, others)[:_LONGEST], known, bounds)
        return 0

    def change(data: bytes, most: int, seed: int) -> bytes:
        return mutated(data, lambda part, _chance: bytes(atheris.Mutate(part, most)), seed, others)[:most]

    flags = [f"-max_len={_LONGEST}", f"-timeout={_LIMIT}", f"-rss_limit_mb={_MEMORY}", f"-report_slow_units={_LIMIT}"]
    flags += [f"-max_total_time={given.seconds}"] if given.seconds else []
    flags += [f"-runs={given.runs}"] if given.runs else []
    flags += [f"-seed={given.seed}"] if given.seed else []
    words = [sys.argv[0], *flags, f"-artifact_prefix={failures}/", str(corpus), str(start)]
    atheris.Setup(words, target, custom_mutator=change)
    atheris.Fuzz()
    return 0


def _import_all() -> None:
    """Import every module of ours, which are many that a verb imports only when it needs them."""
    import pkgutil  # noqa: PLC0415
    from importlib import import_module  # noqa: PLC0415

    package = import_module("longshore")
    for module in pkgutil.walk_packages(package.__path__, "longshore."):
        import_module(module.name)


def _again(inputs: list[Path]) -> int:
    """Try inputs that were kept, and tell what comes of each."""
    from tests.fuzzing.case import decode  # noqa: PLC0415
    from tests.fuzzing.target import judged  # noqa: PLC0415
    from tests.fuzzing.world import World  # noqa: PLC0415

    failed = 0
    with TemporaryDirectory(prefix="longshore-fuzz-", dir=_MEMORY_DISK) as place:
        world = World(f"{place}/folder")
        for path in inputs:
            case = decode(path.read_bytes())
            print(f"{path}: longshore {' '.join(case.words)}")
            for name, content in case.parts:
                print(f"--- {name}\n{content.decode(errors='backslashreplace')}")
            for failure in judged(case, world):
                failed += 1
                print(f"=== {failure.family}\n{failure.told}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
