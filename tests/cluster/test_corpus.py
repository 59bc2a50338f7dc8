"""Real projects' compose files: each gives manifests that the API accepts, or findings that say where and what.

The corpus is not part of the repository; `LONGSHORE_CORPUS` says where it lies. Its README has a table: folder, files
in load order, services by default / with all profiles (counted by `docker compose config`).
"""

from __future__ import annotations

import os
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
import yaml

from tests.cluster.estates import ROOT, containers, dangling, incomplete, longshore, named
from tools.cluster import workloads
from tools.cluster.fixtures import new_namespace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tools.cluster.api import Api

CORPUS = Path(os.environ.get("LONGSHORE_CORPUS") or ROOT.parent / "shared" / "corpus")
# Findings that tell of objects which must be in the namespace already.
OUTSIDE = {"external-volume", "external-config", "external-secret"}


class Estate(NamedTuple):
    """Files of a folder in load order, and how many services they have; -1 where nobody has counted."""

    folder: str
    files: tuple[str, ...]
    profiles: tuple[str, ...] = ()
    services: int = -1

    def __str__(self) -> str:
        return " ".join((self.folder, *(() if self.services >= 0 else self.files), *self.profiles))


def rows() -> Iterator[tuple[str, tuple[str, ...], int, int]]:
    """(folder, files, services, services with all profiles) of the corpus's table; none where there is no corpus."""
    readme = CORPUS / "README.md"
    for line in readme.read_text("utf-8").splitlines() if readme.exists() else ():
        row = [x.strip() for x in line.split("|")[1:4]]
        if len(row) == 3 and row[0] and (CORPUS / row[0]).is_dir():
            default, every = (int(x) for x in row[2].split("/"))
            yield row[0], tuple(row[1].split()), default, every


def estates() -> list[Estate]:
    """Every folder as its table has it, the same with all profiles, and every other compose file by itself."""
    found = []
    for folder, files, default, every in rows():
        found.append(Estate(folder, files, (), default))
        if every != default:
            found.append(Estate(folder, files, ("*",), every))
        others = sorted(str(x.relative_to(CORPUS / folder)) for x in (CORPUS / folder).rglob("*.y*ml"))
        found += [Estate(folder, (x,)) for x in others if x not in files and is_compose(CORPUS / folder / x)]
    return found


def is_compose(file: Path) -> bool:
    """Whether a YAML file is one mapping with `services`."""
    try:
        root = yaml.compose(file.read_text("utf-8"), yaml.CSafeLoader)
    except yaml.YAMLError:
        return False
    return isinstance(root, yaml.MappingNode) and any(key.value == "services" for key, _ in root.value)


ESTATES = estates()

if not ESTATES:
    pytest.skip(f"no compose files to read: {CORPUS} is not there (set LONGSHORE_CORPUS)", allow_module_level=True)


def test_the_table_names_every_folder() -> None:
    assert {x.folder for x in ESTATES} == {x.name for x in CORPUS.iterdir() if x.is_dir()}


@pytest.mark.usefixtures("simulated", "external_secrets_kinds")
def test_every_workload_of_every_folder_comes_up(api: Api, say: Callable[[str], None]) -> None:
    """All at once, since a Deployment counts only after its pods have been ready for ten seconds."""
    with ExitStack() as stack:
        spaces = []
        for folder, files, _, _ in rows():
            flags = (*named(files), "--profile", "*", "--fail-on", "never")
            manifests = longshore("render", CORPUS / folder, *flags).manifests
            spaces.append(stack.enter_context(new_namespace(api)))
            workloads.apply_all(api, manifests, spaces[-1])
        seconds = sum(workloads.wait_until_up(api, each) for each in spaces)
        say(f"the workloads of {len(spaces)} estates are up after {seconds:.1f} s")


@pytest.mark.usefixtures("external_secrets_kinds")
@pytest.mark.parametrize("estate", ESTATES, ids=str)
def test_the_api_takes_what_is_made_and_findings_say_the_rest(
    api: Api, namespace: str, say: Callable[[str], None], estate: Estate
) -> None:
    flags = [*named(estate.files), *(x for name in estate.profiles for x in ("--profile", name))]
    check = longshore("check", CORPUS / estate.folder, *flags, "--output", "json")
    render = longshore("render", CORPUS / estate.folder, *flags, "--fail-on", "never")
    told = Counter(x["severity"] for x in check.findings)
    manifests = render.manifests
    refusals = workloads.refusals(api, manifests, namespace)
    say(
        f"{estate!s:55} services {len(containers(manifests)):3} objects {len(manifests):4} accepted "
        f"{len(manifests) - len(refusals):4} errors {told['error']:3} warnings {told['warning']:3}"
    )
    assert check.code in {0, 1, 2}, check.err
    assert (check.code > 0) == (told["error"] > 0)
    assert render.code == (2 if check.code == 2 else 0), render.err
    assert incomplete(check.findings) == []
    assert refusals == []
    told_of = {word for x in check.findings if x["code"] in OUTSIDE for word in x["message"].split("`")}
    assert dangling(manifests, told_of) == []
    if estate.services >= 0:
        assert len(containers(manifests)) == estate.services
    else:
        assert manifests or check.code == 2
