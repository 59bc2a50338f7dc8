"""The real operator on a real API server: pushed, bound, rotated, rolled back, revoked, and gone.

AWS is played by moto. The operator reads as the store's ServiceAccount: it asks the cluster for a token, and assumes
the stack's role with it, as on EKS.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import boto3
import httpx
import hvac
import pytest
import yaml

from longshore.convert.kubernetes.stable import stable_name
from tests.secrets.estate import ES, Marketplace, expected, external
from tests.secrets.playing import aws_with_a_door, everything_in_etcd
from tools.cluster import services, workloads
from tools.cluster.fixtures import provided

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.secrets.playing import Door
    from tools.cluster.api import Api, Manifest
    from tools.cluster.fixtures import Target

AWS = '  longshore:aws: {region: eu-west-1, accountId: "123456789012"}\n'
ONE = "EASYPOST_API_KEY"
"""A variable that one service uses, and which one."""
OWNER = "shipping-api"


@pytest.fixture(scope="module")
def tools():
    provided("external-secrets")


@pytest.fixture(scope="module")
def door(tools, tmp_path_factory) -> Iterator[Door]:
    with aws_with_a_door(tmp_path_factory.mktemp("aws")) as found:
        yield found


@pytest.fixture(scope="module")
def operator(api: Api, door: Door, tmp_path_factory) -> Iterator[None]:
    with services.external_secrets(api, tmp_path_factory.mktemp("operator"), services.aws_environment(door.url)):
        yield


@pytest.fixture
def stored(door: Door, monkeypatch) -> Callable[[], dict[str, dict[str, str]]]:
    """What is in Secrets Manager, seen past our own code."""
    for name, value in services.aws_environment(door.behind).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    httpx.post(f"{door.behind}/moto-api/reset", trust_env=False).raise_for_status()
    door.denied.clear()

    def look() -> dict[str, dict[str, str]]:
        client = boto3.client("secretsmanager")
        pages = client.get_paginator("list_secrets").paginate()
        names = [secret["Name"] for page in pages for secret in page["SecretList"]]
        return {name: json.loads(client.get_secret_value(SecretId=name)["SecretString"]) for name in names}

    return look


def pods(api: Api, namespace: str) -> dict[str, str]:
    """Name → uid of every pod that is not on its way out."""
    found = api.list("v1", "Pod", namespace)
    return {x["metadata"]["name"]: x["metadata"]["uid"] for x in found if "deletionTimestamp" not in x["metadata"]}


def changed(before: list[Manifest], after: list[Manifest]) -> set[str]:
    """Objects that differ, by the name that outlives a rotation."""
    one, other = ({(x["kind"], stable_name(x)): x for x in each} for each in (before, after))
    return {
        f"{kind}/{name}" for kind, name in one.keys() | other.keys() if one.get((kind, name)) != other.get((kind, name))
    }


@pytest.mark.usefixtures("simulated", "operator")
def test_the_life_of_the_marketplace_s_secrets(
    api: Api, cluster: Target, namespace: str, door: Door, stored, say: Callable[[str], None], tmp_path
) -> None:
    shop = Marketplace.lay_out(tmp_path, api, namespace, AWS)
    answer = shop.push("--from", "shop/.env.example", "--yes")
    assert answer.code == 0, answer.err
    values = stored()
    say(f"pushed: {len(values)} secrets with {sum(map(len, values.values()))} keys")

    door.forget()
    first = shop.deploy()
    bound = external(first)
    assert {x["remoteRef"]["key"] for each in bound.values() for x in each["spec"]["data"]} == set(values)
    assert shop.secrets() == {each["metadata"]["name"]: expected(each, values) for each in bound.values()}
    assert set(door.asked) == {"AssumeRoleWithWebIdentity", "GetSecretValue"}, (
        "all that the role of a team has to allow"
    )
    say(f"{len(bound)} ExternalSecrets ready, {door.asked['GetSecretValue']} GetSecretValue")
    seconds = workloads.wait_until_up(api, namespace)
    say(f"all workloads up after {seconds:.0f} s")
    status = shop.project.longshore("status", "-s", "shop.dev")
    assert status.code == 0, status.out + status.err

    _nothing_but_secrets_holds_a_value(cluster, namespace, values)
    second = _rotation(shop, first, say)
    _rollback(shop, first, second)
    _revocation(shop, first, door)
    _refresh(shop, door)
    _removal(shop, first, say)


def _nothing_but_secrets_holds_a_value(cluster: Target, namespace: str, values: dict[str, dict[str, str]]) -> None:
    if not cluster.etcd:
        return
    secrets = {value for each in values.values() for value in each.values() if len(value) > 8}
    kept = dict(everything_in_etcd(cluster.etcd))
    ours = f"/secrets/{namespace}/"
    assert any(value.encode() in content for key, content in kept.items() if ours in key for value in secrets)
    found = {key for key, content in kept.items() if ours not in key for value in secrets if value.encode() in content}
    assert found == set()


def _rotation(shop: Marketplace, first: list[Manifest], say) -> list[Manifest]:
    running = pods(shop.api, shop.namespace)
    shop.project.write("new.env", f"{ONE}=rotated-4f1c9a72e6\n")
    answer = shop.push("--from", "new.env", ONE, "--yes")
    assert answer.code == 0, answer.err
    assert answer.err.count("wrote ") == 1
    second = shop.deploy(first)
    assert changed(first, second) == {f"ExternalSecret/{OWNER}-secrets", f"Deployment/{OWNER}"}
    workloads.wait_until_up(shop.api, shop.namespace)
    after = pods(shop.api, shop.namespace)
    gone = set(running.items()) - set(after.items())
    assert gone, "pods have rolled"
    assert {name.rsplit("-", 2)[0] for name, _ in gone} == {OWNER}
    old, new = (external(x)[f"{OWNER}-secrets"]["metadata"]["name"] for x in (first, second))
    shop.api.wait(lambda: old not in shop.secrets(), "the Secret of the old version to be gone")
    assert shop.secrets()[new][ONE] == "rotated-4f1c9a72e6"
    say(f"rotated {ONE}: one ExternalSecret, one Deployment, {len(gone)} pod")
    return second


def _rollback(shop: Marketplace, first: list[Manifest], second: list[Manifest]) -> None:
    answer = shop.push("--rollback", ONE, "--yes")
    assert answer.code == 0, answer.err
    third = shop.deploy(second)
    assert third == first
    workloads.wait_until_up(shop.api, shop.namespace)
    name = external(third)[f"{OWNER}-secrets"]["metadata"]["name"]
    assert shop.secrets()[name][ONE] == "EZTK-fake-4b8e1d6c"


def _revocation(shop: Marketplace, first: list[Manifest], door: Door) -> None:
    """The next version can't be read any more: what runs goes on, and `status` says what AWS said."""
    assert shop.push("--from", "new.env", ONE, "--yes").code == 0
    door.denied.add("GetSecretValue")
    manifest = external(shop.manifests())[f"{OWNER}-secrets"]
    shop.api.apply(manifest, shop.namespace)
    name = manifest["metadata"]["name"]
    path = (ES, "ExternalSecret", shop.namespace, name)
    shop.api.wait(lambda: (shop.api.get(*path).get("status") or {}).get("conditions"), "the operator to have tried")
    told = shop.api.get(*path)["status"]["conditions"][0]
    assert "AccessDenied" not in told["message"], "the condition alone does not say why"

    def reason() -> bool:
        return "AccessDeniedException" in shop.project.longshore("status", "-s", "shop.dev").out

    shop.api.wait(reason, "the reason in `longshore status`")
    status = shop.project.longshore("status", "-s", "shop.dev")
    assert status.code == 1
    line = next(line for line in status.out.splitlines() if f"externalsecret/{name}" in line)
    assert line.startswith("wrong[secret-not-synced]")
    assert "is not authorized to perform: secretsmanager:GetSecretValue" in status.out
    assert workloads.not_up(shop.api, shop.namespace) == {}, "nothing that runs was touched"
    door.denied.clear()
    shop.api.delete(ES, "ExternalSecret", shop.namespace, name)
    assert shop.push("--rollback", ONE, "--yes").code == 0
    assert shop.manifests() == first


