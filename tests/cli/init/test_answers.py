"""What is asked, what flags say, and what is refused with what to write instead."""

from __future__ import annotations

import pytest

from tests.cli.init.making import COMPOSE, IN_AWS, config, files, longshore


def test_the_terminal_is_asked_what_no_flag_says(folder):
    typed = (
        "\nStaging!\nstaging\nsearch team\nsearch\neks\nnowhere\neu-west-1\n123\n123456789012\n203.0.113.0/24\n\n"
        "jenkins\ngithub\nexample/*\nexample/shop\n"
    )
    made = longshore(folder, "init", typed=typed)
    assert made.code == 0, made.err
    assert "name of the project [shop]: environment: dev, staging, prod … [dev]: " in made.err
    assert made.err.count("  must be ") == 6
    found = config(folder, "platform.staging")
    limit = "arn:aws:iam::123456789012:policy/longshore-ci/longshore-boundary-staging"
    account = {"region": "eu-west-1", "accountId": "123456789012", "permissionsBoundary": limit}
    assert found["longshore:aws"] == account
    assert found["longshore:cluster"]["endpoint"] == {"public": True, "cidrs": ["203.0.113.0/24"]}
    assert config(folder, "search.staging")["longshore:secrets"] == {"backend": "aws-secrets-manager"}
    assert (folder / ".github" / "workflows" / "longshore-preview-staging.yml").exists()


def test_flags_are_not_asked_again_and_yes_asks_nothing(folder):
    some = longshore(folder, "init", *IN_AWS, "--team", "a", "--name", "b", "--ci", "github", typed="\n\n\n\n\n")
    assert some.code == 0, some.err
    assert "team" not in some.err
    assert "region" not in some.err
    assert "account" not in some.err
    none = longshore(folder, "init", "--team", "c", "--yes", typed="")
    assert (none.code, none.err) == (0, "")


def test_a_terminal_that_is_closed_leaves_nothing(folder):
    before = files(folder)
    refused = longshore(folder, "init", typed="shop\ndev\n")
    assert refused.code == 2
    assert "the answers ended before the questions, nothing was written" in refused.err
    assert files(folder) == before


def test_the_region_of_the_shell_is_taken(folder):
    longshore(folder, "init", "--account", "123456789012", AWS_REGION="eu-central-1")
    assert config(folder, "platform.dev")["longshore:aws"]["region"] == "eu-central-1"


@pytest.mark.parametrize(
    ("flag", "value", "said"),
    [
        ("--team", "Käse", "such as `--team k-se`"),
        ("--team", "my team", "such as `--team my-team`"),
        ("--team", "t" * 64, f"such as `--team {'t' * 30}`"),
        ("--team", "店", "a DNS label"),
        ("--team", "a\x1b[31mb", "a DNS label"),
        ("--team", "platform", "name the team otherwise"),
        ("--team", "default", "is a namespace of Kubernetes itself"),
        ("--environment", "Prod", "such as `--environment prod`"),
        ("--environment", "e" * 60, "is too long"),
        ("--environment", "../x", "such as `--environment x`"),
        ("--name", "a b", "letters, digits"),
        ("--region", "eu-west-9000", "an AWS region"),
        ("--region", "us-west-1", "offers two zones"),
        ("--account", "12", "12 digits"),
        ("--endpoint-cidr", "10.0.0.0/8", "is private"),
        ("--endpoint-cidr", "1.2.3.4", "an address range"),
        ("--cluster", "gke", "allowed: eks, kubeconfig"),
        ("--file", "nowhere.yaml", "there is no file `nowhere.yaml`"),
        ("--file", "-", "a stack cannot read the standard input"),
    ],
)
def test_odd_answers_are_refused_with_what_to_write(folder, flag, value, said):
    before = files(folder)
    refused = longshore(folder, "init", *IN_AWS, flag, value)
    assert refused.code in {2, 3}
    assert said in refused.err
    assert "\x1b" not in refused.err
    assert files(folder) == before


def test_a_folder_whose_name_is_none_and_files_with_odd_names(tmp_path):
    made = tmp_path / "店"
    (made / "les services").mkdir(parents=True)
    (made / "les services" / "été: a.yaml").write_text(COMPOSE, "utf-8")
    refused = longshore(made, "init", *IN_AWS, "-f", "les services/été: a.yaml")
    assert refused.code == 2
    assert "`--name shop`" in refused.err
    done = longshore(made, "init", *IN_AWS, "-f", "les services/été: a.yaml", "--name", "shop")
    assert done.code == 0, done.err
    assert config(made, "shop.dev")["longshore:compose"]["files"] == ["les services/été: a.yaml"]
    assert longshore(made, "check", "-s", "shop.dev").code == 0


