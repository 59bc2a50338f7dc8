"""Caches of other registries: what ECR is told, what nodes may, how a team's names change, and what is refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from longshore.stack.reading import convert_stack, read_stack
from tests.components.stage import EKS, REPOSITORY, check, nodes, play

if TYPE_CHECKING:
    from pathlib import Path

HUB = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:ecr-pullthroughcache/hub-AbCdEf"
PLATFORM = f"""\
config:
  pulumi:disable-default-providers: [aws, kubernetes]
  longshore:environment: dev
  longshore:aws: {{region: eu-west-1, accountId: "111122223333"}}
  longshore:network: {{flowLogDays: 0}}
  longshore:cluster: {{kind: eks, compute: managed, nodeGroups: {{general: {{}}}}}}
  longshore:images: {{caches: {{docker.io: {{secret: "{HUB}"}}, quay.io: {{}}}}}}
"""
TEAM = """\
config:
  pulumi:disable-default-providers: [aws, kubernetes]
  longshore:environment: dev
  longshore:team: shop
  longshore:cluster: {kind: stack, stack: platform.dev}
  longshore:compose: {files: [compose.yaml]}
"""
COMPOSE = "services: {web: {image: 'nginx:1.27.3', mem_limit: 64m}}\n"
CACHE = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/dev-cache"


def project(root: Path, team: str = TEAM) -> Path:
    (root / "stacks").mkdir()
    for name in ("Pulumi.yaml", "__main__.py"):
        (root / name).write_text((REPOSITORY / name).read_text("utf-8"), "utf-8")
    (root / "stacks" / "Pulumi.platform.dev.yaml").write_text(PLATFORM, "utf-8")
    (root / "stacks" / "Pulumi.shop.dev.yaml").write_text(team, "utf-8")
    (root / "compose.yaml").write_text(COMPOSE, "utf-8")
    return root


def test_what_ecr_is_told_and_what_nodes_may(tmp_path: Path) -> None:
    found = list(nodes(play(project(tmp_path), "platform.dev")).values())
    rules = {node.inputs["upstreamRegistryUrl"]: node.inputs for node in found if node.type.endswith("CacheRule")}
    assert rules["registry-1.docker.io"]["credentialArn"] == HUB
    assert rules["registry-1.docker.io"]["ecrRepositoryPrefix"] == "dev-cache/docker.io"
    assert "credentialArn" not in rules["quay.io"]
    templates = [node.inputs for node in found if node.type.endswith("RepositoryCreationTemplate")]
    assert {each["prefix"] for each in templates} == {"dev-cache/docker.io", "dev-cache/quay.io"}
    assert all(each["appliedFors"] == ["PULL_THROUGH_CACHE"] for each in templates)
    lifecycle = json.loads(templates[0]["lifecyclePolicy"])["rules"][0]["selection"]
    assert (lifecycle["countNumber"], lifecycle["countUnit"], lifecycle["tagStatus"]) == (90, "days", "any")
    (right,) = [node for node in found if node.name == "longshore-dev-caches-fetch"]
    (statement,) = json.loads(right.inputs["policy"])["Statement"]
    assert statement["Action"] == ["ecr:BatchImportUpstreamImage", "ecr:CreateRepository"]
    assert statement["Resource"] == "arn:aws:ecr:eu-west-1:111122223333:repository/dev-cache/*"
    assert any("nodes-role" in need for need in right.needs), "managed nodes have a role of their own"


@pytest.mark.parametrize(
    ("team", "image"),
    [
        (TEAM, f"{CACHE}/docker.io/library/nginx:1.27.3"),
        (f"{TEAM}  longshore:images: {{cached: false}}\n", "nginx:1.27.3"),
    ],
)
def test_a_team_pulls_by_what_its_platform_keeps(tmp_path: Path, team: str, image: str) -> None:
    converted = convert_stack(read_stack("shop.dev", str(project(tmp_path, team))), {})
    assert converted
    assert converted.conversion
    (pod,) = [one["spec"]["template"]["spec"] for one in converted.conversion.manifests if one["kind"] == "Deployment"]
    assert pod["containers"][0]["image"] == image


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({**EKS, "longshore:images": {"caches": {"docker.io": {}}}}, "lets ECR fetch nothing without a login"),
        ({**EKS, "longshore:images": {"caches": {"gcr.io": {}}}}, "is no registry of which ECR keeps images here"),
        (
            {**EKS, "longshore:images": {"caches": {"ghcr.io": {"secret": HUB.replace("eu-west-1", "us-east-1")}}}},
            "lies elsewhere than in eu-west-1 of 111122223333",
        ),
        (
            {**EKS, "longshore:images": {"caches": {"quay.io": {"secret": HUB.replace("ecr-pullthroughcache/", "")}}}},
            "the ARN of a secret whose name begins with `ecr-pullthroughcache/`",
        ),
        (
            {
                **EKS,
                "longshore:environment": "a-very-long-environment",
                "longshore:images": {"caches": {"quay.io": {}}},
            },
            "and ECR takes 30 characters",
        ),
    ],
)
def test_what_ecr_does_not_keep_is_refused(config: dict[str, object], message: str) -> None:
    assert any(message in finding.message for finding in check(config).findings), check(config).findings


def test_a_cluster_that_is_no_eks_has_no_caches() -> None:
    config = {key: value for key, value in EKS.items() if key != "longshore:network"}
    config |= {"longshore:cluster": {"kind": "kubeconfig"}, "longshore:images": {"caches": {"quay.io": {}}}}
    assert any("belong to a platform on EKS" in finding.message for finding in check(config).findings)