def _refresh(shop: Marketplace, door: Door) -> None:
    """`rotation: refresh`: the same object follows the store by itself."""
    file = shop.project.folder / "stacks/Pulumi.shop.dev.yaml"
    pinned = file.read_text()
    shop.project.write(
        "stacks/Pulumi.shop.dev.yaml", pinned + "  longshore:secrets: {rotation: refresh, refreshInterval: 1s}\n"
    )
    manifest = external(shop.manifests())[f"{OWNER}-secrets"]
    shop.api.apply(manifest, shop.namespace)
    shop.ready(manifest)
    assert shop.push("--from", "new.env", ONE, "--yes").code == 0
    name = manifest["metadata"]["name"]
    shop.api.wait(lambda: shop.secrets()[name][ONE] == "rotated-4f1c9a72e6", "the new value")
    shop.api.delete(ES, "ExternalSecret", shop.namespace, name)
    shop.api.wait(lambda: name not in shop.secrets(), "the Secret to be gone")
    shop.project.write("stacks/Pulumi.shop.dev.yaml", pinned)
    assert shop.push("--rollback", ONE, "--yes").code == 0


def _removal(shop: Marketplace, first: list[Manifest], say) -> None:
    workloads.delete_all(shop.api, first, shop.namespace)
    seconds = shop.api.wait(lambda: workloads.contents(shop.api, shop.namespace) == [], "everything to be gone")
    say(f"everything gone after {seconds:.0f} s: no finalizer hangs")


