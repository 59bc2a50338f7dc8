"""The page of `longshore report` in a real browser: light and dark, narrow and wide, by keyboard, without a script."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.cli.screen import longshore

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.cluster

ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT.parent / "shared" / "corpus"
MOST_BYTES = 1_500_000
MOST_SECONDS = 2.0
ESTATES = {"marketplace": (ROOT, "-s", "shop.dev")} | {
    name: (CORPUS / name,) for name in ("langfuse", "netbox", "voting-app") if (CORPUS / name).is_dir()
}
LOOKS = [("light", 1400), ("dark", 1400), ("light", 400), ("dark", 400)]


class Shown(NamedTuple):
    """A page that is open, and what the browser said of it meanwhile."""

    page: Page
    console: list[str]
    requests: list[str]


@pytest.fixture(scope="module", params=ESTATES)
def file(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder, *words = ESTATES[request.param]
    path = tmp_path_factory.mktemp("report") / f"{request.param}.html"
    screen = longshore("report", *words, folder=folder)
    assert (screen.code, screen.err) == (0, "")
    path.write_text(screen.out, "utf-8")
    return path


@pytest.fixture(scope="module")
def marketplace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("marketplace") / "report.html"
    path.write_text(longshore("report", "-s", "shop.dev", folder=ROOT).out, "utf-8")
    return path


@pytest.fixture
def opened(browser: Browser) -> Iterator:
    contexts = []

    def show(file: Path, scheme: str = "light", width: int = 1400, *, scripts: bool = True) -> Shown:
        context = browser.new_context(
            color_scheme=scheme,
            viewport={"width": width, "height": 1000},
            java_script_enabled=scripts,
            bypass_csp=False,
        )
        contexts.append(context)
        page, console, requests = context.new_page(), [], []
        page.on("console", lambda message: console.append(message.text))
        page.on("pageerror", lambda error: console.append(str(error)))
        page.on("request", lambda sent: requests.append(sent.url))
        page.goto(file.as_uri())
        return Shown(page, console, requests)

    yield show
    for context in contexts:
        context.close()


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_it_is_quiet_fits_the_screen_and_loads_nothing(opened, file, screenshots, scheme, width):
    assert file.stat().st_size < MOST_BYTES
    shown = opened(file, scheme, width)
    assert shown.page.evaluate("document.documentElement.scrollWidth") <= width
    shown.page.screenshot(path=screenshots / f"{file.stem}-{scheme}-{width}.png")
    shown.page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert shown.page.evaluate("document.documentElement.scrollWidth") <= width
    assert shown.console == []
    assert shown.requests == [file.as_uri()]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(browser, axe, file, scheme):
    # The policy of the page forbids scripts that are not its own; axe is one, so it is put in past the policy.
    context = browser.new_context(color_scheme=scheme, viewport={"width": 1400, "height": 1000}, bypass_csp=True)
    try:
        page = context.new_page()
        page.goto(file.as_uri())
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        page.evaluate(axe)
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    finally:
        context.close()
    serious = [
        (each["id"], each["impact"], [node["html"][:160] for node in each["nodes"]][:3])
        for each in found["violations"]
        if each["impact"] in {"serious", "critical"}
    ]
    assert serious == []
    assert len(found["passes"]) > 15, "axe looked at the page"


def test_a_person_finds_the_owner_of_a_port_a_volume_and_a_secret(opened, marketplace):
    page = opened(marketplace).page
    for word, table, owner in (
        ("5432", "Table of ports", "postgres"),
        ("pg-backups", "Table of volumes", "postgres-backup"),
        ("dhl_password", "Table of secrets", "shipping-api"),
    ):
        page.get_by_role("searchbox", name="Find").fill(word)
        rows = page.get_by_role("region", name=table).locator("tbody tr").filter(visible=True)
        assert 1 <= rows.count() <= 2, "two services may listen at one port"
        assert rows.filter(has=page.get_by_role("link", name=owner, exact=True)).count() == 1
        assert page.get_by_role("status").inner_text().endswith(("place", "places"))


def test_a_keyboard_is_enough(opened, marketplace):
    page = opened(marketplace).page
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    assert skip.evaluate("each => document.activeElement === each && each.getBoundingClientRect().left >= 0")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "find"
    box = page.get_by_role("link", name="postgres: Deployment")
    box.focus()
    assert page.locator(".edge.hot").count() > 5, "a box that has the focus shows what it hangs together with"
    page.keyboard.press("Enter")
    page.locator("#service-postgres[open]").wait_for()  # the browser says it went there a moment later


def test_a_screen_reader_finds_landmarks_headings_and_tables(opened, marketplace):
    page = opened(marketplace).page
    for role in ("banner", "navigation", "search", "main", "contentinfo"):
        assert page.get_by_role(role).count() == 1, role
    names = page.get_by_role("heading", level=2).all_inner_texts()
    assert names[:4] == ["The estate", "Services", "Ports", "Volumes"]
    assert page.get_by_role("columnheader", name="Service").count() >= 1
    assert page.get_by_role("rowheader", name="postgres", exact=True).count() >= 1
    assert page.get_by_role("group", name="Services of shop.dev, and what they depend on").count() == 1


def test_a_table_is_sorted_by_its_head(opened, marketplace):
    page = opened(marketplace).page
    table = page.get_by_role("region", name="Table of services")
    first = table.locator("tbody th").first
    table.get_by_role("button", name="Service").click()
    assert first.inner_text() == "cart-api"
    table.get_by_role("button", name="Service").click()
    assert first.inner_text() == "users-api"
    assert table.locator("th[aria-sort]").get_attribute("aria-sort") == "descending"


def test_without_a_script_it_is_all_there(opened, marketplace):
    page = opened(marketplace, scripts=False).page
    assert not page.get_by_role("searchbox").is_visible()
    assert page.get_by_role("region", name="Table of secrets").is_visible()
    page.locator("#service-postgres summary").click()
    assert page.locator("#service-postgres .pairs").is_visible()


def test_it_is_made_in_two_seconds_of_the_processor():
    before = os.times()
    screen = longshore("report", "-s", "shop.dev", folder=ROOT)
    after = os.times()
    assert screen.code == 0
    assert after.children_user - before.children_user + after.user - before.user < MOST_SECONDS
