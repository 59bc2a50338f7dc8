"""`longshore secrets push`: what is written where, and what is not."""

import json
import stat
import subprocess

import pytest

EVERYTHING = {
    "dev/shop/web": {
        "API_TOKEN": "dev-token",
        "CHAT_WEBHOOK_URL": "https://chat.example.com/one",
        "DB_PASSWORD": "db-one",
        "LEGACY_PASSWORD": "in-the-compose-file",
        "MAIL_PASSWORD": "mail-one",
    },
    "dev/shop/db": {"DB_PASSWORD": "db-one"},
    "dev/shop/_shared/tls_key": {"value": "one key\n"},
    "dev/shop/_shared/admin": {"value": "admin one"},
}


def test_every_value_that_compose_needs_arrives_from_where_docker_takes_it(project, aws):
    answer = project.push("--from", ".env", "--yes")
    assert answer.code == 0, answer.err
    assert aws.everything() == EVERYTHING


def test_the_target_is_told_first(project, aws):
    assert project.push("--from", ".env").err.startswith("AWS account 123456789012, region eu-west-1, path dev/shop/\n")


def test_a_secret_carries_the_tags_that_the_reading_role_asks_for(pushed, aws):
    tags = {tag["Key"]: tag["Value"] for tag in aws.client.describe_secret(SecretId="dev/shop/web")["Tags"]}
    assert tags["team"] == "shop"
    assert tags["environment"] == "dev"
    assert tags["managed-by"] == "longshore"


def test_nothing_is_written_when_nothing_changes(pushed, aws):
    before = {name: aws.version(name) for name in aws.names()}
    answer = pushed.push("--from", ".env", "--yes")
    assert (answer.code, answer.out) == (0, "")
    assert "nothing to write" in answer.err
    assert {name: aws.version(name) for name in aws.names()} == before


def test_only_what_changes_gets_a_new_version_and_the_rest_of_the_json_stays(pushed, aws):
    aws.edit("dev/shop/web", **EVERYTHING["dev/shop/web"], ADDED_BY_HAND="kept")
    pushed.write(
        ".env",
        "API_TOKEN=real\nDB_PASSWORD=db-one\n"
        "CHAT_WEBHOOK_URL=https://chat.example.com/one\nADMIN_PASSWORD='admin one'\n",
    )
    answer = pushed.push("--from", ".env", "--yes")
    assert answer.code == 0
    assert answer.err.count("wrote ") == 1
    assert aws.values("dev/shop/web") == {**EVERYTHING["dev/shop/web"], "API_TOKEN": "real", "ADDED_BY_HAND": "kept"}
    assert aws.values("dev/shop/web", "AWSPREVIOUS")["API_TOKEN"] == "dev-token"
    assert "~ API_TOKEN" in answer.out
    assert "? ADDED_BY_HAND" in answer.out


def test_named_keys_alone_are_pushed(project, aws):
    answer = project.push("--from", ".env", "--yes", "DB_PASSWORD")
    assert answer.code == 0
    assert aws.everything() == {"dev/shop/web": {"DB_PASSWORD": "db-one"}, "dev/shop/db": {"DB_PASSWORD": "db-one"}}


def test_one_service_alone_is_pushed(project, aws):
    assert project.push("--from", ".env", "--yes", "--service", "db").code == 0
    assert aws.names() == ["dev/shop/db"]


@pytest.mark.parametrize(
    ("words", "says"),
    [(("--service", "wbe"), "did you mean `web`?"), (("NOT_THERE",), "no service of stack shop.dev needs `NOT_THERE`")],
)
def test_what_is_not_there_is_refused(project, aws, words, says):
    answer = project.push("--from", ".env", "--yes", *words)
    assert answer.code == 2
    assert says in answer.err
    assert aws.names() == []


