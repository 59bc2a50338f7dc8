"""Files in a dict, for tests that need no disk."""

from __future__ import annotations

from typing import Any

from longshore.compose import Loaded, Request, load
from longshore.compose.files import Kind, clean

HERE = "/project"


class Memory:
    """The files of a test: absolute path → content. links: path → what it points to. others: devices, FIFOs."""

    def __init__(
        self, files: dict[str, str | bytes], links: dict[str, str] | None = None, others: tuple[str, ...] = ()
    ) -> None:
        self.files = {path: text.encode() if isinstance(text, str) else text for path, text in files.items()}
        self.links = links or {}
        self.others = others

    def real(self, path: str) -> str:
        """Follow the links."""
        for link, target in self.links.items():
            if path == link or path.startswith(f"{link}/"):
                return self.real(clean(target + path[len(link) :]))
        return clean(path)

    def read(self, path: str) -> bytes:
        """Give the content."""
        try:
            return self.files["-" if path == "-" else self.real(path)]
        except KeyError:
            raise FileNotFoundError(2, "No such file or directory", path) from None

    def kind(self, path: str) -> Kind:
        """Say what is there."""
        real = self.real(path)
        if real in self.others:
            return "other"
        if real in self.files:
            return "file"
        return "directory" if any(name.startswith(f"{real.rstrip('/')}/") for name in self.files) else "missing"

    def list(self, path: str) -> tuple[str, ...]:
        """Give the names in a directory."""
        start = f"{self.real(path).rstrip('/')}/"
        return tuple(sorted({name[len(start) :].partition("/")[0] for name in self.files if name.startswith(start)}))


def read(
    content: dict[str, str | bytes] | str | bytes,
    /,
    links: dict[str, str] | None = None,
    others: tuple[str, ...] = (),
    **request: Any,
) -> Loaded:
    """Read a project out of files named relative to HERE, or out of one compose file."""
    files = {"compose.yaml": content} if isinstance(content, (str, bytes)) else content
    absolute = {name if name == "-" or name.startswith("/") else f"{HERE}/{name}": text for name, text in files.items()}
    inside = {
        f"{HERE}/{link}": f"{HERE}/{target}" if not target.startswith("/") else target
        for link, target in (links or {}).items()
    }
    memory = Memory(absolute, inside, tuple(f"{HERE}/{name}" for name in others))
    return load(Request(working_directory=HERE, **{"environment": {}, **request}), memory)
