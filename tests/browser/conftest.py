"""A real browser for the pages that we write: Chromium of the system, driven by Playwright; axe-core from npm.

Where one of them is not there the tests skip and say what is missing. `LONGSHORE_SCREENSHOTS` names a folder for what
the browser shows.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tools.cluster.versions import cache_home

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

AXE = "4.14.1"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: `make setup`")
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("there is no Chromium on PATH: `apt-get install chromium`")
    with playwright.sync_playwright() as running:
        started = running.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """The script of axe-core, fetched once into the cache of the tests' tools."""
    folder = cache_home() / "tools" / f"axe-core-{AXE}"
    script = folder / "package" / "axe.min.js"
    if not script.exists():
        npm = shutil.which("npm")
        if npm is None:
            pytest.skip("there is no npm on PATH, which has axe-core")
        folder.mkdir(parents=True, exist_ok=True)
        packed = subprocess.run(
            [npm, "pack", f"axe-core@{AXE}"], cwd=folder, capture_output=True, check=False, timeout=300
        )
        if packed.returncode:
            pytest.skip("npm cannot fetch axe-core")
        shutil.unpack_archive(folder / f"axe-core-{AXE}.tgz", folder, filter="data")
    return script.read_text("utf-8")


@pytest.fixture(scope="session")
def screenshots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    named = os.environ.get("LONGSHORE_SCREENSHOTS")
    folder = Path(named) if named else tmp_path_factory.mktemp("screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder
