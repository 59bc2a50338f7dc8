"""What a deployment reads before it changes anything: versions by id, and what is missing."""

import botocore.client
import pytest

from longshore.convert.kubernetes.stable import stable_name
from longshore.model import Severity
from longshore.stack.pins import REHEARSAL
from longshore.stack.reading import convert_stack, read_stack
from tests.secrets.test_faults import refuse


def deploy(project, **environment):
    return convert_stack(read_stack("shop.dev", str(project.folder)), environment, deploying=True)


def external(estate):
    found = [manifest for manifest in estate.conversion.manifests if manifest["kind"] == "ExternalSecret"]
    return {stable_name(manifest): manifest for manifest in found}


def errors(estate):
    return [finding for finding in estate.findings if finding.severity is Severity.ERROR]


def test_every_external_secret_is_pinned_to_the_current_version(pushed, aws):
    estate = deploy(pushed)
    assert errors(estate) == []
    found = external(estate)
    assert set(found) == {"web-secrets", "db-secrets", "web-config-chat", "secret-tls-key", "secret-admin"}
    for manifest in found.values():
        (path,) = {entry["remoteRef"]["key"] for entry in manifest["spec"]["data"]}
        version = aws.version(path)
        assert {entry["remoteRef"]["version"] for entry in manifest["spec"]["data"]} == {f"uuid/{version}"}
        assert version[:8] in manifest["metadata"]["name"]
        assert manifest["spec"]["target"]["immutable"] is True
        assert manifest["spec"]["refreshPolicy"] == "CreatedOnce"


def test_rotation_renames_what_uses_it_and_nothing_else(pushed, aws):
    before = external(deploy(pushed))
    pushed.write("new.env", "CHAT_WEBHOOK_URL=https://chat.example.com/two\n")
    assert pushed.push("--from", "new.env", "--yes", "CHAT_WEBHOOK_URL").code == 0
    after = external(deploy(pushed))
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"web-secrets", "web-config-chat"}
    pushed.push("--rollback", "CHAT_WEBHOOK_URL", "--yes")
    assert external(deploy(pushed)) == before


def test_other_keys_of_the_same_version_are_another_object(pushed):
    """The Secret of a version is immutable: one with fewer keys can't come from changing it."""
    before = external(deploy(pushed))
    text = (pushed.folder / "compose.yaml").read_text()
    after = external(deploy_with(pushed, text.replace("      API_TOKEN: ${API_TOKEN:-dev-token}\n", "")))
    names = [found["web-secrets"]["metadata"]["name"] for found in (before, after)]
    assert names[0] != names[1]
    assert names[0].rsplit("-", 1)[0] == names[1].rsplit("-", 1)[0], "the version is the same"
    assert after["db-secrets"] == before["db-secrets"]


def deploy_with(project, text):
    project.write("compose.yaml", text)
    return deploy(project)


def test_what_is_missing_ends_a_deployment_with_the_command_that_adds_it(project, aws):
    found = errors(deploy(project))
    assert {finding.code for finding in found} == {"secret-missing"}
    messages = {finding.message for finding in found}
    assert "the store has no secret dev/shop/db" in messages
    assert {finding.help for finding in found} == {"longshore secrets push -s shop.dev --from .env"}


def test_a_missing_key_is_found_without_a_right_to_values(pushed, aws, monkeypatch):
    text = (pushed.folder / "compose.yaml").read_text()
    pushed.write(
        "compose.yaml",
        text.replace(
            "POSTGRES_PASSWORD: ${DB_PASSWORD}",
            "POSTGRES_PASSWORD: ${DB_PASSWORD}\n      REPLICA_PASSWORD: ${REPLICA_PASSWORD}",
        ),
    )
    refuse(monkeypatch, "GetSecretValue", "AccessDeniedException")
    (found,) = errors(deploy(pushed))
    assert found.message == "the secret dev/shop/db has no `REPLICA_PASSWORD`"
    assert found.path == ("services", "db", "environment", "REPLICA_PASSWORD")


