"""Every form in which people write secrets, in every place: none comes through in silence, and settings stay."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest

import longshore.compose
import longshore.convert.engine
from longshore.cli.program import run
from longshore.cli.shell import Shell
from tests.secrets import forms, leaks

if TYPE_CHECKING:
    from pathlib import Path

BOTH = [
    pytest.param(False, id="ours"),
    pytest.param(
        True,
        id="theirs",
        marks=pytest.mark.skipif(not forms.LEAKS.is_dir(), reason="the leaks are not beside this checkout"),
    ),
]

VERBS = [
    ("render", "--fail-on", "never"),
    ("render", "--fail-on", "never", "-o", "json"),
    ("render", "--fail-on", "never", "--annotate", "--output-dir", "out/"),
    ("check", "-v"),
    ("check", "-v", "--output", "concise"),
    ("check", "--output", "json"),
    ("check", "--output", "github"),
    ("check", "-v", "-o", "gitlab"),
    ("check", "-v", "-o", "junit"),
    ("check", "-v", "-o", "sarif"),
    ("check", "--production"),
    ("report",),
    ("report", "-o", "markdown"),
    ("report", "-o", "json"),
    ("config",),
    ("config", "-o", "json"),
    ("config", "--no-interpolate"),
    ("config", "--hash", "*"),
    ("config", "--environment"),
    ("explain", "deployment/s1"),
]


@pytest.mark.parametrize("theirs", BOTH)
def test_forms_are_bound_or_refused_and_settings_stay(tmp_path: Path, theirs):
    found = leaks.outcomes(tmp_path, theirs=theirs, seed=1)
    secret = [outcome for outcome in found if not outcome.case.kind.startswith("harmless")]
    silent = [outcome.case for outcome in secret if outcome.came and not outcome.told]
    assert silent == []
    assert sum(outcome.came for outcome in secret) <= 0.03 * len(secret)
    plain = [outcome for outcome in found if outcome.case.kind.startswith("harmless")]
    touched = [outcome.case for outcome in plain if outcome.touched]
    assert len(touched) <= 0.01 * len(plain), touched
    assert len(secret) > 500
    assert len(plain) > 90


@pytest.fixture
def _once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read and convert an estate once for all verbs that ask for the same; what each says of it is its own."""
    real_load, real_convert = longshore.compose.load, longshore.convert.engine.convert_project
    loads: dict[str, Any] = {}
    conversions: dict[tuple[int, str], Any] = {}

    def load(request: Any, files: Any, late: Any) -> Any:
        key = repr(request)
        if key not in loads:
            loads[key] = real_load(request, files, late)
        return loads[key]

    def convert_project(project: Any, options: Any, late: Any) -> Any:
        key = id(project), repr(options)
        if key not in conversions:
            conversions[key] = real_convert(project, options, late)
        return conversions[key]

    monkeypatch.setattr(longshore.compose, "load", load)
    monkeypatch.setattr(longshore.convert.engine, "convert_project", convert_project)


@pytest.mark.usefixtures("_once")
@pytest.mark.parametrize("theirs", BOTH)
def test_no_verb_shows_what_was_found(tmp_path: Path, theirs):
    found = leaks.outcomes(tmp_path, theirs=theirs, seed=3)
    canaries = {canary: outcome.case for outcome in found if not outcome.came for canary in outcome.case.form.canaries}
    for words in VERBS:
        out, err = io.StringIO(), io.StringIO()
        code = run(words, Shell(out, err, io.BytesIO(), {"LONGSHORE_DEBUG": "1"}, str(tmp_path), words))
        assert code in {0, 1}, err.getvalue()[-2000:]
        written = (
            "".join(path.read_text(errors="ignore") for path in (tmp_path / "out").rglob("*") if path.is_file())
            if "--output-dir" in words
            else ""
        )
        shown = out.getvalue() + err.getvalue() + written
        assert len(shown) > 50, words
        assert [(words, case) for canary, case in canaries.items() if canary in shown] == []
