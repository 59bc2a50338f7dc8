"""`python -m tools.pulumi up | preview | refresh | destroy | cancel STACK [FLAG…]`: the engine, without an account.

Whatever Pulumi's own variables say goes before: PULUMI_BACKEND_URL, PULUMI_CONFIG_PASSPHRASE (or …_FILE),
PULUMI_SKIP_CONFIRMATIONS.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from longshore.errors import Refused
from longshore.stack.file import read_stack_file
from longshore.stack.reading import FOLDER, configuration, stack_names
from tools.pulumi.elsewhere import see_its_cluster
from tools.pulumi.install import CannotInstallError, find, install, wanted
from tools.pulumi.interrupted import Engine, forget, lift, locks
from tools.pulumi.watched import watched

ROOT = Path(__file__).resolve().parents[2]
HOME = ROOT / ".pulumi"
VERBS = ("up", "preview", "refresh", "destroy", "cancel")


def environment(folder: Path) -> dict[str, str]:
    """The environment of the engine: `pulumi` and our login on PATH, the state in a local folder, an empty passphrase.

    The state of a Longshore stack holds no secret, for no value of one ever passes through Pulumi; so there is nothing
    that a passphrase would keep, and one that only one of us knows would keep the others out.
    """
    path = os.pathsep.join((str(folder), str(Path(sys.executable).parent), os.environ.get("PATH", "")))
    found = {**os.environ, "PATH": path}
    if "PULUMI_BACKEND_URL" not in found:
        state = HOME / "state"
        state.mkdir(parents=True, exist_ok=True)
        found["PULUMI_BACKEND_URL"] = state.as_uri()
        _say(f"state: {state.relative_to(ROOT)} (set PULUMI_BACKEND_URL to share it, docs/stacks.md says how)")
    if not {"PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"} & found.keys():
        found["PULUMI_CONFIG_PASSPHRASE"] = ""
        _say("passphrase: empty, for the state holds no secret values (set PULUMI_CONFIG_PASSPHRASE to have one)")
    return found


def run(verb: str, stack: str, flags: list[str]) -> int:
    """Run one verb of the engine on a stack, which is made in the backend if it is not there; flags: the engine's."""
    folder = find(HOME / "bin")
    if folder is None:
        _say(f"installing Pulumi {wanted()} into .pulumi/bin (once)")
        folder = install(HOME / "bin")
    found = environment(folder)
    program = str(folder / "pulumi")
    answer = subprocess.run([program, "version"], capture_output=True, text=True, check=False).stdout.strip()
    if answer.removeprefix("v") != wanted():
        _say(f"note: {program} is {answer or 'of an unknown version'}; the SDK is that of {wanted()}")
    selected = subprocess.run(
        [program, "stack", "select", stack, *created(verb, stack)],
        cwd=ROOT,
        env=found,
        stdout=subprocess.DEVNULL,
        check=False,
    )
    if selected.returncode:
        if verb == "preview":  # whoever previews may only read, and so makes no stack
            _say(f"note: {stack} is not deployed yet: `longshore plan -s {stack}` shows all of it")
            return 0
        return selected.returncode
    engine = Engine(program, ROOT, found, stack)
    if verb == "cancel":
        return cancelled(engine)
    if not free(engine):
        return 2
    see_its_cluster(engine, verb)
    left = standing_on(stack, program, found) if verb == "destroy" else []
    if left:
        _say(f"error: {', '.join(left)} stands on the cluster of {stack}, and could not be taken down without it")
        _say(f"help: first `make destroy STACK={left[0]}`")
        return 2
    command = [program, verb, "--stack", stack, *flags]
    if verb == "up":
        return watched(command, ROOT, found, stack)
    return subprocess.run(command, cwd=ROOT, env=found, check=False).returncode


def created(verb: str, stack: str) -> list[str]:
    """How a stack is made that is not there yet, with the key that its file names; a preview makes none."""
    if verb == "preview":
        return []
    path = ROOT / FOLDER / f"Pulumi.{stack}.yaml"
    key = read_stack_file(path.read_text("utf-8"), path.name).values.get("secretsprovider")
    return ["--create", *(["--secrets-provider", str(key)] if key else [])]


def free(engine: Engine) -> bool:
    """Whether nobody is at the stack; what a process that is gone left behind is cleared away, and told."""
    held = locks(engine)
    for lock in held:
        if not lock.is_left_behind:
            _say(f"error: process {lock.pid} on {lock.host} is at {engine.stack} since {lock.since}")
            _say(f"help: wait for its end; if there is none any more, `make cancel STACK={engine.stack}`")
            return False
    if held:
        _say(f"note: process {held[0].pid}, at {engine.stack} since {held[0].since}, is gone; going on from there")
        cancelled(engine)
    return True


def cancelled(engine: Engine) -> int:
    """Lift the lock of a stack, and forget what was being made; answers the exit code."""
    if not lift(engine):
        return 2
    forgotten, rest = forget(engine)
    _say(f"nobody holds {engine.stack} any more")
    if forgotten:
        _say(f"{forgotten} objects were being made in the cluster; `make up STACK={engine.stack}` goes on with them")
    if rest:
        _say(f"note: in AWS there may be, or be not: {', '.join(rest)}; look for them before the next `make up`, "
             "and then `make refresh FLAGS=--clear-pending-creates`")  # fmt: skip
    return 0


def standing_on(platform: str, program: str, variables: dict[str, str]) -> list[str]:
    """Names of the stacks on the cluster of `platform` that have resources left."""
    listed = subprocess.run(
        [program, "stack", "ls", "--json"], cwd=ROOT, env=variables, stdout=subprocess.PIPE, check=False
    )
    counts = {found["name"]: found.get("resourceCount", 0) for found in json.loads(listed.stdout or b"[]")}
    clusters = {name: configuration(name, str(ROOT)).get("longshore:cluster") for name in stack_names(str(ROOT))}
    wanted_cluster = {"kind": "stack", "stack": platform}
    return [name for name, cluster in clusters.items() if cluster == wanted_cluster and counts.get(name)]


def main(arguments: list[str]) -> int:
    """Check what was asked for, and do it; 2: something is wrong with it, or there is no engine."""
    verb, stack, *flags = *arguments, *[""] * (2 - len(arguments))
    known = stack_names(str(ROOT))
    if verb not in VERBS or stack not in known:
        _say(f"usage: make {verb if verb in VERBS else 'up'} STACK=…  (stacks: {', '.join(known)})")
        return 2
    try:
        return run(verb, stack, flags)
    except CannotInstallError as error:
        _say(f"error: {error}")
        return 2
    except Refused as refused:
        _say(f"error: {refused.message}")
        _say(f"help: {refused.help}")
        return 2


def _say(line: str) -> None:
    print(line, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
