"""`longshore doctor`: what would make a deployment fail, in a bounded time, with or without account and cluster."""

from __future__ import annotations

import json
import threading
import time
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.stub import Stubber
from moto import mock_aws
from moto.core import DEFAULT_ACCOUNT_ID

from longshore.cli.doctor import account, machine
from longshore.cli.doctor.checks import Answer, Check, made

if TYPE_CHECKING:
    from pathlib import Path

PLATFORM = """\
config:
  longshore:environment: dev
  longshore:cluster: {kind: eks}
  longshore:network: {nat: per-zone}
  longshore:aws: {region: REGION, accountId: 'ACCOUNT'}
"""


@pytest.fixture
def aws(monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "hunter2-CANARY")
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    with mock_aws():
        yield


@pytest.fixture
def nobody(monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")


def platform(project, account_id=DEFAULT_ACCOUNT_ID, region="eu-west-1"):
    text = PLATFORM.replace("ACCOUNT", account_id).replace("REGION", region)
    project.write("stacks/Pulumi.platform.dev.yaml", text)


def asked(project, *words, **environment):
    """Ask, and give (exit code, state → what was told)."""
    answer = project.longshore("doctor", *words, "-o", "json", **environment)
    assert "hunter2" not in answer.out + answer.err
    found: dict[str, list[str]] = {}
    for each in answer.json["checks"]:
        found.setdefault(each["state"], []).append(f"{each['area']}: {each['told']}")
        assert each["state"] == "ok" or each["help"] or each["state"] == "unseen", each
    return answer.code, found


def test_without_account_and_cluster_it_says_what_it_could_not_see(project, nobody):
    platform(project)
    begun = time.monotonic()
    code, found = asked(project, "-s", "platform.dev", "--timeout", "60")
    assert time.monotonic() - begun < 60
    assert code == 1
    assert "account: credentials: there are no AWS credentials" in found["wrong"]
    assert "account: region eu-west-1: there are no AWS credentials" in found["unseen"]
    assert any(each.startswith("cluster: the cluster was not reached") for each in found["unseen"])
    assert any(each.startswith("machine: Longshore") for each in found["ok"])


def test_an_account_is_looked_at(project, aws):
    platform(project)
    code, found = asked(project, "-s", "platform.dev", "--timeout", "120")
    told = "\n".join(found["ok"])
    assert code == 0, found
    assert f"account: account {DEFAULT_ACCOUNT_ID}, as arn:aws:sts::{DEFAULT_ACCOUNT_ID}:user/moto" in told
    assert "account: region eu-west-1 is there" in told
    assert "account: VPCs: 1 of 5 in use, and this stack takes 1" in told
    assert any("make up STACK" in each or "not reached" in each for each in found["unseen"])


def test_a_quota_that_is_used_up_is_told_with_how_to_ask_for_more(project, aws):
    platform(project)
    ec2 = boto3.client("ec2", region_name="eu-west-1")
    for index in range(4):
        ec2.create_vpc(CidrBlock=f"10.{index}.0.0/16")
    answer = project.longshore("doctor", "-s", "platform.dev", "--timeout", "120")
    assert "warning  VPCs: 5 of 5 in use, and this stack takes 1" in answer.out
    assert "--service-code vpc --quota-code L-F678F1CE" in answer.out


def test_another_account_and_another_region(project, aws):
    platform(project, "111122223333", "eu-nowhere-1")
    code, found = asked(project, "-s", "platform.dev", "--timeout", "120")
    told = "\n".join([*found["wrong"], *found["unseen"]])
    assert code == 1
    assert f"credentials of account {DEFAULT_ACCOUNT_ID}, and the stack is of 111122223333" in told
    assert "eu-nowhere-1" in told


def test_the_store_is_asked_which_secrets_it_lacks(project, aws):
    code, found = asked(project, "-s", "shop.dev", "--timeout", "120", KUBECONFIG="/nowhere")
    assert code == 1
    (lack,) = [each for each in found["wrong"] if each.startswith("store:")]
    assert "secrets are not in the store: " in lack
    assert "dev/shop/web" in lack
    assert project.push("--from", ".env", "--yes").code == 0
    _, found = asked(project, "-s", "shop.dev", "--timeout", "120", KUBECONFIG="/nowhere")
    assert any("secrets of the stack are in the store" in each for each in found["ok"])


def test_what_iam_says_of_a_role():
    iam = boto3.client("iam", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")
    arn = account._role("arn:aws:sts::123456789012:assumed-role/deploy/somebody")
    assert arn == "arn:aws:iam::123456789012:role/deploy"
    actions = ["eks:CreateCluster", "iam:CreateRole"]
    with Stubber(iam) as stub:
        for decisions, state in ((("allowed", "allowed"), "ok"), (("allowed", "implicitDeny"), "warning")):
            results = [
                {"EvalActionName": action, "EvalDecision": decision}
                for action, decision in zip(actions, decisions, strict=True)
            ]
            stub.add_response("simulate_principal_policy", {"EvaluationResults": results})
            answer = account.simulated(iam, arn, actions)
            assert answer.state == state
    assert "may not: iam:CreateRole" in answer.told


def test_nobody_waits_for_a_check_that_does_not_end():
    for_ever = threading.Event()

    def hangs():
        for_ever.wait()
        return ()

    def breaks():
        raise RuntimeError("hunter2-CANARY")

    checks = [
        Check("cluster", "cluster", hangs),
        Check("machine", "Git", lambda: [Answer("ok", "Git")]),
        Check("store", "secret store", breaks),
    ]
    begun = time.monotonic()
    late, git, broken = made(checks, 0.5)
    assert time.monotonic() - begun < 5
    assert late.answers == (Answer("unseen", "cluster: no answer within 0.5 s", "`--timeout` waits longer"),)
    assert git.answers == (Answer("ok", "Git"),)
    assert "hunter2" not in str(broken)
    for_ever.set()


def fake(folder: Path, version: str, plugins: str) -> dict[str, str]:
    program = folder / "pulumi"
    program.write_text(f"#!/bin/sh\n[ \"$1\" = version ] && echo v{version} || echo '{plugins}'\n", "utf-8")
    program.chmod(0o755)
    return {"PATH": f"{folder}:/usr/bin:/bin"}


def test_the_engine_and_its_providers(tmp_path):
    wanted = [{"name": name, "version": machine._version(package)} for name, package in machine._PROVIDERS]
    all_there = fake(tmp_path, machine._version("pulumi"), json.dumps(wanted))
    assert [each.state for each in machine._pulumi(all_there, "")] == ["ok", "ok"]
    old = list(machine._pulumi(fake(tmp_path, "3.1.0", json.dumps(wanted[1:])), ""))
    assert [each.state for each in old] == ["warning", "warning"]
    assert "older than its Python package" in old[0].told
    assert f"aws {wanted[0]['version']}" in old[1].told
    assert [each.state for each in machine._pulumi({"PATH": "/nowhere"}, "")] == ["warning"]
    assert [each.state for each in machine._pulumi(fake(tmp_path, "3.1.0", "no json"), "")][-1] == "unseen"


def test_a_missing_extra_is_wrong_only_where_it_is_needed(monkeypatch):
    monkeypatch.setattr(machine, "find_spec", lambda _: None)
    states = {each.told.partition(":")[0]: each for each in machine._extras(frozenset({"aws"}))}
    assert (states["aws"].state, states["vault"].state) == ("wrong", "ok")
    assert states["aws"].help == "pip install 'longshore[aws]'"


def test_without_a_stack_machine_and_project_are_looked_at(project):
    answer = project.longshore("doctor")
    assert answer.code == 0
    assert "stack shop.dev" in answer.out
    assert "-s STACK" in answer.err
    assert project.longshore("doctor", "--timeout", "soon").code == 2
