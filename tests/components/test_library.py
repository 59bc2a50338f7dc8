"""The components without a stack file: in a program that somebody else wrote, and for other languages."""

from __future__ import annotations

import ast
import importlib
import json
import os
import re
from inspect import isclass
from typing import TYPE_CHECKING, Any

import pulumi
import pytest
from pulumi.provider.experimental.host import components_from_module

from longshore import components
from longshore.rehearsal.plan import UNKNOWN, Script
from longshore.rehearsal.rehearse import rehearse
from tests.components.stage import REPOSITORY, nodes, own
from tools.documents import components_schema

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from longshore.rehearsal.plan import Node, Rehearsal

PAGE = REPOSITORY / "docs/components.md"
COMPOSE = "services: {web: {image: 'nginx:1.27.3', mem_limit: 64m, environment: {DB_PASSWORD: '${DB_PASSWORD}'}}}"
EVERYTHING = """
import pulumi
from longshore.components import *

network = Network("net", {"region": "eu-west-1"})
auto = EksCluster("auto", {"vpc_id": network.vpc_id, "private_subnet_ids": network.private_subnet_ids})
managed = EksCluster(
    "managed",
    {
        "vpc_id": network.vpc_id,
        "vpc_cidr": network.cidr,
        "private_subnet_ids": network.private_subnet_ids,
        "control_subnet_ids": network.control_subnet_ids,
        "compute": Compute.MANAGED,
        "node_groups": {"general": {}},
        "shared_storage": True,
        "admins": ["arn:aws:iam::111122223333:role/admin"],
        "addons": {"amazon-cloudwatch-observability": {"version": "v6.4.0-eksbuild.1"}},
    },
)
NodeGroups("more", {"groups": {"a": {}}, "cluster_name": "x", "version": "1.35", "subnet_ids": ["subnet-1"]})
inside = pulumi.ResourceOptions(provider=managed.connection.inside)
KubeconfigCluster("any", {"kubeconfig": "kubeconfig"})
operator = SecretsOperator("op", {}, pulumi.ResourceOptions(provider=managed.connection.outside))
team = TeamAccess("shop", {"team": "shop", "environment": "dev", "cluster_name": managed.cluster_name}, inside)
reads = {"team": "shop", "environment": "dev", "namespace": team.namespace, "region": "eu-west-1"}
trusted = {"oidc_provider_arn": managed.oidc_provider_arn, "oidc_issuer": managed.oidc_issuer}
reader = AwsSecretsIdentity("reader", {**reads, **trusted, "account_id": "111122223333"}, inside)
TeamNamespace("there", {"namespace": "theirs", "team": "shop"}, inside)
VaultIdentity("vault", {"namespace": "other"}, inside)
zone = {"zone": "example.com", "zone_id": "Z0123456789ABCDEFGHIJ"}
DomainCertificate("domain", zone)
DomainRecords("domain", {**zone, "cluster_name": managed.cluster_name, "region": "eu-west-1"}, inside)
CertificateIssuer("issuer", {"email": "ops@example.com"}, inside)
ContainerLogs("seen", {"cluster_name": "managed"})
ClusterAlarms("seen", {"cluster_name": managed.cluster_name, "notify": ["ops@example.com"]})
watched = {"cluster_name": managed.cluster_name, "namespace": "shop", "region": "eu-west-1"}
TeamAlarms("shop", {**watched, "notify": ["shop@example.com"], "secrets": True})
bucket = StateBucket("state", {"bucket": "example-state", "region": "eu-west-1"})
github = GithubProvider("github", {})
policy = '{"Version": "2012-10-17", "Statement": []}'
who = {"provider_arn": github.arn, "subjects": ["repo:example/shop:environment:dev"]}
CiRole("deploy", {**who, "policies": {"none": policy}})
RoleBoundary("limit", {"policy": policy})
connection = GithubConnection("github", {})
inside_vpc = {"vpc_id": network.vpc_id, "subnet_ids": network.private_subnet_ids}
place = {**inside_vpc, "region": "eu-west-1", "account_id": "111122223333"}
GithubRunner("runner", {"repository": "example/shop", "connection_arn": connection.arn, **place})
ImageRepositories("images", {"repositories": {"shop": ["api"]}})
cached = {"registries": {"quay.io": ""}, "prefix": "dev-cache", "node_role": "nodes"}
ImageCaches("caches", {**cached, "repositories_arn": "arn:aws:ecr:eu-west-1:111122223333:repository/dev-cache/*"})
Backups("kept", {"cluster_name": managed.cluster_name})
MonthlyBudget("money", {"monthly": 100, "notify": ["ops@example.com"], "tags": {"team": "shop"}})
Application(
    "web",
    {
        "compose": {"files": ["compose.yaml"]},
        "team": "shop",
        "environment": "dev",
        "namespace": team.namespace,
        "secrets": {"region": "eu-west-1"},
        "secrets_role_arn": reader.role_arn,
    },
    pulumi.ResourceOptions.merge(inside, pulumi.ResourceOptions(depends_on=[team, reader, operator])),
)
"""

