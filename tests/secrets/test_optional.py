"""Variables without a value: which are stored empty, which take a default, which are missing."""

import pytest

from tests.secrets.test_push import EVERYTHING


def test_an_optional_variable_without_a_value_is_stored_empty(project, aws):
    """The ExternalSecret names its key, and a key that is not there would keep the pod from starting."""
    text = (project.folder / "compose.yaml").read_text()
    optional = "      SMTP_PASSWORD: ${SMTP_PASSWORD:-}\n      SENTRY_DSN: ${SENTRY_DSN-}\n      S3_TOKEN: $S3_TOKEN\n"
    project.write("compose.yaml", text.replace("    secrets:", f"{optional}    secrets:", 1))
    missing = project.longshore("secrets", "check", "-s", "shop.dev")
    assert missing.code == 1
    answer = project.push("--from", ".env", "--yes")
    assert "missing: S3_TOKEN, for dev/shop/web" in answer.err, "nobody said that it may be empty"
    project.write("more.env", "S3_TOKEN=\n")
    assert project.push("--from", ".env", "--from", "more.env", "--yes").code == 0
    assert aws.values("dev/shop/web") == {
        **EVERYTHING["dev/shop/web"],
        "SMTP_PASSWORD": "",
        "SENTRY_DSN": "",
        "S3_TOKEN": "",
    }
    assert project.longshore("secrets", "check", "-s", "shop.dev").code == 0
    assert project.longshore("secrets", "diff", "-s", "shop.dev", "--from", ".env", "--from", "more.env").code == 0


@pytest.mark.parametrize(("expression", "wanted"), [(":-default", "default"), ("-default", ""), ("", ""), (":-", "")])
def test_an_empty_value_is_what_docker_makes_of_it(project, aws, expression, wanted):
    text = (project.folder / "compose.yaml").read_text()
    project.write("compose.yaml", text.replace("${API_TOKEN:-dev-token}", f"${{API_TOKEN{expression}}}"))
    project.write("more.env", "API_TOKEN=\n")
    assert project.push("--from", ".env", "--from", "more.env", "--yes").code == 0
    assert aws.values("dev/shop/web")["API_TOKEN"] == wanted


def test_an_empty_value_is_none_where_compose_asks_for_one(project, aws):
    text = (project.folder / "compose.yaml").read_text()
    project.write("compose.yaml", text.replace("${API_TOKEN:-dev-token}", "${API_TOKEN:?give one}"))
    project.write("more.env", "API_TOKEN=\n")
    answer = project.push("--from", ".env", "--from", "more.env", "--yes")
    assert answer.code == 1
    assert "it is empty, and the compose file asks for a value, `${API_TOKEN:?…}`" in answer.err
    assert "API_TOKEN" not in aws.values("dev/shop/web")


def test_a_default_never_takes_the_place_of_what_was_pushed(pushed, aws):
    """Whoever pushes a file with one new value must not set the others back."""
    pushed.write("one.env", "API_TOKEN=real\n")
    assert pushed.push("--from", "one.env", "--yes").code == 0
    pushed.write("two.env", "DB_PASSWORD=db-two\n")
    answer = pushed.push("--from", "two.env", "--yes")
    assert answer.code == 0
    assert aws.values("dev/shop/web") == {**EVERYTHING["dev/shop/web"], "API_TOKEN": "real", "DB_PASSWORD": "db-two"}
    assert pushed.longshore("secrets", "diff", "-s", "shop.dev", "--from", "two.env").out.count("API_TOKEN") == 0
