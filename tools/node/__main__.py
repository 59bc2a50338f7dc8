"""`python -m tools.node up | down | status | exec -- COMMAND`: a real node to try things on.

stdout carries the path of the kubeconfig (`up`, `status`) or what the command says (`exec`), all else is stderr.
"""

from __future__ import annotations

import argparse
import os
import shlex
import subprocess
import sys
import time
from pathlib import Path

from tools.cluster.processes import ProcessFailedError
from tools.node import by_hand
from tools.node.debian import NotInstallableError
from tools.node.node import NodeUnavailableError

_HINTS = """
  export KUBECONFIG={kubeconfig}       kubectl and all that speaks to the API server works from here
  python -m tools.node exec -- COMMAND   runs in the node's network: curl http://10.96.…, nft list ruleset, ctr c ls
  python -m tools.node load ARCHIVE    lets pods use the images of an archive as `docker save` writes it
"""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.node", description=__doc__.splitlines()[0])
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("up", help="start the node and say how to use it")
    verbs.add_parser("down", help="end it")
    verbs.add_parser("status", help="say whether it runs")
    load = verbs.add_parser("load", help="give its registry the images of an archive")
    load.add_argument("archive", type=Path, nargs="+", help="an OCI archive, as `docker save` writes it")
    run = verbs.add_parser("exec", help="run a command in the node's network, mounts and processes")
    run.add_argument("command", nargs=argparse.REMAINDER, help="after `--`; kubectl and ctr are set up for it")
    return parser


def _up() -> int:
    begun = time.monotonic()
    node = by_hand.up()
    stages = ", ".join(f"{what} after {seconds:.1f} s" for what, seconds in node.seconds.items())
    print(f"node ready in {time.monotonic() - begun:.1f} s ({stages})", file=sys.stderr)
    print(_HINTS.format(kubeconfig=shlex.quote(str(node.kubeconfig))), file=sys.stderr)
    print(node.kubeconfig)
    return 0


def _down() -> int:
    print("stopped" if by_hand.down() else "no node runs", file=sys.stderr)
    return 0


def _with_node(arguments: argparse.Namespace) -> int:
    node = by_hand.find()
    if node is None:
        print("no node runs: make node", file=sys.stderr)
        return 1
    if arguments.verb == "status":
        print(node.kubeconfig)
        return 0
    if arguments.verb == "load":
        for archive in arguments.archive:
            print("\n".join(node.import_image(archive)), file=sys.stderr)
        return 0
    command = arguments.command[1:] if arguments.command[:1] == ["--"] else arguments.command
    return subprocess.run(
        [*node.entering(), *(command or [os.environ.get("SHELL", "bash")])], env=node.environment(), check=False
    ).returncode


def main() -> int:
    """Run one verb; 0 done, 1 it does not run or could not be done, 130 interrupted; `exec` has its command's code."""
    arguments = _parser().parse_args()
    try:
        match arguments.verb:
            case "up":
                return _up()
            case "down":
                return _down()
            case _:
                return _with_node(arguments)
    except (NodeUnavailableError, NotInstallableError, ProcessFailedError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
