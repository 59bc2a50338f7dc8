"""How well the detector does: what it says of every environment entry, beside labels that people wrote.

`python -m tests.secrets.measure` prints the table that docs/secrets.md has.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import yaml

from longshore.compose import Request, load
from longshore.convert.estate import Estate
from longshore.convert.options import Options
from longshore.convert.secrets.detection import by_name, detect, variable
from longshore.convert.secrets.detection.uses import secret_by_use
from longshore.convert.secrets.needs import setting
from longshore.disk import Disk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service

ROOT = Path(__file__).parents[2]
LABELS = Path(__file__).with_name("labels")
CORPUS = Path(os.environ.get("LONGSHORE_CORPUS") or ROOT.parent / "shared/corpus")


class Verdict(NamedTuple):
    """One environment entry: what it is, what the detector says, and by which rule."""

    project: str
    service: str
    key: str
    label: str
    found: bool
    rule: str


class Score(NamedTuple):
    """Counts of verdicts; entries that may be either way are not counted."""

    right: int
    false: int
    missed: int
    plain: int

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.false or 1)

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missed or 1)


def projects() -> dict[str, Path]:
    """Labelled projects whose files are here."""
    found = {"marketplace": ROOT / "examples/marketplace"}
    found |= {label.stem: CORPUS / label.stem for label in LABELS.glob("*.yaml") if label.stem != "marketplace"}
    return {name: folder for name, folder in sorted(found.items()) if folder.is_dir()}


def verdicts(name: str, folder: Path) -> Iterator[Verdict]:
    """Judge every environment entry of a project as a conversion would, on a machine without any `.env` of secrets."""
    labels = yaml.safe_load((LABELS / f"{name}.yaml").read_text())
    env_files = (".env.example",) if name == "marketplace" else None
    request = Request(
        working_directory=str(folder),
        files=tuple(labels["files"]),
        profiles=("*",),
        env_files=env_files,
        is_secret=variable,
        used_as_secrets=secret_by_use,
        allow_outside=True,
    )
    loaded = load(request, Disk())
    assert loaded.project, [finding.message for finding in loaded.findings]
    secret, either = labels.get("secret") or {}, labels.get("either") or {}
    for service in Estate(loaded.project, Options()):
        for key, value in (service.model.get("environment") or {}).items():
            label = "either" if key in either.get(service.name, ()) else "plain"
            label = "secret" if key in secret.get(service.name, ()) else label
            found, rule = _judge(service, key, "" if value is None else str(value))
            yield Verdict(name, service.name, key, label, found, rule)


def _judge(service: Service, key: str, value: str) -> tuple[bool, str]:
    judged = setting(service, key, value)
    if judged.kind == "plain":
        return False, ""
    if judged.kind == "literal":
        return True, judged.hit.rule if judged.hit else ""
    if judged.kind in {"variable", "env_file"}:
        hit = by_name(key if judged.kind == "env_file" else judged.key) or detect(key, None)
        return True, f"variable {hit.rule}" if hit else "variable"
    return True, "taint"


def score(found: list[Verdict]) -> Score:
    counts = Counter((verdict.label, verdict.found) for verdict in found)
    return Score(counts["secret", True], counts["plain", True], counts["secret", False], counts["plain", False])


def table(found: list[Verdict]) -> str:
    """The measurement as a page of Markdown: a row per project, then the hits by key."""
    lines = ["| project | entries | secret | found | false | missed |", "| --- | --: | --: | --: | --: | --: |"]
    for name in dict.fromkeys(verdict.project for verdict in found):
        of = [verdict for verdict in found if verdict.project == name]
        one = score(of)
        lines.append(f"| {name} | {len(of)} | {one.right + one.missed} | {one.right} | {one.false} | {one.missed} |")
    hits: dict[str, Counter[str]] = {}
    for verdict in found:
        if verdict.found:
            hits.setdefault(verdict.rule, Counter())[verdict.key] += 1
    lines += ["", "| rule | hits | keys |", "| --- | --: | --- |"]
    for rule, keys in sorted(hits.items()):
        lines.append(f"| {rule} | {sum(keys.values())} | {', '.join(f'`{key}`' for key in sorted(keys))} |")
    return "\n".join(lines) + "\n"


def everything() -> list[Verdict]:
    return [verdict for name, folder in projects().items() for verdict in verdicts(name, folder)]


if __name__ == "__main__":
    all_of_them = everything()
    total = score(all_of_them)
    print(table(all_of_them))
    print(f"precision {total.precision:.3f}, recall {total.recall:.3f}, {total}")
    for wrong in all_of_them:
        if (wrong.label, wrong.found) in {("plain", True), ("secret", False)}:
            print("WRONG", wrong)
