"""Which files a builder gets: the same as BuildKit's own library says, built from the Go module proxy."""

from __future__ import annotations

import json
import random
import subprocess
from pathlib import Path

import pytest

from longshore.images.dockerignore import ignored
from tools.go_program import NotBuiltError, built

PATHS = tuple(
    f"{folder}{name}"
    for folder in ("", "a/", "a/b/", "docs/", "docs/a/", "node_modules/", "web/node_modules/x/", ".git/")
    for name in ("a", "b", "README.md", "x.md", "main.py", ".env", "a b", "temp1", "temp?")
)
PARTS = (
    "a",
    "b",
    "*",
    "**",
    "*.md",
    "docs",
    "node_modules",
    "temp?",
    "[a-c]",
    "[^a]",
    "README.md",
    ".",
    "..",
    ".env",
    "a*",
)
WHOLE = (
    "*", "!README.md", "**/*.md", "!docs/README.md", "# comment", "", "  *.py  ", "/a", "./docs", "docs/", "!docs/",
    "a/../b", "!", "**", "**/", "/", ".", "a b", "\\*", "temp\\?", "**/node_modules", "node_modules/**", "!**/x.md",
    "a/*/a", "[a-", "!a/b/",
)  # fmt: skip


@pytest.fixture(scope="module")
def matcher() -> Path:
    try:
        return built(Path(__file__).with_name("patternmatcher"), "patternmatcher")
    except NotBuiltError as missing:
        pytest.skip(str(missing))


def lines(random_: random.Random) -> list[str]:
    def one() -> str:
        if random_.random() < 0.5:
            return random_.choice(WHOLE)
        pattern = "/".join(random_.choice(PARTS) for _ in range(random_.randint(1, 3)))
        return random_.choice(("", "", "!", "/")) + pattern

    return [one() for _ in range(random_.randint(1, 5))]


def test_as_buildkit_has_it(matcher: Path) -> None:
    random_ = random.Random(20)  # noqa: S311  the same questions each time
    texts = [*(f"{line}\n" for line in WHOLE), *("\n".join(lines(random_)) for _ in range(3000))]
    asked = "".join(json.dumps({"text": text, "paths": PATHS}) + "\n" for text in texts)
    answers = subprocess.run([matcher], input=asked, capture_output=True, text=True, check=True).stdout.splitlines()
    compared = 0
    for text, answer in zip(texts, answers, strict=True):
        theirs = json.loads(answer)
        if theirs is not None:  # BuildKit refuses it, and builds nothing
            spec = ignored(text)
            ours = [spec.match_file(path) for path in PATHS]
            wrong = [path for path, one, other in zip(PATHS, ours, theirs, strict=True) if one != other]
            assert not wrong, f"{text!r}: {wrong[:5]} kept back: {theirs[PATHS.index(wrong[0])]}"
            compared += 1
    assert compared > 2500
