"""What the page says of an estate, as plain values: every way of writing it shows the same facts.

All texts are those that people read; `build` makes them fit to be shown. Numbers are bytes and millicores.
"""

from __future__ import annotations

from typing import NamedTuple

VERSION = 1
"""Of the JSON that these values become: fields come, none changes."""


class Excerpt(NamedTuple):
    """Lines of a source with a caret below the place, as `check` shows them: secret values are masked in it already."""

    lines: tuple[str, ...]


class Note(NamedTuple):
    """One finding, or several that say the same. where: `compose.yaml:12:7`; others: the places beside it."""

    severity: str
    code: str
    message: str
    help: str
    where: str
    service: str
    excerpt: Excerpt
    others: tuple[str, ...] = ()


class Port(NamedTuple):
    """A port of a service. published: what compose opens on the Docker host (`127.0.0.1:8080`), each.

    outside: where the stack opens it to. callers: the services that dial it.
    """

    number: int
    protocol: str
    published: tuple[str, ...]
    outside: tuple[str, ...]
    callers: tuple[str, ...]


class Mount(NamedTuple):
    """Where a service has a volume."""

    service: str
    path: str
    read_only: bool


class Volume(NamedTuple):
    """A named volume. object: `persistentvolumeclaim/data`, or what stands in its place; size, mode: of a claim."""

    name: str
    object: str
    size: str
    mode: str
    storage_class: str
    mounts: tuple[Mount, ...]


class Use(NamedTuple):
    """Where a service reads a secret: `environment.DB_PASSWORD`, `/run/secrets/key`."""

    service: str
    place: str


class Secret(NamedTuple):
    """One key of a remote secret, by name: `dev/shop/orders` and `DB_PASSWORD`. source: what gives it its value."""

    remote: str
    key: str
    source: str
    uses: tuple[Use, ...]


class Probe(NamedTuple):
    """One probe of a container. kind: `readiness`; asks: `GET /healthz on 8080`; when: `every 10s`."""

    kind: str
    asks: str
    when: str


class Container(NamedTuple):
    """What is asked for and allowed at most; "" where nothing is said."""

    memory_request: str
    memory_limit: str
    cpu_request: str
    cpu_limit: str


class Exposure(NamedTuple):
    """How a service is reached from outside. address: `https://shop.example.com/`; who: `everybody`."""

    kind: str
    address: str
    who: str


class Service(NamedTuple):
    """One compose service and what becomes of it.

    id: valid in an address, and of this service alone. pod: the service in whose pod it runs, "" for its own.
    replicas: `2`, `2 to 6`, `one on each node`, `until it ends`. waits: services that must be up before, and how.
    calls: services that it dials. notes: the findings that are about it.
    """

    name: str
    id: str
    image: str
    place: str
    workload: str
    object: str
    pod: str
    replicas: str
    container: Container
    probes: tuple[Probe, ...]
    networks: tuple[str, ...]
    ports: tuple[Port, ...]
    exposures: tuple[Exposure, ...]
    volumes: tuple[str, ...]
    secrets: tuple[Secret, ...]
    waits: tuple[tuple[str, str], ...]
    calls: tuple[str, ...]
    notes: tuple[Note, ...]

    def count(self, severity: str) -> int:
        """How many of its findings have this severity."""
        return sum(note.severity == severity for note in self.notes)


class Absent(NamedTuple):
    """A service of the files for which nothing is made, and why."""

    name: str
    why: str


class Edge(NamedTuple):
    """One service depends on another: it dials it at these ports, or waits for it (`healthy`)."""

    caller: str
    callee: str
    ports: tuple[int, ...]
    waits: str


class Load(NamedTuple):
    """What the pods of a service ask for. pods: that always run."""

    service: str
    pods: int
    memory: int
    cpu: int


class Capacity(NamedTuple):
    """What is asked for beside what is offered with one node lost.

    nodes: how many there are, one of them lost (of a single one, none). known: does the stack say so, or is it the
    least that carries the estate? type: of such nodes. surge: the service of which one pod more runs for a while.
    offered_all: by all nodes. misfits: a sentence each. choices: (type, nodes, % of memory, % of processor used).
    """

    nodes: int
    known: bool
    type: str
    loads: tuple[Load, ...]
    surge: str
    surge_memory: int
    surge_cpu: int
    memory_asked: int
    memory_offered: int
    memory_all: int
    cpu_asked: int
    cpu_offered: int
    cpu_all: int
    misfits: tuple[str, ...]
    choices: tuple[tuple[str, int, int, int], ...]


class Waiver(NamedTuple):
    """What somebody consented to. what: a code of findings, or a name that is declared to be a secret or none."""

    service: str
    what: str
    reason: str
    where: str


class FieldChange(NamedTuple):
    """One field that differs; cause: the line behind it."""

    field: str
    before: str
    after: str
    cause: str


class Change(NamedTuple):
    """One object that a change of the files makes, changes or takes away. notes: `new pods`, `its data is lost`."""

    operation: str
    object: str
    notes: tuple[str, ...]
    fields: tuple[FieldChange, ...]


class Changes(NamedTuple):
    """What differs from another revision. settings: (stack, setting, before, after)."""

    against: str
    settings: tuple[tuple[str, str, str, str], ...]
    objects: tuple[Change, ...]
    unchanged: int


class CostLine(NamedTuple):
    """What one thing costs in a month. quantity: with its unit; at: the stack in whose bill it is, "" for its own."""

    what: str
    quantity: str
    monthly: str
    sources: tuple[str, ...]
    at: str


class Cost(NamedTuple):
    """What a stack costs in a month by list prices; amounts are texts, so that no cent is lost.

    cheaper: (how much less, the change, why). not_counted: sentences.
    """

    total: str
    currency: str
    region: str
    lines: tuple[CostLine, ...]
    cheaper: tuple[tuple[str, str, str], ...]
    not_counted: tuple[str, ...]


class Page(NamedTuple):
    """All of it.

    title: of the project or stack. subject: what was read: a stack, or files. facts: (what, how it is) of the whole.
    counts: kind of object → how many. fates: what became of how many attributes. notes: all findings, those that
    say the same once. changes, cost: None where nobody asked.
    """

    title: str
    subject: str
    facts: tuple[tuple[str, str], ...]
    counts: dict[str, int]
    fates: dict[str, int]
    severities: dict[str, int]
    services: tuple[Service, ...]
    absent: tuple[Absent, ...]
    edges: tuple[Edge, ...]
    volumes: tuple[Volume, ...]
    secrets: tuple[Secret, ...]
    store: str
    notes: tuple[Note, ...]
    capacity: Capacity
    waivers: tuple[Waiver, ...]
    changes: Changes | None
    cost: Cost | None
