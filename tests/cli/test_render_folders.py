"""`longshore render -o helm` and `-o kustomize`: a folder that people edit, which is written whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from longshore.cli.manifest_files import RECORD
from tests.cli.screen import longshore

ROOT = Path(__file__).parents[2]
CHART = ("render", "-o", "helm", "--output-dir", "chart")


def files(folder: Path) -> set[str]:
    return {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()} - {RECORD}


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (["-o", "helm"], "`--output helm` writes a folder of files\nhelp: say which: `--output-dir DIR`"),
        (["-o", "kustomize", "--output-file", "a.yaml"], "`--output kustomize` writes a folder of files"),
        (["-o", "helm", "--output-dir", "c", "--annotate"], "`--annotate` and `--output helm` exclude each other"),
        (["-o", "kustomize", "--output-dir", "c", "--per-service"], "`--per-service` is of charts"),
        (["--output-dir", "c", "--per-service"], "`--per-service` is of charts"),
    ],
)
def test_what_does_not_fit_is_refused(clean: Path, flags: list[str], told: str) -> None:
    screen = longshore("render", *flags, folder=clean)
    assert (screen.code, screen.out) == (2, "")
    assert told in screen.err
    assert not (clean / "c").exists()


def test_an_error_writes_nothing(estate: Path) -> None:
    screen = longshore(*CHART, folder=estate)
    assert (screen.code, screen.out) == (1, "")
    assert "error[devices]" in screen.err
    assert not (estate / "chart").exists()


def test_a_chart(clean: Path) -> None:
    screen = longshore(*CHART, folder=clean)
    assert (screen.code, screen.out) == (0, "")
    found = files(clean / "chart")
    assert found >= {"Chart.yaml", "values.yaml", "values.schema.json", "templates/NOTES.txt", "files/web.yaml"}
    assert sorted(screen.err.splitlines()) == sorted(f"wrote chart/{name}" for name in found)
    assert yaml.safe_load((clean / "chart/Chart.yaml").read_text())["name"] == "shop"
    again = longshore(*CHART, "-q", folder=clean)
    assert (again.code, again.err) == (0, "")


def test_no_value_of_a_secret_is_in_it(estate: Path) -> None:
    for flags in ([], ["--per-service"]):
        longshore(*CHART, *flags, "--fail-on", "never", "--overwrite", folder=estate)
        texts = "".join(file.read_text() for file in (estate / "chart").rglob("*") if file.is_file())
        assert "kind: ExternalSecret" in texts
        assert "CANARY" not in texts


def test_what_is_no_longer_made_leaves_the_folder_and_its_folders(clean: Path) -> None:
    longshore(*CHART, "--per-service", folder=clean)
    assert {"api", "web", "shared"} <= {path.name for path in (clean / "chart").iterdir()}
    (clean / "chart" / "web" / "mine.txt").write_text("mine")
    compose = clean / "compose.yaml"
    compose.write_text(compose.read_text().replace("  api:\n", "  shop-api:\n"))
    screen = longshore(*CHART, "--per-service", folder=clean)
    assert screen.code == 0
    assert not (clean / "chart" / "api").exists()
    assert "removed, no longer made: chart/api/files/api.yaml\n" in screen.err
    assert "left alone, not as longshore wrote it: chart/web/mine.txt\n" in screen.err
    assert (clean / "chart" / "shop-api" / "values.yaml").exists()


def test_what_somebody_edited_is_theirs(clean: Path) -> None:
    longshore(*CHART, folder=clean)
    values = clean / "chart" / "values.yaml"
    values.write_text(values.read_text() + "# ours\n")
    screen = longshore(*CHART, folder=clean)
    assert screen.code == 2
    assert screen.err.startswith("error: chart: values.yaml is there already, not as longshore wrote it\n")
    assert longshore(*CHART, "--overwrite", folder=clean).code == 0
    assert "# ours" not in values.read_text()


@pytest.mark.parametrize("kind", ["link", "file"])
def test_nothing_is_written_through_what_stands_in_a_folders_place(clean: Path, kind: str) -> None:
    (clean / "chart").mkdir()
    (clean / "elsewhere").mkdir()
    place = clean / "chart" / "templates"
    if kind == "link":
        place.symlink_to(clean / "elsewhere")
    else:
        place.write_text("mine")
    screen = longshore(*CHART, folder=clean)
    assert screen.code == 2
    assert "templates/NOTES.txt" in screen.err
    assert list((clean / "elsewhere").iterdir()) == []
    assert not (clean / "chart" / "Chart.yaml").exists()


def test_a_base_with_one_overlay_where_there_is_no_stack(clean: Path) -> None:
    flags = ("-o", "kustomize", "--environment", "test", "-n", "shop-test", "--output-dir", "k")
    assert longshore("render", *flags, folder=clean).code == 0
    overlay = yaml.safe_load((clean / "k/overlays/test/kustomization.yaml").read_text())
    assert overlay["resources"] == ["../../base"]
    assert overlay["namespace"] == "shop-test"
    base = yaml.safe_load((clean / "k/base/kustomization.yaml").read_text())
    assert "deployment-web.yaml" in base["resources"]


@pytest.mark.parametrize(
    ("stack", "told"), [("platform.dev", "has no compose files"), ("shop.prd", "stack `shop.prd` has no file")]
)
def test_a_stack_without_an_estate_is_refused(tmp_path: Path, stack: str, told: str) -> None:
    for form in ("helm", "kustomize"):
        screen = longshore("render", "-s", stack, "-o", form, "--output-dir", str(tmp_path / form), folder=ROOT)
        assert screen.code == 2, screen.err
        assert told in screen.err
        assert not (tmp_path / form).exists()


def test_an_overlay_for_each_stack_of_the_team(tmp_path: Path) -> None:
    """In both environments an overlay says what is its own; the base names neither."""
    out = str(tmp_path / "k")
    screen = longshore("render", "-s", "shop.dev", "-o", "kustomize", "--output-dir", out, folder=ROOT)
    assert screen.code == 0, screen.err
    assert {path.name for path in (tmp_path / "k/overlays").iterdir()} == {"dev", "local"}
    base = "".join(file.read_text() for file in (tmp_path / "k/base").iterdir())
    dev = "".join(file.read_text() for file in (tmp_path / "k/overlays/dev").rglob("*.yaml"))
    assert "shop.dev.example.com" in dev
    assert "dev/shop/" in dev
    assert "dev/shop/" not in base
    assert "shop.dev.example.com" not in base
