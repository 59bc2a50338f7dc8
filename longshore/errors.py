"""What ends a command with one sentence, and the exit codes that it may end with."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

INPUT, NO_FILE, UNREACHED, BUG, INTERRUPTED, CLOSED_PIPE = 2, 3, 4, 70, 130, 141
EXIT_CODES: Mapping[int, str] = {
    0: "done, and nothing is wrong",
    1: "something is not as it should be: findings, differences, what is missing or not up",
    INPUT: "a flag, a file or a setting is wrong: nothing was done",
    NO_FILE: "nothing was named, and no compose file or project is found",
    UNREACHED: "a secret store or a cluster refuses or does not answer",
    BUG: "a bug of ours",
    INTERRUPTED: "interrupted",
    CLOSED_PIPE: "whoever read the output went away",
}
"""What each exit code means, in every verb."""


class Refused(Exception):  # noqa: N818  it reads as what it means where it is raised
    """The command cannot be carried out as given: a bad flag, a bad file, a bad setting.

    message: one sentence, without a secret value. help: what to do instead. code: the exit code, 2 to 4.
    """

    def __init__(self, message: str, help: str = "", code: int = INPUT) -> None:  # noqa: A002  the word users see
        super().__init__(message)
        self.message = message
        self.help = help
        self.code = code

    @property
    def whole(self) -> str:
        """Message and help in one line."""
        return "; ".join(filter(None, (self.message, self.help)))


def suggestion(word: str, known: Sequence[str] | Mapping[str, object]) -> str:
    """Say "did you mean `x`?" where a known word is close to `word`, else nothing."""
    from difflib import get_close_matches  # noqa: PLC0415  needed only when something is wrong

    close = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"did you mean `{close[0]}`?" if close else ""
