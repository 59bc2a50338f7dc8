"""`python -m tools.cluster up | down | status | build`: a Kubernetes to try things on, without containers.

stdout carries the path of the kubeconfig (`up`, `status`) or the paths of the programs (`build`), all else is stderr.
"""

from __future__ import annotations

import argparse
import shlex
import sys
import time

from tools.cluster.processes import ProcessFailedError
from tools.cluster.toolchain import CONTROL_PLANE, provide
from tools.cluster.versions import ToolsMissingError, read_table


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.cluster", description=__doc__.splitlines()[0])
    verbs = parser.add_subparsers(dest="verb", required=True)
    for verb, what in (
        ("up", "start a cluster and print its kubeconfig"),
        ("down", "stop it"),
        ("status", "say whether it runs"),
    ):
        each = verbs.add_parser(verb, help=what)
        each.add_argument(
            "--name", default="default", help="which cluster, if there are several (default: %(default)s)"
        )
        if verb == "up":
            each.add_argument("--nodes", type=int, default=6, help="nodes over three zones (default: %(default)s)")
    build = verbs.add_parser("build", help="build programs without starting anything")
    build.add_argument("tool", nargs="*", help=f"of {', '.join(read_table().tools)} (default: what `up` needs)")
    return parser


def _up(name: str, nodes: int) -> int:
    from tools.cluster import cluster  # noqa: PLC0415  `build` needs neither cryptography nor httpx

    provide()
    begun = time.monotonic()
    found = cluster.up(name, cluster.Size(nodes=nodes))
    print(f"cluster {name!r} at {found.server}, ready in {time.monotonic() - begun:.1f} s", file=sys.stderr)
    print(f"export KUBECONFIG={shlex.quote(str(found.kubeconfig))}", file=sys.stderr)
    print(found.kubeconfig)
    return 0


def _down(name: str) -> int:
    from tools.cluster import cluster  # noqa: PLC0415  `build` needs neither cryptography nor httpx

    stopped = cluster.down(name)
    print(f"stopped {', '.join(stopped)}" if stopped else f"cluster {name!r} does not run", file=sys.stderr)
    return 0


def _status(name: str) -> int:
    from tools.cluster import cluster  # noqa: PLC0415  `build` needs neither cryptography nor httpx

    found = cluster.find(name)
    if found is None or not found.alive:
        print(f"cluster {name!r} does not run", file=sys.stderr)
        return 1
    missing = [x for x in CONTROL_PLANE if x not in found.alive]
    for each, pid in found.alive.items():
        print(f"{each:<25} {pid:>8}", file=sys.stderr)
    for each in missing:
        print(f"{each:<25} {'ended':>8}  log: {cluster.home(name) / 'logs' / f'{each}.log'}", file=sys.stderr)
    print(found.kubeconfig)
    return 1 if missing else 0


def main() -> int:
    """Run one verb; 0 done, 1 it does not run or could not be done, 130 interrupted."""
    arguments = _parser().parse_args()
    try:
        match arguments.verb:
            case "up":
                return _up(arguments.name, arguments.nodes)
            case "down":
                return _down(arguments.name)
            case "status":
                return _status(arguments.name)
            case _:
                for name, path in provide(arguments.tool or CONTROL_PLANE).items():
                    print(f"{name}\t{path}")
                return 0
    except (ToolsMissingError, ProcessFailedError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
