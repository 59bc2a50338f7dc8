"""Repositories of images: what they refuse and keep, who pulls from them, and that a team's builds go there."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from longshore.stack.reading import convert_stack, read_stack
from tests.components.stage import EKS, REPOSITORY, check, nodes, play

if TYPE_CHECKING:
    from pathlib import Path

    from longshore.rehearsal.plan import Node

PLATFORM = """\
config:
  pulumi:disable-default-providers: [aws, kubernetes]
  longshore:environment: {environment}
  longshore:aws: {{region: {region}, accountId: "111122223333"}}
  longshore:network: {{flowLogDays: 0}}
  longshore:cluster: {{kind: eks}}
  longshore:images: {{repositories: {{shop: [api]}}{more}}}
"""
TEAM = """\
config:
  pulumi:disable-default-providers: [aws, kubernetes]
  longshore:environment: dev
  longshore:team: shop
  longshore:cluster: {kind: stack, stack: platform.dev}
  longshore:compose: {files: [compose.yaml]}
"""
COMPOSE = "services: {api: {image: 'shop-api:dev', build: ., mem_limit: 64m}, web_front: {build: ., mem_limit: 64m}}\n"
KEY = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"


def project(root: Path, environment: str = "dev", region: str = "eu-west-1", more: str = "") -> Path:
    (root / "stacks").mkdir(exist_ok=True)
    (root / "Pulumi.yaml").write_text((REPOSITORY / "Pulumi.yaml").read_text("utf-8"), "utf-8")
    platform = PLATFORM.format(environment=environment, region=region, more=more)
    (root / "stacks" / "Pulumi.platform.dev.yaml").write_text(platform, "utf-8")
    (root / "stacks" / "Pulumi.shop.dev.yaml").write_text(TEAM, "utf-8")
    (root / "compose.yaml").write_text(COMPOSE, "utf-8")
    return root


def of_ecr(root: Path) -> dict[str, Node]:
    found = nodes(play(root, "platform.dev")).values()
    return {node.type.rpartition(":")[2]: node for node in found if node.type.startswith("aws:ecr/")}


def test_what_a_repository_is(tmp_path: Path) -> None:
    found = of_ecr(project(tmp_path))
    repository = found["Repository"]
    assert repository.inputs["name"] == "shop/api"
    assert repository.inputs["imageTagMutability"] == "IMMUTABLE"
    assert repository.inputs["imageScanningConfiguration"] == {"scanOnPush": True}
    assert repository.inputs["encryptionConfigurations"] == [{"encryptionType": "AES256"}]
    assert (repository.inputs["forceDelete"], repository.protected) == (True, False)
    rules = json.loads(found["LifecyclePolicy"].inputs["policy"])["rules"]
    assert [rule["action"] for rule in rules] == [{"type": "expire"}] * 2
    assert rules[0]["selection"] == {
        "tagStatus": "untagged",
        "countType": "sinceImagePushed",
        "countUnit": "days",
        "countNumber": 14,
    }
    assert rules[1]["selection"]["countNumber"] == 200
    assert "RepositoryPolicy" not in found


def test_in_production_no_image_is_deleted_with_its_repository(tmp_path: Path) -> None:
    more = f", keep: 7, accounts: ['444455556666'], keyArn: '{KEY}'"
    found = of_ecr(project(tmp_path, "prod", more=more))
    repository = found["Repository"]
    assert (repository.inputs["forceDelete"], repository.protected) == (False, True)
    assert repository.inputs["encryptionConfigurations"] == [{"encryptionType": "KMS", "kmsKey": KEY}]
    assert json.loads(found["LifecyclePolicy"].inputs["policy"])["rules"][1]["selection"]["countNumber"] == 7


def test_other_accounts_pull_and_nothing_else(tmp_path: Path) -> None:
    root = project(tmp_path, more=", accounts: ['444455556666', '222233334444']")
    found = {
        node.type.rpartition(":")[2]: node
        for node in nodes(play(root, "platform.dev", known=True)).values()
        if node.type.startswith("aws:ecr/")
    }
    (statement,) = json.loads(found["RepositoryPolicy"].inputs["policy"])["Statement"]
    assert statement["Principal"] == {"AWS": ["arn:aws:iam::222233334444:root", "arn:aws:iam::444455556666:root"]}
    actions = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    assert (statement["Effect"], statement["Action"]) == ("Allow", actions)


@pytest.mark.parametrize(("region", "ending"), [("eu-west-1", "amazonaws.com"), ("cn-north-1", "amazonaws.com.cn")])
def test_builds_of_a_team_go_to_the_repositories_of_its_platform(tmp_path: Path, region: str, ending: str) -> None:
    stack = read_stack("shop.dev", str(project(tmp_path, region=region)))
    estate = convert_stack(stack, {})
    assert estate
    assert estate.options.images.repository == f"111122223333.dkr.ecr.{region}.{ending}/shop"
    missing = [finding for finding in estate.findings if "pushed to no repository" in finding.message]
    assert [finding.message.partition(":")[0] for finding in missing] == ["web-front"]
    assert "`longshore:images: {repositories: {shop: […, web-front]}}` in platform.dev" in missing[0].help


def test_another_repository_wins(tmp_path: Path) -> None:
    root = project(tmp_path)
    text = f"{TEAM}  longshore:images: {{repository: registry.example.com/shop}}\n"
    (root / "stacks" / "Pulumi.shop.dev.yaml").write_text(text, "utf-8")
    estate = convert_stack(read_stack("shop.dev", str(root)), {})
    assert estate
    assert estate.options.images.repository == "registry.example.com/shop"
    assert not [finding for finding in estate.findings if "pushed to no repository" in finding.message]


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({**EKS, "longshore:cluster": {"kind": "stack", "stack": "platform.dev"}}, "belong to the platform"),
        (
            {key: value for key, value in EKS.items() if key not in {"longshore:aws", "longshore:network"}}
            | {"longshore:cluster": {"kind": "kubeconfig"}},
            "needs an account",
        ),
    ],
)
def test_repositories_need_an_account_of_their_stack(config: dict[str, Any], message: str) -> None:
    found = check(config | {"longshore:images": {"repositories": {"shop": ["api"]}}}).findings
    assert any(message in finding.message for finding in found), found
