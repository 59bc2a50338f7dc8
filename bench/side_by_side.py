"""`make compare`: ten projects, by `longshore render` and by `kompose convert`, as a user types them.

    python -m bench.side_by_side [FOLDER]

Of each: what is written, whether a real API server takes it (a strict dry run), what kube-score calls critical, what
the program says, how many of the passwords that stand in the project stand in the manifests too, and the seconds. The
projects are those of bench/projects; each folder of another FOLDER that has a `compose.yaml` is taken as well.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from base64 import b64decode
from compileall import compile_dir
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import yaml

import longshore
from longshore.report.table import columns
from tools.cluster.api import Api, ApiError
from tools.cluster.cluster import running
from tools.cluster.services import install_external_secrets_crds
from tools.cluster.toolchain import CONTROL_PLANE, provide
from tools.cluster.versions import ToolsMissingError
from tools.go_program import NotBuiltError, built

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

PROJECTS: Final = Path(__file__).parent / "projects"
HEAD: Final = ("project", "program", "objects", "accepted", "critical", "told", "passwords shown", "seconds")
_PLANTED: Final = re.compile(r"planted-[a-z]+-[A-Za-z0-9]+")
"""How the passwords of bench/projects begin."""

_CRITICAL: Final = 1
"""kube-score's grade: https://github.com/zegl/kube-score"""

_SAID: Final = {
    "longshore": re.compile(r"^(?:error|warning)\[", re.MULTILINE),
    "kompose": re.compile(r"(?:WARN|FATA|ERRO)\x1b"),
}
"""How the lines begin by which a program tells of what is lost or to be decided."""


class Result(NamedTuple):
    """What one program made of one project. said: how many things it tells of. shown: passwords in the manifests."""

    objects: int
    accepted: int
    critical: int
    said: int
    shown: int
    planted: int
    seconds: float

    @property
    def cells(self) -> tuple[str, ...]:
        """As a row of the table."""
        return (
            str(self.objects),
            f"{self.accepted} of {self.objects}",
            str(self.critical),
            str(self.said),
            f"{self.shown} of {self.planted}",
            f"{self.seconds:.2f}",
        )


def main(arguments: Sequence[str]) -> int:
    """Print the table; 2 where a program is missing that it needs."""
    folders = [PROJECTS, *map(Path, arguments)]
    compile_dir(longshore.__path__[0], quiet=1)  # as installing it does, whatever PYTHONDONTWRITEBYTECODE says
    try:
        provide((*CONTROL_PLANE, "external-secrets", "kube-score"))
        commands = programs()
    except (ToolsMissingError, NotBuiltError) as error:
        print(error, file=sys.stderr)
        return 2
    projects = sorted(file.parent for folder in folders for file in folder.glob("*/compose.yaml"))
    with (
        TemporaryDirectory(prefix="longshore-compare-") as folder,
        running(Path(folder)) as cluster,
        Api(cluster.kubeconfig) as api,
    ):
        install_external_secrets_crds(api)
        print("\n".join(_table(api, projects, commands)))
    return 0


def programs() -> dict[str, list[str]]:
    """The commands that a user types, by the names of the programs.

    Raises:
        NotBuiltError: kompose cannot be built here.
    """
    kompose = built(Path(__file__).parent / "kompose", "kompose", "github.com/kubernetes/kompose")
    return {
        "longshore": [str(Path(sys.executable).with_name("longshore")), "render", "--fail-on", "never"],
        "kompose": [str(kompose), "convert", "--stdout", "-f", "compose.yaml"],
    }


def _table(api: Api, projects: Iterable[Path], commands: Mapping[str, Sequence[str]]) -> list[str]:
    found = results(api, projects, commands)
    rows = [(project, program, *result.cells) for (project, program), result in found.items()]
    rows += [("all", program, *total(found, program).cells) for program in commands]
    return columns([HEAD, *rows], frozenset(range(2, len(HEAD))))


def results(api: Api, projects: Iterable[Path], commands: Mapping[str, Sequence[str]]) -> dict[tuple[str, str], Result]:
    """What each program made of each project: (project, program) → result."""
    return {
        (project.name, program): _result(api, project, program, command)
        for project in projects
        for program, command in commands.items()
    }


def total(found: Mapping[tuple[str, str], Result], program: str) -> Result:
    """The sum over all projects of one program."""
    each = [result for (_, name), result in found.items() if name == program]
    return Result._make(sum(column) for column in zip(*each, strict=True))


def _result(api: Api, project: Path, program: str, command: Sequence[str]) -> Result:
    started = perf_counter()
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    seconds = perf_counter() - started
    manifests = [each for each in yaml.load_all(done.stdout, yaml.CSafeLoader) if each]
    planted = {word for file in project.iterdir() for word in _PLANTED.findall(file.read_text("utf-8"))}
    return Result(
        objects=len(manifests),
        accepted=sum(_accepted(api, each) for each in manifests),
        critical=_critical(done.stdout) if manifests else 0,
        said=len(_SAID[program].findall(done.stderr)),
        shown=len(planted & set(_shown(manifests))),
        planted=len(planted),
        seconds=seconds,
    )


def _accepted(api: Api, manifest: dict[str, Any]) -> bool:
    manifest["metadata"].pop("namespace", None)
    try:
        api.apply(manifest, "default", dry_run=True)
    except (ApiError, KeyError):
        return False
    return True


def _shown(manifests: object) -> Iterator[str]:
    """The planted passwords in manifests, in the base64 of a Secret as well."""
    text = json.dumps(manifests)
    yield from _PLANTED.findall(text)
    for each in re.findall(r"[A-Za-z0-9+/]{16,}={0,2}", text):
        yield from _PLANTED.findall(_decoded(each))


def _decoded(text: str) -> str:
    try:
        return b64decode(text, validate=True).decode()
    except ValueError:
        return ""


def _critical(manifests: str) -> int:
    """How many things kube-score calls critical."""
    command = [str(provide(("kube-score",))["kube-score"]), "score", "--output-format", "json", "-"]
    done = subprocess.run(command, input=manifests, capture_output=True, text=True, check=False)
    checks = [check for each in json.loads(done.stdout) or () for check in each["checks"] or ()]
    return sum(len(check["comments"] or ()) for check in checks if check["grade"] == _CRITICAL and not check["skipped"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