def test_without_somebody_to_ask_it_is_a_dry_run(project, aws):
    answer = project.push("--from", ".env")
    assert answer.code == 0
    assert "dry run" in answer.err
    assert "+ DB_PASSWORD" in answer.out
    assert aws.names() == []


@pytest.mark.parametrize(("typed", "written"), [("y\n", 4), ("yes\n", 4), ("n\n", 0), ("\n", 0), ("", 0)])
def test_somebody_at_the_terminal_is_asked(project, aws, typed, written):
    answer = project.push("--from", ".env", typed=typed)
    assert "write 4 secrets to dev/shop/? [y/N]" in answer.err
    assert len(aws.names()) == written
    assert answer.code == (0 if written else 1)


def test_a_dry_run_wins_over_yes(project, aws):
    assert project.push("--from", ".env", "--yes", "--dry-run").code == 0
    assert aws.names() == []


def test_standard_input_is_a_file_too(project, aws):
    assert project.push("--from", "-", "--yes", "DB_PASSWORD", piped='DB_PASSWORD="a b"\n').code == 0
    assert aws.values("dev/shop/db") == {"DB_PASSWORD": "a b"}


def test_the_last_file_wins(project, aws):
    project.write("more.env", "DB_PASSWORD=later\n")
    assert project.push("--from", ".env", "--from", "more.env", "--yes", "--service", "db").code == 0
    assert aws.values("dev/shop/db") == {"DB_PASSWORD": "later"}


def test_a_prompt_asks_for_what_the_store_lacks_and_shows_nothing(project, aws, monkeypatch):
    asked = []

    def answer(prompt):
        asked.append(prompt.split()[2])
        return f"typed-{len(asked)}"

    monkeypatch.setattr("longshore.cli.secrets.sources.getpass", answer)
    found = project.push("--service", "db", typed="y\n")
    assert found.code == 0
    assert asked == ["DB_PASSWORD"]
    assert aws.values("dev/shop/db") == {"DB_PASSWORD": "typed-1"}
    assert "typed-1" not in found.out + found.err
    project.push("--service", "db", typed="y\n")
    assert asked == ["DB_PASSWORD"], "the store has it"
    project.push("--service", "db", "DB_PASSWORD", typed="y\n")
    assert aws.values("dev/shop/db") == {"DB_PASSWORD": "typed-2"}


def test_values_are_not_taken_from_the_command_line(project, aws):
    answer = project.push("DB_PASSWORD=hunter2hunter2")
    assert answer.code == 2
    assert "not taken from the command line" in answer.err
    assert "hunter2" not in answer.err
    assert aws.names() == []
    answer = project.push("--random", "DB_PASSWORD=hunter2hunter2")
    assert answer.code == 2
    assert "hunter2" not in answer.err


def test_what_has_no_value_is_told_and_the_rest_is_written(project, aws):
    project.write(".env", "DB_PASSWORD=db-one\n")
    answer = project.push("--from", ".env", "--yes")
    assert answer.code == 1
    assert "missing: ADMIN_PASSWORD, for dev/shop/_shared/admin" in answer.err
    assert "missing: CHAT_WEBHOOK_URL, for dev/shop/web" in answer.err
    assert "add `ADMIN_PASSWORD=…` to the file, or `--random ADMIN_PASSWORD` for a new one" in answer.err
    assert aws.values("dev/shop/db") == {"DB_PASSWORD": "db-one"}
    assert "dev/shop/_shared/admin" not in aws.names()
    assert answer.err.splitlines()[-1] == "3 written; 2 values are still missing", "not that all is well"


def test_what_the_store_has_is_not_missing(pushed, aws):
    pushed.write("some.env", "API_TOKEN=real\n")
    answer = pushed.push("--from", "some.env", "--yes")
    assert (answer.code, "missing" in answer.err) == (0, False)
    assert aws.values("dev/shop/web")["API_TOKEN"] == "real"


