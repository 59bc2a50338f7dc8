"""`make fuzz`: many generated and damaged compose files, read by us and by Docker; and noise that only has to end well.

python -m tests.compose.fuzz [CASES] [SEED]
"""

from __future__ import annotations

import sys
import time
import traceback
from collections import Counter
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.compose.generate import projects
from tests.compose.memory import read
from tests.compose.mutate import damaged
from tests.compose.test_agreement import corpus_cases
from tests.compose.trial import Count, generated, mutated
from tools.oracle.oracle import Oracle

CASES = 20_000
ROUND = 1_000


def looks_secret(name: str, _value: str | None) -> bool:
    """Take every other variable for a secret."""
    return len(name) % 2 == 0


class Noise:
    """How many inputs were read, and what went wrong."""

    def __init__(self) -> None:
        self.cases = 0
        self.failures: Counter[str] = Counter()

    def try_one(self, data: bytes, env: bytes) -> None:
        """Read one input; whatever it is, findings come out and no exception."""
        self.cases += 1
        try:
            loaded = read(
                {"compose.yaml": data, ".env": env, "e.env": env},
                is_secret=looks_secret if self.cases % 2 else None,
                profiles=("*",) if self.cases % 3 else (),
                interpolate=bool(self.cases % 5),
            )
            assert (loaded.project is None) == any(finding.severity.value == "error" for finding in loaded.findings)
            for finding in loaded.findings:
                assert finding.message
        except Exception:  # noqa: BLE001  what the fuzzer looks for
            self.failures[traceback.format_exc(limit=-3)] += 1


def noise(examples: int, start: int, found: Noise) -> None:
    """Read damaged projects whole, with secrets, and bytes that nobody would write."""

    @st.composite
    def inputs(draw: Any) -> tuple[bytes, bytes]:
        kind = draw(st.integers(0, 3))
        env = draw(st.one_of(st.just(b"A=1\n"), st.binary(max_size=60), st.text(max_size=60).map(str.encode)))
        if kind == 0:
            return draw(st.binary(max_size=200)), env
        if kind == 1:
            return draw(st.text(alphabet="abs: -[]{},&*!|>'\"%@`#?\n\t${}<0.~xé", max_size=120)).encode(), env
        text = draw(projects()).files["compose.yaml"]
        return draw(damaged(draw(damaged(text)))).encode("utf-8", "surrogatepass"), env

    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @seed(start)
    @given(inputs())
    def run(given_: tuple[bytes, bytes]) -> None:
        found.try_one(*given_)

    run()


def main(arguments: list[str]) -> int:
    """Run the fuzzer; 1 if anything differs that is not listed, or any input ends in a traceback."""
    cases = int(arguments[0]) if arguments else CASES
    start = int(arguments[1]) if len(arguments) > 1 else int(time.time())
    print(f"{cases} cases, seed {start}", flush=True)
    oracle, count, found, more = Oracle(), Count(), Noise(), corpus_cases()
    for number, done in enumerate(range(0, cases, ROUND)):
        size = min(ROUND, cases - done)
        mutated(oracle, size // 2, start + number, count, more)
        generated(oracle, size - size // 2, start + number, count)
        noise(size // 2, start + number, found)
        print(f"{count}; {found.cases} of noise, {sum(found.failures.values())} tracebacks", flush=True)
    oracle.close()
    for text in [*count.unintended[:10], *(trace for trace, _ in found.failures.most_common(5))]:
        print(f"\n{text}")
    return 1 if count.unintended or found.failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
