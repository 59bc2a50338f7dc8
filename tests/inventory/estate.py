"""An estate of eight services whose needs are known, on a real engine, with a canary wherever a secret may lie."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tools.go_program import built
from tools.node.images import File, Folder, Image, Link, make_layer, write_archive

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tools.docker.engine import Engine

CANARY = "canary-"
"""What every value begins with that must be nowhere."""

PROGRAM = Path(__file__).parent / "allocator"
ROUND = 20
"""Seconds of a day of the service with a nightly peak."""

COMPOSE = """
name: shop
x-common: &common
  environment: {DB_PASSWORD: canary-environment}
  labels: {com.example.token: canary-label}
  stop_grace_period: 1s
services:
  web:
    <<: *common
    image: registry.example.com/shop/web:1.4
    command: [-memory, "0:40", -cpu, "20", -listen, "0.0.0.0:8080", -token, canary-command]
    ports: ["8080:8080"]
  worker:
    <<: *common
    image: registry.example.com/shop/worker:1.4
    command: [-memory, "0:20,4:80", -token, canary-command]
    mem_limit: 64m
    restart: always
  leaky:
    <<: *common
    image: registry.example.com/shop/worker:1.4
    command: [-memory, "0:10", -grow, "2", -token, canary-command]
  report:
    <<: *common
    image: registry.example.com/shop/worker:1.4
    command: [-memory, "0:30,8:150,11:30", -every, "20", -token, canary-command]
  db:
    <<: *common
    image: registry.example.com/shop/store:1.4
    command: [-memory, "0:60", -listen, "0.0.0.0:5432", -write, /data/table, -token, canary-command]
    volumes: ["db-data:/data"]
  cache:
    <<: *common
    image: registry.example.com/shop/store:1.4
    command: [-memory, "0:25", -listen, "0.0.0.0:6379", -write, /data/dump, -token, canary-command]
    healthcheck: {test: [CMD, /bin/healthcheck.sh, canary-health], interval: 1s}
  files:
    <<: *common
    image: registry.example.com/shop/worker:1.4
    command: [-write, /srv/files/one, -token, canary-command]
    volumes: ["./files:/srv/files"]
  admin:
    <<: *common
    image: registry.example.com/shop/worker:1.4
    command: [-listen, "127.0.0.1:9000", -token, canary-command]
    expose: ["9000"]
volumes: {db-data: {}}
"""

NEEDS = {"web": 40, "leaky": 10, "report": 150, "db": 60, "cache": 25, "files": 8, "admin": 8, "worker": 80}
"""MiB that each service holds at most; of the leaking one, at first. A Go program takes some more of its own.

Of the worker, which is killed at 64, nobody sees it: it is between that and half as much again.
"""


def images(folder: Path) -> list[Image]:
    """`web` has a health check and a user by name, `store` a volume that belongs to 70, `worker` nothing."""
    program = built(PROGRAM, "allocator")
    files = {
        "allocator": File(program, 0o755),
        "bin/healthcheck.sh": Link("/allocator"),
        "etc/passwd": b"root:x:0:0::/:/\nshop:x:1200:1300:canary-comment:/:/\n",
        "tmp": Folder(0o1777),
    }
    base = make_layer(files, folder)
    data = make_layer({"data": Folder(0o750, 70, 71)}, folder)
    own = {"Entrypoint": ["/allocator"], "Env": ["API_KEY=canary-image"], "Labels": {"maker": "canary-image-label"}}
    check = {"Test": ["CMD", "/bin/healthcheck.sh"], "Interval": 10**9}
    return [
        Image(
            "registry.example.com/shop/web:1.4",
            (base,),
            {**own, "User": "shop", "ExposedPorts": {"8080/tcp": {}, "9999/tcp": {}}, "Healthcheck": check},
        ),
        Image("registry.example.com/shop/worker:1.4", (base,), own),
        Image("registry.example.com/shop/store:1.4", (base, data), {**own, "User": "70:71", "Volumes": {"/data": {}}}),
    ]


def started(engine: Engine, folder: Path) -> None:
    """Start all of it in a folder."""
    (folder / "files").mkdir(parents=True)
    (folder / "compose.yaml").write_text(COMPOSE)
    engine.load(write_archive(images(folder / "layers"), folder / "images.tar"))
    engine.compose("up", "-d", folder=folder)


def inside(pid: int) -> list[str]:
    """What a command begins with that runs where the engine does, as on the machine itself."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return ["nsenter", "--target", children[0], "--mount", "--pid", "--net", "--"]


def command(pid: int, program: Path, socket: Path, *words: str, before: Sequence[str] = ()) -> list[str]:
    """The collector as a file of its own, where the engine runs, without anything of ours beside it.

    before: what its command begins with there.
    """
    return [*inside(pid), *before, sys.executable, "-I", str(program), "--host", f"unix://{socket}", *words]


def collected(
    pid: int, program: Path, socket: Path, *words: str, seconds: float = 120, before: Sequence[str] = ()
) -> subprocess.CompletedProcess:
    """Run the collector, as `command` has it."""
    run = command(pid, program, socket, *words, before=before)
    environment = {"PATH": os.environ["PATH"]}
    return subprocess.run(run, capture_output=True, text=True, timeout=seconds, env=environment, check=False)
