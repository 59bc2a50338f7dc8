"""Two clusters and one stack: whatever the kubeconfig says meanwhile, nothing happens on the one it was not made on."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
import yaml

from tests.engine.project import operations, resources
from tests.engine.witness import Witnessed, witnessed
from tools.cluster.api import Api
from tools.cluster.cluster import Size, running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.engine.project import Project
    from tools.cluster.fixtures import Target

STACK = "web.local"
FINE = "services: {web: {image: 'nginx:1.27.0', mem_limit: 64m}}\n"
CHANGED = FINE.replace("1.27.0", "1.27.1")
HARMLESS = {"GET /api/v1/namespaces/kube-system", "GET /api/v1/namespaces/web"}
"""What a cluster may be asked by whom it does not concern: which one it is, and whose the namespace is."""
FOREIGN = [
    {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "web"}},
    {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "theirs", "namespace": "web"}, "data": {"a": "b"}},
    {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "web", "namespace": "web"}},
]


class Other(NamedTuple):
    """Another cluster, on which somebody else has the namespace `web`."""

    api: Api
    seen: Witnessed

    def contents(self) -> dict[str, str]:
        """Each namespace, and each object in `web`, with its version."""
        kinds = ("ConfigMap", "ServiceAccount", "Service", "Secret")
        there = [*self.api.list("v1", "Namespace"), *(x for kind in kinds for x in self.api.list("v1", kind, "web"))]
        there += self.api.list("apps/v1", "Deployment", "web")
        return {found["metadata"]["uid"]: found["metadata"]["resourceVersion"] for found in there}


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Other]:
    folder = tmp_path_factory.mktemp("other")
    with running(folder / "cluster", Size(nodes=1)) as found, Api(found.kubeconfig) as api:
        for manifest in FOREIGN:
            api.apply(manifest, manifest["metadata"].get("namespace", ""))
        api.wait(lambda: api.exists("v1", "ConfigMap", "web", "kube-root-ca.crt"), "the namespace to be complete")
        with witnessed(found.kubeconfig, folder) as seen:
            yield Other(api, seen)


class Shell(NamedTuple):
    """What $KUBECONFIG leads to: the files of the two clusters, and one file that both may be in."""

    project: Project
    folder: Path
    first: Path
    second: Path

    def says(self, *files: Path) -> None:
        self.project.environment["KUBECONFIG"] = os.pathsep.join(map(str, files))


def named(content: str, name: str) -> dict[str, Any]:
    """A kubeconfig whose only context is called `name`, and its cluster and user too."""
    return yaml.safe_load(content.replace("longshore-test", name))


@pytest.fixture
def shell(project: Project, cluster: Target, other: Other, tmp_path: Path) -> Shell:
    files = []
    for name, source in (("first", cluster.kubeconfig), ("second", other.seen.kubeconfig)):
        file = tmp_path / name
        file.write_text(yaml.safe_dump(named(source.read_text("utf-8"), name)), "utf-8")
        files.append(file)
    found = Shell(project, tmp_path, *files)
    found.says(found.first)
    return found


def swapped(shell: Shell) -> None:
    """Another file, and the first is gone."""
    shell.first.rename(shell.folder / "kept")
    shell.says(shell.second)


def pointed_elsewhere(shell: Shell) -> None:
    """The same file, the same name of the context, another cluster behind it."""
    shell.first.rename(shell.folder / "kept")
    content = yaml.safe_dump(named(shell.second.read_text("utf-8").replace("second", "longshore-test"), "first"))
    shell.first.write_text(content, "utf-8")


def back(shell: Shell) -> None:
    (shell.folder / "kept").rename(shell.first)
    shell.says(shell.first)


WITHOUT_THE_FIRST = [swapped, pointed_elsewhere]


def merged_files(shell: Shell) -> None:
    """Both files, the second before the first."""
    shell.says(shell.second, shell.first)


def merged_into_one(shell: Shell) -> None:
    """One file with both, whose current context is the second's."""
    contents = [yaml.safe_load(file.read_text("utf-8")) for file in (shell.second, shell.first)]
    joined = {
        **contents[0],
        **{key: [*contents[0][key], *contents[1][key]] for key in ("clusters", "users", "contexts")},
    }
    shell.first.write_text(yaml.safe_dump(joined), "utf-8")


WITH_BOTH = [merged_files, merged_into_one]

FLAGS = ("--yes", "--skip-preview")
VERBS = [
    ("preview",),
    ("up", *FLAGS),
    ("up", "--yes"),
    ("up", "--refresh", *FLAGS),
    ("refresh", *FLAGS),
    ("refresh", "--run-program", *FLAGS),
    ("destroy", *FLAGS),
    ("destroy", "--yes"),
    ("destroy", "--run-program", *FLAGS),
]
"""Every order: after each of them comes each other, with nothing changed between."""


