"""The same verbs against a real Vault in dev mode."""

from __future__ import annotations

from base64 import b64decode

import hvac
import pytest

from longshore.convert.kubernetes.stable import stable_name
from longshore.model import Severity
from longshore.stack.reading import convert_stack, read_stack
from tests.secrets.test_push import EVERYTHING
from tools.cluster import services
from tools.cluster.fixtures import provided

pytestmark = pytest.mark.cluster


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    provided("vault", "vault-plugin-auth-kubernetes")
    with services.vault(tmp_path_factory.mktemp("vault")) as running:
        yield running


@pytest.fixture
def kv(server, project, monkeypatch):
    """An empty KV mount, and the stack set to use it."""
    client = hvac.Client(server.url, server.token)
    client.sys.disable_secrets_engine("kv")
    client.sys.enable_secrets_engine("kv", path="kv", options={"version": "2"})
    path = project.folder / "stacks/Pulumi.shop.dev.yaml"
    text = path.read_text().replace('  longshore:aws: {region: eu-west-1, accountId: "123456789012"}\n', "")
    project.write(
        "stacks/Pulumi.shop.dev.yaml",
        f"{text}  longshore:secrets: {{backend: vault, server: '{server.url}', mount: kv}}\n",
    )
    monkeypatch.setenv("VAULT_TOKEN", server.token)
    return client


def values(kv, path, version=None):
    return kv.secrets.kv.v2.read_secret_version(path, version, "kv", raise_on_deleted_version=True)["data"]["data"]


def version(kv, path):
    return kv.secrets.kv.v2.read_secret_metadata(path, "kv")["data"]["current_version"]


def push_all(project):
    answer = project.push("--from", ".env", "--yes")
    assert answer.code == 0, answer.err
    return answer


def test_every_value_arrives(project, kv):
    answer = push_all(project)
    assert answer.err.startswith("Vault http://127.0.0.1:")
    assert ", mount kv, path dev/shop/\n" in answer.err
    assert {path: values(kv, path) for path in EVERYTHING} == EVERYTHING


def test_nothing_is_written_when_nothing_changes(project, kv):
    push_all(project)
    assert "nothing to write" in push_all(project).err
    assert {version(kv, path) for path in EVERYTHING} == {1}


def test_check_diff_and_ls(project, kv):
    assert project.longshore("secrets", "check", "-s", "shop.dev").code == 1
    push_all(project)
    assert project.longshore("secrets", "check", "-s", "shop.dev").code == 0
    kv.secrets.kv.v2.create_or_update_secret("dev/shop/db", {"OTHER": "x"}, mount_point="kv")
    kv.secrets.kv.v2.create_or_update_secret("dev/shop/gone/service", {"A": "x"}, mount_point="kv")
    answer = project.longshore("secrets", "check", "-s", "shop.dev")
    assert answer.code == 1
    assert "missing: dev/shop/db DB_PASSWORD" in answer.out
    assert "warning: dev/shop/gone/service: no service needs it" in answer.out
    assert "+ DB_PASSWORD" in project.longshore("secrets", "diff", "-s", "shop.dev", "--from", ".env").out
    assert "1 key, 2 versions, current 2 since 20" in project.longshore("secrets", "ls", "-s", "shop.dev").out


def test_rollback_writes_the_older_version_again(project, kv):
    push_all(project)
    project.write("new.env", "DB_PASSWORD=db-two\n")
    project.push("--from", "new.env", "--yes", "DB_PASSWORD")
    answer = project.push("--rollback", "DB_PASSWORD", "--yes")
    assert answer.code == 0, answer.err
    assert values(kv, "dev/shop/db") == {"DB_PASSWORD": "db-one"}
    assert version(kv, "dev/shop/db") == 3


