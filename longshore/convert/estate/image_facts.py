"""What is known of images that everybody uses, without asking a registry: one file of facts, each with its source.

Docker reads an image's user, volumes, ports and signals from the image, and forgives what Kubernetes does not: a
program that needs rights to start, keeps its data by its host name, or must be alone. `images.json` beside this module
holds what the makers' own Dockerfiles, entrypoints and manuals say; each entry names them under `source`. What is not
written there is not known, and nothing is assumed.

An entry is found by the image's name: `postgres`, `docker.io/library/postgres` and what mirrors Docker Hub are one.
`like` takes the facts of another entry (a fork, or an image built on it), `tags` says what differs in some tags, and a
name that ends in `/*` stands for all images of one maker. An image that only ends like a well-known one
(`registry.example.com/team/redis`) may be somebody's own: of it no more is taken than what does no harm if it is
another program, and `certain` is False.
"""

from __future__ import annotations

from functools import cache, lru_cache
from json import loads
from posixpath import basename
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from longshore.convert.estate.images import parse
from longshore.convert.kubernetes.quantity import bytes_in
from longshore.regex import Regex

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from longshore.convert.estate.images import Image


class ImageFacts(NamedTuple):
    """What is known of one image, at one tag. A field that nobody knows has its default."""

    user: int | None = None
    """The number of the user that the container begins as (`USER`): 0 is root, None is not known."""

    group: int | None = None
    """The number of its group, where `USER` names one beside the user; None: the one that the user has in the image."""

    users: Mapping[str, int] = MappingProxyType({})
    """Users that the image brings, by name: what `user: postgres` means inside it; without those of every image."""

    starts_as_root: bool = False
    """It begins as root to prepare itself (`chown` of its directories, `gosu`, `setpriv`, s6), then it, or its workers,
    drop to another user: without root's default capabilities (CHOWN, DAC_OVERRIDE, FOWNER, SETGID, SETUID) it fails."""

    file_capabilities: tuple[str, ...] = ()
    """Capabilities on the file of its program, without `CAP_`. The kernel refuses to run the file (`operation not
    permitted`) where one of them is dropped, also for a user who needs none."""

    set_user_id: tuple[str, ...] = ()
    """Programs of it that are used, and get more rights than their caller by the set-user-ID or set-group-ID bit
    (`sudo`, `fping`, `postdrop`): they get none where privilege escalation is off."""

    data: tuple[str, ...] = ()
    """Directories with what must not be lost: its VOLUMEs that hold data, else where it keeps data by default."""

    left: tuple[str, ...] = ()
    """Directories below `data` where older versions kept it: what is mounted there alone is not used, or refused."""

    expendable: bool = False
    """What it keeps is a cache, or can be made again by itself or by others (Redis, certificates, downloads)."""

    ports: tuple[int, ...] = ()
    """TCP ports at which it serves unless it is told otherwise, the main one first."""

    answers: bool = False
    """It answers at its main port as soon as it is up, without a configuration that must be given first."""

    fills_itself: bool = False
    """It makes everything that it needs in an empty data directory: nothing of the image must be copied there."""

    keeps_data_by_host_name: bool = False
    """What it wrote is found again only under the same host name (RabbitMQ's node name)."""

    forms_cluster: bool = False
    """Several of them dial each other to form one system, and are not ready before they have."""

    singleton: bool = False
    """Two at once do harm: both write one directory, or do the same work twice."""

    memory: int = 0
    """Bytes without which it does not start, or is killed soon, with its own defaults; 0: not known, or little."""

    memlock: bool = False
    """It locks its memory where it is configured to, and ends where `ulimit -l` forbids it."""

    max_map_count: int = 0
    """The least `vm.max_map_count` of the node with which it starts; 0: any."""

    open_files: int = 0
    """The least limit of open files that it demands, or is documented to need; 0: any."""

    configuration: tuple[str, ...] = ()
    """Files, or directories that end in `/`, in which it is configured at what addresses it listens."""

    healthcheck: tuple[str, ...] = ()
    """The image's own `HEALTHCHECK`, as `test` of compose has it. Docker runs it, Kubernetes does not; empty: none."""

    times: Mapping[str, str] = MappingProxyType({})
    """The options of its `HEALTHCHECK` by their names in compose (`interval`, `start_period`): Docker takes from there
    what compose does not say."""

    shell: bool = True
    """Is there a `/bin/sh`, with which a test or a hook that is text is run? Images of one static program have none."""

    stop_signal: str = ""
    """`STOPSIGNAL` of the image. A container runtime sends that one in Kubernetes too; empty: SIGTERM."""

    ends_at_sigterm: bool | None = None
    """Does it end, in order, at SIGTERM? False: it goes on until it is killed, or waits for others. None: not known."""

    answers_by_address: bool = False
    """Its health pages answer those only who ask from their own container, as long as nobody tells it otherwise."""

    built: bool = False
    """It was read from a Dockerfile of the project: what else it brings, nobody knows."""

    certain: bool = False
    """It is that image. False: nothing is known, or it only ends like a well-known one."""