def by_the_program(words: tuple[str, ...]) -> bool:
    """Whether the program says it, before the engine looks at what the state has."""
    return "--run-program" in words or (words[0] in {"preview", "up"} and "--refresh" not in words)


def refused(shell: Shell, other: Other, words: tuple[str, ...]) -> str:
    """Run a verb that must not do anything; what it said."""
    before, asked = other.contents(), len(other.seen.requests)
    state = resources(shell.project.stack(STACK))
    done = shell.project.run(words[0], STACK, *words[1:])
    assert done.returncode, f"{words} did not refuse:\n{done.stdout[-3000:]}"
    assert other.contents() == before, words
    assert set(other.seen.requests[asked:]) <= HARMLESS, (words, other.seen.requests[asked:])
    urns = {found["urn"] for found in resources(shell.project.stack(STACK))}
    assert {found["urn"] for found in state} == urns, f"{words} forgot something"
    return done.stdout


@pytest.mark.parametrize("change", WITHOUT_THE_FIRST)
def test_where_nothing_leads_to_its_cluster_nothing_is_done(
    shell: Shell, other: Other, api: Api, change: Callable[[Shell], None]
) -> None:
    """Both clusters are named, no other is asked for more than its name, the first runs on, the state is whole."""
    shell.project.small(STACK, FINE, {})
    stack = shell.project.stack(STACK)
    stack.up()
    running_there = api.get("apps/v1", "Deployment", "web", "web")["metadata"]["uid"]
    change(shell)
    shell.project.small(STACK, CHANGED, {})
    for words in VERBS:
        said = refused(shell, other, words)
        assert f"{STACK} was made on `first` (https://" in said, (words, said[-3000:])
        if by_the_program(words):
            assert " leads to `" in said, (words, said[-3000:])
        else:
            assert "leads there" in said, (words, said[-3000:])
    assert api.get("apps/v1", "Deployment", "web", "web")["metadata"]["uid"] == running_there
    back(shell)
    assert operations(stack.up())["update"] == 1
    stack.destroy()
    assert resources(stack) == []
    api.wait(lambda: not api.exists("v1", "Namespace", "", "web"), "the namespace to be gone")


def test_where_another_cluster_answers_at_its_address_nothing_is_done(
    shell: Shell, other: Other, cluster: Target, api: Api, tmp_path: Path
) -> None:
    """Address and authority are the same, as behind a load balancer: the uid alone tells."""
    with witnessed(cluster.kubeconfig, tmp_path) as way:
        shell.says(way.kubeconfig)
        shell.project.small(STACK, FINE, {})
        stack = shell.project.stack(STACK)
        stack.up()
        uid = other.api.get("v1", "Namespace", "", "kube-system")["metadata"]["uid"]
        way.leads_to(other.api.kubeconfig)
        for words in VERBS:
            asked = len(way.requests)
            assert uid in refused(shell, other, words), words
            assert set(way.requests[asked:]) <= HARMLESS, words
        way.leads_to(cluster.kubeconfig)
        stack.destroy()
    api.wait(lambda: not api.exists("v1", "Namespace", "", "web"), "the namespace to be gone")


@pytest.mark.parametrize("change", WITH_BOTH)
def test_where_both_are_there_its_own_is_found(
    shell: Shell, other: Other, api: Api, change: Callable[[Shell], None]
) -> None:
    """What the state decides goes to its own cluster; what the program decides is refused."""
    shell.project.small(STACK, FINE, {})
    stack = shell.project.stack(STACK)
    stack.up()
    change(shell)
    shell.project.small(STACK, CHANGED, {})
    for words in [each for each in VERBS if each[0] in {"preview", "up"} or "--run-program" in each]:
        assert " leads to `second` (https://" in refused(shell, other, words)
    before, asked = other.contents(), len(other.seen.requests)
    assert shell.project.run("refresh", STACK, *FLAGS, "--expect-no-changes").returncode == 0
    shell.project.small(STACK, CHANGED, {"longshore:cluster": {"kind": "kubeconfig", "context": "first"}})
    assert operations(stack.up())["update"] > 0
    assert shell.project.run("destroy", STACK, "--yes").returncode == 0
    assert resources(stack) == []
    api.wait(lambda: not api.exists("v1", "Namespace", "", "web"), "the namespace to be gone")
    assert other.contents() == before
    assert other.seen.requests[asked:] == []


def test_it_moves_where_the_stack_file_says_so(shell: Shell, other: Other, api: Api) -> None:
    """Another `identifier`: made there, and deleted here, each on its own cluster."""
    own = {"longshore:namespace": "moving"}
    shell.project.small(STACK, FINE, own)
    stack = shell.project.stack(STACK)
    stack.up()
    shell.says(shell.second)
    there = {"kind": "kubeconfig", "identifier": "second"}
    shell.project.small(STACK, FINE, {**own, "longshore:cluster": there})
    stack.up()
    assert other.api.get("apps/v1", "Deployment", "moving", "web")["status"]["availableReplicas"] == 1
    api.wait(lambda: not api.exists("v1", "Namespace", "", "moving"), "the namespace to be gone from the first")
    assert set(operations(stack.up())) == {"same"}
    stack.destroy()
    other.api.wait(lambda: not other.api.exists("v1", "Namespace", "", "moving"), "the namespace to be gone")
    assert other.api.exists("v1", "ConfigMap", "web", "theirs")


