"""`make bench`: estates of 40, 400 and 4,000 services, and a plan, through whole processes, beside two other programs.

    python -m bench [--runs N] [--check]

All figures are medians. `--check` exits 1 when a threshold of ours is missed.
"""

from __future__ import annotations

import argparse
import os
import sys
from compileall import compile_dir
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

import longshore
from bench.adversaries import ADVERSARIES
from bench.estates import Estate, write
from bench.growth import MOST, growth
from bench.processes import Measure, Name, Program, compare, refusal
from longshore.report.table import columns
from tools.go_program import NotBuiltError, built

if TYPE_CHECKING:
    from collections.abc import Mapping

SMALL, MIDDLE, LARGE = 40, 400, 4_000
MARKETPLACE = 43
"""Services of the example, of which `plan` also runs the program of its platform."""
SHORT = 3
"""Runs of a tenth of a second are disturbed by anything; so many more are needed for a steady median."""
VERBS = ("render", "config")
MIB = 1 << 20
READER, KOMPOSE, PLAIN = "compose-go", "kompose", ", no aliases"


class Threshold(NamedTuple):
    """One promise: what is compared, the most it may be, what it is; `measured` is None where it can't be known."""

    what: str
    most: float
    measured: float | None
    unit: str = ""

    @property
    def kept(self) -> bool | None:
        """Is it kept? None: not known."""
        return None if self.measured is None else self.measured <= self.most