LEFT_OUT = """
from longshore.components import *

network = Network("net", {"region": "eu-west-1"})
subnets = {"private_subnet_ids": network.private_subnet_ids, "control_subnet_ids": network.control_subnet_ids}
place = {"vpc_id": network.vpc_id, "vpc_cidr": network.cidr, **subnets}
EksCluster("auto", place)
EksCluster("managed", {**place, "compute": Compute.MANAGED, "node_groups": {"a": {}}, "shared_storage": True})
SecretsOperator("op", {})
TeamAccess("shop", {"team": "shop", "environment": "dev"})
ImageRepositories("dev", {"repositories": {"shop": ["api"]}})
Backups("kept", {"cluster_name": "longshore-dev"})
MonthlyBudget("longshore-dev-shop", {"monthly": 100, "notify": ["ops@example.com"], "tags": {"team": "shop"}})
"""
FROM_SETTINGS = """
from longshore.components import *
from longshore.program import arguments
from longshore.stack import eks_settings, image_settings, settings

account = settings.Aws(region="eu-west-1", account_id="111122223333")
network = Network("net", arguments.network(settings.NetworkSettings(), account, production=False))
auto = eks_settings.EksCluster(kind="eks")
groups = {"a": eks_settings.NodeGroup()}
shared = eks_settings.SharedStorage()
managed = eks_settings.EksCluster(kind="eks", compute="managed", node_groups=groups, shared_storage=shared)
EksCluster("auto", arguments.eks_cluster(auto, account, network, production=False))
EksCluster("managed", arguments.eks_cluster(managed, account, network, production=False))
SecretsOperator("op", arguments.operator(settings.Operator(), production=False))
team = settings.Settings(environment="dev", cluster=auto, team="shop")
TeamAccess("shop", arguments.team_access(team))
images = image_settings.ImagesSettings(repositories={"shop": ("api",)})
platform = settings.Settings(environment="dev", cluster=auto, images=images)
ImageRepositories("dev", arguments.repositories(platform))
Backups("kept", arguments.backups(team, settings.Backup(), "aws"))
budget = settings.Budget(monthly=100, notify=("ops@example.com",))
MonthlyBudget(*arguments.budget(team, budget, {"team": "shop"}, "longshore-dev-shop"))
"""


def perform(root: Path, program: str, *, known: bool = False) -> Rehearsal:
    """Run a program with one compose file beside it."""
    (root / "program.py").write_text(program, "utf-8")
    (root / "compose.yaml").write_text(COMPOSE, "utf-8")
    return rehearse(Script(str(root / "program.py"), str(root), "theirs", "dev", {"dev": {}}, known), os.environ)


def named(graph: dict[str, Node], kind: str, name: str) -> Node:
    (found,) = (node for node in graph.values() if node.type.endswith(kind) and node.name == name)
    return found


def page_program() -> str:
    """The one program in Python on the page."""
    (found,) = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    return str(found)


def schema() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(components_schema())
    return found


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Node]:
    """A program with all components but the one that needs another stack."""
    return nodes(perform(tmp_path_factory.mktemp("everything"), EVERYTHING))


