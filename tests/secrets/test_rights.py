"""The rights that we give the operator are enough, and without them it can do nothing for a team."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import botocore.client
import pytest
import yaml

from longshore.cli.plan import rehearse_stack
from longshore.cli.shell import Shell
from longshore.components.secret_stores.operator import RELEASE, values
from longshore.stack.reading import convert_stack, read_stack
from tests.secrets import measure
from tests.secrets.estate import ES, Marketplace, external
from tests.secrets.playing import aws_with_a_door
from tools.cluster import services
from tools.cluster.api import condition
from tools.cluster.versions import locate, read_table
from tools.cluster.workloads import apply_all, delete_all

if TYPE_CHECKING:
    from tools.cluster.api import Api, Manifest

OPERATOR = "external-secrets"
TOKEN = "serviceaccounts/token"


@pytest.fixture(scope="module")
def chart(tmp_path_factory) -> list[Manifest]:
    """The chart that is in the operator's module, rendered with our values."""
    tools = read_table().tools
    helm, operator = locate(tools["helm"]), locate(tools["external-secrets"])
    if helm is None or operator is None:
        pytest.skip("Helm is not built: `python -m tools.cluster build helm external-secrets` builds it")
    folder = tmp_path_factory.mktemp("chart") / "chart"
    shutil.copytree(operator.parent / "deploy/charts/external-secrets", folder)
    (folder / "Chart.lock").unlink()
    chart = yaml.safe_load((folder / "Chart.yaml").read_text())
    chart.pop("dependencies")  # a part that is off by default, and not in the module
    (folder / "Chart.yaml").chmod(0o644)
    (folder / "Chart.yaml").write_text(yaml.safe_dump(chart))
    (folder / "values-ours.yaml").write_text(yaml.safe_dump(values(2)))
    command = [helm, "template", RELEASE, folder, "-n", OPERATOR, "-f", folder / "values-ours.yaml"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [manifest for manifest in yaml.safe_load_all(done.stdout) if manifest]


def named(chart: list[Manifest], kind: str, name: str) -> Manifest:
    return next(x for x in chart if x["kind"] == kind and x["metadata"]["name"] == name)


def reconcilers(chart: list[Manifest]) -> list[str]:
    """The arguments of the operator that say what it must not look at; it has no rights to that."""
    container = named(chart, "Deployment", RELEASE)["spec"]["template"]["spec"]["containers"][0]
    return [argument for argument in container["args"] if argument.endswith("-reconciler=false")]


def test_the_operator_runs_as_production_wants_it(chart):
    deployment = named(chart, "Deployment", RELEASE)
    arguments = deployment["spec"]["template"]["spec"]["containers"][0]["args"]
    assert deployment["spec"]["replicas"] == 2
    assert {"--enable-leader-election=true", "--concurrent=5", "--enable-cluster-store-reconciler=false"} <= set(
        arguments
    )
    assert "--enable-push-secret-reconciler=false" in arguments
    assert {x["metadata"]["name"] for x in chart if x["kind"] == "PodDisruptionBudget"} == {
        f"{RELEASE}-pdb",
        f"{RELEASE}-webhook-pdb",
    }
    for each in chart:
        if each["kind"] == "ClusterRole":
            labels = each["metadata"].get("labels", {})
            # this old version can't be kept from `admin`; newer ones know `aggregateToAdmin`
            assert {f"rbac.authorization.k8s.io/aggregate-to-{role}" for role in ("view", "edit")}.isdisjoint(labels)


def rights_of_a_team(folder: Path) -> list[Manifest]:
    """The Role and its binding that the Pulumi program makes for a team, as the engine would get them."""
    shell = Shell(io.StringIO(), io.StringIO(), io.BytesIO(), {"PATH": "/usr/bin:/bin"}, str(folder))
    rehearsal = rehearse_stack("shop.dev", shell)
    assert not rehearsal.bug, rehearsal.bug
    kinds = {f"kubernetes:rbac.authorization.k8s.io/v1:{kind}" for kind in ("Role", "RoleBinding")}
    version = {"apiVersion": "rbac.authorization.k8s.io/v1"}
    made = (node for node in rehearsal.nodes if node.type in kinds)
    found = [{**node.inputs, **version, "kind": node.type.rpartition(":")[2]} for node in made]
    return [x for x in found if x["metadata"]["name"].endswith("-tokens")]


class AsOperator:
    """A connection whose kubeconfig is that of the operator's ServiceAccount; everything else as its administrator."""

    def __init__(self, api: Api, folder: Path, namespace: str) -> None:
        self._api = api
        path = f"{api.path('v1', 'ServiceAccount', namespace, RELEASE)}/token"
        token = api.request("POST", path, json={"spec": {"expirationSeconds": 3600}})["status"]["token"]
        config = yaml.safe_load(api.kubeconfig.read_text())
        config["users"] = [{"name": user["name"], "user": {"token": token}} for user in config["users"]]
        for cluster in config["clusters"]:
            authority = cluster["cluster"].get("certificate-authority")
            if authority:
                cluster["cluster"]["certificate-authority"] = str((api.kubeconfig.parent / authority).resolve())
        self.kubeconfig = folder / "kubeconfig"
        self.kubeconfig.write_text(yaml.safe_dump(config))
        self.kubeconfig.chmod(0o600)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._api, name)


