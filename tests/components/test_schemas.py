"""The JSON Schemas that editors read, held against a validator that is not ours and against what we say ourselves."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import pytest
import yaml

from longshore.stack.file import read_stack_file
from longshore.stack.schema import COMPOSE_FILE, FOLDER, STACK_FILE
from tests.components.stage import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterator

STACK = jsonschema_rs.validator_for(json.loads((FOLDER / STACK_FILE).read_text("utf-8")))
COMPOSE = jsonschema_rs.validator_for(json.loads((FOLDER / COMPOSE_FILE).read_text("utf-8")))
WRONG = Path(__file__).with_name("wrong")
BEYOND_A_SCHEMA = {
    "backups": "two of them name one volume, and a name of a claim has no pattern",
    "backups-of-no-cluster": "its cluster is another setting",
    "contradictions": "each value alone is right",
    "exposures-that-cannot-be": "what is wrong is between values, or no pattern knows it",
    "scale": "each value alone is right",
    "controllers": "what is wrong is between values",
    "nodes-for-nobody": "what is wrong is between values",
    "nodes-of-managed-groups": "what is wrong is between values",
    "pools-that-cannot-be": "what is wrong is between values, or no pattern knows it",
    "a-domain-on-eks": "its cluster is another setting",
    "a-domain-elsewhere": "its cluster is another setting",
    "a-domain-of-a-team": "its cluster is another setting",
    "alarms-nobody-hears": "what is wrong is between values",
    "logs-of-no-cluster": "what is wrong is between values",
    "a-vpc-that-is-there": "what is wrong is between values",
    "subnets-of-no-vpc": "what is wrong is between values",
    "tenants": "each value alone is right",
    "one-job-for-two-roles": "what is wrong is between values, and names are keys",
    "a-runner-of-no-network": "its network is another setting",
    "image-repositories": "names of teams, and lists with one name twice",
}
EXTENSIONS = [
    (path.parent, service)
    for path in sorted((REPOSITORY / "tests/attributes").glob("*/*/compose.yaml"))
    if "x-longshore:" in path.read_text("utf-8")
    for service in yaml.safe_load(path.read_text("utf-8")).get("services", {}).values()
    if isinstance(service, dict) and "x-longshore" in service
]


def values(text: str) -> Any:
    return read_stack_file(text, "Pulumi.yaml").values


def examples() -> list[Any]:
    """Every whole stack file in the documentation and in the repository."""
    texts = [path.read_text("utf-8") for path in sorted((REPOSITORY / "stacks").glob("Pulumi.*.yaml"))]
    for page in sorted((REPOSITORY / "docs").glob("**/*.md")):
        blocks = (block.split("```")[0] for block in page.read_text("utf-8").split("```yaml\n")[1:])
        texts += [block for block in blocks if block.startswith("config:")]
    return [values(text) for text in texts]


@pytest.mark.parametrize("name", [STACK_FILE, COMPOSE_FILE])
def test_they_are_schemas(name):
    jsonschema_rs.meta.validate(json.loads((FOLDER / name).read_text("utf-8")))


def keys(schema: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """All keys that a schema and its definitions name, with what they may be."""
    for title, section in {"": schema, **schema.get("$defs", {})}.items():
        yield from ((f"{title}.{key}", wanted) for key, wanted in section["properties"].items())


def test_every_key_says_what_it_means():
    stack = json.loads((FOLDER / STACK_FILE).read_text("utf-8"))
    compose = json.loads((FOLDER / COMPOSE_FILE).read_text("utf-8"))
    extension = compose["$defs"]["service"]["properties"]["x-longshore"]
    classes = stack["properties"]["config"]
    config = {**classes["else"], "$defs": stack["$defs"]}
    found = [*keys(config), *keys(classes["then"]), *keys(extension)]
    assert len(found) > 170
    assert [name for name, wanted in found if not wanted.get("description", "").endswith((".", "`"))] == []
    assert [name for name, wanted in found if re.search(r"[a-z]_[a-z]", wanted["description"])] == []


def test_every_stack_file_of_the_documentation_is_accepted():
    found = examples()
    assert len(found) >= 7
    for each in found:
        assert not [error.message for error in STACK.iter_errors(each)]


@pytest.mark.parametrize("name", sorted(path.name for path in WRONG.iterdir()))
def test_wrong_stack_files_are_refused_where_a_schema_can(name):
    found = values((WRONG / name / "Pulumi.yaml").read_text("utf-8"))
    assert STACK.is_valid(found) == (name in BEYOND_A_SCHEMA)


@pytest.mark.parametrize(("case", "service"), EXTENSIONS, ids=lambda value: getattr(value, "name", ""))
def test_an_extension_is_refused_where_we_refuse_it(case, service):
    report = case / "report.txt"
    told = "[x-longshore]" in report.read_text("utf-8") if report.exists() else False
    model = {"services": {"web": {"image": "x", "x-longshore": service["x-longshore"]}}}
    assert COMPOSE.is_valid(model) != told


def test_a_compose_file_is_read_as_without_the_extension():
    marketplace = yaml.safe_load((REPOSITORY / "examples/marketplace/compose.yaml").read_text("utf-8"))
    assert COMPOSE.is_valid(marketplace)
    marketplace["services"]["gateway"]["imagee"] = "x"
    assert not COMPOSE.is_valid(marketplace)
