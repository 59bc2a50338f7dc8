"""The built wheel, installed outside of the checkout with what it asks for and nothing else."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import zipfile
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = Path(__file__).resolve().parents[2]
OURS = {"components", "cli", "convert", "stack", "stores", "compose", "report", "rehearsal"}


def required(requirements: Iterable[str]) -> set[str]:
    """Names of the packages that are asked for without an extra, and of those that they ask for."""
    names = {re.match(r"[\w.-]+", each)[0] for each in requirements if ";" not in each}
    return names.union(*(required(metadata.requires(name) or ()) for name in names))


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment that has the wheel, what it requires without extras, and nothing else."""
    folder = tmp_path_factory.mktemp("package")
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", str(folder)]
    subprocess.run([*build, str(ROOT)], check=True)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder / "venv")], check=True)
    packages = next((folder / "venv" / "lib").glob("python3*")) / "site-packages"
    zipfile.ZipFile(next(folder.glob("*.whl"))).extractall(packages)
    wheel = next(metadata.distributions(name="longshore", path=[str(packages)]))
    for name in required(wheel.requires or ()):
        for file in metadata.files(name) or ():
            if ".." not in file.parts:
                (packages / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(str(file.locate()), packages / file)
    return folder / "venv" / "bin" / "python"


def run(python: Path, *words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(python), "-P", "-c", "from longshore.cli.main import main; main()", *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "words",
    [
        ("check", "-s", "shop.dev"),
        ("render", "-s", "shop.dev"),
        ("config", "-f", "tests/attributes/hooks/several/compose.yaml"),
        ("attributes",),
        ("report", "-s", "shop.dev"),
    ],
    ids=" ".join,
)
def test_it_answers_as_the_checkout_does(python: Path, words: tuple[str, ...]) -> None:
    installed = run(python, *words, folder=ROOT)
    own = run(Path(sys.executable), *words, folder=ROOT)
    assert installed.returncode == own.returncode
    assert installed.stdout == own.stdout
    assert installed.stdout


def test_nothing_of_it_lies_at_the_top_of_the_environment(python: Path) -> None:
    program = f"import importlib.util; print([x for x in {sorted(OURS)} if importlib.util.find_spec(x)])"
    done = subprocess.run([python, "-P", "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize(
    ("words", "extra"),
    [
        (("plan", "-s", "platform.dev"), "pulumi"),
        (("status", "-s", "shop.dev"), "aws"),
        (("secrets", "ls", "-s", "shop.dev"), "aws"),
    ],
)
def test_a_verb_names_the_extra_that_it_needs(python: Path, words: tuple[str, ...], extra: str) -> None:
    done = run(python, *words, folder=ROOT)
    assert done.returncode == 2
    assert f"help: pip install 'longshore[{extra}]'\n" in done.stderr
    assert "Traceback" not in done.stderr


def test_what_a_kubeconfig_leads_to_is_reached_without_an_extra(python: Path, tmp_path: Path) -> None:
    (tmp_path / "config").write_text(
        "current-context: a\nclusters: [{name: a, cluster: {server: 'http://127.0.0.1:9'}}]\n"
        "users: [{name: a, user: {token: t}}]\ncontexts: [{name: a, context: {cluster: a, user: a}}]\n",
        "utf-8",
    )
    for verb in ("status", "logs", "rollback"):
        done = run(python, verb, "-s", "shop.local", "--kubeconfig", str(tmp_path / "config"), folder=ROOT)
        assert done.returncode == 4, done.stderr
        assert "was not reached at http://127.0.0.1:9" in done.stderr


def test_a_plan_imports_nothing_of_the_folder_in_place_of_ours(tmp_path: Path) -> None:
    """A project may have folders that are called like parts of ours; its own program may import them."""
    for name in ("Pulumi.yaml", "__main__.py"):
        shutil.copy(ROOT / name, tmp_path)
    for name in ("stacks", "examples"):
        shutil.copytree(ROOT / name, tmp_path / name)
    for name in OURS | {"yaml", "pulumi"}:
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(f"raise SystemExit('the wrong {name}')\n", "utf-8")
    done = run(Path(sys.executable), "plan", "-s", "platform.dev", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "1 eks.Cluster" in done.stdout
