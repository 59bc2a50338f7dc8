"""What a program has from the engine that runs it: the configuration of the stack, and a voice."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, TypeVar

import pulumi
from pulumi.runtime.config import CONFIG

from longshore.model import Severity
from longshore.stack.pins import REHEARSAL

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from longshore.model import Finding

T = TypeVar("T")
_ALREADY_SAID: Final = 32
"""The exit code by which Pulumi's language host knows that there is nothing to add."""


def end_when_interrupted() -> None:
    """Let the program end at once and without a word where the engine interrupts it.

    It does so as soon as a resource fails, and says itself which one and why; Python would print its own state below.
    """
    if not os.environ.get(REHEARSAL):
        signal.signal(signal.SIGINT, lambda *_: os._exit(_ALREADY_SAID))


@contextmanager
def said_once() -> Iterator[None]:
    """Let a refusal be all that the engine says; by itself it adds that an unhandled error occurred."""
    try:
        yield
    except pulumi.RunError as refusal:
        if os.environ.get(REHEARSAL):
            raise
        pulumi.log.error(str(refusal))
        sys.exit(_ALREADY_SAID)


def config() -> Mapping[str, Any]:
    """All of the stack's configuration by full key, as the engine put it together from project and stack file."""
    return dict(CONFIG.get())


def stop_on_errors(settings: T | None, findings: Sequence[Finding], text: str) -> T:
    """Say the findings once, and end the program where one of them is an error, before it has made anything.

    settings: of the stack, None where its file has errors. text: the findings as people read them.

    Raises:
        pulumi.RunError: there is an error; the engine shows its text and no traceback.
    """
    if settings is None or any(finding.severity is Severity.ERROR for finding in findings):
        raise pulumi.RunError(text)
    if any(finding.severity is Severity.WARNING for finding in findings):
        pulumi.log.warn(text)
    return settings
