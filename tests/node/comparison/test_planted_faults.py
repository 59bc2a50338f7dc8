"""Faults that a converter could have are seen by the comparison, each by itself; without one nothing is."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from convert.options import Options
from tests.node.comparison import cases, docker_world, endings, node_world, standins
from tests.node.comparison.compare import PAGE, judge, lines
from tests.node.comparison.faults import AT_THE_END, FAULTS, planted
from tests.node.comparison.run import Worlds, all_facts, targets
from tools.node.images import write_archive

AT_ONCE = 20
SOUND = "nothing is wrong"


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
    worlds.node.import_image(archive)
    docker_world.up(worlds.engine, prepared)
    yield prepared
    docker_world.down(worlds.engine, prepared)


def variants(project):
    """The project once without a fault and once with each: what is wrong → the project under a name of its own."""
    found = {SOUND: (project, list(project.conversion.manifests))}
    for index, (what, fault) in enumerate({**FAULTS, **AT_THE_END}.items()):
        named = project._replace(case=project.case._replace(name=f"planted-{index}"))
        found[what] = (named, planted(project.conversion.manifests, fault))
    return found


def on_the_node(worlds, asked, group):
    """What the node's side of each variant sees; those whose faults lie at the end are ended."""
    try:
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda x: node_world.apply(worlds.node, *x), group.values()))
            node_world.wait_until_up(worlds.node, [project for project, _ in group.values()])
            seen = dict(
                zip(
                    group, pool.map(lambda x: node_world.observe(worlds.node, x[0], asked), group.values()), strict=True
                )
            )
            found = {what: all_facts(group[what][0], reports) for what, reports in seen.items()}
        ended = [what for what in group if what == SOUND or what in AT_THE_END]
        with ThreadPoolExecutor(len(ended) or 1) as pool:
            list(pool.map(lambda x: endings.stop(endings.NodeSide(worlds, group[x][0]), found[x]), ended))
        return found
    finally:
        node_world.down(worlds.node, [project.case.name for project, _ in group.values()])


def test_every_planted_fault_is_seen_and_nothing_without_one(worlds, project, say):
    asked = targets(project)
    reports = docker_world.observe(worlds.engine, project, asked)
    docker = all_facts(project, reports)
    page = list(lines(PAGE.read_text("utf-8")))
    every = variants(project)
    pages = [dict(list(every.items())[at : at + AT_ONCE]) for at in range(0, len(every), AT_ONCE)]
    kubernetes = {}
    for group in pages:
        kubernetes |= on_the_node(worlds, asked, group)
    ended = {name: dict(each) for name, each in docker.items()}
    endings.stop(endings.DockerSide(worlds, project), ended)
    missed = []
    for what, fault in {SOUND: None, **FAULTS, **AT_THE_END}.items():
        side = ended if what == SOUND or what in AT_THE_END else docker
        tally = judge(project.case.name, side, kubernetes[what], project.findings, page)
        seen = [x for x in tally.unexplained if fault is None or x.observation == fault.seen_by]
        say(f"{what}: {seen[0] if seen else 'no unexplained difference'}")
        if bool(seen) == (fault is None):
            missed.append(f"{what}: {[str(x) for x in tally.unexplained]}")
    assert not missed, "\n".join(missed)
