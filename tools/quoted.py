"""Output quoted in the documentation, kept true: each block says which command printed it.

    <!-- output of: longshore check -f examples/shop/compose.yaml | head -5 -->
    ```
    …
    ```

`python -m tools.quoted` writes every such block again. A test keeps them true.
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).parents[1]
_BLOCK: Final = re.compile(r"^(<!-- output of: (?P<command>.+) -->\n```\w*\n)((?:(?!```).*\n)*)(```)$", re.MULTILINE)


def pages() -> Iterator[Path]:
    """The pages that may quote: the README files and everything under `docs/`."""
    yield ROOT / "README.md"
    yield from sorted((ROOT / "docs").rglob("*.md"))
    yield from sorted((ROOT / "examples").rglob("README.md"))


def printed(command: str) -> str:
    """Run a command as a reader would, 100 columns wide, and give what it prints on both streams."""
    environment = {**os.environ, "PATH": f"{ROOT / '.venv/bin'}:{os.environ['PATH']}", "NO_COLOR": "1"}
    environment.pop("GITHUB_ACTIONS", None)
    done = subprocess.run(
        ["bash", "-c", f"({command}) 2>&1"], cwd=ROOT, check=False, capture_output=True, text=True, env=environment
    )
    return "\n".join(line.rstrip() for line in done.stdout.rstrip().splitlines())


def renewed(text: str) -> str:
    """Give a page with every quoted block as its command prints it now."""
    return _BLOCK.sub(lambda block: block[1] + printed(block["command"]) + "\n" + block[4], text)


def main() -> None:
    """Write the pages again whose quoted output has changed."""
    for page in pages():
        before = page.read_text(encoding="utf-8")
        after = renewed(before)
        if after != before:
            page.write_text(after, encoding="utf-8")
            print(f"{page.relative_to(ROOT)}: quoted output is renewed")


if __name__ == "__main__":
    main()