@pytest.mark.usefixtures("simulated", "operator")
def test_odd_values_and_files_arrive_as_they_are(api: Api, namespace: str, stored, project) -> None:
    """Empty, with every kind of quote, in other scripts, JSON in JSON, and a template full of braces."""
    odd = {
        "A_SECRET": "",
        "B_SECRET": "\"'`$(x)${y}{{ z }}\\n",
        "C_SECRET": "пароль 密码 🔑",
        "D_SECRET": '{"a": [1.10, null]}',
        "E_SECRET": "1.10",
    }
    environment = "".join(f"      {key}: ${{{key}}}\n" for key in odd)
    project.write(
        "compose.yaml",
        f"services:\n  web:\n    image: a:1\n    mem_limit: 64m\n    environment:\n{environment}"
        "    configs: [{source: c, target: /c}]\n    secrets: [k]\n    volumes: ['./k.jks:/k.jks', './keys:/keys:ro']\n"
        "configs:\n  c:\n    content: |\n      {{ .Values.x }} {${D_SECRET}} {{{ {{- /* x */ -}} ${B_SECRET}\n"
        "secrets:\n  k: {file: ./k}\n",
    )
    project.write("k", "two\r\nlines\n\n")
    (project.folder / "k.jks").write_bytes(b"\xfe\xed\xfe\xed" + bytes(range(256)))
    project.write("keys/one.pem", "-----BEGIN PRIVATE KEY-----\nMIIEvQ==\n-----END PRIVATE KEY-----\n")
    project.write("keys/plain.txt", "nothing\n")
    client = boto3.client("secretsmanager")
    estate = Marketplace(project, api, namespace)
    project.write(
        "stacks/Pulumi.shop.dev.yaml",
        (project.folder / "stacks/Pulumi.shop.dev.yaml").read_text() + f"  longshore:namespace: {namespace}\n",
    )
    client.create_secret(Name="dev/shop/web", SecretString=json.dumps(odd))
    project.write("empty.env", "")
    assert project.push("--from", "empty.env", "--yes").code == 0, "the store has the variables, the file is read"
    found = external(estate.deploy())
    made = estate.secrets()
    assert made[found["web-secrets"]["metadata"]["name"]] == odd
    assert made[found["secret-k"]["metadata"]["name"]] == {"value": "two\r\nlines\n\n"}
    text = f"{{{{ .Values.x }}}} {{{odd['D_SECRET']}}} {{{{{{ {{{{- /* x */ -}}}} {odd['B_SECRET']}\n"
    assert made[found["web-config-c"]["metadata"]["name"]] == {"file": text}
    files = {name.split("-")[1]: made[each["metadata"]["name"]] for name, each in found.items() if "file-" in name}
    assert files == {
        "k": {"value": (b"\xfe\xed\xfe\xed" + bytes(range(256))).decode("latin-1")},
        "keys": {"value": (project.folder / "keys/one.pem").read_text()},
    }


