"""`longshore status`: what is not up, and why, in the cluster's own words."""

from __future__ import annotations

import base64
import json
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from moto import mock_aws
from moto.eks.models import eks_backends

from longshore.cli.cluster.connection import connect
from longshore.cli.cluster.health import rows
from longshore.cli.flags import Given
from longshore.errors import Refused
from longshore.stack.reading import read_stack
from tools.cluster.pki import new_authority

LABELS = {"app": "web"}

PLATFORM = """\
config:
  longshore:environment: dev
  longshore:cluster: {kind: eks}
  longshore:network: {}
  longshore:aws: {region: eu-west-1, accountId: '123456789012'}
"""

APPLICATION = """\
config:
  longshore:environment: dev
  longshore:cluster: {kind: stack, stack: platform.dev}
  longshore:team: shop
  longshore:compose: {files: [compose.yaml]}
"""


def deployment(replicas=2, generation=1, **status):
    return {
        "metadata": {"name": "web", "generation": generation},
        "spec": {"replicas": replicas, "selector": {"matchLabels": LABELS}},
        "status": {
            "observedGeneration": 1,
            "replicas": replicas,
            "updatedReplicas": replicas,
            "availableReplicas": replicas,
            **status,
        },
    }


def pod(name="web-1", labels=LABELS, **status):
    return {"metadata": {"name": name, "labels": labels}, "status": status}


def container(restarts=0, waiting=None, terminated=None):
    return {
        "name": "web",
        "restartCount": restarts,
        "state": {"waiting": waiting} if waiting else {"running": {}},
        "lastState": {"terminated": terminated} if terminated else {},
    }


def event(kind, name, reason, message, at="2026-01-01T00:00:00Z", level="Warning"):
    about = {"kind": kind, "name": name}
    told = {"type": level, "reason": reason, "message": message, "lastTimestamp": at, "involvedObject": about}
    return {"metadata": {"name": f"{name}.{reason}"}, **told}


def only(**objects):
    (row,) = rows(objects)
    return row


@pytest.mark.parametrize(
    ("thing", "state", "summary"),
    [
        (deployment(), "up", "2/2 ready"),
        (deployment(availableReplicas=1), "waiting", "1/2 ready"),
        (deployment(updatedReplicas=1), "waiting", "2/2 ready, rolling out: 1 of 2 new"),
        (deployment(generation=2), "waiting", "2/2 ready, rolling out: 2 of 2 new"),
        (deployment(0), "up", "0/0 ready"),
        ({"metadata": {"name": "web"}, "spec": {"replicas": 1}}, "waiting", "0/1 ready, rolling out: 0 of 1 new"),
    ],
)
def test_a_rollout(thing, state, summary):
    row = only(Deployment=[thing])
    assert (row.state, row.summary) == (state, summary)


def test_old_pods_that_are_still_there_are_a_rollout():
    thing = deployment()
    thing["status"]["replicas"] = 3
    assert only(Deployment=[thing]).summary == "2/2 ready, rolling out: 2 of 2 new"


def test_a_rollout_that_gave_up():
    stuck = {
        "type": "Progressing",
        "status": "False",
        "reason": "ProgressDeadlineExceeded",
        "message": "has timed out progressing",
    }
    row = only(Deployment=[deployment(availableReplicas=0, conditions=[stuck])])
    assert row.state == "failed"
    assert "has timed out progressing" in row.reasons


def test_restarts_are_told_with_their_reason_even_when_all_is_up():
    ended = {"reason": "OOMKilled", "exitCode": 137, "finishedAt": "2026-01-01T00:00:00Z"}
    row = only(Deployment=[deployment()], Pod=[pod(containerStatuses=[container(7, terminated=ended)])])
    assert (row.state, row.restarts) == ("up", 7)
    ended_for = "taking more memory than its limit (OOMKilled): raise the memory of the service"
    assert row.reasons == (f"web-1 was restarted 7 times, last for {ended_for}",)


