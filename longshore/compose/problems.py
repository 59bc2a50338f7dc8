"""Collects what is wrong with what is read, all of it, each with its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from longshore.compose.references import visible
from longshore.compose.tree import Node, index, span_of
from longshore.model import Finding, Path, Severity, Span

if TYPE_CHECKING:
    from collections.abc import Iterable

FEW = 6
MANY = 200
MOST_INDEXED = 20
MOST_ERRORS = 100
"""More than these help nobody, and a file made to be wrong everywhere shall not cost memory."""


class Problems:
    """The findings of one reading.

    root: the tree that paths are looked up in when something is reported. chain: how the file that is read now was
    reached, outermost first, (`included from`, place) pairs.
    """

    def __init__(self) -> None:
        self.findings: dict[Finding, None] = {}
        self.errors = 0
        self.root: Node | None = None
        self.chain: tuple[tuple[str, Span], ...] = ()
        self._broken: set[int] = set()
        self._paths: dict[int, tuple[Node, Path]] = {}
        self._indexed = 0
        self._damaged: set[Path] = set()

    def error(
        self,
        code: str,
        message: str,
        at: Node | Span | None = None,
        *,
        help: str = "",  # noqa: A002  the name it has in a finding
        key: bool = False,
        related: tuple[tuple[str, Span], ...] = (),
    ) -> None:
        """Report an error at a node (or at its key); a node that was reported before is not reported again."""
        if isinstance(at, Node):
            if id(at.at) in self._broken and at.at is not None:
                return
            self._broken.add(id(at.at))
        self._add(Severity.ERROR, code, message, at, help, key, related)

    def warning(self, code: str, message: str, at: Node | Span | None = None, *, help: str = "") -> None:  # noqa: A002
        """Report something that is read as Docker reads it, but is probably not what was meant."""
        self._add(Severity.WARNING, code, message, at, help, False, ())

    def _add(
        self,
        severity: Severity,
        code: str,
        message: str,
        at: Node | Span | None,
        help: str,  # noqa: A002
        key: bool,  # noqa: FBT001
        related: tuple[tuple[str, Span], ...],
    ) -> None:
        if severity is Severity.ERROR:
            self.errors += 1
            if self.errors > MOST_ERRORS:
                return
        path: Path = ()
        span = at if isinstance(at, Span) else None
        if isinstance(at, Node):
            span = span_of(at.key if key and at.key is not None else at.at)
            if severity is Severity.ERROR:
                # Not for warnings: there may be as many as values, and the search takes as long as there are values.
                path = self._path(at)
                self._damaged.add(path[:2])
        chain = tuple(step for step in (*related, *reversed(self.chain)) if step[1] != span)
        self.findings[Finding(code, severity, message, help, path, span, None, chain)] = None

    def _path(self, node: Node) -> Path:
        """Look the path of a node up in an index of the tree, which is made again, a few times, when it has changed."""
        if id(node) not in self._paths and self._indexed < MOST_INDEXED and self.root is not None:
            self._indexed += 1
            self._paths = index(self.root)
        known, path = self._paths.get(id(node), (None, ()))
        return path if known is node else ()

    def damaged(self, *path: str) -> bool:
        """Did something in this service (or network, ...) fail already, so that more may only follow from it?"""
        return path in self._damaged or path[:1] in self._damaged or () in self._damaged

    def damage(self, path: Path) -> None:
        """Remember that something below this path could not be read."""
        self._damaged.add(path[:2])

    def spoil(self, node: Node) -> None:
        """Expect nothing of this node any more: what it leads to is not reported."""
        self._broken.add(id(node.at))

    def failed(self, node: Node) -> bool:
        """Was something reported at this very node?"""
        return node.at is not None and id(node.at) in self._broken


def quote(value: Any) -> str:
    """Write a value into a message: short, in quotes, secrets by name."""
    text = visible(str(value)).replace("\n", "\\n")
    return f'"{text[:57]}..."' if len(text) > 60 else f'"{text}"'  # noqa: PLR2004


def choices(word: str, known: Iterable[str]) -> str:
    """Suggest the nearest known word; where none is near, say which there are, if they are few."""
    names = sorted(set(known))
    near = did_you_mean(word, names)
    if near or not 0 < len(names) <= FEW:
        return near
    return f"there {'is' if len(names) == 1 else 'are'} {', '.join(f'`{name}`' for name in names)}"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Suggest the nearest known word, as a question; empty if none is near."""
    from difflib import get_close_matches  # noqa: PLC0415  only needed when something is wrong

    names = list(known)
    if len(names) > MANY:
        # The comparison is slow; people rarely mistype the first letter.
        names = [name for name in names if name[:1] == word[:1] and abs(len(name) - len(word)) <= FEW][:MANY]
    near = get_close_matches(word, names, n=1, cutoff=0.6)
    return f"did you mean `{near[0]}`?" if near else ""
