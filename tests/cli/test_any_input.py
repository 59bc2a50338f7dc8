"""Whatever stands in the file: an answer with an exit code, no traceback, and no secret in any excerpt."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cli.conftest import COMPOSE
from tests.cli.screen import longshore

LINES = COMPOSE.replace("postgres://shop:${DB_PASSWORD}@", "postgres://shop:hunter2-CANARY@").splitlines()
OTHERS = [number for number, line in enumerate(LINES) if "CANARY" not in line]
JUNK = st.text(alphabet=" \t-:{}[]\"'#&*!|>%@`,?ab1.${}\n/\\", max_size=12)


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """The estate with some lines changed, but never one with a secret: what stands there is still one."""
    lines = list(LINES)
    for _ in range(draw(st.integers(1, 3))):
        number = draw(st.sampled_from(OTHERS))
        line = lines[number]
        at = draw(st.integers(0, len(line)))
        lines[number] = draw(
            st.sampled_from(
                [line[:at] + draw(JUNK) + line[at:], line[:at] + draw(JUNK), "", f"  {line}", f"{line}\n{line}"]
            )
        )
    return "\n".join(lines) + "\n"


@given(
    damaged(),
    st.sampled_from([["-v"], ["--output", "concise"], ["--output", "json"], ["--output", "github"], ["-o", "junit"]]),
)
@settings(max_examples=150, deadline=None)
def test_check(text: str, words: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "compose.yaml").write_text(text, encoding="utf-8")
        screen = longshore("check", *words, folder=Path(folder))
    assert screen.code in {0, 1, 2}, screen.err
    assert "CANARY" not in screen.out + screen.err


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
@settings(max_examples=100, deadline=None)
def test_render_of_anything_at_all(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "compose.yaml").write_bytes(content)
        screen = longshore("render", folder=Path(folder))
    assert screen.code in {0, 1, 2}, screen.err
