"""Faults that a converter could have are seen by the comparison, each where it lies; without one nothing is."""

from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import pytest

from longshore.convert.options import Options
from longshore.model import Manifest
from tests.node.comparison import cases, docker_world, endings, node_world, standins
from tests.node.comparison.compare import PAGE, judge, lines
from tests.node.comparison.faults import AT_THE_END, FAULTS, Fault, planted, together
from tests.node.comparison.project import Prepared
from tests.node.comparison.run import Worlds, all_facts, targets
from tools.cluster.workloads import end_namespaces
from tools.node.images import write_archive


@pytest.fixture(scope="module")
def worlds(engine, node, tmp_path_factory):
    return Worlds(engine, node, tmp_path_factory.mktemp("planted"))


@pytest.fixture(scope="module")
def project(worlds):
    home = cases.ROOT / "tests/node/comparison/planted_project"
    source = cases.Source("planted", home, ("compose.yaml",), Options(storage=cases.STORAGE))
    (prepared,), _ = cases.prepared([source], worlds.folder / "copies")
    archive = write_archive(
        standins.for_projects([prepared], standins.Builder(worlds.folder / "layers")), worlds.folder / "images.tar"
    )
    worlds.engine.load(archive)
    with worlds.node.lent(archive):
        docker_world.up(worlds.engine, prepared)
        yield prepared
        docker_world.down(worlds.engine, prepared)


class Variant(NamedTuple):
    """The project under a name of its own, with the manifests that the node gets, and what is wrong with them."""

    prepared: Prepared
    manifests: list[Manifest]
    faults: dict[str, Fault]
    ends: bool


def variants(project):
    """The project without a fault, and with every fault: several in one where they change different things."""
    made = list(project.conversion.manifests)
    found = [Variant(project, made, {}, ends=True)]
    for faults, ends in ((FAULTS, False), (AT_THE_END, True)):
        for group in together(faults):
            named = project._replace(case=project.case._replace(name=f"planted-{len(found)}"))
            found.append(Variant(named, planted(made, group.values()), group, ends))
    return found


def on_the_node(worlds, asked, every):
    """What the node's side of each variant sees, in their order; those whose faults lie at the end are ended."""
    projects = [x.prepared for x in every]
    try:
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda x: node_world.apply(worlds.node, x.prepared, x.manifests), every))
            node_world.wait_until_up(worlds.node, projects)
            seen = pool.map(lambda x: all_facts(x, node_world.observe(worlds.node, x, asked)), projects)
            found = list(seen)
        sides = [(endings.NodeSide(worlds, x.prepared), y) for x, y in zip(every, found, strict=True) if x.ends]
        with ThreadPoolExecutor(len(sides)) as pool:
            list(pool.map(lambda x: endings.stop(*x), sides))
        return found
    finally:
        end_namespaces(worlds.node.api, [x.case.name for x in projects])


def test_every_planted_fault_is_seen_and_nothing_without_one(worlds, project, say):
    asked = targets(project)
    docker = all_facts(project, docker_world.observe(worlds.engine, project, asked))
    every = variants(project)
    kubernetes = on_the_node(worlds, asked, every)
    ended = {name: dict(each) for name, each in docker.items()}
    endings.stop(endings.DockerSide(worlds, project), ended)
    page = list(lines(PAGE.read_text("utf-8")))
    wrong = []
    for variant, side in zip(every, kubernetes, strict=True):
        tally = judge(project.case.name, ended if variant.ends else docker, side, project.findings, page)
        if not variant.faults and tally.unexplained:
            wrong.append(f"without a fault: {[str(x) for x in tally.unexplained]}")
        for what, fault in variant.faults.items():
            seen = [x for x in tally.unexplained if x.observation == fault.seen_by]
            say(f"{what}: {seen[0] if seen else 'not seen'}")
            if not seen:
                wrong.append(f"{what}: {[str(x) for x in tally.unexplained]}")
    assert not wrong, "\n".join(wrong)
