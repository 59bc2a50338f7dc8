"""Every file that a verb opens: in the project, ours, or named by the user; whatever path a project writes, and where.

`sys.addaudithook` sees each open of the process, whoever makes it, so no reader can be forgotten.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.secrets.conftest import STACK

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parents[2]

TRACER = """
import io, json, os, sys
opened = []
def note(event, arguments):
    if event == "open" and isinstance(arguments[0], (str, bytes)):
        opened.append(os.fsdecode(arguments[0]))
sys.addaudithook(note)
from longshore.cli.program import run
from longshore.cli.shell import Shell
folder, home = sys.argv[1:3]
os.chdir(folder)
for line in sys.stdin:
    text, words = json.loads(line)
    if text:
        with open("compose.yaml", "w") as file:
            file.write(text)
    opened.clear()
    out, err = io.StringIO(), io.StringIO()
    environment = {"HOME": home, "VAULT_TOKEN": "x", "PATH": "/nonexistent"}
    code = run(words, Shell(out, err, io.BytesIO(), environment, folder, tuple(words)))
    paths = sorted({os.path.realpath(os.path.join(folder, path)) for path in opened})
    print(json.dumps([words, code, paths, err.getvalue() + out.getvalue()]), flush=True)
"""

WEB = "services:\n  web:\n    image: registry.example.com/web:1.0\n    mem_limit: 64m\n"
PLACES = {
    "env_file": WEB + "    env_file: PATH\n",
    "env_file, optional": WEB + "    env_file: [{path: PATH, required: false}]\n",
    "label_file": WEB + "    label_file: PATH\n",
    "include": "include: [PATH]\n" + WEB,
    "include, its env_file": "include: [{path: sub.yaml, env_file: PATH}]\n" + WEB,
    "extends": "services:\n  web:\n    extends: {file: PATH, service: web}\n",
    "configs": WEB + "    configs: [c]\nconfigs:\n  c: {file: PATH}\n",
    "secrets": WEB + "    secrets: [c]\nsecrets:\n  c: {file: PATH}\n",
    "volumes": WEB + "    volumes: ['PATH:/etc/app.conf:ro']\n",
    "volumes, long": WEB + "    volumes: [{type: bind, source: PATH, target: /etc/app.conf, read_only: true}]\n",
    "command": WEB + "    volumes: ['PATH:/run.sh:ro']\n    command: sh /run.sh\n",
    "build": WEB + "    build: {context: PATH, dockerfile: PATH}\n",
    "build, more": WEB + "    build: {context: ., additional_contexts: {a: PATH}, secrets: [c]}\n"
    "secrets:\n  c: {file: PATH}\n",
    "credential_spec": WEB + "    credential_spec: {file: PATH}\n",
    "develop": WEB + "    develop: {watch: [{path: PATH, target: /x, action: sync}]}\n",
    "devices": WEB + "    devices: ['PATH:/dev/x']\n",
    "driver_opts": WEB + "    volumes: ['v:/v']\nvolumes:\n  v: {driver_opts: {type: none, o: bind, device: PATH}}\n",
}  # fmt: skip
OUTSIDE = "kept-outside"
PATHS = {
    "above": f"../{OUTSIDE}/file.yaml",
    "absolute": f"OUT/{OUTSIDE}/file.yaml",
    "through here": f"./sub/../../{OUTSIDE}/file.yaml",
    "a link": "./link.yaml",
    "below a link": "./linked/file.yaml",
    "a link to a link": "./second.yaml",
    "home": "~/file.yaml",
    "a device": "/dev/zero",
    "a process": "/proc/self/environ",
    "the machine": "/etc/passwd",
}
VERBS = (
    ["check", "-v"],
    ["render", "--fail-on", "never"],
    ["config"],
    ["config", "--show-values"],
    ["explain", "deployment/web"],
    ["secrets", "push", "-s", "shop.dev", "--from", ".env"],
    ["check", "-s", "shop.dev"],
)


@pytest.fixture(scope="module")
def places(tmp_path_factory):
    """A project, a home and a folder that are not in it."""
    above = tmp_path_factory.mktemp("machine")
    for name in (OUTSIDE, "home", "project/stacks", "project/sub"):
        (above / name).mkdir(parents=True)
    for outside in (above / OUTSIDE, above / "home"):
        (outside / "file.yaml").write_text(WEB)
    project = above / "project"
    (project / "link.yaml").symlink_to(above / OUTSIDE / "file.yaml")
    (project / "second.yaml").symlink_to("link.yaml")
    (project / "linked").symlink_to(above / OUTSIDE)
    (project / "sub.yaml").write_text(WEB.replace("web:", "other:", 1))
    (project / ".env").write_text("A=b\n")
    (project / "Pulumi.yaml").write_text(
        "name: longshore\nconfig:\n  pulumi:disable-default-providers: {value: [aws, kubernetes]}\n"
    )
    stack = STACK + "  longshore:secrets: {backend: vault, server: 'http://127.0.0.1:9'}\n"
    (project / "stacks/Pulumi.shop.dev.yaml").write_text(stack)
    return above


def traced(
    above: Path, *commands: list[str], texts: Sequence[str] = ("",)
) -> list[tuple[list[str], int, list[str], str]]:
    """Run commands in one process, on each compose file: (words, exit code, files opened, what was said) each."""
    done = subprocess.run(
        [sys.executable, "-B", "-c", TRACER, str(above / "project"), str(above / "home")],
        cwd=ROOT,
        input="".join(f"{json.dumps([text, words])}\n" for text in texts for words in commands),
        env={**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(above / "home")},
        capture_output=True,
        text=True,
        check=True,
    )
    return [tuple(json.loads(line)) for line in done.stdout.splitlines()]


OURS = tuple(
    os.path.realpath(path)
    for path in (ROOT, sys.prefix, sys.base_prefix, *sysconfig.get_paths().values(), "/usr/lib", "/usr/share")
)
SYSTEM = {"/dev/null", "/dev/urandom", "/etc/mime.types", "/etc/localtime"}


def foreign(above: Path, paths: list[str]) -> list[str]:
    """What was opened that is neither in the project nor ours."""
    project = os.path.realpath(above / "project")
    return [path for path in paths if path not in SYSTEM and not path.startswith((project + os.sep, *OURS))]


@pytest.mark.parametrize("place", PLACES)
def test_no_path_of_a_project_leads_out_of_it(places, place):
    texts = [PLACES[place].replace("PATH", path.replace("OUT", str(places))) for path in PATHS.values()]
    found = traced(places, *VERBS, texts=texts)
    assert len(found) == len(texts) * len(VERBS)
    for words, code, paths, said in found:
        assert foreign(places, paths) == [], (words, said)
        assert code != 70, said


@pytest.mark.parametrize(
    "text",
    [
        f"COMPOSE_FILE=compose.yaml:../{OUTSIDE}/file.yaml\n",
        f"COMPOSE_ENV_FILES=../{OUTSIDE}/file.yaml\n",
        f"COMPOSE_FILE=../{OUTSIDE}/file.yaml\nCOMPOSE_PROJECT_DIRECTORY=..\n",
    ],
)
def test_no_variable_of_a_project_leads_out_of_it(places, text):
    (places / "project/compose.yaml").write_text(WEB)
    (places / "project/.env").write_text(text)
    try:
        for words, _, paths, said in traced(places, *VERBS[:4]):
            assert foreign(places, paths) == [], (words, said)
    finally:
        (places / "project/.env").write_text("A=b\n")


@pytest.mark.parametrize("name", [".env", "compose.override.yaml", "compose.yaml"])
def test_no_file_that_is_found_by_its_name_leads_out(places, name):
    path = places / "project" / name
    before = path.read_text() if path.exists() else None
    (places / "project/compose.yaml").write_text(WEB)
    path.unlink(missing_ok=True)
    path.symlink_to(places / OUTSIDE / "file.yaml")
    try:
        for words, _, paths, said in traced(places, *VERBS[:4]):
            assert foreign(places, paths) == [], (words, said)
    finally:
        path.unlink()
        if before is not None:
            path.write_text(before)


def test_what_the_user_names_is_opened_wherever_it_lies(places):
    (places / OUTSIDE / "file.env").write_text("A=b\n")
    (places / "project/compose.yaml").write_text(PLACES["env_file"].replace("PATH", f"../{OUTSIDE}/file.env"))
    compose, env = (str((places / OUTSIDE / name).resolve()) for name in ("file.yaml", "file.env"))
    commands = (["check", "-f", f"../{OUTSIDE}/file.yaml"], ["check", "--allow-outside"], ["check"])
    seen = [(compose in paths, env in paths) for _, _, paths, _ in traced(places, *commands)]
    assert seen == [(True, False), (False, True), (False, False)]