def test_several_defaults_are_none(project, aws):
    text = (project.folder / "compose.yaml").read_text()
    project.write(
        "compose.yaml",
        text.replace(
            "POSTGRES_PASSWORD: ${DB_PASSWORD}", "POSTGRES_PASSWORD: ${DB_PASSWORD}\n      T: ${API_TOKEN:-other}"
        ),
    )
    answer = project.push("--from", ".env", "--yes")
    assert "missing: API_TOKEN" in answer.err
    assert "2 different defaults" in answer.err


def test_a_file_that_is_not_there_is_told(project, aws):
    (project.folder / "tls.key").unlink()
    answer = project.push("--from", ".env", "--yes")
    assert answer.code == 1
    assert "missing: tls.key" in answer.err
    assert "No such file" in answer.err


def test_what_is_no_text_is_stored_in_base64(project, aws):
    (project.folder / "tls.key").write_bytes(b"\x80\x81")
    assert project.push("--from", ".env", "--yes").code == 0
    assert aws.values("dev/shop/_shared/tls_key") == {"base64": "gIE="}


def test_prune_takes_away_what_nobody_needs(pushed, aws):
    aws.edit("dev/shop/db", DB_PASSWORD="db-one", OLD="x")
    assert aws.values("dev/shop/db")["OLD"] == "x"
    answer = pushed.push("--from", ".env", "--prune", "--yes")
    assert answer.code == 0
    assert "- OLD" in answer.out
    assert aws.values("dev/shop/db") == {"DB_PASSWORD": "db-one"}


def production(project):
    path = project.folder / "stacks/Pulumi.shop.dev.yaml"
    project.write("stacks/Pulumi.shop.dev.yaml", path.read_text() + "  longshore:production: true\n")


def test_prune_in_production_wants_the_path_typed(pushed, aws):
    production(pushed)
    aws.edit("dev/shop/db", DB_PASSWORD="db-one", OLD="x")
    answer = pushed.push("--from", ".env", "--prune", "--yes")
    assert answer.code == 2
    assert "--confirm dev/shop" in answer.err
    assert pushed.push("--from", ".env", "--prune", typed="yes\n").code == 1
    assert aws.values("dev/shop/db")["OLD"] == "x"
    assert pushed.push("--from", ".env", "--prune", typed="dev/shop\n").code == 0
    assert aws.values("dev/shop/db") == {"DB_PASSWORD": "db-one"}
    aws.edit("dev/shop/db", DB_PASSWORD="db-one", OLD="x")
    assert pushed.push("--from", ".env", "--prune", "--yes", "--confirm", "dev/shop").code == 0
    assert aws.values("dev/shop/db") == {"DB_PASSWORD": "db-one"}


def test_placeholders_do_not_go_to_production(project, aws):
    project.write(".env", "DB_PASSWORD=changeme\nADMIN_PASSWORD=s3\nCHAT_WEBHOOK_URL=https://x/y\n")
    assert "DB_PASSWORD is a placeholder" in project.push("--from", ".env", "--yes").err
    production(project)
    aws.client.delete_secret(SecretId="dev/shop/db", ForceDeleteWithoutRecovery=True)
    answer = project.push("--from", ".env", "--yes")
    assert answer.code == 2
    assert "placeholders are no secrets for production: DB_PASSWORD" in answer.err
    assert "dev/shop/db" not in aws.names()
    assert project.push("--from", ".env", "--yes", "--allow-placeholders").code == 0


def test_a_value_is_made_up_once_for_all_who_need_it(project, aws):
    answer = project.push("--random", "DB_PASSWORD:40", "--yes")
    assert answer.code == 0
    value = aws.values("dev/shop/db")["DB_PASSWORD"]
    assert aws.values("dev/shop/web") == {"DB_PASSWORD": value}
    assert len(value) == 40
    assert value.isalnum()
    assert value not in answer.out + answer.err
    project.push("--random", "DB_PASSWORD", "--yes")
    assert aws.values("dev/shop/db")["DB_PASSWORD"] != value


