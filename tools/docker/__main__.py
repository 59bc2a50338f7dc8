"""`python -m tools.docker up | down`: a Docker Engine to try things on; stdout is its address."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from pathlib import Path

from tools.cluster.processes import ProcessFailedError
from tools.cluster.versions import cache_home
from tools.docker.engine import EngineUnavailableError, boot, end

_HOME = cache_home() / "docker"
_STATE = _HOME / "state.json"


def _pid() -> int:
    """The process of the engine, 0 if it does not run. Numbers are used again, so its words must name our folder."""
    try:
        pid = int(json.loads(_STATE.read_text())["pid"])
        words = Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return 0
    return pid if str(_HOME) in words else 0


def _up() -> None:
    if not _pid():
        shutil.rmtree(_HOME, ignore_errors=True)
        _, pid = boot(_HOME, outlive=True)
        _STATE.write_text(json.dumps({"pid": pid}))
    print("export DOCKER_HOST, and any Docker client speaks with it; nothing can be pulled there", file=sys.stderr)
    print(f"unix://{_HOME / 'docker.sock'}")


def _down() -> None:
    if pid := _pid():
        end(pid)
        shutil.rmtree(_HOME, ignore_errors=True)
    print("stopped" if pid else "no engine runs", file=sys.stderr)


def main() -> int:
    """0 done, 1 there can be none here."""
    parser = argparse.ArgumentParser(prog="python -m tools.docker", description=__doc__.splitlines()[0])
    parser.add_argument("verb", choices=("up", "down"))
    try:
        {"up": _up, "down": _down}[parser.parse_args().verb]()
    except (EngineUnavailableError, ProcessFailedError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
