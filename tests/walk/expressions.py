"""Expressions of workflows, evaluated by act's own parser, which is built from the Go module proxy once."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tools.go_program import built

if TYPE_CHECKING:
    from collections.abc import Mapping

SOURCE = Path(__file__).resolve().parents[1] / "tools" / "expressions"


class Expressions:
    """A running evaluator. Its contexts are those of https://docs.github.com/en/actions/reference/workflows-and-actions/contexts."""

    def __init__(self) -> None:
        """Start it.

        Raises:
            NotBuiltError: it is not built, and cannot be.
        """
        program = built(SOURCE, "expressions")
        self._process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def value(self, text: Any, context: Mapping[str, Any]) -> Any:
        """What a value of a workflow is, with all that is interpolated in it."""
        return self._ask(text=text, context=context) if isinstance(text, str) and "${{" in text else text

    def text(self, written: Any, context: Mapping[str, Any]) -> str:
        """A value as text: nothing is empty, and truth is written small."""
        value = self.value(written, context)
        return "" if value is None else json.dumps(value) if isinstance(value, bool) else str(value)

    def holds(self, condition: Any, context: Mapping[str, Any], status: str) -> bool:
        """Whether an `if` holds. status: `success`, `failure`, `cancelled` or `skipped`, of what came before."""
        text = "success()" if condition is None else str(condition).lower() if condition is False else str(condition)
        return bool(self._ask(text=text, condition=True, context=context, status=status))

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()

    def _ask(self, **question: Any) -> Any:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        assert "error" not in answer, f"{question['text']}: {answer['error']}"
        return answer.get("value")
