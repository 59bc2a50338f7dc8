"""The file that `longshore inventory` writes, as typed values and as JSON Schema.

Version 1. What a later version adds it may not leave out of its number: a file of another version is refused.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final, Literal

from pydantic import TypeAdapter

from longshore.decoding.json_schema import DIALECT, schema_of
from longshore.decoding.types import Named, Section

FORMAT: Final = "longshore-inventory"
VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Engine(Section):
    """The engine that was asked; memory in bytes, of the whole machine.

    users_shifted: users of containers are others on the machine, so that its processes do not tell who they are.
    """

    id: str
    name: str
    kind: Literal["docker", "podman"]
    version: str
    api: str
    rootless: bool
    users_shifted: bool
    cgroups: str
    storage: str
    system: str
    kernel: str
    architecture: str
    cpus: int
    memory: int


@dataclass(frozen=True, slots=True)
class Address(Section):
    """A line of `/etc/hosts`."""

    address: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Started(Section):
    """What cron or a timer starts. when: as it is written there; names: of containers and services in its command."""

    file: str
    when: str
    calls_engine: bool
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Host(Section):
    """The machine; memory in bytes."""

    name: str
    kernel: str
    cpus: int
    memory: int
    timezone: str
    hosts: tuple[Address, ...]
    sysctls: Named[str]
    cron: tuple[Started, ...]
    timers: tuple[Started, ...]


@dataclass(frozen=True, slots=True)
class Command(Section):
    """A command: how many words; its program where the name is well known; whether a shell reads a text."""

    words: int
    program: str
    shell: bool


@dataclass(frozen=True, slots=True)
class HealthCheck(Section):
    """A health check, in seconds. test: null where a word of it may be a secret; length: of its text."""

    kind: str
    length: int
    test: tuple[str, ...] | None
    interval: float
    timeout: float
    start_period: float
    retries: int


@dataclass(frozen=True, slots=True)
class Image(Section):
    """An image of a container. variables: length of each value by name. size: bytes."""

    id: str
    names: tuple[str, ...]
    digests: tuple[str, ...]
    architecture: str
    os: str
    size: int
    created: str
    user: str
    volumes: tuple[str, ...]
    exposed: tuple[str, ...]
    entrypoint: Command | None
    command: Command | None
    healthcheck: HealthCheck | None
    stop_signal: str
    working_directory: str
    variables: Named[int]
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ComposeLabels(Section):
    """What compose wrote about a container."""

    project: str
    service: str
    number: int
    one_off: bool
    directory: str
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class State(Section):
    """How a container is, or how it ended."""

    status: str
    exit_code: int
    oom_killed: bool
    restarts: int
    started: str
    finished: str
    health: str


@dataclass(frozen=True, slots=True)
class Limits(Section):
    """What a container may use: bytes, millicores, processes; 0: all."""

    memory: int
    cpu: int
    pids: int
    restart: str
    privileged: bool
    read_only: bool


@dataclass(frozen=True, slots=True)
class Network(Section):
    """What a container is attached to."""

    mode: str
    networks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Published(Section):
    """A port of a container that the machine passes on."""

    port: int
    protocol: str
    address: str
    published: int


@dataclass(frozen=True, slots=True)
class Owner(Section):
    """Who owns a directory, and its mode as a number."""

    uid: int
    gid: int
    mode: int


@dataclass(frozen=True, slots=True)
class Mount(Section):
    """What is mounted at a place of a container."""

    kind: str
    volume: str
    source: str
    target: str
    read_only: bool
    owner: Owner | None


@dataclass(frozen=True, slots=True)
class Socket(Section):
    """A port at which something listens; loopback: reached from inside the container only."""

    port: int
    protocol: str
    loopback: bool


@dataclass(frozen=True, slots=True)
class Container(Section):
    """A container. begins: user and group of its first process; processes: of all of them, each pair once."""

    id: str
    name: str
    image: str
    image_id: str
    compose: ComposeLabels | None
    labels: tuple[str, ...]
    variables: Named[int]
    user: str
    entrypoint: Command | None
    command: Command | None
    runs_image_command: bool | None
    healthcheck: HealthCheck | None
    state: State
    limits: Limits
    network: Network
    ports: tuple[Published, ...]
    mounts: tuple[Mount, ...]
    begins: tuple[int, int] | None
    processes: tuple[tuple[int, int], ...] | None
    listening: tuple[Socket, ...] | None
    has_shell: bool | None


@dataclass(frozen=True, slots=True)
class Volume(Section):
    """A volume of the engine; size in bytes, null where it does not say."""

    driver: str
    options: tuple[str, ...]
    compose: str
    project: str
    anonymous: bool
    size: int | None
    owner: Owner | None


@dataclass(frozen=True, slots=True)
class Bind(Section):
    """A place of the machine that is mounted; size in bytes, of as much as could be read where it is not whole."""

    kind: str
    owner: Owner
    size: int
    files: int
    whole: bool


@dataclass(frozen=True, slots=True)
class Used(Section):
    """What a container used. limit: bytes, 0: all. rows: span, samples, most bytes, mean and most millicores or -1."""

    limit: int
    rows: tuple[tuple[int, int, int, int, int], ...]


@dataclass(frozen=True, slots=True)
class Event(Section):
    """What happened to a container, in seconds since 1970."""

    at: float
    name: str
    event: str
    exit_code: int | None
    healthy: bool | None


@dataclass(frozen=True, slots=True)
class Usage(Section):
    """Samples, added up over spans of so many seconds. gaps: from when to when there are none."""

    begun: float
    ended: float
    span: int
    containers: Named[Used]
    events: tuple[Event, ...]
    gaps: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Inventory(Section):
    """What an engine runs, and what it used. unseen: what could not be seen, and why."""

    format: Literal["longshore-inventory"]
    version: Literal[1]
    collected: str
    engine: Engine
    host: Host | None
    images: tuple[Image, ...]
    containers: tuple[Container, ...]
    volumes: Named[Volume]
    binds: Named[Bind]
    usage: Usage
    unseen: tuple[str, ...]


INVENTORY: Final[TypeAdapter[Any]] = TypeAdapter(Inventory)
"""Reads an inventory."""


def schema_text() -> str:
    """The JSON Schema of an inventory, for other programs."""
    schema = {"$schema": DIALECT, "title": "An inventory of Longshore", **schema_of(INVENTORY), "type": "object"}
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"