UNKNOWN: Final = ImageFacts()
"""What is known of an image that nobody wrote down."""

_BY_LAST_PART: Final = ("ports", "answers", "fills_itself")
"""Facts that do no harm where an image is only called like a well-known one."""

_VERSION: Final = Regex(r"v?(\d{1,9}(?:\.\d{1,9})*)")


@lru_cache(maxsize=1024)
def known(reference: str) -> ImageFacts:
    """What is known of an image, by its reference; a digest without a tag leaves open what differs among the tags."""
    image = parse(reference)
    catalogue = _catalogue()
    name = _canonical(image.repository, catalogue["mirrors"])
    images = catalogue["images"]
    entry = name if name in images else f"{name.rpartition('/')[0]}/*"
    if entry in images:
        return _facts(entry, image)
    alike = catalogue["lastParts"].get(basename(image.repository))
    return called_alike(_facts(alike, image)) if alike else UNKNOWN


def called_alike(facts: ImageFacts) -> ImageFacts:
    """What of an image is taken to be true of another one that is only called like it."""
    return UNKNOWN._replace(**{field: getattr(facts, field) for field in _BY_LAST_PART})


@cache
def _catalogue() -> dict[str, Any]:
    """Read the file: `mirrors` (prefix → the prefix that it stands for), `images` (name → entry), `lastParts`."""
    # not by importlib.resources, which takes longer to import than the file to read
    data: bytes = __loader__.get_data(f"{__file__.rpartition('/')[0]}/images.json")  # type: ignore[name-defined]
    catalogue: dict[str, Any] = loads(data)
    return catalogue


def _canonical(repository: str, mirrors: Mapping[str, str]) -> str:
    """Name a repository as `images` does: without the hosts of Docker Hub and of those that mirror it."""
    for prefix, instead in mirrors.items():
        if repository.startswith(prefix):
            return _canonical(instead + repository[len(prefix) :], mirrors)
    return repository


def _facts(name: str, image: Image) -> ImageFacts:
    """Facts of an entry at a tag: those of the entry it is like, its own, and those of its tags, the last one wins."""
    found: dict[str, Any] = {}
    for fields in _layers(name, image):
        found.update(fields)
    return ImageFacts(**{field: _typed(field, value) for field, value in found.items()}, certain=True)


def _layers(name: str, image: Image) -> Iterator[Mapping[str, Any]]:
    entry = _catalogue()["images"][name]
    if "like" in entry:
        yield from _layers(entry["like"], image)
    yield {field: value for field, value in entry.items() if field in ImageFacts._fields}
    for case in entry.get("tags", ()):
        fields = {field: value for field, value in case.items() if field in ImageFacts._fields}
        if image.digest and not image.tag:
            yield {field: ImageFacts._field_defaults[field] for field in fields}
        elif _holds(case, image.tag):
            yield fields


def _holds(case: Mapping[str, Any], tag: str) -> bool:
    """Does the tag contain the case's word, and lie in its versions `[from, before)`? One without a version is new."""
    if "contains" in case and case["contains"] not in tag:
        return False
    match = _VERSION.match(tag)
    version = _numbers(match[1]) if match else None
    if "from" in case and version is not None and version < _numbers(case["from"]):
        return False
    return "before" not in case or (version is not None and version < _numbers(case["before"]))


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def _typed(field: str, value: Any) -> Any:
    if isinstance(value, list):
        return tuple(value)
    if isinstance(value, dict):
        return MappingProxyType(value)
    return bytes_in(value) if field == "memory" else value
