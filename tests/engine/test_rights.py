"""A platform and its teams, up and down through a real engine, by the rights of their roles of CI alone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from longshore.stack.reading import beside, read_stack
from longshore.stack.rights.roles import roles
from tests.components.test_graphs import GRAPHS
from tests.engine.conftest import ACCOUNT
from tests.rights.calls import refused

if TYPE_CHECKING:
    from tests.engine.project import Project

PLATFORM, BOOTSTRAP = "platform.dev", "bootstrap.main"
LIMIT = f"arn:aws:iam::{ACCOUNT}:policy/longshore-ci/longshore-boundary-dev"


def calls(aws: Project) -> list[dict[str, Any]]:
    """All that the AWS that is played was asked to change; what is deleted has the properties that it was made with."""
    found, inputs = [], dict[str, Any]()
    for line in (aws.folder / "aws.jsonl").read_text("utf-8").splitlines():
        call = json.loads(line)
        if call["op"] in {"create", "update", "delete"} and not call["preview"]:
            inputs[call["urn"]] = call.get("inputs") or inputs.get(call["urn"], {})
            found.append({**call, "inputs": inputs[call["urn"]]})
    return found


@pytest.mark.usefixtures("like_eks", "chart", "operator")
def test_a_platform_comes_up_and_goes_by_the_rights_of_its_role(aws: Project) -> None:
    for name in ("shop.dev", "shop.local"):
        (aws.folder / f"stacks/Pulumi.{name}.yaml").unlink()
    for name in ("shop.dev", "search.dev"):
        text = (GRAPHS / "bootstrap" / f"Pulumi.{name}.yaml").read_text("utf-8")
        (aws.folder / f"stacks/Pulumi.{name}.yaml").write_text(text)
    tenants = yaml.safe_load((GRAPHS / "bootstrap/Pulumi.platform.dev.yaml").read_text("utf-8"))["config"]

    def by_ci(config: dict[str, Any]) -> None:
        config["longshore:tenants"] = tenants["longshore:tenants"]
        config["longshore:aws"]["permissionsBoundary"] = LIMIT
        config["longshore:runner"] = {
            "repository": "example/shop",
            "connection": f"arn:aws:codeconnections:eu-west-1:{ACCOUNT}:connection/1b2c3d4e",
        }

    aws.settings(PLATFORM, by_ci)
    account = {"region": "eu-west-1", "accountId": ACCOUNT}
    wanted = {"repository": "example/shop", "environments": {"dev": {}}}
    config = {"longshore:aws": account, "longshore:bootstrap": wanted}
    (aws.folder / f"stacks/Pulumi.{BOOTSTRAP}.yaml").write_text(yaml.safe_dump({"config": config}))
    stack = read_stack(BOOTSTRAP, str(aws.folder))
    assert stack.bootstrap, [finding.message for finding in stack.findings]
    every = {one.name: list(one.policies.values()) for one in roles(stack.bootstrap, BOOTSTRAP, beside(stack)[0], "x")}
    platform = aws.stack(PLATFORM)
    platform.up()
    platform.destroy()
    found = calls(aws)
    assert {"create", "delete"} <= {call["op"] for call in found}
    assert len(found) > 100
    tags = {"environment": "dev"}
    assert refused(found, ACCOUNT, "eu-west-1", tags, every["longshore-deploy-dev"]) == []
    assert len(refused(found, ACCOUNT, "eu-west-1", tags, every["longshore-deploy-dev-shop"])) > 100
    assert len(refused(found, ACCOUNT, "eu-west-1", tags, every["longshore-preview"])) > 100
    made = [call["inputs"] for call in found if call["type"] == "aws:iam/role:Role"]
    assert len(made) >= 6
    assert {one["permissionsBoundary"] for one in made} == {LIMIT}