def test_a_cluster_without_the_secrets_operator_is_told_of_before_anything_is_made(shell: Shell, other: Other) -> None:
    """And what to write; the kinds would be missing after a minute, and the rest be there."""
    shell.says(shell.second)
    secret = FINE.replace("}}", ", environment: {DB_PASSWORD: hunter2-canary}}}")
    shell.project.small(STACK, secret, {"longshore:namespace": "without-operator"})
    stack = shell.project.stack(STACK)
    done = shell.project.run("up", STACK, *FLAGS)
    assert done.returncode
    assert "has no External Secrets Operator" in done.stdout
    assert "`longshore:operator: {}`" in done.stdout
    assert "hunter2" not in done.stdout + done.stderr
    assert not [found for found in resources(stack) if found["type"].startswith("kubernetes:")]
    assert not other.api.exists("v1", "Namespace", "", "without-operator")


def test_a_namespace_of_somebody_else_is_left_alone(shell: Shell, other: Other) -> None:
    """The first deployment says so before it makes anything, and what to write."""
    shell.says(shell.second)
    shell.project.small(STACK, FINE, {})
    shell.project.stack(STACK)
    for words in (("preview",), ("up", *FLAGS), ("destroy", *FLAGS)):
        before, asked = other.contents(), len(other.seen.requests)
        done = shell.project.run(words[0], STACK, *words[1:])
        assert other.contents() == before
        assert set(other.seen.requests[asked:]) <= HARMLESS
        if words[0] != "destroy":
            assert done.returncode
            assert "has a namespace `web` already" in done.stdout
            assert "`longshore:namespace`" in done.stdout
            assert "upsert" not in done.stdout.lower()
    free = {"longshore:namespace": "web-2"}
    shell.project.small(STACK, FINE, free)
    stack = shell.project.stack(STACK)
    stack.up()
    assert any(request.startswith("PATCH ") for request in other.seen.requests), "the witness sees what is done"
    stack.destroy()
    assert {found["metadata"]["name"] for found in other.api.list("v1", "ConfigMap", "web")} >= {"theirs"}


def test_a_namespace_that_somebody_else_made_anew_is_left_alone(project: Project, api: Api) -> None:
    """On its own cluster too: without the mark of the stack it is not the stack's any more."""
    project.small(STACK, FINE, {})
    stack = project.stack(STACK)
    stack.up()
    api.delete("v1", "Namespace", "", "web")
    api.wait(lambda: not api.exists("v1", "Namespace", "", "web"), "the namespace to be gone")
    for manifest in FOREIGN:
        api.apply(manifest, manifest["metadata"].get("namespace", ""))
    try:
        for words in VERBS:
            done = project.run(words[0], STACK, *words[1:])
            assert done.returncode, words
        assert api.get("v1", "ConfigMap", "web", "theirs")["data"] == {"a": "b"}
        assert "deletionTimestamp" not in api.get("v1", "Namespace", "", "web")["metadata"]
    finally:
        api.delete("v1", "Namespace", "", "web")
    api.wait(lambda: not api.exists("v1", "Namespace", "", "web"), "the namespace to be gone")
    assert operations(stack.up(refresh=True))["create"] > 0
    stack.destroy()


def test_a_state_that_does_not_name_its_cluster_stays_where_its_namespace_is(
    shell: Shell, other: Other, api: Api
) -> None:
    """Earlier versions kept the path of the kubeconfig alone; nothing is replaced when the cluster is written down."""
    shell.project.small(STACK, FINE, {})
    stack = shell.project.stack(STACK)
    stack.up()
    state = stack.export_stack()
    for found in (state.deployment or {})["resources"]:
        if found["type"] == "pulumi:providers:kubernetes":
            for section in ("inputs", "outputs"):
                found[section]["kubeconfig"] = str(shell.first)
        if found["type"] == "kubernetes:core/v1:Namespace":
            for section in ("inputs", "outputs"):
                found[section]["metadata"].pop("annotations", None)
    stack.import_stack(state)
    api.request(
        "PATCH",
        api.path("v1", "Namespace", "", "web"),
        json={"metadata": {"annotations": {"longshore.dev/stack": None}}},
        headers={"Content-Type": "application/merge-patch+json"},
    )
    shell.says(shell.second)
    refused(shell, other, ("up", *FLAGS))
    shell.says(shell.first)
    done = operations(stack.up())
    assert done.pop("same") > 0
    assert done == {"update": 3}, "two providers, and the mark of the namespace"
    stack.destroy()
