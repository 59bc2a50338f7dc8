"""The projects that both worlds run: golden cases, cases from the field, real projects, and made-up ones."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from longshore.convert.options import NOTHING, Options, Storage
from tests.attributes import golden
from tests.node.comparison.generate import generated
from tests.node.comparison.project import Case, NotReadError, copied, prepare

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tests.node.comparison.project import Prepared

ROOT = Path(__file__).parents[3]
SHARED = ROOT.parent / "shared"
CORPUS = Path(os.environ.get("LONGSHORE_CORPUS") or SHARED / "corpus")
FIELD = SHARED / "cases"
STORAGE = Storage(size="64Mi", shared_class="efs")

# Attributes and house rules of which nothing can be seen in a container, and cases that no engine here can run.
_UNSEEN = {
    "annotations",
    "build",
    "capacity",
    "deploy_labels",
    "deploy_update_config",
    "disruption_budget",
    "exposure",
    "front",
    "gpus",
    "image",
    "label_file",
    "labels",
    "local_only",
    "logging",
    "mutable_tag",
    "platform",
    "pod_security",
    "pull_policy",
    "replicas",
    "rollout",
    "runtime",
    "service_account",
    "spread",
    "storage",
    "visible_devices",
    "x_longshore",
}
# Cases whose stack or inventory decides otherwise than the compose file says, so that there is nothing to compare with.
_DECIDED = {
    "inventory/facts",
    "inventory/inside-only",
    "limits/given-by-the-stack",
    "mem_limit/decided-by-the-stack",
    "restart/tries-for-ever",
    "stop_signal/seen",
    "user/group-seen",
}
_LONGEST_NAME = 40
# What a user of these projects has to set.
_VARIABLES = {"airflow": {"AIRFLOW_IMAGE_NAME": "apache/airflow:3.0.0", "AIRFLOW_UID": "50000"}}


class Source(NamedTuple):
    """Where a project comes from, before it is copied to where it may be written to."""

    name: str
    folder: Path
    files: tuple[str, ...]
    options: Options
    profiles: tuple[str, ...] = ("*",)
    environment: Mapping[str, str] = NOTHING


def golden_cases() -> Iterator[Source]:
    """Those of attributes and policies that carry behaviour."""
    for kind in ("attributes", "policies"):
        for folder in sorted((ROOT / "tests" / kind).glob("*/*/")):
            left_out = folder.parent.name in _UNSEEN or f"{folder.parent.name}/{folder.name}" in _DECIDED
            if not left_out and (folder / "compose.yaml").exists():
                yield Source(f"{folder.parent.name}-{folder.name}", folder, ("compose.yaml",), golden.options(folder))


def field_cases() -> Iterator[Source]:
    """Projects reduced from public reports; none where that folder is not beside the checkout."""
    for folder in sorted(FIELD.glob("*/")) if FIELD.is_dir() else ():
        yield Source(f"field-{folder.name}", folder, ("compose.yaml",), Options(storage=STORAGE))


def corpus() -> Iterator[Source]:
    """Real projects, with the files that the corpus's table names; none where there is no corpus."""
    readme = CORPUS / "README.md"
    for line in readme.read_text("utf-8").splitlines() if readme.exists() else ():
        row = [x.strip() for x in line.split("|")[1:4]]
        if len(row) == 3 and row[0] and (CORPUS / row[0]).is_dir():
            files, variables = tuple(row[1].split()), _VARIABLES.get(row[0], {})
            yield Source(f"real-{row[0]}", CORPUS / row[0], files, Options(storage=STORAGE), (), variables)


def made_up(count: int, start: int, folder: Path) -> Iterator[Source]:
    """Generated ones, written into `folder`."""
    for index, model in enumerate(generated(count, start)):
        home = folder / f"made-up-{start}-{index}"
        home.mkdir(parents=True)
        (home / "compose.yaml").write_text(json.dumps(model, indent=1))
        (home / "key.txt").write_text("a key\n")
        (home / "settings.txt").write_text("a = 1\n")
        yield Source(home.name, home, ("compose.yaml",), Options(storage=STORAGE))


def prepared(sources: Iterable[Source], folder: Path) -> tuple[list[Prepared], list[str]]:
    """Copies that are read and converted, and what could not be read."""
    found: list[Prepared] = []
    unread: list[str] = []
    for source in sources:
        name = source.name.lower().replace("_", "-").replace(".", "-")[:_LONGEST_NAME].rstrip("-")
        home = _home(source, folder / name)
        try:
            case = Case(name, home, source.files, source.options, source.environment, source.profiles)
            found.append(prepare(case))
        except NotReadError as error:
            unread.append(str(error))
            shutil.rmtree(folder / name)
    return found, unread


def _home(source: Source, target: Path) -> Path:
    """The copy; that of a project that lies in a repository's subfolder keeps its surroundings."""
    return copied(source.folder, target)
