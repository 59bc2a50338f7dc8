"""What an inventory saw of a compose project where it ran: facts for rules that otherwise have to assume.

Plain frozen values, as the options are: `longshore.inventory` reads them from a file and finds out which container was
which service. Nothing here is the value of a variable, a label or an argument.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

NOBODY: Final[Mapping[str, SeenService]] = MappingProxyType({})
NOTHING: Final[Mapping[str, SeenVolume]] = MappingProxyType({})


class Listening(NamedTuple):
    """A port at which something listens. loopback: it is reached from inside the container only."""

    port: int
    protocol: str
    loopback: bool


class SeenCheck(NamedTuple):
    """A health check that Docker ran, its numbers in seconds (0: Docker's own).

    test: as compose has it; empty where the inventory does not have it, since a word of it may be a secret.
    """

    test: tuple[str, ...] = ()
    interval: float = 0
    timeout: float = 0
    start_period: float = 0
    retries: int = 0


class Size(NamedTuple):
    """What the samples say that a service needs. memory: bytes for its limit; cpu: millicores for its request.

    peak: the most bytes that a sample saw. hours: over which there are samples. whole: are they long enough to have
    seen everything once? killed: how often it was killed for memory; too_little: the largest limit at which it was.
    growth: bytes an hour by which it grew all the time; 0: it did not.
    """

    memory: int
    cpu: int
    peak: int
    hours: float
    whole: bool
    killed: int = 0
    too_little: int = 0
    growth: int = 0


class SeenService(NamedTuple):
    """One service as its containers were. None: the inventory could not see it.

    image: as its container names it. digest: `name@sha256:…` of the registry it came from; empty: of none. own: it is
    the image that is meant now, so that what is said of it here is true of what will run. user, group: numbers that it
    begins as. drops_root: it begins as root, and others than root run in it. data: bytes of each anonymous volume, by
    its place. listening, exposed: ports that are open, and those that the image declares. check: the health check that
    Docker ran; healthy: what it said. runs_image: it runs the command that its image has. volumes: names of the
    engine's volumes by their place. limit: bytes it may use, 0: all. stays: it ran for hours; False: it did its work
    and ended, and nobody started it again. running: how many of its containers were alive.
    """

    image: str
    digest: str = ""
    own: bool = True
    architecture: str = ""
    user: int | None = None
    group: int | None = None
    drops_root: bool | None = None
    data: Mapping[str, int | None] = MappingProxyType({})
    listening: tuple[Listening, ...] | None = None
    exposed: tuple[tuple[int, str], ...] = ()
    check: SeenCheck | None = None
    healthy: bool | None = None
    shell: bool | None = None
    stop_signal: str = ""
    runs_image: bool | None = None
    limit: int = 0
    published: tuple[tuple[int, str], ...] = ()
    size: Size | None = None
    stays: bool | None = None
    running: int = 0


class SeenVolume(NamedTuple):
    """A named volume. uid, gid, mode: of its directory, None where no container showed it. size: bytes in it."""

    uid: int | None = None
    gid: int | None = None
    mode: int | None = None
    size: int | None = None


class Observed(NamedTuple):
    """What was seen of one project.

    source: the file, as messages name it. services: by their names in compose. volumes: by their keys in compose.
    strangers: services that run in the project and that the compose file does not have. calls: what the machine
    starts by the clock in these services: (service, when, the file that says so).
    """

    source: str
    services: Mapping[str, SeenService] = NOBODY
    volumes: Mapping[str, SeenVolume] = NOTHING
    strangers: tuple[str, ...] = ()
    calls: tuple[tuple[str, str, str], ...] = ()


def hours_text(hours: float) -> str:
    """Write for how long something was watched: `30 h`, `12 min`."""
    return f"{hours:g} h" if hours >= 1 else f"{max(1, round(hours * 60))} min"