def test_an_exit_code_is_told():
    ended = {"reason": "Error", "exitCode": 3, "finishedAt": "2026-01-01T00:00:00Z"}
    row = only(Deployment=[deployment()], Pod=[pod(containerStatuses=[container(1, terminated=ended)])])
    assert row.reasons == ("web-1 was restarted once, last for Error with exit code 3 at 2026-01-01T00:00:00Z",)


@pytest.mark.parametrize(
    "waiting",
    [
        {"reason": "ImagePullBackOff", "message": 'Back-off pulling image "web:2"'},
        {"reason": "CreateContainerConfigError", "message": 'secret "web-secrets" not found'},
    ],
)
def test_what_a_container_waits_for(waiting):
    row = only(Deployment=[deployment(availableReplicas=1)], Pod=[pod(containerStatuses=[container(waiting=waiting)])])
    assert row.reasons == (f"web-1: {waiting['reason']}: {waiting['message']}",)


def test_a_container_that_is_being_made_is_no_reason():
    row = only(
        Deployment=[deployment(availableReplicas=1)],
        Pod=[pod(containerStatuses=[container(waiting={"reason": "ContainerCreating"})])],
    )
    assert row.reasons == ()


def test_a_pod_that_finds_no_node():
    condition = {
        "type": "PodScheduled",
        "status": "False",
        "message": "0/6 nodes are available: 6 Insufficient memory.",
    }
    row = only(Deployment=[deployment(availableReplicas=1)], Pod=[pod(conditions=[condition])])
    assert row.reasons == ("web-1 finds no node: 0/6 nodes are available: 6 Insufficient memory.",)


def test_probes_that_fail_are_told_from_events_while_it_is_not_up():
    told = event("Pod", "web-1", "Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 503")
    assert only(Deployment=[deployment(availableReplicas=1)], Pod=[pod()], Event=[told]).reasons == (
        "web-1: Unhealthy: Readiness probe failed: HTTP probe failed with statuscode: 503",
    )
    assert only(Deployment=[deployment()], Pod=[pod()], Event=[told]).reasons == ()


def test_pods_of_others_are_not_ours():
    other = pod("db-1", {"app": "db"}, containerStatuses=[container(5, terminated={"exitCode": 1})])
    assert only(Deployment=[deployment()], Pod=[other]).restarts == 0


@pytest.mark.parametrize(
    ("status", "state", "summary"),
    [
        ({"conditions": [{"type": "Complete", "status": "True"}]}, "up", "complete"),
        ({"active": 1, "failed": 2}, "waiting", "1 running, 2 attempts failed"),
        (
            {"failed": 3, "conditions": [{"type": "Failed", "status": "True", "message": "too often"}]},
            "failed",
            "failed after 3 attempts",
        ),
    ],
)
def test_a_job(status, state, summary):
    row = only(Job=[{"metadata": {"name": "web"}, "spec": {"selector": {"matchLabels": LABELS}}, "status": status}])
    assert (row.state, row.summary) == (state, summary)


def test_an_external_secret_tells_the_operators_reason_not_its_condition():
    ready = {
        "type": "Ready",
        "status": "False",
        "reason": "SecretSyncedError",
        "message": "could not get secret data from provider",
    }
    thing = {"metadata": {"name": "web-secrets"}, "status": {"conditions": [ready]}}
    events = [
        event("ExternalSecret", "web-secrets", "UpdateFailed", "old reason", "2026-01-01T00:00:00Z"),
        event(
            "ExternalSecret",
            "web-secrets",
            "UpdateFailed",
            "AccessDeniedException: not authorized",
            "2026-01-01T00:05:00Z",
        ),
        event("ExternalSecret", "web-secrets", "Updated", "all is well", "2026-01-01T00:06:00Z", "Normal"),
        event("ExternalSecret", "other", "UpdateFailed", "not ours"),
    ]
    row = only(ExternalSecret=[thing], Event=events)
    assert (row.state, row.summary) == ("failed", "SecretSyncedError")
    assert row.reasons == ("UpdateFailed: AccessDeniedException: not authorized", "UpdateFailed: old reason")
    assert only(ExternalSecret=[thing]).reasons == ("could not get secret data from provider",)


