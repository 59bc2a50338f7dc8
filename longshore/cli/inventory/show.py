"""`longshore inventory show`: one screen of what runs on the machine: trouble first, then sizes, then what listens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from longshore.cli.flags import Flag, Verb
from longshore.cli.project_input import output
from longshore.convert.kubernetes.quantity import mebibytes
from longshore.disk import Disk
from longshore.errors import Refused
from longshore.inventory.matching import ALIVE
from longshore.inventory.reading import UnreadableError, read_inventory
from longshore.inventory.sizing import kills, size
from longshore.report.excerpt import printable
from longshore.report.json_document import json_document
from longshore.report.table import columns

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from longshore.cli.flags import Given
    from longshore.cli.shell import Shell
    from longshore.inventory.document import Container, Inventory

_SHOWN: Final = 5
"""Entries of each part but the first, which has all containers; `--verbose` shows all."""


def run(given: Given, shell: Shell) -> int:
    """Show an inventory.

    Raises:
        Refused: it can't be read.
    """
    name = given.operands[0]
    try:
        inventory = read_inventory(Disk(shell.stdin), "-" if name == "-" else shell.path(name), name)
    except UnreadableError as error:
        raise Refused(f"{error.finding.span}: {error.finding.message}", error.finding.help) from None
    parts = picture(inventory)
    if given.text("--output") == "json":
        shell.out.write(json_document({"version": 1, **parts}))
    else:
        shell.show(text(inventory, parts, everything=given.on("--verbose")))
    return 0


def picture(inventory: Inventory) -> dict[str, Any]:
    """What is shown, in parts: names and numbers alone, the most urgent first."""
    host = inventory.host
    started = (*host.cron, *host.timers) if host else ()
    mounts: dict[str, list[str]] = {}
    for each in inventory.containers:
        for mount in each.mounts:
            mounts.setdefault(mount.volume, []).append(f"{each.name}:{mount.target}")
    by_size = sorted(inventory.volumes.items(), key=lambda entry: -(entry[1].size or 0))
    return {
        "containers": sorted(
            (_container(inventory, each) for each in inventory.containers),
            key=lambda one: (-one["killed"], -one["restarts"], -one["used"], one["name"]),
        ),
        "imagesWithoutRegistry": sorted(
            {name for image in inventory.images if not image.digests for name in image.names}
        ),
        "volumes": [
            {"name": name, "size": each.size, "anonymous": each.anonymous, "mounts": mounts.get(name, [])}
            for name, each in by_size
        ],
        "binds": [
            {"path": path, "size": bind.size, "whole": bind.whole}
            for path, bind in sorted(inventory.binds.items(), key=lambda entry: -entry[1].size)
        ],
        "listening": [
            {
                "name": each.name,
                "ports": [
                    f"{one.port}{'' if one.protocol == 'tcp' else '/' + one.protocol}{' (inside)' * one.loopback}"
                    for one in each.listening or ()
                ],
            }
            for each in inventory.containers
            if each.listening
        ],
        "notOfCompose": sorted(each.name for each in inventory.containers if each.compose is None),
        "schedules": [
            {"file": each.file, "when": each.when, "calls": list(each.names)} for each in started if each.calls_engine
        ],
        "unseen": list(inventory.unseen),
    }


def _container(inventory: Inventory, each: Container) -> dict[str, Any]:
    used = size(inventory, [each.name])
    return {
        "name": each.name,
        "state": _state(each),
        "used": used.peak if used else 0,
        "limit": each.limits.memory,
        "killed": kills(inventory, [each.name])[0],
        "restarts": each.state.restarts,
        "image": each.image,
    }


def _state(each: Container) -> str:
    """How it is; how it ended, where it has."""
    state = each.state
    if state.status in ALIVE:
        return state.health if state.health and state.status == "running" else state.status
    return f"{state.status} ({state.exit_code})" if state.status in {"exited", "stopped"} else state.status


def text(inventory: Inventory, parts: dict[str, Any], *, everything: bool) -> str:
    """Write the picture for people."""
    engine, found = inventory.engine, parts["containers"]
    used = sum(each["used"] for each in found)
    alive = sum(each.state.status in ALIVE for each in inventory.containers)
    head = f"{engine.name}: {engine.kind} {engine.version}, {engine.cpus} processors, {mebibytes(engine.memory)}; "
    lines = [
        f"{head}{len(found)} containers, {alive} alive, used {mebibytes(used)} at most",
        "",
        *columns([("container", "used", "limit", "", "image"), *map(_row, found)]),
    ]
    rest = [
        ("images of no registry, to be pushed", parts["imagesWithoutRegistry"]),
        ("volumes", [_volume(each) for each in parts["volumes"]]),
        ("folders of the machine", [f"{each['path']} {_size(each['size'])}" for each in parts["binds"]]),
        ("listening", [f"{each['name']} {' '.join(each['ports'])}" for each in parts["listening"]]),
        ("started by something else than compose", parts["notOfCompose"]),
        (
            "by the clock of the machine",
            [f"{each['file']} ({each['when']}): {', '.join(each['calls']) or '?'}" for each in parts["schedules"]],
        ),
        ("not seen", parts["unseen"]),
    ]
    for title, entries in rest:
        lines += _part(title, entries, len(entries) if everything else _SHOWN)
    return "".join(f"{printable(line.rstrip())}\n" for line in lines)


def _row(each: dict[str, Any]) -> tuple[str, ...]:
    trouble = [f"killed {each['killed']}x"] if each["killed"] else []
    trouble += [f"restarted {each['restarts']}x"] if each["restarts"] else []
    limit = mebibytes(each["limit"]) if each["limit"] else "none"
    used = mebibytes(each["used"]) if each["used"] else "-"
    return each["name"], used, limit, ", ".join([each["state"], *trouble]), each["image"]


def _volume(each: dict[str, Any]) -> str:
    name = "anonymous" if each["anonymous"] else each["name"]
    return f"{name} {_size(each['size'])} {' '.join(each['mounts']) or 'of nobody'}"


def _size(size: int | None) -> str:
    return "of unknown size" if size is None else mebibytes(size) if size else "empty"


def _part(title: str, entries: Sequence[str], most: int) -> Iterator[str]:
    if entries:
        yield ""
        yield f"{title}:"
        yield from (f"  {entry}" for entry in entries[:most])
        if len(entries) > most:
            yield f"  and {len(entries) - most} more, with --verbose"


VERB = Verb(
    "inventory show",
    "show on one screen what runs on the machine",
    run,
    (output("text", "json", what="how to write"), Flag("--verbose", "all of each part", short="-v")),
    "INVENTORY",
    least=1,
    most=1,
    examples=("longshore inventory show vm.json", "longshore inventory show vm.json -v"),
)
