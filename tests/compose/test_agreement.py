"""We read compose files as Docker does: the same model, or a refusal by both.

Docker's reader is compose-go, built from the Go module proxy (`tools/oracle`). What differs on purpose is listed in
`docs/limits.md`, and asserted here.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.compose.agreement import ON_PURPOSE, compare
from tests.compose.cases import Case, read_catalogue
from tests.compose.trial import HOME, Count, generated, mutated, try_case
from tools.go_program import NotBuiltError
from tools.oracle.oracle import Oracle

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
CORPUS = Path(os.environ.get("LONGSHORE_CORPUS") or ROOT.parent / "shared" / "corpus").resolve()
MARKETPLACE = ROOT / "examples" / "marketplace"
EXAMPLES = int(os.environ.get("LONGSHORE_EXAMPLES", "1000"))
LEAST_CATALOGUE = 500


@pytest.fixture(scope="module")
def oracle() -> Iterator[Oracle]:
    try:
        running = Oracle()
    except NotBuiltError as missing:
        pytest.skip(str(missing))
    yield running
    running.close()


def corpus() -> list[tuple[str, tuple[str, ...]]]:
    """(folder, files in load order) of the corpus's own table."""
    readme = CORPUS / "README.md"
    if not readme.exists():
        return []
    rows = re.findall(r"^\| ([\w-]+) \| ([^|]+) \| \d", readme.read_text(encoding="utf-8"), re.MULTILINE)
    return [(folder, tuple(files.split())) for folder, files in rows]


def limits() -> str:
    return (ROOT / "docs" / "limits.md").read_text(encoding="utf-8")


def test_the_corpus_agrees(oracle: Oracle, capsys: pytest.CaptureFixture[str]) -> None:
    if not corpus():
        pytest.skip(f"there is no corpus in {CORPUS} (LONGSHORE_CORPUS)")
    count = Count()
    for folder, files in corpus():
        for profiles in ([], ["*"]):
            environment = {**HOME, "DB_PASSWORD": "x"}
            outcome = compare(oracle, str(CORPUS / folder), files, environment=environment, profiles=profiles)
            assert outcome.theirs is not None, f"{folder}: {outcome.error}"
            count.add(outcome, "", folder)
    with capsys.disabled():
        print(f"\ncorpus: {count}")
    assert not count.unintended, "\n".join(count.unintended)
    assert not count.intended


def test_the_marketplace_agrees(oracle: Oracle) -> None:
    values = (MARKETPLACE / ".env.example").read_text(encoding="utf-8")
    environment = {**HOME, **dict.fromkeys(re.findall(r"^(\w+)=\s*$", values, re.MULTILINE), "x")}
    for files in (("compose.yaml",), ("compose.yaml", "compose.prod.yaml")):
        asked = {"environment": environment, "env_files": [str(MARKETPLACE / ".env.example")], "profiles": ["*"]}
        outcome = compare(oracle, str(MARKETPLACE), files, **asked)
        assert outcome.theirs is not None, outcome.error
        assert not outcome.differences, "\n".join(outcome.differences)


@pytest.mark.parametrize("stem", sorted(path.stem for path in (Path(__file__).parent / "catalogue").glob("*.yaml")))
def test_the_catalogue_agrees(oracle: Oracle, stem: str, capsys: pytest.CaptureFixture[str]) -> None:
    count = Count()
    wrong = []
    differing = 0
    for case in read_catalogue():
        if not case.name.startswith(f"{stem}/"):
            continue
        outcome = try_case(oracle, case)
        if case.differs:
            differing += 1
            assert f"### {case.differs}\n" in limits(), f"{case.differs} is not in docs/limits.md"
            if outcome.agrees or (outcome.ours is not None) != (case.ours == "accepts"):
                wrong.append(f"{case.name}: does not differ as listed")
            continue
        count.add(outcome, "", case.name)
        if outcome.agrees and (outcome.theirs is None) != case.refused:
            wrong.append(f"{case.name}: {'refused: ' + outcome.error if outcome.error else 'accepted'}")
    with capsys.disabled():
        print(f"\ncatalogue {stem}: {count}; {differing} differ as docs/limits.md says")
    assert not count.unintended + wrong, "\n".join(count.unintended + wrong)
    assert not count.intended


def test_the_catalogue_agrees_without_interpolation(oracle: Oracle, capsys: pytest.CaptureFixture[str]) -> None:
    count = Count()
    for case in read_catalogue():
        if not case.refused and not case.differs:
            count.add(try_case(oracle, case._replace(ask={**case.ask, "literal": True})), "", case.name)
    with capsys.disabled():
        print(f"\ncatalogue as written: {count}")
    assert not count.unintended, "\n".join(count.unintended)


def test_the_catalogue_is_large_enough() -> None:
    assert len(read_catalogue()) >= LEAST_CATALOGUE


def test_generated_projects_agree(oracle: Oracle, capsys: pytest.CaptureFixture[str]) -> None:
    count = Count()
    generated(oracle, EXAMPLES, 1, count)
    with capsys.disabled():
        print(f"\ngenerated: {count}")
    assert not count.unintended, "\n".join(count.unintended)
    assert count.accepted > EXAMPLES / 3


def test_damaged_files_agree(oracle: Oracle, capsys: pytest.CaptureFixture[str]) -> None:
    count = Count()
    mutated(oracle, EXAMPLES // 2, 1, count, corpus_cases())
    with capsys.disabled():
        print(f"\ndamaged: {count}")
    assert not count.unintended, "\n".join(count.unintended)


def corpus_cases() -> list[Case]:
    """The projects of the corpus that are one file, as cases to be damaged."""
    cases = []
    for folder, files in corpus():
        texts = {
            str(path.relative_to(CORPUS / folder)): path.read_text(encoding="utf-8")
            for path in (CORPUS / folder).rglob("*")
            if path.name == ".env" or path.suffix in {".yml", ".yaml", ".env"}
        }
        cases.append(Case(folder, texts, {"files": list(files), "environment": {"DB_PASSWORD": "x"}}))
    return cases


def test_what_differs_on_purpose_is_written_down() -> None:
    for heading in ON_PURPOSE:
        assert f"### {heading}\n" in limits(), heading
