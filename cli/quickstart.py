"""Starts faster: the code of all modules that a quick verb imports, in one file.

Python keeps compiled code in a file per module; looking for, checking and opening 260 of them takes longer than
everything else that `longshore render` does with forty services. Here it is one file beside theirs, of the same
kind and as good: a module whose source changed since is left to Python, and the file is written again.

`python -m cli.quickstart` writes it in advance (`make setup`), also where PYTHONDONTWRITEBYTECODE is set.
Decided in docs/adr/0006-quickstart.md.
"""

from __future__ import annotations

import marshal
import os
import sys
from importlib.machinery import ModuleSpec, SourceFileLoader

TYPE_CHECKING = False  # that of typing, which is itself one of the modules
if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

    from cli.patterns import Kept

HERE = os.path.dirname(os.path.abspath(__file__))
FILE = os.path.join(HERE, "__pycache__", f"quickstart.{sys.implementation.cache_tag}.bin")
OURS = frozenset({"cli", "convert", "components", "yaml"})
"""Packages that are kept, beside the standard library; the large ones of slow verbs would slow down the others."""
SAMPLE = b"services: {web: {image: 'nginx:latest', ports: ['80']}, db: {image: 'postgres:17', command: [a]}}"
"""A compose file with something to report, so that reporting is among what is imported."""

Entry = tuple[str, int, int, bool, int, int]
"""Source file, when it was changed (ns), its size, whether it is a package, where its code begins and ends."""


class Loader(SourceFileLoader):
    """Runs a module from kept code; its source is read where somebody asks for it, a traceback for instance."""

    code: memoryview

    def exec_module(self, module: ModuleType) -> None:
        """Run the module's code in it."""
        module.__file__ = self.path
        exec(marshal.loads(self.code), module.__dict__)  # noqa: S102, S302  what every import does, with our own file


class Finder:
    """Finds modules in what was kept. `stale` as soon as one was changed, or nothing was kept at all."""

    def __init__(self, kept: dict[str, Entry], code: bytes, file: str) -> None:
        self._kept = kept
        self._code = memoryview(code)
        self._file = file
        self.stale = not kept

    def find_spec(
        self,
        name: str,
        path: Sequence[str] | None = None,  # noqa: ARG002  the protocol of finders
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> ModuleSpec | None:
        """Find a module whose source is still the same; any other is left to Python's own finders."""
        entry = self._kept.get(name)
        if entry is None:
            return None
        file, changed, size, package, begin, end = entry
        if _stamp(file) != (changed, size):
            self.stale = True
            return None
        loader = Loader(name, file)
        loader.code = self._code[begin:end]
        spec = ModuleSpec(name, loader, origin=file, is_package=package)
        if spec.submodule_search_locations is not None:
            spec.submodule_search_locations.append(os.path.dirname(file))
        return spec

    def refresh(self) -> None:
        """Keep what this run has imported, if something was stale and Python may write bytecode at all."""
        if self.stale and not sys.dont_write_bytecode:
            write(self._file)


def use(file: str = FILE) -> Finder:
    """Import modules from what was kept from now on, where it was kept by this very Python."""
    kept: dict[str, Entry] = {}
    patterns: list[Kept] = []
    code = b""
    try:
        with open(file, "rb") as opened:
            if marshal.load(opened) == _identity():  # noqa: S302  our own file, as trustworthy as any bytecode
                kept, patterns = marshal.load(opened)  # noqa: S302
                code = opened.read()
    except (OSError, ValueError, EOFError, TypeError):
        kept, patterns = {}, []
    finder = Finder(kept, code, file)
    sys.meta_path.insert(0, finder)
    if patterns:
        from cli.patterns import restore  # noqa: PLC0415  by way of the finder

        restore(patterns)
    return finder


def write(file: str) -> None:
    """Keep the code of every module that was imported so far, and every pattern that was compiled."""
    from cli.patterns import compiled  # noqa: PLC0415  rarely needed

    kept: dict[str, Entry] = {}
    codes: list[bytes] = []
    place = 0
    for name, module in list(sys.modules.items()):
        found = _code(name, module)
        if found:
            path, stamp, package, code = found
            kept[name] = (path, *stamp, package, place, place + len(code))
            codes.append(code)
            place += len(code)
    part = f"{file}.{os.getpid()}"
    try:
        os.makedirs(os.path.dirname(file), exist_ok=True)
        with open(part, "wb") as opened:
            opened.write(b"".join([marshal.dumps(_identity()), marshal.dumps((kept, compiled())), *codes]))
        os.replace(part, file)
    except OSError:
        return  # a folder that is not ours to write to: it works without


def _code(name: str, module: ModuleType) -> tuple[str, tuple[int, int], bool, bytes] | None:
    """What there is to keep of one module: (source file, its stamp, is it a package, marshalled code)."""
    spec = getattr(module, "__spec__", None)
    loader = spec and spec.loader
    if not spec or not isinstance(loader, SourceFileLoader) or spec.name != name or not _is_kept(name, loader.path):
        return None
    stamp = _stamp(loader.path)
    if stamp is None:
        return None
    # without docstrings, which are most of what there is to read
    code = compile(loader.get_data(loader.path), loader.path, "exec", dont_inherit=True, optimize=2)
    return loader.path, stamp, spec.submodule_search_locations is not None, marshal.dumps(code)


def _is_kept(name: str, file: str) -> bool:
    library = os.path.dirname(os.__file__)
    return name.partition(".")[0] in OURS or (os.path.dirname(file).startswith(library) and "site-packages" not in file)


def _identity() -> tuple[str, int, int, str]:
    return sys.version, sys.hexversion, sys.flags.optimize, HERE


def _stamp(file: str) -> tuple[int, int] | None:
    try:
        status = os.stat(file)
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def prepare() -> None:
    """Render a sample, so that all that a quick verb needs is imported, and keep that; compile everything else too."""
    import io  # noqa: PLC0415

    from cli.program import run  # noqa: PLC0415
    from cli.shell import Shell  # noqa: PLC0415

    for words in (("render", "-f", "-"), ("check", "-f", "-"), ("config", "-f", "-")):
        run(words, Shell(io.StringIO(), io.StringIO(), io.BytesIO(SAMPLE), {}, HERE, words))
    write(FILE)
    from compileall import compile_dir  # noqa: PLC0415  not to be among what is kept

    for package in ("cli", "convert", "components"):
        compile_dir(os.path.join(os.path.dirname(HERE), package), quiet=1)


if __name__ == "__main__":
    prepare()
