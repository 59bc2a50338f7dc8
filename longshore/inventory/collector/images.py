"""What is in the images that run: user, volumes, ports, health check, architecture, digests; no text of their makers.

Source: https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Image/operation/ImageInspect
"""

from __future__ import annotations

from typing import Any

from longshore.inventory.collector import harmless

NANOSECONDS = 1_000_000_000


def image(found: dict[str, Any]) -> dict[str, Any]:
    """Describe one image, as the engine inspects it."""
    config = found.get("Config") or {}
    return {
        "id": str(found.get("Id", "")),
        "names": [str(name) for name in found.get("RepoTags") or ()],
        "digests": [str(name) for name in found.get("RepoDigests") or ()],
        "architecture": str(found.get("Architecture", "")),
        "os": str(found.get("Os", "")),
        "size": int(found.get("Size") or 0),
        "created": str(found.get("Created") or "")[:40],
        "user": str(config.get("User") or "")[:128],
        "volumes": sorted(config.get("Volumes") or ()),
        "exposed": sorted(config.get("ExposedPorts") or ()),
        "entrypoint": harmless.command(config.get("Entrypoint")),
        "command": harmless.command(config.get("Cmd")),
        "healthcheck": health_check(config.get("Healthcheck")),
        "stopSignal": signal(config.get("StopSignal")),
        "workingDirectory": str(config.get("WorkingDir") or "")[:256],
        "variables": variables(config.get("Env")),
        "labels": sorted(map(str, config.get("Labels") or ())),
    }


def health_check(check: dict[str, Any] | None) -> dict[str, Any] | None:
    """Describe a health check: its numbers in seconds, and its test where each word of it is harmless."""
    if not check or not check.get("Test") or check["Test"][0] == "NONE":
        return None
    test: list[str] = [str(word) for word in check["Test"]]
    return {
        "kind": test[0] if test[0] in {"CMD", "CMD-SHELL"} else "",
        "length": sum(map(len, test[1:])),
        "test": harmless.health_test(test),
        "interval": _seconds(check.get("Interval")),
        "timeout": _seconds(check.get("Timeout")),
        "startPeriod": _seconds(check.get("StartPeriod")),
        "retries": int(check.get("Retries") or 0),
    }


def _seconds(nanoseconds: Any) -> float:
    return round(int(nanoseconds or 0) / NANOSECONDS, 3)


def signal(name: Any) -> str:
    """A stop signal as `SIGTERM` or a number; anything else is none."""
    text = str(name or "").upper()
    return text if len(text) <= len("SIGRTMAX-14") and text.replace("+", "").replace("-", "").isalnum() else ""


def variables(pairs: Any) -> dict[str, int]:
    """Name of each variable → length of its value."""
    found = {}
    for pair in pairs or ():
        name, _, value = str(pair).partition("=")
        found[name] = len(value)
    return dict(sorted(found.items()))
