"""Charts and overlays of real projects; they are no part of the repository, and without them these tests skip."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.charts.programs import Programs, rendered
from tests.cluster.estates import longshore, named
from tests.cluster.test_corpus import CORPUS, rows

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.cluster


@pytest.mark.parametrize(("folder", "files"), [row[:2] for row in rows()], ids=[row[0] for row in rows()])
def test_real_projects(programs: Programs, tmp_path: Path, folder: str, files: tuple[str, ...]) -> None:
    flags = (*named(files), "--profile", "*", "--fail-on", "never")
    manifests = rendered(CORPUS / folder, *flags)
    for form in ("helm", "kustomize"):
        run = longshore("render", CORPUS / folder, *flags, "-o", form, "--output-dir", str(tmp_path / form))
        assert run.code == 0, run.err
    assert programs.template(tmp_path / "helm") == manifests
    assert "1 chart(s) linted, 0 chart(s) failed" in programs.run_helm("lint", "--strict", tmp_path / "helm")
    assert programs.build(tmp_path / "kustomize/overlays/dev") == manifests
