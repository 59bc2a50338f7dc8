"""The kept code: it runs what the sources say, whatever happens to them or to the file."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cli import patterns

ROOT = Path(__file__).parents[2]
IMPORT = """
from cli import quickstart
finder = quickstart.use(sys.argv[1])
import convert.engine
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the program, whose files can be changed."""
    for package in ("cli", "convert"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def run(checkout: Path, program: str) -> str:
    """Run Python in the copy, bytecode written as usual."""
    code = f"import sys; sys.path.insert(0, {str(checkout)!r}); sys.dont_write_bytecode = False\n{program}"
    command = [sys.executable, "-c", code, str(checkout / "kept.bin")]
    return subprocess.run(command, capture_output=True, text=True, check=True, cwd=checkout).stdout.strip()


def test_modules_come_from_the_kept_code_and_still_know_their_sources(checkout: Path) -> None:
    run(checkout, "from cli import quickstart; import convert.engine, json; quickstart.write(sys.argv[1])")
    assert (
        run(checkout, f"{IMPORT}print(type(convert.engine.__loader__).__module__, finder.stale)")
        == "cli.quickstart False"
    )
    source = run(checkout, f"{IMPORT}import inspect; print(inspect.getsource(convert.engine))")
    assert source == (checkout / "convert" / "engine.py").read_text().strip()
    where = run(checkout, f"{IMPORT}print(convert.engine.__file__, convert.engine.__package__, *convert.__path__)")
    assert where == f"{checkout}/convert/engine.py convert {checkout}/convert"


def test_a_changed_source_wins_and_is_kept_anew(checkout: Path) -> None:
    run(checkout, "from cli import quickstart; import convert.engine; quickstart.write(sys.argv[1])")
    changed = checkout / "convert" / "view.py"
    changed.write_text(changed.read_text() + "\nADDED = 1\n")
    assert (
        run(checkout, f"{IMPORT}import convert.view; print(convert.view.ADDED, finder.stale); finder.refresh()")
        == "1 True"
    )
    assert run(checkout, f"{IMPORT}import convert.view; print(convert.view.ADDED, finder.stale)") == "1 False"


def test_a_removed_source_is_missing(checkout: Path) -> None:
    (checkout / "convert" / "extra.py").write_text("")
    run(checkout, "from cli import quickstart; import convert.extra; quickstart.write(sys.argv[1])")
    (checkout / "convert" / "extra.py").unlink()
    program = f"{IMPORT}\ntry:\n    import convert.extra\nexcept ModuleNotFoundError:\n    print('gone')"
    assert run(checkout, program) == "gone"


@pytest.mark.parametrize("content", [b"", b"garbage", b"\xe3\x00"])
def test_a_damaged_file_is_no_file(checkout: Path, content: bytes) -> None:
    (checkout / "kept.bin").write_bytes(content)
    assert run(checkout, f"{IMPORT}print(finder.stale)") == "True"


def test_the_file_of_another_python_is_no_file(checkout: Path) -> None:
    run(
        checkout,
        "from cli import quickstart; import convert.engine; sys.version = 'other'; quickstart.write(sys.argv[1])",
    )
    assert run(checkout, f"{IMPORT}print(finder.stale)") == "True"


def test_nothing_is_written_where_python_may_not_write_bytecode(checkout: Path) -> None:
    run(checkout, f"{IMPORT}sys.dont_write_bytecode = True; finder.refresh()")
    assert not (checkout / "kept.bin").exists()


def test_what_slow_verbs_import_is_not_kept(checkout: Path) -> None:
    run(checkout, "from cli import quickstart; import pytest, json; quickstart.write(sys.argv[1])")
    kept = run(checkout, f"{IMPORT}print(sorted({{name.partition('.')[0] for name in finder._kept}}))")
    assert "pytest" not in kept
    assert "json" in kept


def test_patterns_come_compiled(checkout: Path) -> None:
    run(checkout, "from cli import quickstart; import convert.engine; quickstart.write(sys.argv[1])")
    counted = "import re; real = re._compiler.compile; made = []\n"
    counted += "def note(*given): made.append(given[0]); return real(*given)\n"
    start = "import re._compiler\nfrom cli import quickstart; quickstart.use(sys.argv[1])\n"
    program = f"{counted}re._compiler.compile = note\n{start}import convert.engine; print(made)"
    assert run(checkout, program) == "[]"


def test_a_kept_pattern_is_the_one_that_its_text_makes() -> None:
    import convert.engine  # noqa: F401, PLC0415  for its patterns

    kept = patterns.compiled()
    assert len(kept) > 50
    for pattern, flags, given in kept:
        re.purge()
        patterns.restore([(pattern, flags, given)])
        restored = re.compile(pattern, flags)
        re.purge()
        assert restored == re.compile(pattern, flags)
        assert restored.groupindex == re.compile(pattern, flags).groupindex


def test_where_python_has_other_names_patterns_are_compiled_as_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = patterns.compiled()
    monkeypatch.setattr(patterns, "_KNOWN", False)
    assert patterns.compiled() == []
    re.purge()
    patterns.restore(kept)
    assert re.compile("a+b").fullmatch("aab")