def test_after_a_rollback_the_names_of_keys_are_known_too(pushed, aws):
    pushed.write("new.env", "DB_PASSWORD=db-two\n")
    pushed.push("--from", "new.env", "--yes", "--service", "db", "DB_PASSWORD")
    pushed.push("--rollback", "--service", "db", "--yes")
    text = (pushed.folder / "compose.yaml").read_text()
    found = errors(
        deploy_with(
            pushed,
            text.replace("POSTGRES_PASSWORD:", "REPLICA_PASSWORD: ${REPLICA_PASSWORD}\n      POSTGRES_PASSWORD:"),
        )
    )
    assert [finding.message for finding in found] == ["the secret dev/shop/db has no `REPLICA_PASSWORD`"]


def test_what_somebody_else_wrote_is_pinned_and_its_keys_are_not_known(pushed, aws):
    version = aws.edit("dev/shop/db", NOTHING="x")
    estate = deploy(pushed)
    assert errors(estate) == []
    assert external(estate)["db-secrets"]["spec"]["data"][0]["remoteRef"]["version"] == f"uuid/{version}"


def test_no_credentials_end_a_deployment(project, monkeypatch, tmp_path):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    (found,) = errors(deploy(project))
    assert found.code == "secret-store"
    assert "there are no AWS credentials" in found.message


def test_a_rehearsal_asks_nobody(project):
    estate = deploy(project, **{REHEARSAL: "1"})
    assert errors(estate) == []
    assert "immutable" not in external(estate)["db-secrets"]["spec"]["target"]


def test_a_deployment_acts_as_the_role_that_deploys_and_a_push_does_not(project, aws, monkeypatch):
    text = (project.folder / "stacks/Pulumi.shop.dev.yaml").read_text()
    role = "arn:aws:iam::123456789012:role/deploy"
    project.write("stacks/Pulumi.shop.dev.yaml", text.replace('"}', f'", assumeRole: "{role}"}}'))
    real, asked = botocore.client.BaseClient._make_api_call, []

    def call(client, name, arguments):
        asked.append((name, arguments.get("RoleArn", "")))
        return real(client, name, arguments)

    monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", call)
    assert project.push("--from", ".env", "--yes").code == 0
    assert "AssumeRole" not in {name for name, _ in asked}
    asked.clear()
    assert errors(deploy(project)) == []
    assert asked[0] == ("AssumeRole", role)


@pytest.mark.parametrize("setting", ["{rotation: refresh, refreshInterval: 5m}"])
def test_refresh_instead_of_pins(pushed, setting):
    path = pushed.folder / "stacks/Pulumi.shop.dev.yaml"
    pushed.write("stacks/Pulumi.shop.dev.yaml", path.read_text() + f"  longshore:secrets: {setting}\n")
    manifest = external(deploy(pushed))["db-secrets"]
    assert manifest["metadata"]["name"] == "db-secrets"
    assert manifest["spec"]["refreshPolicy"] == "Periodic"
    assert manifest["spec"]["refreshInterval"] == "5m"
    assert "version" not in manifest["spec"]["data"][0]["remoteRef"]


def test_a_version_in_the_stack_file_is_kept(pushed, aws):
    old = aws.version("dev/shop/db")
    pushed.write("new.env", "DB_PASSWORD=db-two\n")
    pushed.push("--from", "new.env", "--yes", "--service", "db", "DB_PASSWORD")
    path = pushed.folder / "stacks/Pulumi.shop.dev.yaml"
    pushed.write(
        "stacks/Pulumi.shop.dev.yaml", path.read_text() + f"  longshore:secrets: {{versions: {{dev/shop/db: {old}}}}}\n"
    )
    assert external(deploy(pushed))["db-secrets"]["spec"]["data"][0]["remoteRef"]["version"] == f"uuid/{old}"