def test_if_not_set_keeps_and_hands_on_what_is_there(project, aws):
    assert project.push("--random", "DB_PASSWORD", "--yes", "--service", "db").code == 0
    value = aws.values("dev/shop/db")["DB_PASSWORD"]
    assert project.push("--random", "DB_PASSWORD", "--if-not-set", "--yes").code == 0
    assert aws.values("dev/shop/web") == aws.values("dev/shop/db") == {"DB_PASSWORD": value}


def test_if_not_set_refuses_to_choose(pushed, aws):
    aws.edit("dev/shop/db", DB_PASSWORD="another")
    answer = pushed.push("--random", "DB_PASSWORD", "--if-not-set", "--yes")
    assert answer.code == 2
    assert "`DB_PASSWORD` differs between dev/shop/web and dev/shop/db" in answer.err


@pytest.mark.parametrize("wish", ["DB_PASSWORD:3", "DB_PASSWORD:99999", "1X", "DB PASSWORD"])
def test_a_bad_wish_for_chance_is_refused(project, aws, wish):
    assert project.push("--random", wish, "--yes").code == 2


def test_rollback_goes_back_and_forth(pushed, aws):
    pushed.write("new.env", "DB_PASSWORD=db-two\n")
    assert pushed.push("--from", "new.env", "--yes", "DB_PASSWORD").code == 0
    old, new = "db-one", "db-two"
    for value in (old, new):
        answer = pushed.push("--rollback", "DB_PASSWORD", "--yes")
        assert answer.code == 0, answer.err
        assert aws.values("dev/shop/db") == {"DB_PASSWORD": value}
        assert aws.values("dev/shop/web")["DB_PASSWORD"] == value
        assert aws.values("dev/shop/web")["API_TOKEN"] == "dev-token"
    assert "~ DB_PASSWORD" in answer.out
    assert aws.versions("dev/shop/db") == 2, "no version is written by going back"


def test_rollback_as_json_says_the_same_by_names(pushed, aws):
    pushed.write("new.env", "DB_PASSWORD=db-two\n")
    pushed.push("--from", "new.env", "--yes", "DB_PASSWORD")
    dry = pushed.push("--rollback", "DB_PASSWORD", "-o", "json")
    assert {each["path"]: each["keys"] for each in dry.json["secrets"]} == {
        "dev/shop/db": ["DB_PASSWORD"],
        "dev/shop/web": ["DB_PASSWORD"],
    }
    assert dry.json["written"] == {}
    assert aws.values("dev/shop/db") == {"DB_PASSWORD": "db-two"}
    done = pushed.push("--rollback", "DB_PASSWORD", "-o", "json", "--yes")
    assert done.json["secrets"] == dry.json["secrets"]
    assert done.json["written"] == {each["path"]: each["to"] for each in dry.json["secrets"]}
    nothing = pushed.push("--rollback", "ADMIN_PASSWORD", "-o", "json", "--yes")
    assert (nothing.code, nothing.json["secrets"]) == (1, [])


def test_rollback_leaves_what_another_push_changed(pushed, aws):
    pushed.write("new.env", "API_TOKEN=two\n")
    pushed.push("--from", "new.env", "--yes", "API_TOKEN")
    answer = pushed.push("--rollback", "DB_PASSWORD", "--yes")
    assert answer.code == 1
    assert "nothing to roll back" in answer.err
    assert aws.values("dev/shop/web")["API_TOKEN"] == "two"


def test_rollback_wants_to_know_of_what(pushed, aws):
    answer = pushed.push("--rollback", "--yes")
    assert answer.code == 2
    assert "name keys, or `--service NAME`" in answer.err
    assert pushed.push("--rollback", "--from", ".env", "X").code == 2


