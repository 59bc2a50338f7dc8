"""`check`, `diff` and `ls`: three sets compared, by names."""

import pytest

from longshore.cli.secrets import check as module
from longshore.stores.key_names import names_of, noted
from tests.secrets.test_faults import refuse


def check(project, *words):
    return project.longshore("secrets", "check", "-s", "shop.dev", *words)


def test_all_is_there(pushed):
    answer = check(pushed)
    assert answer.code == 0
    assert answer.out == "4 secrets with 8 keys: 0 missing, 0 to look at\n"


def test_nothing_is_there(project, aws):
    answer = check(project)
    assert answer.code == 1
    assert "missing: dev/shop/db: there is no such secret; it needs DB_PASSWORD" in answer.out
    assert "longshore secrets push -s shop.dev --from .env" in answer.out


def test_a_key_is_missing_and_another_too_many(pushed, aws):
    aws.edit("dev/shop/db", OTHER="x")
    answer = check(pushed)
    assert answer.code == 1
    assert "missing: dev/shop/db DB_PASSWORD: the store does not have it" in answer.out
    assert "warning: dev/shop/db OTHER: no service needs it; `push --prune` removes it" in answer.out


def test_more_than_needed_is_no_failure(pushed, aws):
    aws.edit("dev/shop/db", DB_PASSWORD="db-one", OTHER="x")
    aws.client.create_secret(Name="dev/shop/gone-service", SecretString="{}")
    aws.client.create_secret(Name="prod/shop/web", SecretString="{}")
    answer = check(pushed)
    assert answer.code == 0
    assert "warning: dev/shop/gone-service: no service needs it" in answer.out
    assert "prod/shop" not in answer.out
    assert "gone-service" not in check(pushed, "--service", "db").out


def test_one_variable_with_two_values_is_told(pushed, aws):
    aws.edit("dev/shop/db", DB_PASSWORD="hunter2")
    answer = check(pushed)
    assert answer.code == 0
    assert (
        "warning: dev/shop/db DB_PASSWORD: its value is not the one that dev/shop/web has for the same variable"
        in answer.out
    )
    assert "hunter2" not in answer.out + answer.err


def test_an_external_secret_must_be_there(project, aws):
    text = (project.folder / "compose.yaml").read_text()
    project.write("compose.yaml", text.replace("{environment: ADMIN_PASSWORD}", "{external: true, name: legacy/admin}"))
    assert "missing: legacy/admin: there is no such secret; it needs a value" in check(project).out
    aws.client.create_secret(Name="legacy/admin", SecretString="anything at all")
    project.push("--from", ".env", "--yes")
    assert check(project).code == 0
    assert aws.client.get_secret_value(SecretId="legacy/admin")["SecretString"] == "anything at all"


def test_names_are_enough(pushed, aws, monkeypatch):
    refuse(monkeypatch, "GetSecretValue", "AccessDeniedException")
    assert check(pushed).code == 0
    aws.client.put_secret_value(SecretId="dev/shop/db", SecretString="{}")
    answer = check(pushed)
    assert answer.code == 4
    assert (
        "the keys of dev/shop/db can't be read: values are denied, and it was not longshore that wrote it" in answer.err
    )


def test_without_the_right_to_list_nothing_is_said_of_orphans(pushed, aws, monkeypatch):
    aws.client.create_secret(Name="dev/shop/gone-service", SecretString="{}")
    refuse(monkeypatch, "ListSecrets", "AccessDeniedException")
    assert check(pushed).code == 0


def test_json(pushed, aws):
    aws.edit("dev/shop/db", OTHER="x")
    found = check(pushed, "--output", "json").json
    assert found["missing"] == [{"path": "dev/shop/db", "key": "DB_PASSWORD", "reason": "the store does not have it"}]
    assert [one["key"] for one in found["extra"]] == ["OTHER"]
    assert {secret["path"] for secret in found["secrets"]} == {
        "dev/shop/web",
        "dev/shop/db",
        "dev/shop/_shared/tls_key",
        "dev/shop/_shared/admin",
    }


