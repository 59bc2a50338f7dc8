"""Charts and overlays of real projects; they are no part of the repository, and without them these tests skip.

One run of Helm makes all of them, and one judges them: a process for each would take minutes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest
import yaml

from tests.charts.programs import Programs, ordered
from tests.cli.screen import longshore
from tests.cluster.estates import named
from tests.cluster.test_corpus import CORPUS, rows

if TYPE_CHECKING:
    from pathlib import Path

    from longshore.model import Manifest

pytestmark = pytest.mark.cluster

FOLDERS = {row[0]: row[1] for row in rows()}


class Written(NamedTuple):
    """Where the charts and overlays lie, a folder for each project, and what `render` makes of each."""

    folder: Path
    rendered: dict[str, list[Manifest]]


@pytest.fixture(scope="module")
def projects(tmp_path_factory: pytest.TempPathFactory) -> Written:
    folder = tmp_path_factory.mktemp("projects")
    found = {}
    for name, files in FOLDERS.items():
        flags = (*named(files), "--profile", "*", "--fail-on", "never")
        for form in ("helm", "kustomize"):
            into = ("-o", form, "--output-dir", str(folder / form / name))
            screen = longshore("render", *flags, *into, folder=CORPUS / name)
            assert screen.code == 0, screen.err
        screen = longshore("render", *flags, folder=CORPUS / name)
        found[name] = ordered(each for each in yaml.load_all(screen.out, yaml.CSafeLoader) if each)
    return Written(folder, found)


@pytest.fixture(scope="module")
def made(programs: Programs, projects: Written, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Manifest]]:
    """What Helm makes of each."""
    charts = {}
    for name in FOLDERS:
        home = projects.folder / "helm" / name
        charts[name] = {
            str(file.relative_to(home)): file.read_text("utf-8") for file in home.rglob("*") if file.is_file()
        }
        own = yaml.safe_load(charts[name]["Chart.yaml"])
        charts[name]["Chart.yaml"] = yaml.safe_dump({**own, "name": name})
    return programs.template_each(charts, tmp_path_factory.mktemp("every"))


@pytest.mark.parametrize("name", FOLDERS)
def test_helm_makes_what_is_rendered(projects: Written, made: dict[str, list[Manifest]], name: str) -> None:
    assert projects.rendered[name]
    assert made[name] == projects.rendered[name]


def test_helm_has_nothing_against_them(programs: Programs, projects: Written) -> None:
    said = programs.run_helm("lint", "--strict", *(projects.folder / "helm" / name for name in FOLDERS))
    assert f"{len(FOLDERS)} chart(s) linted, 0 chart(s) failed" in said


@pytest.mark.parametrize("name", FOLDERS)
def test_kustomize_makes_what_is_rendered(programs: Programs, projects: Written, name: str) -> None:
    assert programs.build(projects.folder / "kustomize" / name / "overlays/dev") == projects.rendered[name]
