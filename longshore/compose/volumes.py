"""The short form of a service's volume: `source:target:options`, where the source may be a Windows path."""

from __future__ import annotations

from typing import Any

from longshore.compose.files import clean

PROPAGATIONS = frozenset(("rprivate", "private", "rshared", "shared", "rslave", "slave"))
_SHORTEST = 3


class VolumeError(Exception):
    """The text is not a volume: says why, and what to write."""

    def __init__(self, message: str, help: str) -> None:  # noqa: A002
        super().__init__(message)
        self.message, self.help = message, help


def parse_volume(text: str) -> dict[str, Any]:
    """Give the long form: always `type` and `target`, `source` unless it is an anonymous volume.

    Raises:
        VolumeError: a part is empty, or there are too many.
    """
    if not text:
        raise VolumeError("an empty text is not a volume", "write `source:/path/in/container`")
    if len(text.encode()) < _SHORTEST:
        return {"type": "volume", "target": text}
    parts = _split(text)
    if "" in parts:
        raise VolumeError(f"`{text}` has an empty part between its colons", "write `source:/path/in/container`")
    if len(parts) > 3:  # noqa: PLR2004  source, target, options
        raise VolumeError(f"`{text}` has too many colons", "write `source:/path/in/container:options`")
    volume: dict[str, Any] = {"target": parts[0]} if len(parts) == 1 else {"source": parts[0], "target": parts[1]}
    for option in parts[2].split(",") if len(parts) > 2 else ():  # noqa: PLR2004
        _add_option(volume, option)
    if is_path(volume.get("source", "")):
        volume["type"] = "bind"
        volume.setdefault("bind", {})["create_host_path"] = True
    else:
        volume["type"] = "volume"
        volume.setdefault("volume", {})
    return volume


def cleaned(target: str) -> str:
    """Write a mount target in its shortest form."""
    return clean(target) if target else ""


def _add_option(volume: dict[str, Any], option: str) -> None:
    if option in {"ro", "rw"}:
        volume.pop("read_only", None)
        if option == "ro":
            volume["read_only"] = True
    elif option == "nocopy":
        volume["volume"] = {"nocopy": True}
    elif option in PROPAGATIONS:
        volume.setdefault("bind", {})["propagation"] = option
    elif option in {"z", "Z"}:
        volume.setdefault("bind", {})["selinux"] = option


def _split(text: str) -> list[str]:
    """Split at the colons that are neither behind a drive letter nor inside `${...}`."""
    parts = []
    part = ""
    nested = 0
    for index, character in enumerate(text):
        if character == "$" and text[index + 1 : index + 2] == "{":
            nested += 1
        elif character == "}" and nested:
            nested -= 1
        elif character == ":" and not nested and not (len(part) == 1 and part.isalpha()):
            parts.append(part)
            part = ""
            continue
        part += character
    if nested:
        raise VolumeError(f"`{text}` has a `${{` that is never closed", "close it with `}`")
    return [*parts, part]


def is_path(source: str) -> bool:
    """Is the source of a short form a path on the host (and not the name of a volume)?"""
    return source[:1] in {".", "/", "~"} or source.startswith("\\\\") or (source[1:2] == ":" and source[0].isalpha())