def test_prune(project, kv):
    push_all(project)
    kv.secrets.kv.v2.create_or_update_secret("dev/shop/db", {"DB_PASSWORD": "db-one", "OLD": "x"}, mount_point="kv")
    assert project.push("--from", ".env", "--yes", "--prune").code == 0
    assert values(kv, "dev/shop/db") == {"DB_PASSWORD": "db-one"}


def test_changed_by_somebody_else(project, kv, monkeypatch):
    push_all(project)
    project.write("new.env", "DB_PASSWORD=db-two\n")

    def ask(_question, _shell):
        kv.secrets.kv.v2.create_or_update_secret("dev/shop/db", {"DB_PASSWORD": "theirs"}, mount_point="kv")
        return "y"

    monkeypatch.setattr("longshore.cli.consent.ask", ask)
    answer = project.push("--from", "new.env", "DB_PASSWORD", typed="")
    assert answer.code == 1
    assert "dev/shop/db was changed by somebody else in the meantime; nothing of ours was written to it" in answer.err
    assert values(kv, "dev/shop/db") == {"DB_PASSWORD": "theirs"}


def test_made_by_somebody_else(project, kv, monkeypatch):
    def ask(_question, _shell):
        kv.secrets.kv.v2.create_or_update_secret("dev/shop/db", {"DB_PASSWORD": "theirs"}, mount_point="kv")
        return "y"

    monkeypatch.setattr("longshore.cli.consent.ask", ask)
    assert "was changed by somebody else" in project.push("--from", ".env", "--service", "db", typed="").err
    assert values(kv, "dev/shop/db") == {"DB_PASSWORD": "theirs"}


def test_a_deleted_version_is_restored(project, kv):
    push_all(project)
    kv.secrets.kv.v2.delete_latest_version_of_secret("dev/shop/db", "kv")
    answer = project.push("--from", ".env", "--yes", "--dry-run")
    assert answer.code == 4
    assert "--restore" in answer.err
    assert project.longshore("secrets", "check", "-s", "shop.dev").code == 1
    assert project.push("--from", ".env", "--yes", "--restore").code == 0
    assert values(kv, "dev/shop/db") == {"DB_PASSWORD": "db-one"}


def test_another_vault_is_refused(project, kv):
    answer = project.push("--from", ".env", "--yes", VAULT_ADDR="https://other.example.com")
    assert answer.code == 2
    assert "VAULT_ADDR is https://other.example.com, but the stack's Vault is http://127.0.0.1" in answer.err


def test_a_vault_that_has_another_address_outside_of_the_cluster(project, kv, server):
    path = project.folder / "stacks/Pulumi.shop.dev.yaml"
    inside = f"server: 'https://vault.vault.svc:8200', serverFromOutside: '{server.url}'"
    project.write("stacks/Pulumi.shop.dev.yaml", path.read_text().replace(f"server: '{server.url}'", inside))
    answer = project.push("--from", ".env", "--yes", VAULT_ADDR=server.url)
    assert answer.code == 0, answer.err
    assert answer.err.startswith(f"Vault {server.url}, mount kv")
    assert {path: values(kv, path) for path in EVERYTHING} == EVERYTHING
    rendered = project.longshore("render", "-s", "shop.dev").out
    assert "server: https://vault.vault.svc:8200" in rendered
    assert server.url not in rendered
    assert (
        "VAULT_ADDR is https://vault.vault.svc" in project.push("--yes", VAULT_ADDR="https://vault.vault.svc:8200").err
    )


