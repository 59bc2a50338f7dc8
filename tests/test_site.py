"""The docs as a site: built without a warning, every link in it leads somewhere, and every page is in its menu."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from html.parser import HTMLParser
from pathlib import Path
from shutil import copytree
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
ZENSICAL = Path(sys.executable).with_name("zensical")


class Page(HTMLParser):
    """The links of a page, and the ids that links can lead to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002  HTMLParser's
        found = dict(attrs)
        self.ids.add(found.get("id") or "")
        self.links += [link for name in ("href", "src") if (link := found.get(name))]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    copytree(ROOT / "docs", folder / "docs")
    (folder / "zensical.toml").write_bytes((ROOT / "zensical.toml").read_bytes())
    done = subprocess.run([ZENSICAL, "build", "--strict"], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "site"


def dead(site: Path) -> Iterator[tuple[str, str]]:
    pages = {file: Page(file.read_text("utf-8")) for file in site.rglob("*.html")}
    for file, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc or file.name == "404.html":  # that one has links from the top of a server
                continue
            target = (file.parent / unquote(parts.path)).resolve() if parts.path else file
            target = target / "index.html" if target.is_dir() else target
            missing = not target.exists()
            if missing or (parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].ids):
                yield str(file.relative_to(site)), link


def test_every_link_leads_somewhere(site: Path) -> None:
    assert (site / "index.html").exists()
    assert not sorted(set(dead(site)))


def test_every_page_has_one_place_in_the_menu_or_is_below_one_that_has() -> None:
    menu = tomllib.loads((ROOT / "zensical.toml").read_text("utf-8"))["project"]["nav"]
    entries = [file for section in menu for pages in section.values() for page in pages for file in page.values()]
    named = set(entries)
    assert len(named) == len(entries), "a page has one place"
    there = {str(file.relative_to(ROOT / "docs")) for file in (ROOT / "docs").rglob("*.md")}
    below = {file for file in there if file.startswith(("findings/", "adr/"))}
    assert named == (there - below) | {"adr/README.md"}


def test_a_search_finds_the_page_of_a_finding(site: Path) -> None:
    assert "host-gateway" in (site / "search.json").read_text("utf-8")