def test_json_says_the_same_by_names(pushed, aws):
    pushed.write(
        ".env", "DB_PASSWORD=db-two\nADMIN_PASSWORD=admin one\nCHAT_WEBHOOK_URL=https://chat.example.com/one\n"
    )
    answer = pushed.push("--from", ".env", "--yes", "--output", "json")
    found = {secret["path"]: secret["keys"] for secret in answer.json["secrets"]}
    assert found["dev/shop/db"] == {"DB_PASSWORD": "changed"}
    assert found["dev/shop/web"]["DB_PASSWORD"] == "changed"
    assert found["dev/shop/web"]["API_TOKEN"] == "unchanged"
    assert answer.json["written"] == {name: aws.version(name) for name in ("dev/shop/web", "dev/shop/db")}
    assert answer.json["missing"] == []
    assert "db-two" not in json.dumps(answer.json)


def test_files_that_others_can_read_are_told(project, aws):
    (project.folder / ".env").chmod(0o644)
    assert "chmod 600 .env" in project.push("--from", ".env").err
    (project.folder / ".env").chmod(stat.S_IRUSR)
    assert "chmod" not in project.push("--from", ".env").err


def test_a_file_that_git_keeps_is_told(project, aws):
    for command in (["init", "-q"], ["add", "-f", ".env", "web.env"]):
        subprocess.run(["git", *command], cwd=project.folder, check=True)
    err = project.push("--from", ".env").err
    assert ".env is tracked by Git: `git rm --cached .env && echo .env >> .gitignore`" in err
    project.write("example.env.example", "A=b\n")
    subprocess.run(["git", "add", "-f", "example.env.example"], cwd=project.folder, check=True)
    assert "tracked" not in project.push("--from", "example.env.example").err


def test_doubtful_values_are_told_by_name(project, aws):
    project.write(".env", 'DB_PASSWORD=" spaced"\nADMIN_PASSWORD="a\\r"\nCHAT_WEBHOOK_URL=https://x/é\n')
    err = project.push("--from", ".env").err
    assert "DB_PASSWORD begins or ends with a space" in err
    assert "CHAT_WEBHOOK_URL has characters beyond ASCII" in err
    assert "spaced" not in err


def test_a_variable_that_only_its_value_betrays_is_told(project, aws):
    text = (project.folder / "compose.yaml").read_text()
    project.write(
        "compose.yaml", text.replace("LEGACY_PASSWORD:", "QUEUE: ${QUEUE_ADDRESS:-none}\n      LEGACY_PASSWORD:")
    )
    project.write("new.env", (project.folder / ".env").read_text() + "QUEUE_ADDRESS=amqp://shop:pw@mq/\n")
    err = project.push("--from", "new.env").err
    assert "QUEUE_ADDRESS holds a secret, which its name does not show" in err


def test_the_fake_backend_has_nothing_to_push(project, aws):
    text = (project.folder / "stacks/Pulumi.shop.dev.yaml").read_text()
    project.write("stacks/Pulumi.shop.dev.yaml", text + "  longshore:secrets: {backend: fake}\n")
    answer = project.push("--from", ".env", "--yes")
    assert answer.code == 0
    assert "there is nothing to push" in answer.err
    assert aws.names() == []
    for words in (["push"], ["diff", "--from", ".env"], ["check"], ["ls"], ["push", "--rollback", "DB_PASSWORD"]):
        answer = project.longshore("secrets", *words, "-s", "shop.dev", "-o", "json")
        assert (answer.code, answer.json["secrets"]) == (0, []), words


def test_a_stack_must_be_named(project, aws):
    answer = project.longshore("secrets", "push", "--from", ".env")
    assert answer.code == 2
    assert "stacks here: shop.dev" in answer.err


def test_a_broken_compose_file_is_told_and_nothing_is_pushed(project, aws):
    project.write("compose.yaml", "services: {web: {imgae: x}}\n")
    answer = project.push("--from", ".env", "--yes")
    assert answer.code == 2
    assert "imgae" in answer.err
    assert aws.names() == []