@pytest.mark.parametrize("token", ["hvs.wrong", ""])
def test_a_bad_token(project, kv, monkeypatch, token, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("VAULT_TOKEN", token)
    if not token:
        monkeypatch.delenv("VAULT_TOKEN")
    answer = project.push("--from", ".env", "--yes")
    assert answer.code == 4
    assert "token" in answer.err
    assert "vault login" in answer.err


def test_vault_out_of_reach(project, kv):
    path = project.folder / "stacks/Pulumi.shop.dev.yaml"
    project.write("stacks/Pulumi.shop.dev.yaml", path.read_text().replace("http://127.0.0.1:", "http://127.0.0.1:9#"))
    answer = project.push("--from", ".env", "--yes")
    assert answer.code == 4
    assert "Vault was not reached" in answer.err


def least(kv, *rules):
    kv.sys.create_or_update_policy("least", "\n".join(rules))
    return kv.auth.token.create(policies=["least"])["auth"]["client_token"]


READ_NAMES = 'path "kv/metadata/dev/shop/*" { capabilities = ["read"] }'


def test_what_a_push_needs_at_least(project, kv, monkeypatch):
    """docs/secrets.md gives this policy."""
    monkeypatch.setenv(
        "VAULT_TOKEN",
        least(kv, READ_NAMES, 'path "kv/data/dev/shop/*" { capabilities = ["create", "update", "read"] }'),
    )
    assert push_all(project).code == 0
    answer = project.longshore("secrets", "check", "-s", "shop.dev")
    assert answer.code == 0, answer.err


def test_denied(project, kv, monkeypatch):
    monkeypatch.setenv("VAULT_TOKEN", least(kv, READ_NAMES))
    answer = project.push("--from", ".env", "--yes")
    assert answer.code == 4
    assert "can't read dev/shop/web: Vault denies it" in answer.err


def test_a_deployment_reads_versions_without_a_right_to_values(project, kv, monkeypatch):
    push_all(project)
    project.write("new.env", "DB_PASSWORD=db-two\n")
    project.push("--from", "new.env", "--yes", "--service", "db", "DB_PASSWORD")
    monkeypatch.setenv("VAULT_TOKEN", least(kv, READ_NAMES))
    estate = convert_stack(read_stack("shop.dev", str(project.folder)), {}, deploying=True)
    assert [finding for finding in estate.findings if finding.severity is Severity.ERROR] == []
    found = {stable_name(x): x for x in estate.conversion.manifests if x["kind"] == "ExternalSecret"}
    assert found["db-secrets"]["spec"]["data"][0]["remoteRef"]["version"] == "2"
    assert found["db-secrets"]["metadata"]["name"].startswith("db-secrets-2-")
    text = (project.folder / "compose.yaml").read_text()
    project.write(
        "compose.yaml", text.replace("POSTGRES_PASSWORD: ${DB_PASSWORD}", "POSTGRES_PASSWORD: ${NEW_PASSWORD}")
    )
    lacking = convert_stack(read_stack("shop.dev", str(project.folder)), {}, deploying=True).findings
    assert "the secret dev/shop/db has no `NEW_PASSWORD`" in {finding.message for finding in lacking}


def test_what_others_noted_beside_a_secret_stays(project, kv):
    push_all(project)
    kv.secrets.kv.v2.update_metadata("dev/shop/db", 7, True, "72h0m0s", "kv", {"owner": "dba"})
    project.write("new.env", "DB_PASSWORD=db-two\n")
    assert project.push("--from", "new.env", "--yes", "DB_PASSWORD").code == 0
    found = kv.secrets.kv.v2.read_secret_metadata("dev/shop/db", "kv")["data"]
    assert found["custom_metadata"] == {"owner": "dba", "longshore-keys": "DB_PASSWORD", "longshore-version": "2 1"}
    assert (found["max_versions"], found["cas_required"], found["delete_version_after"]) == (7, True, "72h0m0s")


def test_files_with_secrets_arrive_too(project, kv):
    keys = b"\xfe\xed\xfe\xed" + bytes(range(256))
    (project.folder / "k.jks").write_bytes(keys)
    text = (project.folder / "compose.yaml").read_text()
    project.write("compose.yaml", text.replace("    env_file: web.env\n", "    volumes: ['./k.jks:/k.jks:ro']\n", 1))
    push_all(project)
    assert b64decode(values(kv, "dev/shop/_shared/files/k.jks")["base64"]) == keys
    assert project.longshore("secrets", "check", "-s", "shop.dev").code == 0
