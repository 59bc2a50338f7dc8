"""What a change of the files changes of a stack: thirty kinds on the marketplace, and the rules one by one."""

from __future__ import annotations

import io
import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from longshore.cli.program import run
from longshore.cli.shell import Shell
from longshore.rehearsal.comparison import Operation, compare, is_made
from longshore.rehearsal.plan import UNKNOWN, Node
from longshore.rehearsal.replacement import is_known
from tests.components.changes import KINDS, Kind, summary
from tests.components.stage import copy, nodes, own, play, small

if TYPE_CHECKING:
    from pathlib import Path

SUBNET, NAT, ROLE = "aws:ec2/subnet:Subnet", "aws:ec2/natGateway:NatGateway", "aws:iam/role:Role"
CONFIG_MAP, RELEASE = "kubernetes:core/v1:ConfigMap", "kubernetes:helm.sh/v3:Release"
COMPOSE = """\
services:
  web:
    image: registry.example.com/web:1.0
    mem_limit: 64m
    environment:
      PAGE: ${PAGE:-home}
      API_TOKEN: ${API_TOKEN:-}
    volumes: ["files:/files"]
volumes:
  files: {}
"""


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_change_of_the_marketplace(kind: Kind, tmp_path: Path) -> None:
    root = copy(tmp_path)
    for edit in kind.edits:
        edit.apply(root)
    found = compare(tuple(own("shop.local").values()), tuple(nodes(play(root, "shop.local")).values()))
    assert summary((each.operation.value, each.node.type, each.node.name) for each in found) == kind.does


def node(type_: str, name: str, **more: Any) -> Node:
    return Node(name, type_, name, "", **more)


def compared(before: list[Node], after: list[Node]) -> dict[str, Operation]:
    return {change.node.name: change.operation for change in compare(before, after)}


def test_what_is_made_of_a_replaced_resource_changes_with_it() -> None:
    def network(cidr: str) -> list[Node]:
        return [
            node(SUBNET, "subnet", inputs={"cidrBlock": cidr}),
            node(NAT, "nat", inputs={"subnetId": UNKNOWN}, sources={"subnetId": ["subnet"]}),
            node(ROLE, "role", inputs={"description": UNKNOWN}, sources={"description": ["nat"]}),
            node(ROLE, "apart", inputs={"description": UNKNOWN}, sources={"description": ["other"]}),
        ]

    found = compared(network("10.0.0.0/24"), network("10.0.1.0/24"))
    assert found == {"subnet": Operation.REPLACE, "nat": Operation.REPLACE, "role": Operation.UPDATE}


def test_with_its_provider_everything_is_made_anew() -> None:
    def cluster(name: str) -> list[Node]:
        return [
            node("aws:eks/cluster:Cluster", "cluster", inputs={"name": name}),
            node(
                "pulumi:providers:kubernetes", "p", inputs={"kubeconfig": UNKNOWN}, sources={"kubeconfig": ["cluster"]}
            ),
            node(CONFIG_MAP, "settings", provider="p", inputs={"data": {}}),
        ]

    changes = compare(cluster("a"), cluster("b"))
    assert [(each.node.name, each.operation, each.because) for each in changes] == [
        ("cluster", Operation.REPLACE, ""),
        ("settings", Operation.REPLACE, "p"),
    ]


def test_the_rules_of_every_type_that_a_stack_makes_are_known(graph: dict[str, Node]) -> None:
    types = {each.type for each in graph.values() if is_made(each)}
    assert {each for each in types if not is_known(each)} == set()


def test_what_is_left_to_others_is_no_change() -> None:
    def deployment(replicas: int, image: str) -> list[Node]:
        spec = {"replicas": replicas, "template": {"spec": {"containers": [{"name": "web", "image": image}]}}}
        return [node("kubernetes:apps/v1:Deployment", "web", ignored=("spec.replicas",), inputs={"spec": spec})]

    assert compare(deployment(1, "a"), deployment(2, "a")) == []
    (change,) = compare(deployment(1, "a"), deployment(2, "b"))
    assert [field.before for field in change.fields] == ["a"]
    assert change.rolls


def test_fields_that_a_program_names_make_anew_too() -> None:
    def release(value: str) -> list[Node]:
        return [node(RELEASE, "operator", replace_on_changes=("values.crds",), inputs={"values": {"crds": value}})]

    assert compared(release("a"), release("b")) == {"operator": Operation.REPLACE}