@pytest.mark.usefixtures("simulated", "operator", "stored")
def test_the_runbook_of_a_secret_that_is_not_synced(api: Api, namespace: str, project, say) -> None:
    """docs/runbooks.md, from what `status` says first to what it says when all is well."""
    project.write(
        "compose.yaml",
        'services: {web: {image: "nginx:1.27.2", mem_limit: 64m, environment: {TOKEN: "${TOKEN}"}}}\n',
    )
    project.write(".env", "TOKEN=of-the-runbook\n")
    file = project.folder / "stacks/Pulumi.shop.dev.yaml"
    here = file.read_text().replace("{kind: kubeconfig}", f"{{kind: kubeconfig, path: {api.kubeconfig}}}")
    project.write("stacks/Pulumi.shop.dev.yaml", f"{here}  longshore:namespace: {namespace}\n")
    estate = Marketplace(project, api, namespace)
    rendered = list(yaml.safe_load_all(project.longshore("render", "-s", "shop.dev").out))
    workloads.apply_all(api, rendered, namespace)

    def told(word: str) -> bool:
        return word in project.longshore("status", "-s", "shop.dev").out

    api.wait(lambda: told("wrong[secret-not-synced]"), "the fault in `status`")
    assert told("`TOKEN` of `dev/shop/web`"), "which key of which path"
    check = project.longshore("secrets", "check", "-s", "shop.dev")
    assert (check.code, "missing: dev/shop/web" in check.out) == (1, True)
    pushed = project.push("--service", "web", "--from", ".env", "--yes")
    assert pushed.code == 0, pushed.err
    assert project.longshore("secrets", "check", "-s", "shop.dev").code == 0
    name = next(each["metadata"]["name"] for each in rendered if each["kind"] == "ExternalSecret")
    api.patch(ES, "ExternalSecret", namespace, name, {"metadata": {"annotations": {"force-sync": "1"}}})
    seconds = api.wait(lambda: estate.secrets().get(name) == {"TOKEN": "of-the-runbook"}, "the Secret")
    say(f"asked to look again, the operator brought the value after {seconds:.0f} s")
    api.wait(lambda: project.longshore("status", "-s", "shop.dev").code == 0, "`status` to be content")


@pytest.mark.usefixtures("simulated", "tools")
def test_the_same_with_vault(api: Api, namespace: str, say, tmp_path, tmp_path_factory, monkeypatch) -> None:
    """Kubernetes login: Vault asks the cluster whose token it is, and its role binds ServiceAccount and namespace."""
    provided("vault", "vault-plugin-auth-kubernetes")
    with (
        services.vault(tmp_path_factory.mktemp("vault")) as server,
        services.external_secrets(api, tmp_path_factory.mktemp("operator")),
    ):
        client = hvac.Client(server.url, server.token)
        services.trust_cluster(server, api, namespace)
        client.sys.create_or_update_policy("shop", 'path "secret/data/dev/shop/*" { capabilities = ["read"] }')
        role = {
            "bound_service_account_names": "longshore-secrets",
            "bound_service_account_namespaces": namespace,
            "token_policies": "shop",
        }
        client.write_data("auth/kubernetes/role/dev-shop", data=role)
        monkeypatch.setenv("VAULT_TOKEN", server.token)
        shop = Marketplace.lay_out(
            tmp_path, api, namespace, f"  longshore:secrets: {{backend: vault, server: '{server.url}'}}\n"
        )
        answer = shop.push("--from", "shop/.env.example", "--yes")
        assert answer.code == 0, answer.err
        first = shop.deploy()
        bound = external(first)
        paths = {x["remoteRef"]["key"] for each in bound.values() for x in each["spec"]["data"]}
        values = {
            path: client.secrets.kv.v2.read_secret_version(path, raise_on_deleted_version=True)["data"]["data"]
            for path in paths
        }
        assert shop.secrets() == {each["metadata"]["name"]: expected(each, values) for each in bound.values()}
        say(f"Vault: {len(bound)} ExternalSecrets ready")
        workloads.wait_until_up(api, namespace)
        second = _rotation(shop, first, say)
        assert external(second)[f"{OWNER}-secrets"]["spec"]["data"][0]["remoteRef"]["version"] == "2"
        assert shop.push("--rollback", ONE, "--yes").code == 0
        third = shop.deploy(second)
        assert changed(second, third) == {f"ExternalSecret/{OWNER}-secrets", f"Deployment/{OWNER}"}
        name = external(third)[f"{OWNER}-secrets"]["metadata"]["name"]
        assert shop.secrets()[name][ONE] == "EZTK-fake-4b8e1d6c"
        client.sys.create_or_update_policy("shop", 'path "secret/data/other/*" { capabilities = ["read"] }')
        assert shop.push("--from", "new.env", ONE, "--yes").code == 0
        shop.api.apply(external(shop.manifests())[f"{OWNER}-secrets"], namespace)
        shop.api.wait(
            lambda: "permission denied" in shop.project.longshore("status", "-s", "shop.dev").out, "Vault's own reason"
        )
        assert shop.project.longshore("status", "-s", "shop.dev").code == 1
        workloads.delete_all(api, [*third, *external(shop.manifests()).values()], namespace)
        api.wait(lambda: workloads.contents(api, namespace) in ([], ["ServiceAccount/vault"]), "everything to be gone")
