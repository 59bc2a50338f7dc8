"""`longshore report`: where the page goes, what it fails by, and what it says of another revision."""

from __future__ import annotations

import json
import re
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.cli.screen import longshore

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.screen import Screen


def test_the_page_goes_to_standard_output_and_nothing_else_does(estate: Path) -> None:
    screen = longshore("report", folder=estate)
    assert (screen.code, screen.err) == (0, ""), "errors are on the page, which is there to be looked at"
    assert screen.out.startswith("<!doctype html>")
    assert "CANARY" not in screen.out
    assert longshore("report", "--fail-on", "error", folder=estate).code == 1


def test_what_others_wrote_stays(estate: Path) -> None:
    (estate / "report.html").write_text("theirs")
    screen = longshore("report", "--output-file", "report.html", folder=estate)
    assert screen.code == 2
    assert (estate / "report.html").read_text() == "theirs"
    screen = longshore("report", "--output-file", "report.html", "--overwrite", folder=estate)
    assert (screen.code, screen.out, screen.err) == (0, "", "wrote report.html\n")
    assert longshore("report", "--output-file", "report.html", folder=estate).code == 0, "our own is replaced"


def test_what_cannot_be_read_has_no_page(estate: Path) -> None:
    (estate / "compose.yaml").write_text("services: [")
    screen = longshore("report", "--output-file", "report.html", folder=estate)
    assert (screen.code, screen.out) == (2, "")
    assert "error[" in screen.err
    assert not (estate / "report.html").exists()


def test_what_is_ignored_is_not_on_it(estate: Path) -> None:
    def codes(*words: str) -> set[str]:
        page = json.loads(longshore("report", "-o", "json", *words, folder=estate).out)
        return {note["code"] for note in page["notes"]}

    assert "devices" in codes()
    assert codes("--ignore", "devices") == codes() - {"devices"}
    assert codes("--select", "devices") == {"devices"}


def git(folder: Path, *words: str) -> None:
    who = ("-c", "user.name=t", "-c", "user.email=t@example.com")
    subprocess.run(["git", *who, *words], cwd=folder, check=True)


HOSTILE = """\
services:
  web:
    image: nginx:1.27
    command: ["<blink>command"]
    labels: {"<blink>label": "<blink>label"}
    environment: {GREETING: "<blink>variable", "<blink>name": a}
    volumes: ["data:/<blink>volume", "./<blink>folder:/srv:ro"]
    secrets: [{source: key, target: "<blink>secret"}]
    healthcheck: {test: [CMD, "<blink>probe"]}
    x-longshore: {plain: {API_TOKEN: "<blink>reason"}}
volumes: {data: {}}
secrets: {key: {file: "<blink>key.pem"}}
"""


@pytest.mark.parametrize("format_", ["html", "markdown"])
def test_what_a_file_says_is_on_the_page_and_is_no_markup(estate: Path, format_: str) -> None:
    (estate / "compose.yaml").write_text(HOSTILE)
    (estate / "<blink>key.pem").write_text("a-value")
    screen = longshore("report", "-o", format_, folder=estate)
    assert (screen.code, screen.err) == (0, "")
    # In Markdown a line that begins with four spaces is code, and nothing in it is markup.
    lines = [line for line in screen.out.splitlines() if format_ == "html" or not line.startswith("    ")]
    assert "<blink" not in "\n".join(lines)
    shown = re.sub("&[lg]t;|&#6[02];", "", screen.out)
    words = ("volume", "secret", "reason", "key.pem", *(["probe"] if format_ == "html" else []))
    assert [word for word in words if f"blink{word}" not in shown] == []


@pytest.fixture
def repository(clean: Path) -> Path:
    """The estate as a revision of Git, with its `.env` ignored, and changed since."""
    (clean / ".gitignore").write_text(".env\n")
    git(clean, "init", "-q")
    git(clean, "add", ".")
    git(clean, "commit", "-qm", "first")
    text = (clean / "compose.yaml").read_text()
    text = text.replace("nginx:1.27.2", "nginx:1.28.0").replace("API_URL: http://api:3000", "API_URL: http://api:3001")
    (clean / "compose.yaml").write_text(f"{text}  new: {{image: 'busybox:1.37', mem_limit: 8m}}\n")
    return clean


def changes(screen: Screen) -> dict[str, dict[str, object]]:
    return {each["object"]: each for each in json.loads(screen.out)["changes"]["objects"]}


def test_against_a_revision_it_says_what_changed_and_by_which_line(repository: Path) -> None:
    found = changes(longshore("report", "-o", "json", "--against", "HEAD", folder=repository))
    assert found["deployment/new"]["operation"] == "create"
    assert found["deployment/web"]["notes"] == ["new pods"]
    fields = {each["field"].rpartition("[web].")[2]: each for each in found["deployment/web"]["fields"]}
    assert (fields["image"]["before"], fields["image"]["after"]) == ("nginx:1.27.2", "nginx:1.28.0")
    assert fields["image"]["cause"] == "compose.yaml:4"
    page = longshore("report", "--against", "HEAD", folder=repository).out
    assert "What changed against" in page


def test_a_file_named_by_its_whole_path_is_compared_with_itself_at_the_revision(repository: Path) -> None:
    words = ("report", "-o", "json", "--against", "HEAD")
    whole = longshore(*words, str(repository / "compose.yaml"), folder=repository)
    assert changes(whole) == changes(longshore(*words, folder=repository))


def test_without_such_a_revision_it_says_so(repository: Path) -> None:
    screen = longshore("report", "--against", "nothing", folder=repository)
    assert (screen.code, screen.out) == (2, "")
    assert "no revision `nothing`" in screen.err


def test_what_could_be_a_secret_is_masked_in_changes(repository: Path) -> None:
    path = repository / "compose.yaml"
    plain = "      ADMIN_PASSWORD: x7-CANARY-{}\n    x-longshore: {{plain: {{ADMIN_PASSWORD: a test}}}}\n"
    text = path.read_text()
    first = text.replace("      API_URL: http://api:3001\n", "      API_URL: http://api:3001\n" + plain.format(1))
    assert first != text
    path.write_text(first)
    git(repository, "commit", "-qam", "second")
    path.write_text(first.replace("CANARY-1", "CANARY-2"))
    screen = longshore("report", "--against", "HEAD", "-o", "markdown", folder=repository)
    assert "ADMIN_PASSWORD" in screen.out
    assert "CANARY" not in screen.out