def described(schema: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """All that the schema names, and what it says of it."""
    for token, found in {**schema["resources"], **schema["types"]}.items():
        yield token, found.get("description") or ""
        for section in ("inputProperties", "properties"):
            for name, wanted in (found.get(section) or {}).items():
                yield f"{token}.{name}", wanted.get("description") or ""


def test_the_host_of_components_takes_all_of_them():
    found = schema()
    public = {one.__name__ for one in components_from_module(components)}
    assert {token.removeprefix("longshore:index:") for token in found["resources"]} == public
    assert len(public) == 30


def test_everything_in_the_schema_is_described():
    assert [name for name, text in described(schema()) if not text.strip()] == []


def test_what_the_schema_promises_is_registered(everything):
    graphs = (everything, own("shop.dev"))
    registered: dict[str, set[str]] = {}
    for node in (node for graph in graphs for node in graph.values()):
        if node.type.startswith("longshore:"):
            assert registered.setdefault(node.type, set(node.outputs or {})) == set(node.outputs or {}), node.urn
    wanted = {token: set(found["properties"]) for token, found in schema()["resources"].items()}
    assert registered == wanted


def test_ids_and_names_of_other_resources_may_be_outputs():
    plain = {
        f"{token}.{name}"
        for token, found in schema()["resources"].items()
        for name, wanted in found["inputProperties"].items()
        if re.search("(Id|Ids|Arn|Issuer|clusterName|kubeconfig)$", name) and wanted.get("plain")
    }
    assert plain == set()


def test_nothing_decided_is_decided_as_in_a_stack_file(tmp_path):
    """The defaults of arguments are those of settings."""
    folders = [tmp_path / "theirs", tmp_path / "ours"]
    for folder in folders:
        folder.mkdir()
    theirs, ours = (nodes(perform(folder, one)) for folder, one in zip(folders, (LEFT_OUT, FROM_SETTINGS), strict=True))
    assert theirs.keys() == ours.keys()
    for urn, node in ours.items():
        assert theirs[urn] == node, urn


def test_what_others_give_reaches_its_place(everything):
    account = named(everything, ":ServiceAccount", "longshore-secrets")
    assert account.inputs["metadata"]["annotations"] == {"eks.amazonaws.com/role-arn": UNKNOWN}
    assert named(everything, ":Deployment", "web").inputs["metadata"]["namespace"] == "shop"
    waits = named(everything, ":ServiceAccount", "longshore-secrets").needs
    assert {"shop", "team-people", "reader-role", "op-operator"} <= {urn.rsplit("::", 1)[1] for urn in waits}


def test_wrong_compose_files_and_settings_end_the_program_with_all_that_is_wrong(tmp_path):
    wrong = EVERYTHING.replace('"secrets": {"region": "eu-west-1"}', '"services": {"wbe": {"memory": "64 M"}}')
    found = perform(tmp_path, wrong)
    assert not found.bug, found.bug
    assert "`longshore:services.wbe.memory` is not a Kubernetes quantity" in found.failure


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"net", {"region"', '"net", {"cidr": "10.0.0.0/26", "region"', "10.0.0.0/26"),
        ('{"region": "eu-west-1"}', '{"region": "eu-west-1", "nat": "duble"}', "'duble' is not a valid Nat"),
        ('"compute": Compute', '"version": "1.99", "compute": Compute', "no version of vpc-cni"),
        ('        "vpc_cidr": network.cidr,\n', "", "`vpc_cidr`"),
        ("example/shop:environment:dev", "example/*:environment:dev", "trusts exact subjects"),
    ],
)
def test_what_cannot_be_is_told(tmp_path, old, new, told):
    assert EVERYTHING.count(old) >= 1
    assert told in perform(tmp_path, EVERYTHING.replace(old, new, 1)).bug.splitlines()[-1]


def test_the_program_of_the_page_is_short_and_makes_what_it_says(tmp_path):
    program = page_program()
    lines = [line for line in program.splitlines() if line.strip() and not line.startswith(("import ", "from "))]
    graph = nodes(perform(tmp_path, program))
    assert len(lines) <= 15
    kinds = {node.type for node in graph.values()}
    assert {"eks:index:Cluster", "aws:ec2/vpc:Vpc", "kubernetes:apps/v1:Deployment"} <= kinds
    assert {f"longshore:index:{name}" for name in ("Network", "EksCluster", "TeamAccess", "Application")} <= kinds


def modules() -> list[str]:
    root = REPOSITORY / "components"
    files = (path.relative_to(root).with_suffix("") for path in root.rglob("*.py") if path.name != "__init__.py")
    return sorted("longshore.components." + ".".join(path.parts) for path in files)


@pytest.mark.parametrize("name", modules())
def test_no_module_of_components_lacks_a_resource(name):
    """Each defines one, or makes some."""
    module = importlib.import_module(name)
    tree = ast.parse((REPOSITORY / (name.removeprefix("longshore.").replace(".", "/") + ".py")).read_text("utf-8"))
    named = {node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
    called = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    assert any(is_resource(module, dotted) for dotted in named | called)


def is_resource(module: Any, dotted: str) -> bool:
    found = module
    for part in dotted.split("."):
        found = getattr(found, part, None)
    return isclass(found) and issubclass(found, pulumi.Resource)