def test_what_no_manifest_binds_is_missing(pushed, monkeypatch):
    """The third set: a converter that forgets a binding is found out."""
    real = module.bound
    monkeypatch.setattr(module, "bound", lambda manifests: {**real(manifests), "dev/shop/db": frozenset()})
    answer = check(pushed)
    assert answer.code == 1
    assert "missing: dev/shop/db DB_PASSWORD: no ExternalSecret binds it" in answer.out


def test_diff(pushed, aws):
    diff = ("secrets", "diff", "-s", "shop.dev", "--from", ".env")
    answer = pushed.longshore(*diff)
    assert (answer.code, answer.out) == (0, "")
    pushed.write(".env", (pushed.folder / ".env").read_text().replace("db-one", "db-two"))
    aws.edit("dev/shop/db", DB_PASSWORD="db-one", OTHER="x")
    answer = pushed.longshore(*diff)
    assert answer.code == 1
    assert "~ DB_PASSWORD" in answer.out
    assert "? OTHER" in answer.out
    assert "db-two" not in answer.out + answer.err
    keys = {secret["path"]: secret["keys"] for secret in pushed.longshore(*diff, "--output", "json").json["secrets"]}
    assert keys["dev/shop/db"] == {"DB_PASSWORD": "changed", "OTHER": "only-remote"}
    assert pushed.longshore(*diff, "ADMIN_PASSWORD").code == 0
    assert pushed.longshore(*diff, "DB_PASSWORD").code == 1
    assert pushed.longshore("secrets", "diff", "-s", "shop.dev").code == 2


def test_diff_changes_nothing(project, aws):
    assert project.longshore("secrets", "diff", "-s", "shop.dev", "--from", ".env").code == 1
    assert aws.names() == []


def test_ls(pushed, aws):
    pushed.write("new.env", "DB_PASSWORD=two\n")
    pushed.push("--from", "new.env", "--yes", "DB_PASSWORD")
    answer = pushed.longshore("secrets", "ls", "-s", "shop.dev", "-v")
    assert answer.code == 0
    row = next(line for line in answer.out.splitlines() if line.startswith("dev/shop/db"))
    assert f"1 key, 2 versions, current {aws.version('dev/shop/db')[:8]} since 20" in row
    assert "  DB_PASSWORD\n" in answer.out
    rows = {
        row["path"]: row
        for row in pushed.longshore("secrets", "ls", "-s", "shop.dev", "--output", "json").json["secrets"]
    }
    assert rows["dev/shop/db"]["version"] == aws.version("dev/shop/db")
    assert rows["dev/shop/db"]["keys"] == ["DB_PASSWORD"]
    assert rows["dev/shop/web"]["owner"] == "web"


def test_ls_of_nothing(project, aws):
    assert "dev/shop/db                2 keys" not in project.longshore("secrets", "ls", "-s", "shop.dev").out
    assert "1 key, not there yet" in project.longshore("secrets", "ls", "-s", "shop.dev").out


@pytest.mark.parametrize("count", [0, 1, 12, 60, 1200])
@pytest.mark.parametrize("length", [256, 512])
def test_names_of_keys_come_back(count, length):
    names = [f"A_RATHER_LONG_NAME_{number}" for number in range(count)]
    fields = noted(names, "v1", length)
    assert all(len(text) <= length for text in fields.values())
    assert names_of("v1", {"other": "x", **fields}) == (frozenset(names) if len(fields) > 1 else None)
    assert names_of("v2", fields) is None
    assert (len(fields) > 1) == (count < 1200)


def test_names_of_a_shorter_list_are_not_mixed_with_those_of_a_longer_one():
    before = noted([f"A_RATHER_LONG_NAME_{number}" for number in range(30)], "v1", 256)
    after = noted(["ONE"], "v2", 256)
    assert names_of("v2", {**before, **after}) == frozenset({"ONE"})