def main() -> int:
    """Measure and print everything; exit code 1 if `--check` is given and a threshold is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--runs",
        type=int,
        default=7,
        help="runs of each program; thrice as many for 40 services, half as many for 4,000",
    )
    parser.add_argument("--check", action="store_true", help="exit 1 when a threshold is missed")
    given = parser.parse_args()
    compile_dir(longshore.__path__[0], quiet=1)  # as installing it does, whatever PYTHONDONTWRITEBYTECODE says
    rivals = _rivals()
    with TemporaryDirectory(prefix="longshore-bench-") as folder:
        results = _measure(Path(folder), rivals, given.runs)
    print("\n".join(_report(results)))
    grown = {name: growth(adversary) for name, adversary in ADVERSARIES.items()}
    figures = [(name, f"{found.seconds:.3f}", f"{found.ratio:.2f}") for name, found in grown.items()]
    print(
        "",
        *columns([("check of what was made to cost time", "cpu s", "twice of it"), *figures], frozenset({1, 2})),
        sep="\n",
    )
    worst = Threshold("twice of the worst of them", MOST, max(found.ratio for found in grown.values()))
    thresholds = [*_thresholds(results), worst]
    rows = [(_mark(found), found.what, _figure(found), f"at most {found.most:g}{found.unit}") for found in thresholds]
    print("", *columns(rows), sep="\n")
    return 1 if given.check and any(found.kept is False for found in thresholds) else 0


def _rivals() -> dict[str, list[str]]:
    """The commands that we are measured beside; one that cannot be built is left out.

    kompose is run by its path: found on PATH, it would start itself once for every object.
    """
    here = Path(__file__).parent
    rivals: dict[str, list[str]] = {}
    try:
        rivals[READER] = [str(built(here / "reader", "compose-reader")), "compose.yaml"]
        kompose = built(here / "kompose", "kompose", "github.com/kubernetes/kompose")
        rivals[KOMPOSE] = [str(kompose), "convert", "--stdout", "-f", "compose.yaml"]
    except NotBuiltError as error:
        print(error)
    return rivals


Results = dict[Name, Measure]


def _measure(folder: Path, rivals: Mapping[str, list[str]], runs: int) -> Results:
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}, medians of {runs} runs", flush=True)
    results: Results = {}
    for services in (SMALL, MIDDLE):
        estate = write(folder / str(services), services, anchors=True)
        programs = {(services, verb): _longshore(verb, estate) for verb in VERBS}
        programs |= {(services, name): Program(command, estate.folder) for name, command in rivals.items()}
        results |= compare(programs, runs if services > SMALL else SHORT * runs)
    # Beyond 100,000 values neither compose-go nor we expand aliases: the large one has none, nor has its counterpart.
    large, plain = write(folder / str(LARGE), LARGE, anchors=False), write(folder / "plain", MIDDLE, anchors=False)
    programs = {
        (estate.services, f"{verb}{PLAIN}"): _longshore(verb, estate) for verb in VERBS for estate in (plain, large)
    }
    results |= compare(programs, max(3, runs // 2))
    shop = Program([_program(), "plan", "-s", "shop.dev"], Path(__file__).resolve().parents[1])
    results |= compare({(MARKETPLACE, "plan"): shop}, max(3, runs // 2))
    if READER in rivals:
        said = refusal(Program(rivals[READER], large.folder))
        print(f"{READER} at {LARGE:,} services: {said or 'reads it'}", flush=True)
    return results


def _longshore(verb: str, estate: Estate) -> Program:
    """The installed program, as a user starts it."""
    return Program([_program(), verb, "-f", "compose.yaml"], estate.folder)


def _program() -> str:
    return str(Path(sys.executable).with_name("longshore"))


def _report(results: Results) -> list[str]:
    rows: list[tuple[str, ...]] = [
        ("services", "program", "seconds", "cpu s", "services/s", "peak MiB", f"of {READER}", f"of {KOMPOSE}")
    ]
    for (services, name), found in results.items():
        ratios = [_ratio(results, (services, name), (services, rival)) for rival in (READER, KOMPOSE)]
        rows.append(
            (
                f"{services:,}",
                name,
                f"{found.seconds:.3f}",
                f"{found.processor:.3f}",
                f"{services / found.seconds:,.0f}",
                f"{found.peak / MIB:.0f}",
                *(f"{ratio:.2f}" if ratio else "" for ratio in ratios),
            )
        )
    growth = [
        f"from {few:,} to {many:,} services {verb} takes {_growth(results, verb, few, many):.1f} times the processor"
        for verb in VERBS
        for few, many in ((SMALL, MIDDLE), (MIDDLE, LARGE))
    ]
    return ["", *columns(rows, frozenset({0, 2, 3, 4, 5, 6, 7})), "", *growth]


def _ratio(results: Results, part: Name, whole: Name) -> float | None:
    """Wall-clock time beside wall-clock time: what a user waits for."""
    one, other = results.get(part), results.get(whole)
    return one.seconds / other.seconds if one and other else None


def _growth(results: Results, verb: str, few: int, many: int) -> float:
    """One program beside itself: in processor time, which the load of the machine does not touch."""
    name = verb if many < LARGE else f"{verb}{PLAIN}"
    return results[many, name].processor / results[few, name].processor


def _thresholds(results: Results) -> list[Threshold]:
    peak = results[LARGE, f"config{PLAIN}"].peak / MIB
    return [
        Threshold("render / kompose at 40", 1.3, _ratio(results, (SMALL, "render"), (SMALL, KOMPOSE))),
        Threshold("render / kompose at 400", 0.45, _ratio(results, (MIDDLE, "render"), (MIDDLE, KOMPOSE))),
        Threshold("render at 4,000 / at 400", 10, _growth(results, "render", MIDDLE, LARGE)),
        Threshold("config / compose-go at 400", 1, _ratio(results, (MIDDLE, "config"), (MIDDLE, READER))),
        Threshold("config at 4,000 / at 400", 10, _growth(results, "config", MIDDLE, LARGE)),
        Threshold("processor of plan of the marketplace", 3, results[MARKETPLACE, "plan"].processor, " s"),
        Threshold("peak memory of config at 4,000", 500, peak, " MiB"),
    ]


def _mark(threshold: Threshold) -> str:
    return {True: "pass", False: "FAIL", None: "unknown"}[threshold.kept]


def _figure(threshold: Threshold) -> str:
    return "not measured" if threshold.measured is None else f"{threshold.measured:.2f}{threshold.unit}"


if __name__ == "__main__":
    sys.exit(main())
