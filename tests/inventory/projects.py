"""`python -m tests.inventory.projects [--real] [NAME…]`: findings that an inventory settles, counted.

The collector takes stock of the example estate and of the projects of the corpus, and `check` says what it finds
without and with that. The engine is played, and says of every image what is known of it; with `--real` it is a real
Docker Engine with a stand-in for every image (`tests/node/comparison`), which takes minutes, and runs neither what
needs Swarm nor what mounts a folder that this machine has not.

What a real machine has and this one lacks is put in: a file where an image keeps data, so that its volumes are not
empty; and a day, which is the rounds that were taken, one a minute, of containers that are a day old.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from longshore.cli.inventory.program import archive
from longshore.convert.options import Options
from longshore.inventory.collector.program import Wish, collect
from longshore.inventory.collector.samples import Plan
from tests.cli.screen import longshore
from tests.inventory import estate, played_project
from tests.inventory.played import playing
from tests.marketplace import FOLDER
from tests.node.comparison import cases, docker_world, standins
from tests.node.comparison.docker_world import NotRunError
from tools.docker.engine import boot, end
from tools.node.images import make_layer, write_archive

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from tests.node.comparison.project import Prepared
    from tools.docker.engine import Engine
    from tools.node.images import Image

DAY: Final = 86_400
MINUTE: Final = 60
SETTLED: Final = (
    "missing-memory-limit",
    "volume-size",
    "user",
    "data-not-kept",
    "undeclared-port",
    "may-end",
    "stop-signal",
    "mutable-tag",
    "volume-prefill",
)
"""Findings about what an engine knows and a compose file does not say."""


class Counts(NamedTuple):
    """Findings of one project by code, without and with its inventory.

    running: services that were alive. left: findings that are left or new. lines: the same for people.
    """

    name: str
    services: int
    running: frozenset[str]
    before: Counter[str]
    after: Counter[str]
    left: tuple[dict[str, Any], ...]
    lines: tuple[str, ...]


def sources(names: Iterable[str] = ()) -> Iterator[cases.Source]:
    """The example estate, and the corpus where there is one."""
    own = {"S3_ACCESS_KEY_ID": "a", "IMGPROXY_KEY": "b", "FRAUD_DATABASE_URL": "postgres://a:b@c/d"}
    marketplace = cases.Source("marketplace", FOLDER, ("compose.yaml",), Options(), ("*",), own)
    wanted = set(names)
    for source in (marketplace, *cases.corpus()):
        if not wanted or source.name.removeprefix("real-") in wanted:
            yield source._replace(name=source.name.removeprefix("real-"), options=Options())


def seen_on_an_engine(engine: Engine, pid: int, prepared: Prepared, folder: Path) -> str:
    """Run a project with stand-ins, take stock of it, and end it: the text of the inventory."""
    folder.mkdir(parents=True)
    images = [_with_data(each, folder) for each in standins.for_projects([prepared], standins.Builder(folder))]
    engine.load(write_archive(images, folder / "images.tar"))
    docker_world.up(engine, _as_small_as_here(prepared))
    try:
        return _taken(engine, pid, folder)
    finally:
        docker_world.down(engine, prepared)


def seen_as_played(prepared: Prepared, folder: Path) -> str:
    """Take stock of an engine that is played; where it listens, which the kernel says, is put in."""
    folder.mkdir(parents=True)
    samples, socket = folder / "samples.jsonl", folder / "s"
    said = played_project.answers(prepared)
    wish = Wish(f"unix://{socket}", str(samples), Plan(0.1, 0.05, 1.0))
    with playing(socket, said):
        "".join(collect(wish, lambda _: None))
        samples.write_text("".join(a_day_of(samples.read_text().splitlines())))
        document = json.loads("".join(collect(wish, lambda _: None)))
    ids = {played_project.identifier(prepared, name): service for name, service in prepared.services.items()}
    for each in document["containers"]:
        ports = sorted({int(text.partition("/")[0]) for text in ids[each["id"]].listens if text.endswith("/tcp")})
        if each["state"]["status"] == "running":
            each["listening"] = [{"port": port, "protocol": "tcp", "loopback": False} for port in ports]
            each["state"]["health"] = "healthy" if each["healthcheck"] else ""
    return json.dumps(document, indent=1)


def counted(prepared: Prepared, inventory: str) -> Counts:
    """Check a project without and with what was seen."""
    (prepared.case.folder / "vm.json").write_text(inventory)
    plain, seen = _found(prepared), _found(prepared, "--inventory", "vm.json")
    before, after = (Counter(each["code"] for each in found) for found in (plain, seen))
    known = {_line(each) for each in plain}
    left = tuple(each for each in seen if each["code"] in SETTLED or _line(each) not in known)
    lines = tuple(("  stays " if _line(each) in known else "  new   ") + _line(each) for each in left)
    containers = json.loads(inventory)["containers"]
    alive = frozenset(each["compose"]["service"] for each in containers if each["state"]["status"] == "running")
    return Counts(prepared.case.name, len(prepared.services), alive, before, after, left, lines)


def _as_small_as_here(prepared: Prepared) -> Prepared:
    """Docker starts nothing that may use more processors than the machine has."""
    most, case = os.cpu_count() or 1, prepared.case
    changes: dict[str, Any] = {}
    for name, service in prepared.services.items():
        limits = ((service.model.get("deploy") or {}).get("resources") or {}).get("limits") or {}
        if float(limits.get("cpus") or 0) > most:
            changes[name] = {"deploy": {"resources": {"limits": {"cpus": str(most)}}}}
        elif float(service.model.get("cpus") or 0) > most:
            changes[name] = {"cpus": most}
    (case.folder / "here.yaml").write_text(json.dumps({"services": changes}))
    return prepared._replace(case=case._replace(files=(*case.files, "here.yaml")))


def _with_data(image: Image, folder: Path) -> Image:
    """What writes to its volume has data in it."""
    volumes = image.config.get("Volumes") or {}
    files = {f"{place.strip('/')}/held": bytes(4096) for place in volumes}
    return image._replace(layers=(*image.layers, make_layer(files, folder))) if files else image


def _taken(engine: Engine, pid: int, folder: Path) -> str:
    program, samples = folder / "longshore-inventory.pyz", folder / "samples.jsonl"
    program.write_bytes(archive())
    words = ["--for", "3s", "--every", "1s", "--percent", "50", "--samples", str(samples)]
    first = estate.collected(pid, program, engine.socket, *words)
    assert first.returncode == 0, first.stderr
    samples.write_text("".join(a_day_of(samples.read_text().splitlines())))
    done = estate.collected(pid, program, engine.socket, *words)
    assert done.returncode == 0, done.stderr
    return json.dumps(_a_day_old(json.loads(done.stdout)), indent=1)


def a_day_of(lines: Sequence[str]) -> Iterator[str]:
    """The samples that were taken, again every minute of the day that ends with them; events stay as they are."""
    head, *told = lines
    yield head + "\n"
    read = [json.loads(line) for line in told]
    samples, last = [each for each in read if "m" in each], max(each["t"] for each in read)
    one = {each["c"]: each for each in samples}
    for minute in range(DAY // MINUTE, 0, -1):
        for each in one.values():
            yield json.dumps({**each, "t": last - minute * MINUTE}) + "\n"
    yield from (json.dumps(each) + "\n" for each in read)


def _a_day_old(document: dict[str, Any]) -> dict[str, Any]:
    """Containers that run have done so for a day."""
    for each in document["containers"]:
        if each["state"]["status"] == "running":
            each["state"]["started"] = f"{int(each['state']['started'][:4]) - 1}{each['state']['started'][4:]}"
    return document


def _found(prepared: Prepared, *more: str) -> list[dict[str, Any]]:
    case = prepared.case
    files = [word for file in case.files for word in ("-f", file)]
    profiles = [word for name in case.profiles for word in ("--profile", name)]
    words = ["check", *files, *profiles, "-p", case.name, "-o", "json", *more]
    screen = longshore(*words, folder=case.folder, environment=dict(case.environment))
    found: list[dict[str, Any]] = json.loads(screen.out)["findings"]
    return found


def _line(finding: dict[str, Any]) -> str:
    return f"{finding['severity']}[{finding['code']}] {finding['path']}: {finding['message']}"


def run(names: Iterable[str], say: Callable[[str], None], *, played: bool) -> Iterator[Counts]:
    """Count all that are named; none: all there are.

    played: by an engine that is played, in seconds; else by a real one, in minutes.

    Raises:
        EngineUnavailableError: there can be no engine here.
    """
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        projects, unread = cases.prepared(sources(names), folder / "copies")
        assert not unread, unread
        engine, pid = (None, 0) if played else boot(folder / "engine")
        if engine:
            stack.callback(end, pid)
        for each in projects:
            own = folder / "made" / each.case.name
            try:
                seen = seen_on_an_engine(engine, pid, each, own) if engine else seen_as_played(each, own)
            except NotRunError as error:
                say(f"{each.case.name} is not run here: {str(error).splitlines()[-1]}")
                continue
            one = counted(each, seen)
            say(f"{one.name}: {one.services} services, findings {one.before.total()} → {one.after.total()}")
            yield one


def table(found: Sequence[Counts]) -> str:
    """What all came to, as rows of a table in Markdown."""
    before = sum((each.before for each in found), Counter[str]())
    after = sum((each.after for each in found), Counter[str]())
    changed = sorted(
        (code for code in before.keys() | after.keys() if code in SETTLED or before[code] != after[code]),
        key=lambda code: (before[code] == 0, -before[code], code),
    )
    rows = [f"| `{code}` | {before[code]} | {after[code]} |" for code in changed]
    return "\n".join(["| finding | without | with |", "| --- | --- | --- |", *rows])


def main(words: Sequence[str]) -> None:
    """Count what is named, by a real engine with `--real`; with `-v` with what stays and what is new."""
    found = []
    for one in run([word for word in words if word[0] != "-"], print, played="--real" not in words):
        found.append(one)
        print("\n".join(one.lines if "-v" in words else ()))
    print(table(found))


if __name__ == "__main__":
    main(sys.argv[1:])
