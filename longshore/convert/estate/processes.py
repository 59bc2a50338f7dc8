"""Who speaks of process 1: in Docker that is the container's own program, or the `tini` that stands for it.

Where the containers of a pod share their processes, process 1 is the pod's own first process (`/pause`): what is
written to `/proc/1/fd/1` is in no log, and a signal to it is lost.
Source: https://kubernetes.io/docs/tasks/configure-pod-container/share-process-namespace/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from longshore.convert.estate.own_texts import own_texts, says
from longshore.regex import Regex

if TYPE_CHECKING:
    from longshore.convert.estate import Service
    from longshore.model import Path

_FIRST: Final = Regex(
    r"/proc/1(?!\d)"
    r"|(?<![\w.-])kill(?:\s+-{1,2}[A-Za-z0-9]+(?:[ =](?!1\b)[A-Za-z0-9]+)?){0,3}(?:\s+--)?\s+[\"']?1(?![\w.:])"
    r"|\b(?:os|process|Process|posix|syscall)\.[kK]ill\(\s*1\s*[,)]"
    r"|(?<![\w-])nsenter\s(?:[^\n;|&]{0,80}\s)?(?:-t|--target)[ =]?1(?!\d)"
)
"""`/proc/1/fd/1`, `kill -HUP 1`, `os.kill(1, …)`, `nsenter -t 1`."""

_WORDS: Final = ("/proc/1", "kill", "Kill", "nsenter")
"""One of these is in each of them."""


def speaks_of_first(service: Service) -> Path | None:
    """The first place at which a container of the service's pod speaks of process 1; None: nothing that we see does."""
    return service.host.memo(_speaks)


def _speaks(owner: Service) -> Path | None:
    members = [member for member in owner.estate.pods[owner.name] if says(member, *_WORDS)]
    return next((path for member in members for path, text in own_texts(member) if names_first(text)), None)


def names_first(text: str) -> bool:
    """Does a command or a script speak of process 1?"""
    return any(word in text for word in _WORDS) and bool(_FIRST.search(text))
