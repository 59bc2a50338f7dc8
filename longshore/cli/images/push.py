"""`longshore images push`: builds what is not in the registry yet, pushes it, and writes down what came of it.

All that a job does between the checks and a deployment, for every stack alike: one that builds nothing, or runs no
image by a lock, is left as it is. The builder is Docker's own, which finds its logins and its secrets as always.
"""

from __future__ import annotations

import json
import os
import subprocess
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from longshore.cli.findings_output import show
from longshore.cli.flags import Verb
from longshore.cli.images.estate import estate_of, hidden_in, inputs_of, lock_of, readable, runs_by_lock
from longshore.cli.images.lock_file import resolved, told, with_made, write
from longshore.cli.masked_model import without_secret_names
from longshore.cli.project_input import FINDINGS, OUTPUT, STACK, WRONG, fails, unusable_code
from longshore.convert.estate.pulling import registry
from longshore.errors import UNREACHED, Refused
from longshore.images.bake import bake
from longshore.images.changes import changed
from longshore.images.docker_login import login_at
from longshore.images.ecr_login import Logins
from longshore.images.lock import lock_text
from longshore.images.pushing import names_to_push
from longshore.images.registry import RegistryError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from longshore.cli.flags import Given
    from longshore.cli.project_input import Reading
    from longshore.cli.shell import Shell
    from longshore.convert.estate import Estate

_FILE: Final = "bake.json"
_MADE: Final = "made.json"


def run(given: Given, shell: Shell) -> int:
    """Look what is there, build the rest, and write the lock after each of both.

    Raises:
        Refused: no stack is named, a registry does not answer, or the builder fails.
    """
    stack = given.text("--stack")
    if not stack:
        raise Refused("a stack says what is built for it, and where it goes", "name one with `-s STACK`")
    if not runs_by_lock(given, shell):
        if not given.on("--quiet"):
            shell.tell("note", f"stack {stack} runs no image by a lock: there is nothing to push")
        return 0
    reading, estate = estate_of(given, shell)
    if estate is None:
        return unusable_code(reading.findings, given)
    path, name, old = lock_of(given, shell, estate)
    with shell.busy("asking registries", quiet=given.on("--quiet")):
        new = resolved(old, estate, shell)
    write(path, name, lock_text(new))
    with readable():
        wanted = changed(new, estate, inputs_of(estate))
    if wanted:
        with TemporaryDirectory() as folder:
            document = _bake_file(reading, estate, wanted, given, shell)
            if document is None:
                return 1
            _log_in(_hosts(estate, wanted), shell)
            _build(document, folder, shell)
            new = with_made(new, estate, os.path.join(folder, _MADE), shell)
        write(path, name, lock_text(new))
    if not given.on("--quiet"):
        made = f"built {', '.join(wanted)}" if wanted else "nothing had to be built"
        shell.tell("note", f"{made}; {told(name, old, new)}")
    return 0


def _bake_file(
    reading: Reading, estate: Estate, wanted: Sequence[str], given: Given, shell: Shell
) -> dict[str, object] | None:
    """What Bake reads; None where a finding forbids it, which is shown."""
    inputs = inputs_of(estate)
    with readable():
        made = bake(
            estate.project,
            shell.directory,
            wanted,
            lambda service: names_to_push(estate, service, inputs),
            hidden_in(estate).keys(),
        )
    if made.findings:
        show(reading._replace(findings=made.findings, conversion=None), given, shell, shell.err)
    return None if any(map(fails(reading, given), made.findings)) else without_secret_names(made.document)


def _hosts(estate: Estate, wanted: Iterable[str]) -> set[str]:
    """The registries that builds are pushed to."""
    inputs = inputs_of(estate)
    return {host for name in wanted for each in names_to_push(estate, name, inputs) if (host := registry(each))}


def _log_in(hosts: Iterable[str], shell: Shell) -> None:
    """Log Docker in where AWS gives the password and nobody has logged in yet; it is told by a pipe."""
    logins = Logins(shell.environment)
    for host in sorted(hosts):
        try:
            login = None if login_at(host, shell.environment) else logins.from_aws(host)
        except RegistryError as error:
            raise Refused(
                f"{error}; nothing was built", "the role needs ecr:GetAuthorizationToken", UNREACHED
            ) from None
        if login:
            command = ["docker", "login", "--username", login.user, "--password-stdin", host]
            _docker(command, shell, told=login.password, quiet=True)


def _build(document: dict[str, object], folder: str, shell: Shell) -> None:
    """Let Docker build and push; what it says of it is shown as it says it."""
    file = os.path.join(folder, _FILE)
    with open(file, "w", encoding="utf-8") as opened:
        json.dump(document, opened)
    metadata = os.path.join(folder, _MADE)
    _docker(["docker", "buildx", "bake", "--file", file, "--push", "--metadata-file", metadata], shell)


def _docker(command: list[str], shell: Shell, *, told: str = "", quiet: bool = False) -> None:
    try:
        done = subprocess.run(  # noqa: S603  the builder that the user has
            command,
            cwd=shell.directory,
            env=dict(shell.environment),
            input=told,
            text=True,
            stdout=subprocess.DEVNULL if quiet else None,
            check=False,
        )
    except OSError as error:
        raise Refused(f"`docker` can't be run: {error.strerror}", "Docker with buildx builds the images") from None
    if done.returncode:
        what = " ".join(command[1:3])
        raise Refused(f"`docker {what}` ended with {done.returncode}; what is above says why", "nothing was deployed")


VERB = Verb(
    "images push",
    "build and push what the registry does not have yet, and write which images run",
    run,
    (STACK, OUTPUT, FINDINGS[-1]),
    examples=("longshore images push -s shop.dev    between the checks and `pulumi up`",),
    wrong=f"{WRONG}, nothing is built",
)
