"""What the roles of CI may do, by an evaluator of IAM: all that their stacks need, and nothing of anybody else's."""

from __future__ import annotations

import shutil
from functools import cache
from itertools import chain
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
import yaml

from longshore.stack.reading import beside, read_stack
from longshore.stack.rights import roles
from longshore.stack.rights.trust import trust_jobs, written
from tests.components.conftest import platform_of_production
from tests.components.test_graphs import laid_out
from tests.rights.evaluator import allowed, trusted

ACCOUNT, REGION = "111122223333", "eu-west-1"
BUCKET = f"arn:aws:s3:::longshore-state-{ACCOUNT}-{REGION}/.pulumi"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1234"
OF_STATE = {"kms:ResourceAliases": ["alias/longshore-state"], "aws:ResourceTag/environment": "bootstrap"}
DEV, PROD = ({"aws:ResourceTag/environment": name, "aws:RequestedRegion": REGION} for name in ("dev", "prod"))
LIMIT = f"arn:aws:iam::{ACCOUNT}:policy/longshore-ci/longshore-boundary-dev"


@cache
def found() -> dict[str, roles.CiRole]:
    """The roles of the account in the known graph."""
    root = laid_out("bootstrap", Path(mkdtemp()))
    stack = read_stack("case", str(root))
    assert stack.bootstrap
    others, _ = beside(stack)
    return {one.name: one for one in roles.roles(stack.bootstrap, "case", others, "longshore")}


def may(role: str, action: str, resource: str, context: dict[str, Any] | None = None) -> bool:
    return allowed(found()[role].policies.values(), action, resource, context)


