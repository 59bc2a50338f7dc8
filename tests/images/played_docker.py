"""A `docker` that logs in and bakes: each target becomes an empty image in a registry that is there; with a diary."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from tests.images.real_registry import push

DIARY = "docker.jsonl"


def option(words: list[str], name: str) -> str:
    """What stands behind an option."""
    return words[words.index(name) + 1]


def bake(words: list[str]) -> None:
    """Push what a Bake file builds, and say what came of it."""
    made = {}
    for name, target in json.loads(Path(option(words, "--file")).read_text("utf-8"))["target"].items():
        for tag in target["tags"]:
            host, _, rest = tag.partition("/")
            repository, _, version = rest.rpartition(":")
            digest = push(host, repository, version)
        made[name] = {"containerimage.digest": digest, "image.name": ",".join(target["tags"])}
    Path(option(words, "--metadata-file")).write_text(json.dumps(made), "utf-8")


def main(words: list[str]) -> int:
    """Do one command: `login`, or `buildx bake`, which fails where the diary's folder has a file `broken`."""
    folder = Path(os.environ["HOME"])
    told = sys.stdin.read() if words[0] == "login" else ""
    with (folder / DIARY).open("a", encoding="utf-8") as diary:
        diary.write(json.dumps({"words": words, "told": told, "folder": os.getcwd()}) + "\n")
    if words[0] == "login":
        return 0
    if (folder / "broken").exists():
        return 17
    assert words[:2] == ["buildx", "bake"]
    bake(words)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
