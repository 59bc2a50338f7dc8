"""Why a container ended, or is not started at all.

Source: https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#container-states, and for exit codes of 126
and above https://tldp.org/LDP/abs/html/exitcodes.html
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from longshore.cli.cluster.causes.cause import Cause, said_by_cluster
from longshore.cli.cluster.health import declared

if TYPE_CHECKING:
    from longshore.cli.cluster.causes.cause import Scene
    from longshore.cluster.client import Object

OUT_OF_MEMORY: Final = "OOMKilled"
CANNOT_START: Final = frozenset({"CreateContainerError", "RunContainerError", "PostStartHookError", "StartError"})
_SIGNALLED: Final = 128
_CODES: Final = {
    0: "it ends by itself, without an error",
    126: "its command may not be executed, or is for another processor",
    127: "its command is not there",
    134: "it aborted (SIGABRT)",
    137: "it was killed (SIGKILL)",
    139: "it broke down (SIGSEGV)",
    143: "it was asked to stop (SIGTERM)",
}
_UNITS: Final = (("d", 86400), ("h", 3600), ("m", 60), ("s", 1))


def ended(pod: Object, status: Object, service: str, scene: Scene) -> Cause | None:
    """What a container last ended of, where it was started again or waits to be; None where it never ended."""
    state = status.get("state") or {}
    last = (status.get("lastState") or {}).get("terminated") or state.get("terminated") or {}
    restarts = int(status.get("restartCount") or 0)
    waits = (state.get("waiting") or {}).get("reason") == "CrashLoopBackOff"
    if not last or not (restarts or waits):
        return None
    name, ready = str(status.get("name")), bool(status.get("ready"))
    times = "once" if restarts == 1 else f"{restarts} times"
    when = f"{times}, last {ago(str(last.get('finishedAt') or ''), scene.now)}"
    if last.get("reason") == OUT_OF_MEMORY:
        limit = _limit(pod, name)
        more = f" of {limit}" if limit else ""
        what = f"it took more memory than its limit{more} and was killed ({OUT_OF_MEMORY}): {when}"
        help_ = (
            f"write a higher limit, `mem_limit` in the compose file or `services: {{{service}: {{memory: …}}}}` in "
            f"{scene.file}; `longshore size` recommends one from what it used"
        )
        return Cause("out-of-memory", what, help_, name, past=ready)
    code = int(last.get("exitCode") or 0)
    if last.get("reason") in CANNOT_START:
        return never_started(name, str(last.get("message") or ""))
    meaning = _CODES.get(code) or (f"signal {code - _SIGNALLED}" if code > _SIGNALLED else "")
    told = f"exit code {code}{f': {meaning}' if meaning else ''}"
    help_ = f"`longshore logs -s {scene.stack} --previous {service}` shows what it wrote before it ended"
    if not code:
        help_ += "; a program that is done is a Job: `restart: on-failure`, or `x-longshore: {workload: Job}`"
    if waits:
        return Cause("crash-loop", f"it ends again and again ({told}), {when}", help_, name)
    return Cause("restarted", f"it was started again {when} ({told})", help_, name, past=ready)


def never_started(container: str, message: str) -> Cause:
    """The runtime could not start the program of a container."""
    lowered, said = message.lower(), said_by_cluster(message)
    if "executable file not found" in lowered or "no such file or directory" in lowered:
        help_ = "its `command` or `entrypoint` names a program that the image has not got, or not on its PATH"
    elif "permission denied" in lowered:
        help_ = "its program may not be executed by the user that it runs as: see `user` and the rights in the image"
    elif "exec format error" in lowered:
        help_ = "the image is for another processor than the node's: build it for both, or set `platform`"
    else:
        help_ = "the words are those of the container's runtime"
    return Cause("does-not-start", f"its program cannot be started: {said}", help_, container)


def ago(timestamp: str, now: datetime) -> str:
    """How long ago something was: `5m ago`."""
    found = age(timestamp, now)
    return f"{found} ago" if found else "at an unknown time"


def age(timestamp: str, now: datetime) -> str:
    """How long something is there, in its largest unit: `5m`; empty where nobody says since when."""
    try:
        since = datetime.fromisoformat(timestamp)
    except ValueError:
        return ""
    seconds = max(0, int((now - since.astimezone(UTC)).total_seconds()))
    unit, size = next((each for each in _UNITS if seconds >= each[1]), _UNITS[-1])
    return f"{seconds // size}{unit}"


def _limit(pod: Object, container: str) -> str:
    resources = declared(pod, container).get("resources") or {}
    return str((resources.get("limits") or {}).get("memory") or "")