@pytest.fixture
def operator_namespace(api: Api):
    api.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": OPERATOR}})
    yield OPERATOR
    api.delete("v1", "Namespace", "", OPERATOR)
    api.wait(lambda: not api.exists("v1", "Namespace", "", OPERATOR), "the operator's namespace to be gone")


@pytest.fixture
def as_operator(chart, api: Api, operator_namespace: str, tmp_path_factory) -> AsOperator:
    """The operator's account with the rights of the chart."""
    role = named(chart, "ClusterRole", f"{RELEASE}-controller")
    # What `rbac.serviceAccountTokenCreate: false` leaves out of the chart's newer versions.
    role["rules"] = [rule for rule in role["rules"] if TOKEN not in rule["resources"]]
    binding, account = (
        named(chart, "ClusterRoleBinding", f"{RELEASE}-controller"),
        named(chart, "ServiceAccount", RELEASE),
    )
    for manifest in (role, binding, account):
        manifest["metadata"].get("annotations", {}).clear()
        api.apply(manifest, operator_namespace)
    return AsOperator(api, tmp_path_factory.mktemp("config"), operator_namespace)


@pytest.fixture
def estate(project, api: Api, namespace: str) -> Marketplace:
    """A service with one secret."""
    file = project.folder / "stacks/Pulumi.shop.dev.yaml"
    project.write("stacks/Pulumi.shop.dev.yaml", file.read_text() + f"  longshore:namespace: {namespace}\n")
    service = "image: 'a:1', mem_limit: 64m, environment: {API_TOKEN: '${API_TOKEN}'}"
    project.write("compose.yaml", f"services: {{web: {{{service}}}}}\n")
    return Marketplace(project, api, namespace)


@pytest.mark.usefixtures("simulated")
def test_the_chart_s_rights_and_ours_are_enough(
    chart, as_operator: AsOperator, estate: Marketplace, api: Api, monkeypatch, tmp_path_factory
) -> None:
    ours = rights_of_a_team(estate.project.folder)
    assert {x["kind"] for x in ours} == {"Role", "RoleBinding"}
    (rule,) = next(x["rules"] for x in ours if x["kind"] == "Role")
    assert rule == {
        "apiGroups": [""],
        "resources": [TOKEN],
        "resourceNames": ["longshore-secrets"],
        "verbs": ["create"],
    }
    with aws_with_a_door(tmp_path_factory.mktemp("aws")) as door:
        keys = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}
        for name, value in {**services.aws_environment(door.behind), **keys}.items():
            monkeypatch.setenv(name, value)
        boto3.client("secretsmanager").create_secret(Name="dev/shop/web", SecretString=json.dumps({"API_TOKEN": "t"}))
        log, where = tmp_path_factory.mktemp("operator"), services.aws_environment(door.url)
        with services.external_secrets(as_operator, log, where, reconcilers(chart)):
            _refused_then_allowed(estate, api, ours)


