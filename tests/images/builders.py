"""What others make of `build` sections: `docker buildx bake`, and `docker compose build`, which hands them to it.

Both say so without an engine. Everything is printed by buildx in the end, so that two spellings of one thing are equal.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from tools.cluster.toolchain import provide

if TYPE_CHECKING:
    from collections.abc import Mapping

Targets = dict[str, dict[str, Any]]


class Printed(NamedTuple):
    """Target → its fields, in one spelling. by_bake: of the compose file. by_compose: of what compose would build."""

    ours: Targets
    by_bake: Targets
    by_compose: Targets


class Builders:
    """The two programs, with a folder for what they read of a user.

    Raises:
        ToolsMissingError: they are not built, and cannot be.
    """

    def __init__(self, home: Path) -> None:
        programs = provide(("buildx", "docker-compose"))
        self._buildx, self._compose = programs["buildx"], programs["docker-compose"]
        (home / "cli-plugins").mkdir(parents=True)
        (home / "cli-plugins" / "docker-buildx").symlink_to(self._buildx)
        self._home = home

    def printed(
        self, folder: Path, files: tuple[str, ...], environment: Mapping[str, str], *, compose: bool = True
    ) -> Printed:
        """Have the builds of compose files printed by all three; compose has no eye for `x-bake`."""
        every = [part for file in files for part in ("-f", file)]
        words = ("images", "bake", *every, "--profile", "*", "-q")
        program = [sys.executable, "-m", "longshore.cli.main", *words]
        ours = _run(program, folder, {**environment, "PYTHONPATH": str(Path(__file__).parents[2])})
        theirs = _run([str(self._buildx), "bake", *every, "--print"], folder, self._as_user(environment))
        command = [str(self._compose), *every, "--profile", "*", "build", "--print"]
        asked = {**self._as_user(environment), "COMPOSE_BAKE": "true"}
        return Printed(
            self._spelled(ours, folder, environment),
            _placed(json.loads(theirs)["target"], folder),
            self._spelled(_run(command, folder, asked), folder, environment) if compose else {},
        )

    def _as_user(self, environment: Mapping[str, str]) -> dict[str, str]:
        return {**environment, "DOCKER_CONFIG": str(self._home)}

    def _spelled(self, bake_file: str, folder: Path, environment: Mapping[str, str]) -> Targets:
        path = self._home / "docker-bake.json"
        path.write_text(bake_file, "utf-8")
        answer = _run([str(self._buildx), "bake", "-f", str(path), "--print"], folder, self._as_user(environment))
        return _placed(json.loads(answer)["target"], folder)


def _run(command: list[str], folder: Path, environment: Mapping[str, str]) -> str:
    done = subprocess.run(command, cwd=folder, env=dict(environment), capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command[0]}: {done.stderr[-600:]}"
    return done.stdout


def _placed(targets: Targets, folder: Path) -> Targets:
    """Name every local file and folder from the root, and put lists in order whose order says nothing."""
    return {name: _one_placed(target, folder) for name, target in targets.items()}


def _one_placed(target: dict[str, Any], folder: Path) -> dict[str, Any]:
    found = dict(target)
    found["context"] = _absolute(folder, str(target.get("context", ".")))
    if "dockerfile" in target:
        found["dockerfile"] = _absolute(Path(found["context"]), target["dockerfile"])
    if "contexts" in target:
        found["contexts"] = {name: _absolute(folder, value) for name, value in target["contexts"].items()}
    found["secret"] = [
        {key: _absolute(folder, value) if key == "src" else value for key, value in secret.items() if key != "type"}
        for secret in target.get("secret", ())
    ]
    found["ssh"] = [
        {**key, "paths": [_absolute(folder, path) for path in key.get("paths", ()) if path]}
        for key in target.get("ssh", ())
    ]
    # `docker compose config` sorts the addresses of a host, and so does our model.
    hosts = target.get("extra-hosts", {}).items()
    found["extra-hosts"] = {name: ",".join(sorted(addresses.split(","))) for name, addresses in hosts}
    for key in ("secret", "ssh", "attest", "ulimits"):
        found[key] = sorted(found.get(key, ()), key=str)
    return {key: value for key, value in found.items() if value not in ([], {}, None, False)}


def _absolute(folder: Path, path: str) -> str:
    remote = "://" in path or path.startswith(("target:", "git@", "github.com/"))
    return path if remote else str(Path(folder, path).resolve())