def test_flags_of_check_are_kept_in_the_stack_file(folder):
    (folder / "more.env").write_text("A=b\n", "utf-8")
    (folder / "two.yaml").write_text("services: {web: {profiles: [x]}}\n", "utf-8")
    words = ("-f", "compose.yaml", "-f", "two.yaml", "--env-file", "more.env", "--profile", "x", "-p", "front")
    done = longshore(folder, "init", *IN_AWS, *words, "--allow-outside")
    assert done.code == 0, done.err
    assert config(folder, "shop.dev")["longshore:compose"] == {
        "files": ["compose.yaml", "two.yaml"],
        "name": "front",
        "profiles": ["x"],
        "envFiles": ["more.env"],
        "allowOutside": True,
    }


def test_files_are_found_as_docker_compose_finds_them(folder):
    (folder / "compose.override.yaml").write_text("services: {web: {mem_limit: 1g}}\n", "utf-8")
    (folder / "below").mkdir()
    longshore(folder, "init", *IN_AWS)
    assert config(folder, "shop.dev")["longshore:compose"]["files"] == ["compose.yaml", "compose.override.yaml"]
    (folder / "other.yaml").write_text(COMPOSE, "utf-8")
    with (folder / ".env").open("a", encoding="utf-8") as opened:
        opened.write("COMPOSE_FILE=other.yaml\n")
    longshore(folder, "init", "--team", "other")
    assert config(folder, "other.dev")["longshore:compose"]["files"] == ["other.yaml"]


def test_without_a_compose_file_and_with_one_that_is_wrong(tmp_path):
    assert longshore(tmp_path, "init", *IN_AWS, "--name", "a").code == 3
    (tmp_path / "compose.yaml").write_text("services: {web: {imaeg: x}}\n", "utf-8")
    wrong = longshore(tmp_path, "init", *IN_AWS, "--name", "a")
    assert wrong.code == 2
    assert "compose.yaml:1:" in wrong.err
    assert "nothing was written" in wrong.err
    assert sorted(files(tmp_path)) == ["compose.yaml"]
    (tmp_path / "compose.yaml").unlink()
    alone = longshore(tmp_path, "init", *IN_AWS, "--name", "a", "--platform-only")
    assert alone.code == 0, alone.err
    assert longshore(tmp_path, "check", "-s", "platform.dev").code == 0


@pytest.mark.parametrize(
    "words",
    [
        ("--context", "a"),
        ("--server", "https://vault.example.com"),
        ("--platform-only", "--team", "a"),
        ("--platform-only", "--secrets", "vault"),
        ("--cluster", "kubeconfig", "--account", "123456789012"),
        ("--cluster", "kubeconfig", "--region", "eu-west-1"),
        ("--cluster", "kubeconfig", "--endpoint-cidr", "203.0.113.0/24"),
    ],
)
def test_flags_that_would_change_nothing_are_refused(folder, words):
    before = files(folder)
    refused = longshore(folder, "init", *words)
    assert refused.code == 2
    assert f"`{words[-2]}` means nothing with `--" in refused.err
    assert files(folder) == before


def test_flags_that_the_platform_has_settled_are_refused_but_another_cluster_is_not(folder):
    longshore(folder, "init", *IN_AWS)
    refused = longshore(folder, "init", "--team", "a", "--region", "eu-west-1")
    assert refused.code == 2
    assert "stack platform.dev is there" in refused.err
    other = longshore(folder, "init", "--team", "a", "--cluster", "kubeconfig", "--context", "b")
    assert other.code == 0, other.err
    assert config(folder, "a.dev")["longshore:cluster"] == {"kind": "kubeconfig", "context": "b"}


def test_a_folder_stands_for_the_files_that_are_found_in_it(tmp_path):
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "docker-compose.yml").write_text(COMPOSE, "utf-8")
    (tmp_path / "app" / "docker-compose.override.yml").write_text("services: {web: {mem_limit: 1g}}\n", "utf-8")
    made = longshore(tmp_path, "init", *IN_AWS, "--name", "shop", "-f", "app")
    assert made.code == 0, made.err
    files_read = config(tmp_path, "shop.dev")["longshore:compose"]["files"]
    assert files_read == ["app/docker-compose.yml", "app/docker-compose.override.yml"]
    (tmp_path / "empty").mkdir()
    assert longshore(tmp_path, "init", "--team", "other", "-f", "empty").code == 2
