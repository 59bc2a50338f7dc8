"""Whatever file is opened for a stack selects it when it changes: over estates that are made up.

The files are those that the process opens, by an audit hook that no reader escapes; `longshore stacks --changed` names
them by what the loader asked for. Every way in which a compose file or a stack file names another file is drawn, at
some depth, and some of them by a symbolic link.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from longshore.inventory.collector.program import Wish, collect
from longshore.inventory.collector.samples import Plan
from longshore.stack.files_read import files_read
from longshore.stack.reading import read_stack
from tests.cli.test_opens import TRACER
from tests.inventory.played import answers, playing

STACKS = 24
LOCK = json.dumps({"version": 1, "pulled": {}, "built": {}})
READERS = (["check"], ["render"], ["images", "--changed"], ["images", "bake"])


class Made:
    """One stack with a folder of its own, and what it names there. ways: those in which files were named."""

    def __init__(self, root: Path, number: int, inventory: str) -> None:
        self._random = random.Random(number)  # noqa: S311  drawn alike in every run
        self._root, self._name, self._inventory = root, f"s{number}.dev", inventory
        self._folder = root / f"estate-{number}"
        self.ways: set[str] = set()

    def write(self) -> str:
        """Write all of it; the name of the stack."""
        web: dict[str, Any] = {"image": "registry.example.com/web:1", "mem_limit": "64m"}
        model: dict[str, Any] = {"services": {"web": web}}
        ways = {name.removeprefix("_of_"): getattr(self, name) for name in dir(self) if name.startswith("_of_")}
        for way in sorted(ways):
            if self._random.random() < 0.6:
                ways[way](web, model)
                self.ways.add(way)
        compose = self._put("compose.yaml", yaml.safe_dump(model), linked=False)
        settings: dict[str, Any] = {
            "pulumi:disable-default-providers": ["aws", "kubernetes"],
            "longshore:environment": "dev",
            "longshore:team": self._name.removesuffix(".dev"),
            "longshore:cluster": {"kind": "kubeconfig"},
            "longshore:secrets": {"backend": "fake"},
            "longshore:compose": {"files": [compose], "allowOutside": True},
        }
        if self._random.random() < 0.5:
            self.ways.add("override")
            other = self._put("other.yaml", "services: {web: {restart: always}}\n")
            settings["longshore:compose"]["files"].append(other)
        if self._random.random() < 0.5:
            self.ways.add("envFiles")
            settings["longshore:compose"]["envFiles"] = [self._put("stack.env", "A=1\n")]
        if self._random.random() < 0.5:
            self.ways.add("inventory")
            settings["longshore:inventory"] = self._put("vm.json", self._inventory)
        if self._random.random() < 0.5:
            self.ways.add("lock")
            lock = self._put("images.lock.json", LOCK)
            settings["longshore:images"] = {"lock": lock, "repository": "registry.example.com/shop"}
        file = self._root / f"stacks/Pulumi.{self._name}.yaml"
        file.write_text(yaml.safe_dump({"config": settings}), "utf-8")
        return self._name

    def _put(self, name: str, text: str, *, linked: bool | None = None) -> str:
        """Write a file somewhere in the stack's folder, perhaps behind a link; its path from the project's."""
        deep = self._random.choice(("", "a/", "a/b/"))
        path = self._folder / deep / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if linked is None and self._random.random() < 0.3:
            real = self._folder / "real" / f"{len(list(self._folder.rglob('*')))}-{name}"
            real.parent.mkdir(exist_ok=True)
            real.write_text(text, "utf-8")
            path.symlink_to(os.path.relpath(real, path.parent))
            self.ways.add("link")
        else:
            path.write_text(text, "utf-8")
        return str(path.relative_to(self._root))

    def _named(self, name: str, text: str) -> str:
        """A file as a compose file names it: absolutely, since that lies at a depth of its own."""
        return str(self._root / self._put(name, text))

    def _of_dotenv(self, _web: dict[str, Any], _model: dict[str, Any]) -> None:
        for deep in ("", "a", "a/b"):
            (self._folder / deep).mkdir(parents=True, exist_ok=True)
            (self._folder / deep / ".env").write_text("B=1\n", "utf-8")

    def _of_env_file(self, web: dict[str, Any], _model: dict[str, Any]) -> None:
        web["env_file"] = [self._named("web.env", "C=1\n"), {"path": self._named("raw.env", "D=1\n"), "format": "raw"}]

    def _of_label_file(self, web: dict[str, Any], _model: dict[str, Any]) -> None:
        web["label_file"] = self._named("web.labels", "e=1\n")

    def _of_include(self, _web: dict[str, Any], model: dict[str, Any]) -> None:
        more = self._named("more.yaml", "services: {more: {image: 'registry.example.com/more:1', mem_limit: 64m}}\n")
        model["include"] = [{"path": more, "env_file": self._named("more.env", "F=1\n")}]

    def _of_extends(self, web: dict[str, Any], _model: dict[str, Any]) -> None:
        web["extends"] = {"file": self._named("base.yaml", "services: {base: {cpus: 1}}\n"), "service": "base"}

    def _of_configs(self, web: dict[str, Any], model: dict[str, Any]) -> None:
        web["configs"] = ["settings"]
        model["configs"] = {"settings": {"file": self._named("settings.ini", "g=1\n")}}

    def _of_secrets(self, web: dict[str, Any], model: dict[str, Any]) -> None:
        web["secrets"] = ["key"]
        model["secrets"] = {"key": {"file": self._named("key.pem", "h\n")}}

    def _of_bind(self, web: dict[str, Any], _model: dict[str, Any]) -> None:
        folder = self._folder / "bound"
        (folder / "deep").mkdir(parents=True)
        (folder / "deep/one.conf").write_text("i=1\n", "utf-8")
        web["volumes"] = [f"{self._named('app.conf', 'j=1')}:/etc/app.conf:ro", f"{folder}:/etc/bound:ro"]

    def _of_build(self, web: dict[str, Any], model: dict[str, Any]) -> None:
        context, beside = self._folder / "context", self._folder / "beside"
        for folder in (context / "src", beside):
            folder.mkdir(parents=True)
        (context / "src/main.c").write_text("int main;\n", "utf-8")
        (context / ".dockerignore").write_text("*.md\n", "utf-8")
        (beside / "lib.c").write_text("int lib;\n", "utf-8")
        dockerfile = self._named("Dockerfile", "FROM scratch\nUSER 10\n")
        if self._random.random() < 0.5:
            Path(f"{dockerfile}.dockerignore").write_text("*.txt\n", "utf-8")
        base = self._folder / "base"
        base.mkdir()
        (base / "Dockerfile").write_text("FROM scratch\n", "utf-8")
        contexts = {"beside": str(beside), "base": "service:base"}
        web["build"] = {"context": str(context), "dockerfile": dockerfile, "additional_contexts": contexts}
        model["services"]["base"] = {"build": str(base), "profiles": ["never"]}


@pytest.fixture(scope="module")
def estates(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Made], list[str]]:
    root = tmp_path_factory.mktemp("estates")
    (root / "stacks").mkdir()
    (root / "Pulumi.yaml").write_text("name: estate\nruntime: python\n")
    with playing(root / "engine", answers()):
        wish = Wish(f"unix://{root}/engine", "", Plan(0.3, 0.1, 1.0))
        inventory = "".join(collect(wish, lambda _: None))
    made = [Made(root, number, inventory) for number in range(STACKS)]
    return root, made, [each.write() for each in made]


@pytest.fixture(scope="module")
def opened(estates: tuple[Path, list[Made], list[str]]) -> dict[str, set[str]]:
    """Stack → the files of the project that are opened for it, by any verb that reads it."""
    root, _, names = estates
    commands = [(name, [*words, "-s", name]) for name in names for words in READERS]
    lines = "\n".join(json.dumps(["", words]) for _, words in commands)
    command = [sys.executable, "-c", TRACER, str(root), str(root)]
    done = subprocess.run(command, input=lines, capture_output=True, text=True, check=True)
    found: dict[str, set[str]] = {}
    for (name, words), line in zip(commands, done.stdout.splitlines(), strict=True):
        _, code, paths, said = json.loads(line)
        assert code in {0, 1} or "no service has a `build`" in said, (words, said)
        found.setdefault(name, set()).update(path for path in paths if Path(path).is_relative_to(root))
    return found


def test_every_file_that_is_opened_for_a_stack_selects_it(
    estates: tuple[Path, list[Made], list[str]], opened: dict[str, set[str]]
) -> None:
    root, _, names = estates
    for name in names:
        read = files_read(read_stack(name, str(root)), {})
        assert read.whole, name
        lost = [path for path in opened[name] if not _of_all(path, name) and not read.touched([path])]
        assert lost == [], name


def test_what_is_opened_for_one_stack_alone_selects_no_other(
    estates: tuple[Path, list[Made], list[str]], opened: dict[str, set[str]]
) -> None:
    root, _, names = estates
    for name, other in zip(names, [*names[1:], names[0]], strict=True):
        read = files_read(read_stack(other, str(root)), {})
        own = {path for path in opened[name] if f"/estate-{name[1:].partition('.')[0]}/" in path}
        assert own
        assert not any(read.touched([path]) for path in own)


def test_every_way_is_drawn(estates: tuple[Path, list[Made], list[str]]) -> None:
    ways = set[str]().union(*(each.ways for each in estates[1]))
    assert ways == {
        *("dotenv", "env_file", "label_file", "include", "extends", "configs", "secrets", "bind", "build"),
        *("override", "envFiles", "inventory", "lock", "link"),
    }


def _of_all(path: str, name: str) -> bool:
    """Stack files of others, which say what two may not share, and the project's, which is every stack's."""
    return ("/stacks/" in path and f"Pulumi.{name}." not in path) or path.endswith("/Pulumi.yaml")
