"""What the pages tell people to type of `pulumi` are commands and flags that it has; it says so itself."""

from __future__ import annotations

import re
import subprocess

from tests.documented import documented


def test_the_engine_has_the_commands_of_the_pages(engine: str) -> None:
    asked = {command.words[1:] for command in documented() if command.program == "pulumi"}
    assert len(asked) > 10
    helped: dict[tuple[str, ...], str] = {}
    for words in sorted(asked):
        verb = words[:2] if words[0] in {"config", "package", "stack"} else words[:1]
        if verb not in helped:
            done = subprocess.run([engine, *verb, "--help"], capture_output=True, text=True, check=False)
            helped[verb] = done.stdout
            above = " ".join(["pulumi", *verb[:-1]])
            assert f"Usage:\n  {above} [" not in done.stdout, f"{verb}: that is the help of all below `{above}`"
            assert "Usage:" in done.stdout
        flags = [word.partition("=")[0] for word in words if word.startswith("--")]
        assert [flag for flag in flags if not re.search(rf"(?<![\w-]){flag}\b", helped[verb])] == [], words
