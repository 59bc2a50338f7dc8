"""Which program a container runs: the one its image is made for, or a shell, a client or a tool beside it."""

from __future__ import annotations

from posixpath import basename
from typing import TYPE_CHECKING, Final

from longshore.regex import Regex

if TYPE_CHECKING:
    from longshore.convert.estate import Service

SHELLS: Final = frozenset({"sh", "bash", "ash", "dash", "python", "python3", "node", "curl"})
"""Programs that do something else than what an image is made for."""

CLIENT: Final = Regex(
    r"(?:.*[-_])?(?:backup|bench|check|client|exporter|init|isready|migrate|upgrade)$|(?:mariadb|mc|mongos?|mysql|psql)$"
    r"|.*(?:admin|benchmark|cli|ctl|dump(?:all)?|export|import|restore|sentinel|(?<!\.)sh)$|(?:cat|crond?|sleep|tail|true)$"
)
"""Programs that images bring beside the one that serves at its ports and keeps its data: clients, tools, Sentinel."""


def runs_its_program(service: Service) -> bool:
    """Does the container run what its image is made for, as far as `entrypoint` and `command` tell?"""
    return service.memo(_runs_its_program)


def _runs_its_program(service: Service) -> bool:
    words = " ".join(map(str, service.model.get("command") or [])).split(None, 1)
    program = basename(words[0]) if words else ""
    return not service.model.get("entrypoint") and program not in SHELLS and not CLIENT.match(program)
