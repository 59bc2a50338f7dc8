"""Runs cases through both readers, and counts."""

from __future__ import annotations

import tempfile
import traceback
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.compose.agreement import Outcome, compare, on_purpose
from tests.compose.cases import Case, read_catalogue
from tests.compose.generate import projects
from tests.compose.mutate import damaged

if TYPE_CHECKING:
    from tools.oracle.oracle import Oracle

HOME = {"HOME": "/home/me"}


class Count:
    """How many cases were tried, how many agree, and which differ."""

    def __init__(self) -> None:
        self.cases = self.accepted = 0
        self.intended: Counter[str] = Counter()
        self.unintended: list[str] = []

    def add(self, outcome: Outcome, text: str, what: str) -> None:
        """Count one case; `what` describes it should it differ."""
        self.cases += 1
        self.accepted += outcome.theirs is not None
        if not outcome.agrees:
            heading = on_purpose(outcome, text)
            if heading:
                self.intended[heading] += 1
            else:
                self.unintended.append(
                    f"{what}\n  " + "\n  ".join(outcome.differences[:5]) + f"\n  Docker: {outcome.error}"
                )

    def run(self, oracle: Oracle, case: Case, text: str, what: str) -> None:
        """Try a case and count it; a traceback of ours is a difference too."""
        try:
            outcome = try_case(oracle, case)
        except Exception:  # noqa: BLE001  what the fuzzer looks for
            self.cases += 1
            self.unintended.append(f"{what}\n{traceback.format_exc(limit=-3)}")
        else:
            self.add(outcome, text, what)

    def __str__(self) -> str:
        agree = self.cases - sum(self.intended.values()) - len(self.unintended)
        return (
            f"{self.cases} cases ({self.accepted} accepted by Docker): {agree} agree, "
            f"{sum(self.intended.values())} differ on purpose {dict(self.intended) or ''}, "
            f"{len(self.unintended)} differ otherwise"
        )


def try_case(oracle: Oracle, case: Case) -> Outcome:
    """Write a case into an empty folder, always of the same name, and have it read by both."""
    with tempfile.TemporaryDirectory(prefix="longshore-") as folder:
        project = Path(folder) / "work"
        project.mkdir()
        case.write(project)
        asked = dict(case.ask)
        asked["environment"] = {**HOME, **asked.get("environment", {})}
        files = tuple(asked.pop("files", ()))
        below = asked.pop("directory", "")
        return compare(oracle, str(project / below) if below else str(project), files, **asked)


def _settings(examples: int) -> Any:
    return settings(
        max_examples=examples,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )


def generated(oracle: Oracle, examples: int, start: int, count: Count) -> None:
    """Try projects made from the schema."""

    @_settings(examples)
    @seed(start)
    @given(projects())
    def run(project: Any) -> None:
        text = "\n".join(f"--- {name}\n{content}" for name, content in project.files.items())
        count.run(oracle, Case("", project.files, {**project.ask, "files": list(project.order)}), text, text)

    run()


class _Mutant(NamedTuple):
    case: Case
    text: str


def mutated(oracle: Oracle, examples: int, start: int, count: Count, more: list[Case]) -> None:
    """Try the cases of the catalogue, and `more`, with some damage done to one of their files."""
    cases = [case for case in read_catalogue() if not case.refused and not case.differs] + more * 20

    @st.composite
    def mutants(draw: Any) -> _Mutant:
        case = draw(st.sampled_from(cases))
        name = draw(st.sampled_from(sorted(case.files)))
        text = draw(damaged(case.files[name]))
        return _Mutant(case._replace(files={**case.files, name: text}), text)

    @_settings(examples)
    @seed(start)
    @given(mutants())
    def run(mutant: _Mutant) -> None:
        text = "\n".join(mutant.case.files.values())
        count.run(oracle, mutant.case, text, f"{mutant.case.name}\n{mutant.text!r}")

    run()
