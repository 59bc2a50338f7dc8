"""What a killed engine leaves is cleared away only where its process is certainly gone, and AWS is never forgotten."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from longshore.cluster.bound import Owner, bound
from longshore.cluster.kubeconfig import Context
from longshore.errors import Refused
from tools.pulumi.__main__ import cancelled, free
from tools.pulumi.elsewhere import see_its_cluster
from tools.pulumi.interrupted import Engine, locks

if TYPE_CHECKING:
    from pathlib import Path

STACK = "web.local"
PROGRAM = """\
#!/bin/sh
case "$1 $2" in
    'stack export') cat state.json ;;
    'stack import') cat > state.json ;;
    'cancel --yes') rm -f state/.pulumi/locks/organization/shop/web.local/*.json ;;
esac
"""


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    """An engine that keeps a state and locks as the real one does, and does nothing else."""
    program = tmp_path / "pulumi"
    program.write_text(PROGRAM, "utf-8")
    program.chmod(0o755)
    (tmp_path / "state.json").write_text("{}", "utf-8")
    (tmp_path / "state/.pulumi/locks/organization/shop" / STACK).mkdir(parents=True)
    variables = {"PATH": os.environ["PATH"], "PULUMI_BACKEND_URL": (tmp_path / "state").as_uri()}
    return Engine(str(program), tmp_path, variables, STACK)


def lock(engine: Engine, pid: int, host: str = os.uname().nodename, stack: str = STACK) -> Path:
    folder = engine.folder / "state/.pulumi/locks/organization/shop" / stack
    folder.mkdir(exist_ok=True)
    file = folder / "one.json"
    content = {"pid": pid, "username": "me", "hostname": host, "timestamp": "2026-01-01T00:00:00Z"}
    file.write_text(json.dumps(content), "utf-8")
    return file


def pending(engine: Engine, *types: str) -> None:
    """Write a state in which objects of these types were being made."""
    operations = [
        {"type": "creating", "resource": {"type": kind, "urn": f"urn:pulumi:web.local::shop::{kind}::{kind[:3]}"}}
        for kind in types
    ]
    state = {"version": 3, "deployment": {"resources": [], "pending_operations": operations}}
    (engine.folder / "state.json").write_text(json.dumps(state), "utf-8")


def left(engine: Engine) -> list[str]:
    return [each["resource"]["type"] for each in engine.state()["deployment"]["pending_operations"]]


@pytest.fixture
def gone() -> int:
    """The number of a process that has ended."""
    process = subprocess.Popen(["true"])
    process.wait()
    return process.pid


def test_the_lock_of_a_process_that_is_gone_is_lifted(engine, gone, capsys):
    file = lock(engine, gone)
    pending(engine, "kubernetes:core/v1:Service", "pulumi:providers:kubernetes", "kubernetes:apps/v1:Deployment")
    assert free(engine)
    assert not file.exists()
    assert left(engine) == []
    said = capsys.readouterr().err
    assert f"process {gone}" in said
    assert "make up STACK=web.local" in said


@pytest.mark.parametrize(("pid", "host"), [(os.getpid(), os.uname().nodename), (1, os.uname().nodename), (1, "other")])
def test_the_lock_of_any_other_is_kept_and_named(engine, pid, host, capsys):
    file = lock(engine, pid, host)
    pending(engine, "kubernetes:core/v1:Service")
    assert not free(engine)
    assert file.exists()
    assert left(engine)
    said = capsys.readouterr().err
    assert f"process {pid} on {host} is at web.local" in said
    assert "make cancel STACK=web.local" in said


def test_of_aws_nothing_is_forgotten(engine, capsys):
    pending(engine, "aws:ec2/vpc:Vpc", "kubernetes:core/v1:Service")
    assert cancelled(engine) == 0
    assert left(engine) == ["aws:ec2/vpc:Vpc"]
    said = capsys.readouterr().err
    assert "may be, or be not: aws" in said
    assert "--clear-pending-creates" in said


def test_without_a_lock_nothing_is_said(engine, gone, capsys):
    lock(engine, gone, stack="other.local")
    pending(engine, "kubernetes:core/v1:Service")
    assert free(engine)
    assert left(engine), "an engine that is asked for it does that"
    assert capsys.readouterr().err == ""


def test_a_state_elsewhere_is_the_engine_s_business(engine):
    assert locks(engine._replace(variables={"PULUMI_BACKEND_URL": "s3://state"})) == []


def in_state(engine: Engine, kubeconfig: str, identifier: str = "kubeconfig") -> None:
    inputs = {"kubeconfig": kubeconfig, "clusterIdentifier": identifier}
    resources: list[dict[str, Any]] = [
        {"type": "pulumi:pulumi:Stack"},
        {"type": "pulumi:providers:kubernetes", "inputs": inputs},
    ]
    (engine.folder / "state.json").write_text(json.dumps({"deployment": {"resources": resources}}), "utf-8")


@pytest.mark.parametrize("verb", ["refresh", "destroy"])
def test_what_runs_no_program_is_refused_where_nothing_leads_to_the_cluster_of_the_state(engine, verb, tmp_path):
    context = Context("first", {"server": "https://first.example.com"}, {})
    in_state(engine, bound(context, "uid-1", Owner("shop/web.local"), str(tmp_path / "gone"), ["longshore-login"]))
    elsewhere = engine._replace(variables={**engine.variables, "KUBECONFIG": str(tmp_path / "other")})
    with pytest.raises(Refused, match="made on `first`") as refused:
        see_its_cluster(elsewhere, verb)
    assert "https://first.example.com, kube-system uid-1" in refused.value.message


@pytest.mark.parametrize("kubeconfig", ["/root/.kube/config", "", "{}", '{"clusters": []}', "[]", "null"])
def test_a_state_that_names_no_cluster_is_left_to_the_engine(engine, kubeconfig):
    in_state(engine, kubeconfig)
    see_its_cluster(engine, "destroy")
