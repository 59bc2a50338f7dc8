"""What a check answers, and how many of them are made at once, none of which anybody waits for too long."""

from __future__ import annotations

import threading
import time
from queue import Empty, Queue
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from longshore.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

State = Literal["ok", "warning", "wrong", "unseen"]
"""How something is. unseen: it could not be looked at, from here or with these rights."""

AREAS: Final = ("machine", "project", "account", "cluster", "store")


class Answer(NamedTuple):
    """What a check found. told: one line, without a secret. help: what to do where it is not ok."""

    state: State
    told: str
    help: str = ""


class Check(NamedTuple):
    """Something to look at. area: one of AREAS. name: what it is about, told where it gives no answer."""

    area: str
    name: str
    look: Callable[[], Iterable[Answer]]


class Result(NamedTuple):
    """What a check answered, in the order of its answers."""

    check: Check
    answers: tuple[Answer, ...]


def some(names: Sequence[str], most: int = 6) -> str:
    """The first few of many names, in one line."""
    return ", ".join(names[:most]) + (" …" if len(names) > most else "")


def made(checks: Sequence[Check], seconds: float) -> list[Result]:
    """Make all checks at once, and give their answers in their order after `seconds` at the latest.

    Whoever has not answered by then is told so, and is left behind.
    """
    found: Queue[tuple[int, tuple[Answer, ...]]] = Queue()

    def make(at: int, check: Check) -> None:
        found.put((at, _answers(check)))

    for at, check in enumerate(checks):
        threading.Thread(target=make, args=(at, check), daemon=True).start()
    end = time.monotonic() + seconds
    answers: dict[int, tuple[Answer, ...]] = {}
    while len(answers) < len(checks):
        try:
            at, given = found.get(timeout=max(0.0, end - time.monotonic()))
        except Empty:
            break
        answers[at] = given
    late = Answer("unseen", f"no answer within {seconds:g} s", "`--timeout` waits longer")
    return [
        Result(check, answers.get(at, (late._replace(told=f"{check.name}: {late.told}"),)))
        for at, check in enumerate(checks)
    ]


def _answers(check: Check) -> tuple[Answer, ...]:
    """What a check answers; what keeps it from going on is its last answer."""
    found: list[Answer] = []
    try:
        for answer in check.look():
            found.append(answer)  # noqa: PERF402  one by one, so that those before a failure stay
    except Refused as refused:
        found.append(Answer("wrong", f"{check.name}: {refused.message}", refused.help))
    except ModuleNotFoundError as missing:
        from longshore.cli.program import EXTRAS  # noqa: PLC0415  the program imports every verb by its name

        package = (missing.name or "").partition(".")[0]
        extra = EXTRAS.get(package, "")
        if not extra:
            raise
        help_ = f"pip install 'longshore[{extra}]'"
        found.append(Answer("wrong", f"{check.name}: this needs the package `{package}`", help_))
    except Exception as bug:  # noqa: BLE001  one check that breaks must not hide the others; without a word of its own
        found.append(Answer("unseen", f"{check.name}: the check broke ({type(bug).__name__})", "please report it"))
    return tuple(found)
