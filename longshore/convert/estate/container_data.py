"""What Docker keeps of a container when its program ends and starts again, and a pod loses.

Docker keeps a container's own files, and the anonymous volumes that its image asks for, until somebody removes the
container. In a pod both end with the container: a database without a volume is empty after its first crash. Nobody can
see what a program writes, so only images are spoken of that are known to keep data, and where they keep it.
"""

from __future__ import annotations

from posixpath import basename
from typing import TYPE_CHECKING, Final, NamedTuple

from longshore.compose.files import clean
from longshore.convert.estate.ports import image_name
from longshore.convert.estate.programs import CLIENT, SHELLS
from longshore.convert.estate.service_images import of
from longshore.convert.estate.storage import inherited, targets
from longshore.regex import Regex

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from longshore.convert.estate import Service
    from longshore.model import Path


class Unkept(NamedTuple):
    """Where a service keeps data that a pod would lose.

    directories: in the container. at: of the anonymous volume there, below the service; empty where none is written.
    instead: the named volume (key, target) that was meant for it, mounted where nothing is; none: ("", "").
    certain: False where the program may be meant to forget, a cache that keeps its data unless it is told not to.
    """

    directories: tuple[str, ...]
    at: Path
    instead: tuple[str, str]
    certain: bool


_SERVERS: Final = Regex(
    r"(?:^|[\s/;&|])(?:cassandra|clickhouse(?:-server)?|consul|docker-entrypoint(?:\.sh)?|elasticsearch|etcd|grafana|"
    r"influxd|keydb-server|mariadbd(?:-safe)?|minio|mongod|mysqld(?:_safe)?|nats-server|neo4j|postgres|prometheus|"
    r"rabbitmq-server|redis-server|valkey-server|vault)(?=[\s;&|]|$)"
)
_FORGETS: Final = Regex(r"(?:^|\s)(?:-dev|--dev|start-dev|--save (?:''|\"\")?(?=\s|$))")
_PERSISTS: Final = Regex(r"--appendonly[ =]yes|--save[ =]['\"]?\d|--aof|appendonly yes")
_SEVERAL: Final = Regex(r"(/[\w./-]{1,200})\{\d{1,3}\.\.\.\d{1,3}\}")
"""Several directories by one pattern, which MinIO reads: `/data{1...4}`."""

_ELSEWHERE: Final = ("KC_DB", "DB_VENDOR", "DB_ADDR")
"""Variables of Keycloak that give it a database of its own."""


def unkept(service: Service) -> Unkept | None:
    """What the service would lose; None: nothing that is known."""
    facts = of(service)
    if not facts.certain or not facts.data or service.workload.kind == "Job" or not _keeps(service):
        return None
    kept = dict(_kept(service))
    used = kept.keys() - (set(facts.left) - set(facts.data))
    lost = tuple(directory for directory in facts.data if not any(_holds(target, directory) for target in used))
    if not lost or any(_told(service, target) for target, key in kept.items() if key):
        return None
    anonymous = targets(service).get(clean(lost[0]), ())
    certain = not facts.expendable or bool(_PERSISTS.search(_command(service)))
    return Unkept(lost, anonymous, _meant(service, kept, lost), certain)


def _keeps(service: Service) -> bool:
    """Does the container run the server that keeps the data, and is it not told to forget?"""
    text, command = _command(service), service.model.get("command") or ()
    environment = service.model.get("environment") or {}
    if _FORGETS.search(text) or any(environment.get(key) for key in _ELSEWHERE):
        return False
    first = basename(str(command[0]).split(None, 1)[0]) if command and str(command[0]).strip() else ""
    if service.model.get("entrypoint") or first in SHELLS:
        return bool(_SERVERS.search(text))
    return first.startswith("-") or not (CLIENT.match(first) or first.endswith(".sh"))


def _command(service: Service) -> str:
    words = (*(service.model.get("entrypoint") or ()), *(service.model.get("command") or ()))
    return " ".join(str(word) or "''" for word in words)[:10_000]


def _kept(service: Service) -> Iterator[tuple[str, str]]:
    """(target, volume) of all that is mounted to be written and stays, or is in memory by choice; binds have none."""
    own: list[tuple[Mapping[str, Any], bool]] = [(mount, False) for mount in service.model.get("volumes") or ()]
    for mount, read_only in (*own, *((given.mount, given.read_only) for given in inherited(service))):
        key = str(mount.get("source") or "")
        if not (mount.get("read_only") or read_only) and (key or mount.get("type") != "volume"):
            yield clean(str(mount.get("target"))), key if mount.get("type") == "volume" else ""
    short = service.model.get("tmpfs") or ()
    for entry in (short,) if isinstance(short, str) else short:
        yield clean(str(entry).partition(":")[0]), ""


def _holds(target: str, directory: str) -> bool:
    """Does what is mounted at `target` hold the directory, or a part of it that is a directory too?"""
    inside = target.startswith(f"{directory}/") and "." not in basename(target)
    return target in {"/", directory} or directory.startswith(f"{target}/") or inside


def _told(service: Service, target: str) -> bool:
    """Do the service's own settings speak of the place where a volume is mounted? Its data may be told to lie there."""
    values = (str(value) for value in (service.model.get("environment") or {}).values() if value)
    texts = (*values, _command(service))
    several = (match[1] for text in texts if "..." in text for match in _SEVERAL.finditer(text))
    return any(target in text for text in texts) or any(
        target.startswith(stem) and target[len(stem) :].isdecimal() for stem in several
    )


def _meant(service: Service, kept: Mapping[str, str], lost: tuple[str, ...]) -> tuple[str, str]:
    """The volume that looks as if it was meant for the data: below the same folder, or called as the image is."""
    stem, roots = image_name(service)[:5], {tuple(directory.split("/")[1:3]) for directory in lost}
    for target, key in kept.items():
        if key and (tuple(target.split("/")[1:3]) in roots or stem in target):
            return key, target
    return "", ""