def test_what_the_operator_has_not_seen_waits():
    assert only(ExternalSecret=[{"metadata": {"name": "x"}}]).state == "waiting"


def test_what_should_be_there_and_is_not():
    found = rows({"Deployment": [deployment()]}, [("Deployment", "web"), ("Job", "migrate")])
    assert [(row.kind, row.name, row.state) for row in found] == [
        ("Deployment", "web", "up"),
        ("Job", "migrate", "failed"),
    ]


def test_a_stack_without_a_team(project):
    project.write(
        "stacks/Pulumi.platform.dev.yaml",
        PLATFORM,
    )
    answer = project.longshore("status", "-s", "platform.dev")
    assert answer.code == 2
    assert "has no team" in answer.err


def test_no_kubeconfig(project):
    answer = project.longshore("status", "-s", "shop.dev", KUBECONFIG=str(project.folder / "nothing"))
    assert answer.code == 2
    assert "can't be reached" in answer.err
    assert "--kubeconfig FILE" in answer.err


KUBECONFIG = """\
current-context: one
clusters: [{name: c, cluster: {server: "http://127.0.0.1:9"}}]
users:
- name: u
  user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: echo, args: ['{"status": {"token": "t"}}']}}
contexts: [{name: one, context: {cluster: c, user: u}}, {name: two, context: {cluster: c, user: u}}]
"""


def test_a_cluster_out_of_reach(project):
    """And a login plugin that speaks the version of today."""
    project.write("kubeconfig", KUBECONFIG)
    answer = project.longshore("status", "-s", "shop.dev", "--kubeconfig", str(project.folder / "kubeconfig"))
    assert answer.code == 4
    assert "the cluster was not reached (ConnectError)" in answer.err
    answer = project.longshore(
        "status", "-s", "shop.dev", "--kubeconfig", str(project.folder / "kubeconfig"), "--context", "three"
    )
    assert answer.code == 2
    assert "three" in answer.err


@mock_aws
def test_eks_is_reached_by_aws_credentials_alone(project, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    project.write(
        "stacks/Pulumi.platform.dev.yaml",
        PLATFORM,
    )
    project.write(
        "stacks/Pulumi.shop.dev.yaml",
        APPLICATION,
    )
    stack = read_stack("shop.dev", str(project.folder))
    with pytest.raises(Refused, match="longshore-dev"):
        connect(Given({}), stack, {})
    authority = base64.b64encode(new_authority().pem).decode()
    client = boto3.client("eks", region_name="eu-west-1")
    client.create_cluster(
        name="longshore-dev", roleArn="arn:aws:iam::123456789012:role/x", resourcesVpcConfig={"subnetIds": []}
    )
    real = client.describe_cluster(name="longshore-dev")["cluster"]
    eks_backends["123456789012"]["eu-west-1"].clusters["longshore-dev"].certificate_authority = {"data": authority}
    made = connect(Given({}), stack, {})
    http = made._client._client
    assert str(http.base_url).rstrip("/") == real["endpoint"].lower().rstrip("/")
    token = http.auth._bearer.removeprefix("Bearer k8s-aws-v1.")
    url = urlsplit(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode())
    asked = parse_qs(url.query)
    assert url.hostname == "sts.eu-west-1.amazonaws.com"
    assert asked["Action"] == ["GetCallerIdentity"]
    assert asked["X-Amz-Expires"] == ["60"]
    assert "x-k8s-aws-id" in asked["X-Amz-SignedHeaders"][0]
    assert json.dumps(asked).count("AKIAEXAMPLE") == 1


def test_a_job_is_known_by_its_service_whatever_its_name_ends_in():
    job = {"metadata": {"name": "migrate-0123abcd"}, "spec": {}, "status": {"conditions": [COMPLETE]}}
    assert [(row.name, row.state) for row in rows({"Job": [job]}, [("Job", "migrate")])] == [("migrate-0123abcd", "up")]


COMPLETE = {"type": "Complete", "status": "True"}
