"""`longshore plan`: the tree, the counts and the document, from the real program."""

from __future__ import annotations

import io
import json
import os
import re
from typing import TYPE_CHECKING

import pytest

from longshore.cli.plan_text import plan_text
from longshore.cli.program import run
from longshore.cli.shell import Shell
from longshore.rehearsal.plan import Node
from longshore.report.style import PLAIN
from tests.components.stage import REPOSITORY, play, small

if TYPE_CHECKING:
    from pathlib import Path

WEB = "services: {web: {image: 'nginx:1.27.3', mem_limit: 64m, ports: ['80'], healthcheck: {test: curl -f localhost}}}"


def plan(root: Path, *arguments: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    code = run(["plan", *arguments], Shell(out, err, io.BytesIO(), os.environ, str(root), ("plan", *arguments)))
    return code, out.getvalue(), err.getvalue()


def line(text: str, start: str) -> str:
    return next(found for found in text.splitlines() if found.strip().startswith(start))


def test_the_plan_of_a_platform_shows_its_parts():
    code, out, _ = plan(REPOSITORY, "-s", "platform.dev")
    assert code == 0
    for start in (
        "ec2.Vpc dev-vpc  10.40.0.0/16",
        "ec2.Subnet dev-private-b  10.40.64.0/18  eu-west-1b",
        "eks.Cluster longshore-dev  1.35",
        "eks.Cluster longshore-dev-eksCluster  made by the component",
        "eks.Addon longshore-dev-metrics-server  v",
        "eks.AccessEntry longshore-dev-platform-engineers",
        "Release dev-operator  external-secrets  2.9.0  after Namespace dev-operator",
        "budgets.Budget longshore-dev-monthly",
    ):
        assert line(out, start)
    assert "resources in 6 components, 0 protected" in out


def test_the_plan_of_the_shop_shows_every_object_below_its_component():
    code, out, _ = plan(REPOSITORY, "-s", "shop.dev")
    assert code == 0
    application = out.index("Application shop  after")
    for start in ("Deployment storefront", "Job catalog-migrate", "SecretStore longshore", "Ingress gateway"):
        assert out.index(f"  {start}") > application
    assert "after Deployment gateway" in line(out, "Ingress gateway")
    assert "iam.Role shop-secrets-role" in out
    assert "warning[published-port]" in out[application:]


def test_a_plan_is_the_same_every_time():
    assert plan(REPOSITORY, "-s", "shop.local") == plan(REPOSITORY, "-s", "shop.local")


def test_a_plan_waits_for_no_class_of_a_kind(tmp_path):
    main = tmp_path / "program.py"
    program = (REPOSITORY / "__main__.py").read_text("utf-8")
    main.write_text(f"{program}\nimport pulumi\npulumi.export('modules', sorted(sys.modules))\n", "utf-8")
    imported = play(REPOSITORY, "shop.local", program=main).exports["modules"]
    kinds = (re.fullmatch(r"pulumi_kubernetes\.(\w+)\.v\d\w*\._inputs", name) for name in imported)
    assert {found[1] for found in kinds if found} == {"helm"}, "a release is no object of the API"


def test_the_document_has_every_resource_once(tmp_path):
    code, out, _ = plan(small(tmp_path / "web", WEB), "-s", "web.local", "-o", "json")
    assert code == 0
    document = json.loads(out)
    urns = [resource["urn"] for resource in document["resources"]]
    assert len(urns) == len(set(urns))
    web = next(found for found in document["resources"] if found["type"] == "kubernetes:apps/v1:Deployment")
    assert web["name"] == "web"
    assert any(urn.endswith("kubernetes:core/v1:Service::web") for urn in web["dependsOn"])
    assert document["counts"]["kubernetes:apps/v1:Deployment"] == 1
    assert document["exports"] == ["clusterIdentifier"]


def test_the_plan_weighs_what_the_pods_ask_for(tmp_path):
    offer = {"longshore:capacity": {"nodes": 2, "memory": "2Gi", "cpu": "2"}}
    code, out, _ = plan(small(tmp_path / "web", WEB, offer), "-s", "web.local")
    assert code == 0
    assert out.endswith("  it fits\n")
    assert "\ncapacity:\n" not in plan(small(tmp_path / "bare", WEB), "-s", "web.local")[1]


def test_with_an_error_nothing_would_be_made_and_nothing_is_shown(tmp_path):
    compose = "services: {web: {image: x, privileged: true, mem_limit: 64m}}"
    code, out, err = plan(small(tmp_path / "web", compose), "-s", "web.local")
    assert code == 1
    assert out == ""
    assert "error[privileged]" in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [((), "stacks here: platform.dev, shop.dev, shop.local"), (("-s", "shop.dve"), "shop.dev")],
)
def test_a_stack_that_is_not_there_is_told(arguments, message):
    code, _, err = plan(REPOSITORY, *arguments)
    assert code in {2, 3}
    assert message in err


def test_the_tree_says_what_comes_after_what_once():
    component = Node("p", "longshore:a:P", "p", "", custom=False)
    first, second = (Node(f"p/{x}", f"aws:x/{x}:{x}", x, "p", protected=True) for x in ("One", "Two"))
    other = Node("q", "longshore:a:Q", "q", "", custom=False)
    needs = (first.urn, second.urn)
    third = Node("q/3", "kubernetes:core/v1:ConfigMap", "three", "q", needs=needs)
    fourth = Node("q/4", "kubernetes:core/v1:Service", "four", "q", needs=(*needs, third.urn))
    text = plan_text("x.dev", [component, first, second, other, third, fourth], PLAIN)
    assert text.splitlines() == [
        "stack x.dev",
        "",
        "P p",
        "  x.One One  protected",
        "  x.Two Two  protected",
        "",
        "Q q  after P p",
        "  ConfigMap three",
        "  Service four  after ConfigMap three",
        "",
        "4 resources in 2 components, 2 protected",
        "  1 ConfigMap, 1 Service, 1 x.One, 1 x.Two",
    ]
