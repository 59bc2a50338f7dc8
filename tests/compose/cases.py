"""Reads the catalogue: what to write into a folder, how to ask, and what should come of it.

A file of the catalogue is a mapping. `service` and `compose` list bodies that are accepted (a body of `services.web`,
and a whole compose file), `service refused` and `compose refused` those that are not. `cases` lists mappings:

files: file name → text (`compose.yaml` is asked for unless `ask.files` says otherwise). ask: what to tell both
readers (environment, profiles, services, env_files, name, project_directory, literal, files). refused: true where both
must refuse. differs: a heading of `docs/limits.md` where we differ on purpose; `ours` then says what we do,
`accepts` or `refuses`. links: link → what it points to.
"""

from __future__ import annotations

import os
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping

CATALOGUE = Path(__file__).with_name("catalogue")


class Case(NamedTuple):
    """One case; `name` tells where it stands in the catalogue."""

    name: str
    files: dict[str, str]
    ask: dict[str, Any]
    refused: bool = False
    differs: str = ""
    ours: str = ""
    links: Mapping[str, str] = MappingProxyType({})

    def write(self, folder: Path) -> None:
        """Put the files of the case into an empty folder."""
        for name, text in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
        for name, target in self.links.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            os.symlink(target, folder / name)


def read_catalogue() -> list[Case]:
    """Give every case of every file, in order."""
    return [case for path in sorted(CATALOGUE.glob("*.yaml")) for case in _cases(path)]


def _cases(path: Path) -> list[Case]:
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    cases = []
    for kind in ("service", "service refused", "compose", "compose refused"):
        for number, body in enumerate(content.get(kind, []), 1):
            text = in_service(body) if kind.startswith("service") else body
            name = f"{path.stem}/{kind}-{number}: {body.strip().partition(chr(10))[0][:60]}"
            cases.append(Case(name, {"compose.yaml": text}, {}, kind.endswith("refused")))
    for number, entry in enumerate(content.get("cases", []), 1):
        files = dict(entry["files"].items())
        title = entry.get("name", next(iter(files.values())).strip().partition(chr(10))[0][:60])
        ask = entry.get("ask", {})
        cases.append(
            Case(
                f"{path.stem}/case-{number}: {title}",
                files,
                ask,
                entry.get("refused", False),
                entry.get("differs", ""),
                entry.get("ours", ""),
                entry.get("links", {}),
            )
        )
    unknown = set(content) - {"service", "service refused", "compose", "compose refused", "cases"}
    assert not unknown, f"{path}: {unknown}"
    return cases


def in_service(body: str) -> str:
    """Make a compose file of the body of one service, with everything that a body may refer to."""
    lines = "\n".join(f"    {line}" if line else "" for line in body.splitlines())
    image = "" if body.startswith(("image:", "build:", "provider:")) or "\nimage:" in body else "    image: nginx\n"
    return (
        f"services:\n  web:\n{image}{lines}\n  db: {{image: postgres}}\n"
        "networks: {front: {}, back: }\nvolumes: {data: }\n"
        "configs: {conf: {content: hello}}\nsecrets: {key: {file: ./key.txt}}\nmodels: {llm: {model: ai/model}}\n"
    )