def arn(service: str, name: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{name}"


def test_each_environment_and_each_tenant_of_the_account_has_a_role() -> None:
    assert {name: role.subjects for name, role in found().items()} == {
        "longshore-preview": ("repo:example/shop:pull_request",),
        "longshore-drift": ("repo:example/shop:ref:refs/heads/main",),
        "longshore-deploy-dev": ("repo:example/shop:environment:dev",),
        "longshore-deploy-dev-shop": ("repo:example/shop:environment:dev-shop",),
        "longshore-deploy-dev-search": ("repo:example/search:environment:dev-search",),
    }
    deploying = [role for name, role in found().items() if "deploy" in name]
    assert {role.ref for role in deploying} == {"refs/heads/main"}


@pytest.mark.parametrize("job", ["pull_request", "ref:refs/heads/main", "ref:refs/heads/x"])
def test_no_job_without_an_environment_gets_a_role_that_deploys(job: str) -> None:
    claims = {"sub": f"repo:example/shop:{job}", "aud": "sts.amazonaws.com", "ref": "refs/heads/main"}
    got = {name for name, role in found().items() if trusted(trust_jobs("x", role.subjects, role.ref), claims)}
    assert not any("deploy" in name for name in got)


STATE_OF_SHOP = [
    f"{BUCKET}/stacks/longshore/shop.dev.json",
    f"{BUCKET}/stacks/longshore/shop.dev.json.bak",
    f"{BUCKET}/history/longshore/shop.dev/shop.dev-1.history.json",
    f"{BUCKET}/locks/organization/longshore/shop.dev/1.json",
]


@pytest.mark.parametrize("name", STATE_OF_SHOP)
def test_a_team_writes_its_own_stacks_and_no_others(name: str) -> None:
    for action in ("s3:GetObject", "s3:PutObject", "s3:DeleteObject"):
        assert may("longshore-deploy-dev-shop", action, name)
        assert not may("longshore-deploy-dev-search", action, name)
        assert not may("longshore-deploy-dev", action, name)
    for reader in ("longshore-preview", "longshore-drift"):
        assert not may(reader, "s3:PutObject", name)
    assert not may("longshore-deploy-dev-shop", "s3:PutObject", name.replace("shop.dev", "platform.dev"))
    assert not may("longshore-deploy-dev-shop", "s3:PutObject", name.replace("shop.dev", "shop.dev2"))


def test_a_team_reads_where_its_cluster_is() -> None:
    platform = f"{BUCKET}/stacks/longshore/platform.dev.json"
    assert may("longshore-deploy-dev-shop", "s3:GetObject", platform)
    assert may("longshore-deploy-dev-shop", "kms:Decrypt", KEY, OF_STATE)
    assert may("longshore-deploy-dev-shop", "eks:DescribeCluster", arn("eks", "cluster/longshore-dev"))
    assert not may("longshore-deploy-dev-shop", "eks:DescribeCluster", arn("eks", "cluster/longshore-prod"))
    assert not may("longshore-deploy-dev-shop", "kms:Decrypt", KEY, DEV)


OTHERS = [
    ("ecr:PutImage", arn("ecr", "repository/shop/web"), arn("ecr", "repository/search/web")),
    (
        "secretsmanager:DescribeSecret",
        arn("secretsmanager", "secret:dev/shop/web-AbCdEf"),
        arn("secretsmanager", "secret:dev/search/web-AbCdEf"),
    ),
]


@pytest.mark.parametrize(("action", "own", "others"), OTHERS)
def test_a_team_has_its_own_images_and_secrets(action: str, own: str, others: str) -> None:
    assert may("longshore-deploy-dev-shop", action, own)
    assert not may("longshore-deploy-dev-shop", action, others)
    assert may("longshore-deploy-dev-search", action, others)


def test_who_looks_sees_which_images_are_there_and_pushes_none(tmp_path: Path) -> None:
    root = laid_out("bootstrap", tmp_path)
    path = root / "stacks/Pulumi.platform.dev.yaml"
    content = yaml.safe_load(path.read_text("utf-8"))
    content["config"]["longshore:images"] = {"repositories": {"shop": ["web"]}}
    path.write_text(yaml.safe_dump(content), "utf-8")
    stack = read_stack("case", str(root))
    assert stack.bootstrap, [finding.message for finding in stack.findings]
    others, _ = beside(stack)
    every = {one.name: one.policies.values() for one in roles.roles(stack.bootstrap, "case", others, "longshore")}
    web, books = (arn("ecr", f"repository/{name}") for name in ("shop/web", "search/web"))
    for reader in ("longshore-preview", "longshore-drift"):
        assert allowed(every[reader], "ecr:GetAuthorizationToken", "*")
        assert allowed(every[reader], "ecr:BatchGetImage", web)
        assert not allowed(every[reader], "ecr:BatchGetImage", books), "a team that pushes nothing here"
        for action in ("ecr:PutImage", "ecr:UploadLayerPart", "ecr:InitiateLayerUpload", "ecr:BatchDeleteImage"):
            assert not allowed(every[reader], action, web)
    assert not may("longshore-preview", "ecr:BatchGetImage", web), "nor is there anything to see without repositories"


def test_who_deploys_a_platform_with_caches_reads_their_logins_alone(tmp_path: Path) -> None:
    root = laid_out("bootstrap", tmp_path)
    path = root / "stacks/Pulumi.platform.dev.yaml"
    content = yaml.safe_load(path.read_text("utf-8"))
    hub = arn("secretsmanager", "secret:ecr-pullthroughcache/hub-AbCdEf")
    content["config"]["longshore:images"] = {"caches": {"docker.io": {"secret": hub}, "quay.io": {}}}
    path.write_text(yaml.safe_dump(content), "utf-8")
    stack = read_stack("case", str(root))
    assert stack.bootstrap, [finding.message for finding in stack.findings]
    others, _ = beside(stack)
    every = {one.name: one.policies.values() for one in roles.roles(stack.bootstrap, "case", others, "longshore")}
    linked = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/x"
    wanted: list[tuple[str, str, dict[str, Any]]] = [
        ("ecr:CreatePullThroughCacheRule", "*", {}),
        ("ecr:DeletePullThroughCacheRule", "*", {}),
        ("ecr:CreateRepositoryCreationTemplate", "*", {}),
        ("ecr:PutLifecyclePolicy", arn("ecr", "repository/dev-cache/docker.io/library/nginx"), {}),
        ("secretsmanager:GetSecretValue", hub, {}),
        ("iam:CreateServiceLinkedRole", linked, {"iam:AWSServiceName": "pullthroughcache.ecr.amazonaws.com"}),
    ]
    for action, resource, context in wanted:
        allows = {name for name, policies in every.items() if allowed(policies, action, resource, context)}
        assert allows == {"longshore-deploy-dev"}, action
    nodes_fetch = arn("ecr", "repository/dev-cache/docker.io/library/nginx")
    assert allowed([limit()], "ecr:CreateRepository", nodes_fetch), "the role of nodes is within the boundary"
    others_secrets = ("ecr-pullthroughcache/other-AbCdEf", "dev/shop/web-AbCdEf")
    for secret in (arn("secretsmanager", f"secret:{name}") for name in others_secrets):
        assert not allowed(every["longshore-deploy-dev"], "secretsmanager:GetSecretValue", secret)


def test_no_role_reads_the_value_of_a_secret() -> None:
    for name in found():
        assert not may(name, "secretsmanager:GetSecretValue", arn("secretsmanager", "secret:dev/shop/web-AbCdEf"))


FORBIDDEN = [
    ("iam:CreateRole", f"arn:aws:iam::{ACCOUNT}:role/longshore-dev-x", {}),
    ("iam:CreateRole", f"arn:aws:iam::{ACCOUNT}:role/longshore-ci/x", {"iam:PermissionsBoundary": LIMIT}),
    ("iam:PutRolePolicy", f"arn:aws:iam::{ACCOUNT}:role/longshore-dev-x", {}),
    ("iam:AttachRolePolicy", f"arn:aws:iam::{ACCOUNT}:role/admin", {"iam:PermissionsBoundary": LIMIT}),
    ("iam:DeleteRolePermissionsBoundary", f"arn:aws:iam::{ACCOUNT}:role/longshore-dev-x", DEV),
    ("iam:UpdateAssumeRolePolicy", f"arn:aws:iam::{ACCOUNT}:role/longshore-ci/longshore-deploy-prod", {}),
    ("iam:CreatePolicyVersion", LIMIT, {}),
    ("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/longshore-dev-x", {"iam:PassedToService": "lambda.amazonaws.com"}),
    ("iam:CreateUser", f"arn:aws:iam::{ACCOUNT}:user/x", {}),
    ("kms:ScheduleKeyDeletion", KEY, OF_STATE),
    ("kms:ScheduleKeyDeletion", KEY, PROD),
    ("ec2:DeleteVpc", arn("ec2", "vpc/vpc-1"), PROD),
    ("ec2:CreateTags", arn("ec2", "vpc/vpc-1"), {**PROD, "aws:RequestTag/environment": "dev"}),
    ("ec2:CreateTags", arn("ec2", "vpc/vpc-1"), {**DEV, "aws:RequestTag/environment": "prod"}),
    ("eks:DeleteCluster", arn("eks", "cluster/longshore-prod"), PROD),
    ("elasticfilesystem:DeleteFileSystem", arn("elasticfilesystem", "file-system/fs-1"), PROD),
    ("s3:DeleteObject", f"{BUCKET}/stacks/longshore/platform.prod.json", {}),
    ("s3:PutBucketPolicy", f"arn:aws:s3:::longshore-state-{ACCOUNT}-{REGION}", {}),
    ("ec2:RunInstances", arn("ec2", "instance/*"), DEV),
    ("lambda:CreateFunction", arn("lambda", "function:x"), {}),
    ("sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/longshore-ci/longshore-deploy-dev-shop", {}),
]


@pytest.mark.parametrize(("action", "resource", "context"), FORBIDDEN)
def test_nobody_of_ci_does_what_none_of_the_stacks_needs(action: str, resource: str, context: dict[str, Any]) -> None:
    assert [name for name in found() if may(name, action, resource, context)] == []


def test_within_the_boundary_the_platform_has_its_roles() -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/longshore-dev-eksRole-role-1a2b3c4"
    bound = {"iam:PermissionsBoundary": LIMIT, "aws:RequestTag/environment": "dev"}
    for action in ("iam:CreateRole", "iam:AttachRolePolicy", "iam:PutRolePolicy", "iam:TagRole"):
        assert may("longshore-deploy-dev", action, role, bound)
        assert not may("longshore-deploy-dev-shop", action, role, bound)
    assert may("longshore-deploy-dev", "iam:DeleteRole", role, DEV)


def limit() -> dict[str, Any]:
    root = laid_out("bootstrap", Path(mkdtemp()))
    stack = read_stack("case", str(root))
    assert stack.bootstrap
    return roles.boundary(stack.bootstrap, "dev", "longshore")


@pytest.mark.parametrize(
    ("action", "resource", "context", "verdict"),
    [
        ("ec2:RunInstances", arn("ec2", "instance/*"), {}, "allowed"),
        ("secretsmanager:GetSecretValue", arn("secretsmanager", "secret:dev/shop/web-AbCdEf"), {}, "allowed"),
        ("secretsmanager:GetSecretValue", arn("secretsmanager", "secret:prod/shop/web-AbCdEf"), PROD, "denied"),
        ("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/longshore-dev-node", {}, "allowed"),
        ("iam:CreateRole", f"arn:aws:iam::{ACCOUNT}:role/x", {}, "denied"),
        ("iam:CreateAccessKey", f"arn:aws:iam::{ACCOUNT}:user/x", {}, "denied"),
        ("organizations:LeaveOrganization", "*", {}, "denied"),
        ("s3:GetObject", f"{BUCKET}/stacks/longshore/shop.dev.json", {}, "denied"),
        ("sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/longshore-ci/longshore-deploy-dev", {}, "denied"),
        ("ec2:TerminateInstances", arn("ec2", "instance/i-1"), PROD, "denied"),
    ],
)
def test_what_a_role_within_the_boundary_can_be_allowed(
    action: str, resource: str, context: dict[str, Any], verdict: str
) -> None:
    assert allowed([limit()], action, resource, context) == (verdict == "allowed")


def test_every_policy_has_room_where_a_platform_uses_every_setting(tmp_path: Path) -> None:
    root = laid_out("bootstrap", tmp_path)
    path = root / "stacks/Pulumi.platform.dev.yaml"
    content = yaml.safe_load(path.read_text("utf-8"))
    config = content["config"]
    platform_of_production(config)
    config["longshore:environment"], config["longshore:production"] = "dev", False
    config["longshore:aws"]["permissionsBoundary"] = LIMIT
    config["longshore:cluster"]["sharedStorage"] = True
    config["longshore:domain"] = {"zone": "example.com", "zoneId": "Z0123456789ABCDEFGHIJ"}
    config["longshore:observability"] = {"version": "v4.7.0-eksbuild.1", "notify": ["ops@example.com"]}
    secret = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:ecr-pullthroughcache/{}-AbCdEf"
    caches = {name: {"secret": secret.format(name)} for name in ("docker.io", "ghcr.io", "quay.io")}
    config["longshore:images"] = {"caches": caches, "repositories": {"shop": ["web"], "search": ["web"]}}
    config["longshore:budget"] = {"monthly": 900, "notify": ["ops@example.com"]}
    team = config["longshore:tenants"]["shop"]
    config["longshore:tenants"] |= {f"team-{number}": team | {"access": {}} for number in range(30)}
    path.write_text(yaml.safe_dump(content), "utf-8")
    stack = read_stack("case", str(root))
    assert stack.bootstrap, [finding.message for finding in stack.findings]
    others, _ = beside(stack)
    every = roles.roles(stack.bootstrap, "case", others, "longshore")
    sizes = {one.name: [len(written(document)) for document in one.policies.values()] for one in every}
    assert max(chain.from_iterable(sizes.values())) <= roles.POLICY
    assert max(map(len, sizes.values())) <= 10


def test_a_name_that_iam_has_no_room_for_is_an_error(tmp_path: Path) -> None:
    root = laid_out("bootstrap", tmp_path)
    long = "a-team-with-a-name-that-goes-on-and-on-and-on-and-on"
    for name in ("shop", "platform"):
        path = root / f"stacks/Pulumi.{name}.dev.yaml"
        path.write_text(path.read_text("utf-8").replace("shop", long), "utf-8")
    stack = read_stack("case", str(root))
    assert any(f"needs a role longshore-deploy-dev-{long}" in finding.message for finding in stack.findings)


def test_a_stack_that_cannot_be_read_is_an_error_and_no_role_less(tmp_path: Path) -> None:
    root = laid_out("bootstrap", tmp_path)
    (root / "stacks/Pulumi.shop.dev.yaml").write_text("config: {longshore:team: 7}\n", "utf-8")
    stack = read_stack("case", str(root))
    assert stack.bootstrap is None
    assert any("cannot say what stack shop.dev needs" in finding.message for finding in stack.findings)
    shutil.rmtree(root / "stacks")
