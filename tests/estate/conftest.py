"""A project made of plain values: the canonical model and the files that stand beside it."""

from __future__ import annotations

import posixpath
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from longshore.convert.engine import convert_project
from longshore.convert.estate import Estate
from longshore.convert.options import Options

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = "/project"


class Tree(dict):
    """Files in memory; a value that is text names the path a symbolic link leads to."""

    def real(self, path: str) -> str:
        parts, found = path.strip("/").split("/"), ""
        for part in parts:
            found = posixpath.normpath(f"{found}/{part}")
            target = self.get(found)
            if isinstance(target, str):
                found = posixpath.normpath(target)
        return found

    def read(self, path: str) -> bytes:
        content = self.get(self.real(path))
        if content is None:
            raise FileNotFoundError(2, "No such file or directory", path)
        return content

    def kind(self, path: str) -> str:
        real = self.real(path)
        if real in self:
            return "file"
        return "directory" if any(name.startswith(f"{real}/") for name in self) else "missing"

    def list(self, path: str) -> tuple[str, ...]:
        below = f"{self.real(path)}/"
        return tuple(sorted({name[len(below) :].split("/")[0] for name in self if name.startswith(below)}))


class FakeProject(NamedTuple):
    model: dict[str, Any]
    files: Tree
    environment: dict[str, str]
    name: str = "shop"
    directory: str = ROOT
    left_out: Mapping[str, tuple[str, ...]] = MappingProxyType({})

    def relative(self, absolute: str) -> str:
        return posixpath.relpath(absolute, self.directory)

    def shown(self, absolute: str) -> str:
        return self.relative(absolute)

    def locate(self, _path):
        return None

    locate_key = locate

    def in_env_file(self, _path):
        return False


class Result:
    """A conversion, easy to ask."""

    def __init__(self, conversion):
        self.conversion = conversion
        self.objects = {f"{m['kind']}/{m['metadata']['name']}": m for m in conversion.manifests}
        self.findings = conversion.findings

    def __getitem__(self, name):
        return self.objects[name]

    def __contains__(self, name):
        return name in self.objects

    def kinds(self, kind):
        return {name.partition("/")[2]: m for name, m in self.objects.items() if name.startswith(f"{kind}/")}

    def found(self, code):
        return [finding for finding in self.findings if finding.code == code]

    def pod(self, name):
        return self.objects[name]["spec"]["template"]["spec"]


def _project(model, files, environment):
    tree = Tree({f"{ROOT}/{path}" if not path.startswith("/") else path: data for path, data in (files or {}).items()})
    tree.setdefault(f"{ROOT}/compose.yaml", b"")
    return FakeProject(model, tree, environment or {})


@pytest.fixture
def estate():
    """Make an Estate: `estate({"web": {...}}, networks={...})`."""

    def make(services, options=None, files=None, environment=None, **top):
        return Estate(_project({"services": services, **top}, files, environment), options or Options())

    return make


@pytest.fixture
def convert():
    """Convert: `convert({"web": {...}}, networks={...})`."""

    def run(services, options=None, files=None, environment=None, **top):
        model = {"name": "shop", "services": services, **top}
        return Result(convert_project(_project(model, files, environment), options or Options()))

    return run
