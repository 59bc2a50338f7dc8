"""One reading: the request, the files opened so far, and the bounds that keep a hostile file harmless."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from longshore.compose.composer import MOST_VALUES
from longshore.compose.dotenv import MOST_BYTES as MOST_ENV_BYTES
from longshore.compose.files import absolute, parent, within
from longshore.compose.problems import did_you_mean
from longshore.compose.source import SPLIT, compose, decode
from longshore.model import Span

if TYPE_CHECKING:
    from collections.abc import Callable

    from longshore.compose.files import Files
    from longshore.compose.problems import Problems
    from longshore.compose.request import Request
    from longshore.compose.source import Document
    from longshore.compose.tree import Node

MOST_FILES = 256
"""Compose files, with those that are included or extended."""
DEEPEST_INCLUDE = 16
MOST_READ = 64 * 1024 * 1024
"""Bytes of all files that one reading opens, compose files and files of variables."""

MOST_COPIED = 500_000
"""Values that are copied by all `extends` of a project together."""
NOWHERE = "/dev/null"

_SAMPLES = ("sample", "example", "template", "dist", "default")
"""What the names of files have in them that projects ship to be copied."""


class Refused(Exception):  # noqa: N818  it becomes a finding
    """A file cannot be read: says why, and what to do."""

    def __init__(self, code: str, message: str, help: str) -> None:  # noqa: A002
        super().__init__(message)
        self.code, self.message, self.help = code, message, help


class LateError(Exception):
    """There is no time left; `at` is what was to come next."""

    def __init__(self, at: Node | Span | None) -> None:
        super().__init__()
        self.at = at


class Reading:
    """What the stages of one reading share.

    root: the project directory. Files must not lie outside of it, or of the directory where the user stands, if the
    project is below that (and it is neither the root of the machine nor a home). sources: compose file → its text.
    """

    def __init__(
        self, request: Request, files: Files, problems: Problems, late: Callable[[], bool] = lambda: False
    ) -> None:
        self.request = request
        self._late = late
        self.files = files
        self.problems = problems
        self.root = request.working_directory
        self.sources: dict[str, str] = {}
        self._composed: dict[str, list[Any] | None] = {}
        self._copied = 0
        self._included = 0
        self._values = 0
        self._read = 0

    def go_on(self, at: Node | Span | None = None) -> None:
        """Come to the next part of the work, at `at`; each is bounded, by what a file may hold.

        Raises:
            LateError: the time is over.
        """
        if self._late():
            raise LateError(at)

    def shown(self, path: str) -> str:
        """Name a file as messages do: relative to where the user stands, if it is below."""
        here = self.request.working_directory
        return path[len(here.rstrip("/")) + 1 :] if path != here and within(path, here) else path

    def read(self, path: str, *, explicit: bool = False) -> bytes:
        """Read a file; `explicit` when the user named it, so that it may be anywhere.

        Raises:
            Refused: there is no such file, it is not a regular one, it lies outside the project, or too much was read.
        """
        if path == "-":
            return self._counted(self.files.read(path))
        if path == NOWHERE:
            return b""
        self.admit(path, explicit=explicit)
        try:
            return self._counted(self.files.read(path))
        except FileNotFoundError:
            raise self._missing(path) from None
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise Refused("unreadable-file", f"`{self.shown(path)}` cannot be read: {reason}", "") from None

    def _counted(self, data: bytes) -> bytes:
        self._read += len(data)
        if self._read > MOST_READ:
            raise Refused(
                "too-much-to-read",
                f"the files of this project have more than {MOST_READ // 1024**2} MiB together",
                SPLIT,
            )
        return data

    def admit(self, path: str, *, explicit: bool = False) -> None:
        """Say whether a path may be read, now or later; whether there is anything is another question.

        Raises:
            Refused: it leads out of the project, by symbolic links too, or to what is not a regular file.
        """
        if not explicit and not self.request.allow_outside:
            real = self.files.real(path)
            if not within(real, self.files.real(self._confine())):
                leads = "" if real == path else f", at `{real}`"
                raise Refused(
                    "outside-project",
                    f"`{path}` lies outside of the project{leads}",
                    "move it into the project, or allow it with `--allow-outside`",
                )
        kind = self.files.kind(path)
        if kind == "directory":
            raise Refused("not-a-file", f"`{self.shown(path)}` is a directory", "name a file in it")
        if kind == "other":
            raise Refused("not-a-file", f"`{self.shown(path)}` is not a regular file", "name a regular file")

    def _confine(self) -> str:
        here = self.request.working_directory
        home = self.request.environment.get("HOME", "/")
        return here if here not in {"/", home} and within(self.root, here) else self.root

    def _missing(self, path: str) -> Refused:
        directory, name = parent(path), path.rpartition("/")[2]
        names = self.files.list(directory) if self.files.kind(directory) == "directory" else ()
        sample = next((each for each in names if name in each and any(word in each.lower() for word in _SAMPLES)), "")
        instead = f"`{sample}` looks like a sample of it: copy it, and fill it in" if sample else ""
        help_ = instead or did_you_mean(name, names) or "make it, or leave it out here"
        return Refused("file-not-found", f"there is no file `{self.shown(path)}`", help_)

    def spend(self, count: int, at: Node) -> bool:
        """Count values that an `extends` copies; False, and a finding, if all together are too many."""
        self._copied += count
        if self._copied > MOST_COPIED:
            message = f"what `extends` copies adds up to more than {MOST_COPIED:,} values"
            self.problems.error("extends-bomb", message, at, help="move what is large out of the service they extend")
        return self._copied <= MOST_COPIED

    def count_values(self, document: Document) -> bool:
        """Count the values of a document; False, and a finding, if those of all files are too many together."""
        self._values += document.size
        if self._values > MOST_VALUES:
            self.problems.error(
                "too-many-values",
                f"the compose files of this project have more than {MOST_VALUES:,} values together",
                document.root,
                help=SPLIT,
            )
        return self._values <= MOST_VALUES

    def count_include(self, at: Node) -> bool:
        """Count one include, also of a file that was included before; False, and a finding, if there are too many."""
        self._included += 1
        if self._included > MOST_FILES:
            self.problems.error("too-many-files", f"more than {MOST_FILES} includes, counting those of includes", at)
        return self._included <= MOST_FILES

    def documents(self, path: str, *, explicit: bool = False, at: Node | None = None) -> list[Any] | None:
        """Give the YAML nodes of a compose file, read and parsed once; None, and a finding, when that fails."""
        if path not in self._composed:
            self.go_on(at or self.first_line(path))
            self._composed[path] = self._compose(path, explicit=explicit, at=at)
        return self._composed[path]

    def _compose(self, path: str, *, explicit: bool, at: Node | None) -> list[Any] | None:
        if len(self._composed) >= MOST_FILES:
            self.problems.error("too-many-files", f"more than {MOST_FILES} compose files", at)
            return None
        try:
            data = self.read(path, explicit=explicit)
        except Refused as error:
            self.problems.error(error.code, error.message, at, help=error.help)
            return None
        name = "<stdin>" if path == "-" else self.shown(path)
        text = decode(data, name, self.problems)
        if text is None:
            return None
        self.sources[name] = text
        return compose(text, name, self.problems)

    def text(self, path: str) -> str:
        """Give the text of a compose file that was read; empty where it could not be."""
        return self.sources.get("<stdin>" if path == "-" else self.shown(path), "")

    def variables(self, path: str, *, explicit: bool, at: Node | Span | None) -> str | None:
        """Give the text of a file of variables; None, and a finding, when it cannot be read."""
        name = f"`{self.shown(path)}`"
        try:
            data = self.read(path, explicit=explicit)
            if len(data) <= MOST_ENV_BYTES:
                return data.decode("utf-8-sig")
            self.problems.error("file-too-large", f"{name} is larger than {MOST_ENV_BYTES // 1024} KiB", at)
        except UnicodeDecodeError:
            self.problems.error("encoding", f"{name} is not UTF-8", at, help="save the file as UTF-8")
        except Refused as error:
            self.problems.error(error.code, error.message, at, help=error.help)
        return None

    def first_line(self, path: str) -> Span:
        """Give the place of a file as a whole."""
        return Span("<stdin>" if path == "-" else self.shown(path), 1, 1)

    def absolute(self, path: str) -> str:
        """Give the absolute form of a path that the user wrote."""
        return absolute(path, self.request.working_directory)