def _refused_then_allowed(estate: Marketplace, api: Api, ours: list[Manifest]) -> None:
    namespace, manifests = estate.namespace, estate.manifests()
    apply_all(
        api, [x for x in manifests if x["kind"] in {"ServiceAccount", "SecretStore", "ExternalSecret"}], namespace
    )

    def refused() -> bool:
        warnings = [x["message"] for x in api.list("v1", "Event", namespace) if x.get("type") == "Warning"]
        return any("cannot create resource" in told and "serviceaccounts" in told for told in warnings)

    api.wait(refused, "the operator to be refused a token")
    assert not any(condition(x, "Ready") for x in api.list(ES, "ExternalSecret", namespace))
    apply_all(api, ours, namespace)
    (secret,) = external(manifests).values()
    name = secret["metadata"]["name"]
    kick = {"metadata": {"annotations": {"force-sync": "now"}}}
    api.patch(ES, "SecretStore", namespace, "longshore", kick)
    api.patch(ES, "ExternalSecret", namespace, name, kick)
    estate.ready(secret)
    assert estate.secrets()[name] == {"API_TOKEN": "t"}
    delete_all(api, manifests, namespace)
    api.wait(lambda: not api.list(ES, "ExternalSecret", namespace), "everything to be gone")


def table_of_rights() -> dict[str, tuple[set[str], set[str]]]:
    """What docs/secrets.md says: who → actions that are needed, actions that are needed for more."""
    text = (Path(__file__).parents[2] / "docs/secrets.md").read_text()
    rows = re.findall(r"^\| ([^|]+) \| ((?:`[A-Z]\w+`).*) \|$", text, re.MULTILINE)
    found = {}
    for who, actions in rows:
        needed, _, more = actions.partition(";")
        found[who.replace("`", "")] = set(re.findall(r"`(\w+)`", needed)), set(re.findall(r"`([A-Z]\w+)`", more))
    return found


def test_the_docs_say_which_rights_each_verb_needs(project, aws, monkeypatch):
    asked: set[str] = set()
    real = botocore.client.BaseClient._make_api_call

    def call(client, name, arguments):
        if client.meta.service_model.service_name == "secretsmanager":
            asked.add(name)
        return real(client, name, arguments)

    monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", call)

    def actions(*words: str) -> set[str]:
        asked.clear()
        answer = project.longshore("secrets", *words)
        assert answer.code in {0, 1}, answer.err
        return set(asked)

    rights = table_of_rights()
    stack = ("-s", "shop.dev")
    pushed = actions("push", *stack, "--from", ".env", "--yes")
    project.write(".env", (project.folder / ".env").read_text().replace("db-one", "db-two"))
    pushed |= actions("push", *stack, "--from", ".env", "--yes")
    assert pushed == rights["push"][0]
    assert actions("push", *stack, "--rollback", "DB_PASSWORD", "--yes") == rights["push --rollback"][0]
    aws.client.delete_secret(SecretId="dev/shop/db")
    assert actions("push", *stack, "--from", ".env", "--yes", "--restore") == {
        *rights["push"][0] - {"CreateSecret"},
        *rights["push"][1],
    }
    assert actions("diff", *stack, "--from", ".env") == rights["diff"][0]
    assert actions("check", *stack) == rights["check"][0] | rights["check"][1]
    assert actions("ls", *stack) == rights["ls"][0]
    asked.clear()
    convert_stack(read_stack("shop.dev", str(project.folder)), {}, deploying=True)
    assert asked == rights["a deployment, a preview"][0]
    assert rights["the operator, as the team's role"][0] == {"GetSecretValue"}, "as test_operator.py saw at the door"


def test_the_docs_have_the_measurement_of_today():
    if len(measure.projects()) < len(list(measure.LABELS.glob("*.yaml"))):
        pytest.skip("the corpus is not beside this checkout")
    text = (Path(__file__).parents[2] / "docs/secrets.md").read_text()
    for line in measure.table(measure.everything()).splitlines():
        assert line in text
