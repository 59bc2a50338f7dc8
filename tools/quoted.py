"""Output quoted in the documentation, kept true: each block says which command printed it.

    <!-- output of: longshore check -f examples/shop/compose.yaml | head -5 -->
    ```
    …
    ```

`python -m tools.quoted` writes every such block again; `--check` says which are no longer true.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_BLOCK: Final = re.compile(r"^(<!-- output of: (?P<command>.+) -->\n```\w*\n)((?:(?!```).*\n)*)(```)$", re.MULTILINE)


def pages() -> Iterator[Path]:
    """The pages that may quote: the README files and everything under `docs/`."""
    yield Path("README.md")
    yield from sorted(Path("docs").rglob("*.md"))
    yield from sorted(Path("examples").rglob("README.md"))


def printed(command: str) -> str:
    """Run a command as a reader would, 100 columns wide, and give what it prints on both streams."""
    environment = {**os.environ, "PATH": f"{Path('.venv/bin').resolve()}:{os.environ['PATH']}", "NO_COLOR": "1"}
    environment.pop("GITHUB_ACTIONS", None)
    done = subprocess.run(
        ["bash", "-c", f"({command}) 2>&1"], check=False, capture_output=True, text=True, env=environment
    )
    return "\n".join(line.rstrip() for line in done.stdout.rstrip().splitlines())


def renewed(text: str) -> str:
    """Give a page with every quoted block as its command prints it now."""
    return _BLOCK.sub(lambda block: block[1] + printed(block["command"]) + "\n" + block[4], text)


def main() -> int:
    """Write the pages again, or with `--check` name those that are not true."""
    stale = []
    for page in pages():
        before = page.read_text(encoding="utf-8")
        after = renewed(before)
        if after != before:
            stale.append(str(page))
            if "--check" not in sys.argv:
                page.write_text(after, encoding="utf-8")
    print("\n".join(f"{page}: quoted output is {'stale' if '--check' in sys.argv else 'renewed'}" for page in stale))
    return 1 if stale and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
