"""What Helm and Kustomize make of our folders is what `render` makes, field by field."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml

from longshore.convert.engine import convert_project
from longshore.convert.options import Options
from longshore.report.helm.chart import chart
from longshore.report.kustomize import kustomizations
from tests.attributes import golden
from tests.attributes.test_golden import CASES
from tests.attributes.test_golden import name as case_name
from tests.charts.programs import Programs, ordered, rendered, written
from tests.cluster.estates import ROOT, longshore
from tests.marketplace import marketplace
from tests.node.comparison.generate import generated
from tests.schema.test_any_estate_converts import mixes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from longshore.model import Manifest

pytestmark = pytest.mark.cluster

MADE_UP = 40
"""Projects of commands, variables and users with all that has a meaning for a shell, for compose or for a template."""

PAIRS = 8
"""Estates that are two environments of one base."""


def test_golden_cases_and_made_up_projects(programs: Programs, tmp_path: Path, say: Callable[[str], None]) -> None:
    estates = {f"case {case_name(folder)}": _golden(folder) for folder in CASES}
    estates |= {f"mix {seed}": convert_project(p, o).manifests for seed, _, p, o in mixes(tmp_path)}
    for number, model in enumerate(generated(MADE_UP, start=18)):
        home = written(
            {"compose.yaml": yaml.safe_dump(model), "key.txt": "k", "settings.txt": "a"}, tmp_path / str(number)
        )
        estates[f"made up {number}"] = _golden(home)
    charts = {f"part-{number}": chart(f"part-{number}", each) for number, each in enumerate(estates.values())}
    made = programs.template_each(charts, tmp_path / "every").values()
    differing = [name for (name, own), found in zip(estates.items(), made, strict=True) if found != ordered(own)]
    say(f"{len(estates)} charts, {sum(map(len, estates.values()))} objects, {len(differing)} not as rendered")
    assert differing == []


def test_the_marketplace_with_a_stack(programs: Programs, tmp_path: Path) -> None:
    manifests = rendered(ROOT, "-s", "shop.dev")
    run = longshore("render", ROOT, "-s", "shop.dev", "-o", "helm", "--output-dir", str(tmp_path / "shop"))
    assert run.code == 0, run.err
    assert programs.template(tmp_path / "shop", namespace="shop") == manifests
    programs.run_helm("lint", "--strict", tmp_path / "shop")


def test_a_chart_for_each_service(programs: Programs, tmp_path: Path) -> None:
    manifests = rendered(ROOT, "-s", "shop.dev")
    flags = ("-s", "shop.dev", "-o", "helm", "--per-service", "--output-dir", str(tmp_path / "charts"))
    assert longshore("render", ROOT, *flags).code == 0
    charts = {file.parent.name: {} for file in tmp_path.glob("charts/*/Chart.yaml")}
    assert len(charts) == 1 + len([each for each in manifests if each["kind"] in {"Deployment", "Job"}])
    made = programs.template_each(charts, tmp_path)
    assert ordered(each for part in made.values() for each in part) == manifests
    assert [each for each in made["cart-api"] if each["kind"] == "Deployment"]
    assert not [each for each in made["shared"] if each["kind"] in {"Deployment", "Job"}]
    programs.run_helm("lint", "--strict", *(tmp_path / "charts" / name for name in charts))


def test_overlays_of_stacks(programs: Programs, tmp_path: Path) -> None:
    """What the stack files say is in the overlays, and each of them gives what its stack does."""
    run = longshore("render", ROOT, "-s", "shop.dev", "-o", "kustomize", "--output-dir", str(tmp_path))
    assert run.code == 0, run.err
    for environment in ("dev", "local"):
        assert programs.build(tmp_path / "overlays" / environment) == rendered(ROOT, "-s", f"shop.{environment}")


def test_overlays_of_any_two(programs: Programs, tmp_path: Path) -> None:
    pairs = list(_pairs(tmp_path))
    for number, (one, other) in enumerate(pairs):
        folder = written(kustomizations({"dev": one, "prod": other}), tmp_path / str(number))
        assert programs.build(folder / "overlays/dev") == ordered(one)
        assert programs.build(folder / "overlays/prod") == ordered(other)
    assert len(pairs) == PAIRS


def _pairs(folder: Path) -> Iterator[tuple[Sequence[Manifest], Sequence[Manifest]]]:
    project = marketplace()
    yield convert_project(project, Options()).manifests, convert_project(project, Options(environment="prod")).manifests
    for _, (seed, _, mixed, options) in zip(range(PAIRS - 1), mixes(folder), strict=False):
        other = options._replace(environment="prod", network_policies=seed % 2 == 0, default_memory="1Gi")
        yield convert_project(mixed, options).manifests, convert_project(mixed, other).manifests


def _golden(folder: Path) -> Sequence[Manifest]:
    conversion = golden.answer(folder).conversion
    return conversion.manifests if conversion else ()