def test_elements_of_a_list_are_compared_by_name_unless_their_order_changes() -> None:
    def environment(*names: str) -> list[Node]:
        return [node(CONFIG_MAP, "x", inputs={"list": [{"name": name, "value": "1"} for name in names]})]

    (change,) = compare(environment("a", "b"), environment("a", "c", "b"))
    assert [field.after for field in change.fields] == [{"name": "c", "value": "1"}]
    (change,) = compare(environment("a", "b"), environment("b", "a"))
    assert [field.field for field in change.fields] == [("list",)]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small stack in a Git repository, with variables that Git ignores."""
    root = small(tmp_path / "estate", COMPOSE)
    (root / ".gitignore").write_text(".env\n")
    (root / ".env").write_text("PAGE=start\nAPI_TOKEN=CANARY-5f21\n")
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "x"]):
        command = ["git", "-c", "user.name=x", "-c", "user.email=x@example.com", *words]
        subprocess.run(command, cwd=root, check=True)
    return root


def plan(root: Path, *words: str, reference: str = "HEAD") -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    arguments = ("plan", "-s", "web.local", "--against", reference, *words)
    code = run(arguments, Shell(out, err, io.BytesIO(), {}, str(root), arguments))
    return code, out.getvalue(), err.getvalue()


def replaced(root: Path, before: str, after: str) -> None:
    file = root / "compose.yaml"
    file.write_text(file.read_text().replace(before, after))


def test_a_change_says_its_field_and_its_line(project: Path) -> None:
    replaced(project, "web:1.0", "web:1.1")
    code, out, err = plan(project)
    assert code == 0, err
    assert "~ update  Deployment web  new pods" in out
    assert "registry.example.com/web:1.0 → registry.example.com/web:1.1  from compose.yaml:3" in out
    assert "1 to update" in out
    found = json.loads(plan(project, "-o", "json")[1])
    assert found["counts"]["update"] == 1
    assert found["changes"][0]["fields"][0]["from"] == "compose.yaml:3"
    assert plan(project, "--expect-no-changes")[0] == 1


def test_nothing_changes_by_variables_that_git_ignores(project: Path) -> None:
    code, out, err = plan(project, "--expect-no-changes")
    assert code == 0, out + err
    assert "nothing to change" in out


def test_lost_data_fails_and_stands_in_the_comment(project: Path) -> None:
    replaced(project, 'volumes: ["files:/files"]', "read_only: true")
    replaced(project, "volumes:\n  files: {}\n", "")
    code, out, _ = plan(project, "-o", "markdown")
    assert code == 1
    assert out.startswith("<!-- longshore plan web.local -->\n")
    assert "**data is lost: files**" in out
    assert "- delete  PersistentVolumeClaim files  its data is lost" in out


def test_a_setting_of_the_stack_is_named(project: Path) -> None:
    file = project / "stacks/Pulumi.web.local.yaml"
    file.write_text(file.read_text() + "  longshore:services: {web: {cpu: 200m}}\n")
    _, out, _ = plan(project)
    assert "longshore:services.web.cpu  (none) → 200m" in out


def test_no_secret_is_printed(project: Path) -> None:
    replaced(project, "API_TOKEN: ${API_TOKEN:-}", "OTHER_TOKEN: ${API_TOKEN:-}")
    for format_ in ("text", "json", "markdown"):
        _, out, err = plan(project, "-o", format_, "-v")
        assert "OTHER_TOKEN" in out
        assert "CANARY" not in out + err


def test_what_cannot_be_compared_is_refused(project: Path) -> None:
    code, _, err = plan(project, reference="nope")
    assert code == 2
    assert "there is no revision `nope`" in err
    replaced(project, "image: registry.example.com/web:1.0\n", "imag: x\n")
    subprocess.run(["git", "-c", "user.name=x", "-c", "user.email=x@x", "commit", "-qam", "y"], cwd=project, check=True)
    replaced(project, "imag: x\n", "image: registry.example.com/web:1.0\n")
    code, _, err = plan(project)
    assert code == 2
    assert "stack web.local has errors at `HEAD`" in err


def test_a_new_stack_is_all_made(project: Path) -> None:
    subprocess.run(["git", "rm", "-q", "--cached", "stacks/Pulumi.web.local.yaml"], cwd=project, check=True)
    subprocess.run(["git", "-c", "user.name=x", "-c", "user.email=x@x", "commit", "-qm", "y"], cwd=project, check=True)
    code, out, err = plan(project, "-o", "json")
    assert code == 0, err
    counts = json.loads(out)["counts"]
    assert counts["create"] > 0
    assert counts["update"] == counts["delete"] == counts["unchanged"] == 0
