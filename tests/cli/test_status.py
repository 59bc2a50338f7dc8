"""`longshore status`: a line per compose service, and each cause by name, from what a cluster says. Pure."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from longshore.cli.cluster.application import Member
from longshore.cli.cluster.services import lines, scene_of, secrets

LABELS = {"app": "web"}


def deployment(replicas=2, generation=1, **status):
    return {
        "metadata": {"name": "web", "generation": generation},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": LABELS},
            "template": {"spec": {"containers": [{"name": "web", "image": "web:2"}]}},
        },
        "status": {
            "observedGeneration": 1,
            "replicas": replicas,
            "updatedReplicas": replicas,
            "availableReplicas": replicas,
            **status,
        },
    }


def pod(name="web-1", labels=LABELS, spec=None, **status):
    made = {"name": name, "labels": labels, "creationTimestamp": "2026-01-01T00:00:00Z"}
    return {"metadata": made, "spec": spec or SPEC, "status": status}


SPEC = {"containers": [{"name": "web", "image": "web:2", "resources": {"limits": {"memory": "256Mi"}}}]}


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


NOW = datetime(2026, 1, 1, 0, 10, tzinfo=UTC)
WEB = Member("web", "Deployment", "web", "web")


def scene(**objects):
    return scene_of(objects, "shop.dev", "stacks/Pulumi.shop.dev.yaml", NOW)


def only(*members, **objects):
    (line,) = lines(objects, members or (WEB,), scene(**objects))
    return line


def cause(**objects):
    (found,) = only(**objects).causes
    return found


@pytest.mark.parametrize(
    ("thing", "state", "ready", "told"),
    [
        (deployment(), "up", "2/2", ""),
        (deployment(availableReplicas=1), "waiting", "1/2", ""),
        (deployment(updatedReplicas=1), "waiting", "2/2", "rolling out: 1 of 2 new"),
        (deployment(generation=2), "waiting", "2/2", "rolling out: 2 of 2 new"),
        (deployment(0), "off", "0/0", ""),
        ({"metadata": {"name": "web"}, "spec": {"replicas": 1}}, "waiting", "0/1", "rolling out: 0 of 1 new"),
    ],
)
def test_a_rollout(thing, state, ready, told):
    line = only(Deployment=[thing])
    assert (line.state, f"{line.ready}/{line.desired}", line.told) == (state, ready, told)


def test_old_pods_that_are_still_there_are_a_rollout():
    thing = deployment()
    thing["status"]["replicas"] = 3
    assert only(Deployment=[thing]).told == "rolling out: 2 of 2 new"


STUCK = {"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded", "message": "timed out"}


def test_a_rollout_that_gave_up():
    line = only(Deployment=[deployment(availableReplicas=0, conditions=[STUCK])])
    assert line.state == "failed"
    assert [each.code for each in line.causes] == ["rollout-stuck"]
    assert "longshore rollback -s shop.dev web" in line.causes[0].help


def test_a_rollout_that_gave_up_tells_what_its_pods_say_instead():
    waiting = {"reason": "InvalidImageName", "message": "couldn't parse"}
    pods = [pod(containerStatuses=[container(waiting=waiting)])]
    line = only(Deployment=[deployment(availableReplicas=0, conditions=[STUCK])], Pod=pods)
    assert [each.code for each in line.causes] == ["image-name"]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ('rpc error: code = NotFound desc = failed to pull and unpack image "web:2": not found', "image-not-found"),
        ('manifest unknown: manifest tagged by "2" is not found', "image-not-found"),
        ("pull access denied, repository does not exist or may require authorization", "image-denied"),
        ("unexpected status from HEAD request to https://1.dkr.ecr/v2/web/manifests/2: 403 Forbidden", "image-denied"),
        ("429 Too Many Requests - Server message: toomanyrequests: You have reached your limit", "image-rate-limit"),
        ("dial tcp: lookup registry.example.com: no such host", "image-registry"),
        ("no match for platform in manifest: not found", "image-platform"),
        ("x509: certificate signed by unknown authority", "image-registry"),
        ("something that nobody has seen yet", "image-pull"),
    ],
)
@pytest.mark.parametrize("reason", ["ErrImagePull", "ImagePullBackOff"])
def test_an_image_that_is_not_pulled(said, code, reason):
    """Of a back-off kubelet says no more than that, and the reason stands in an event."""
    message = said if reason == "ErrImagePull" else 'Back-off pulling image "web:2"'
    waiting = {"reason": reason, "message": message}
    pods = [pod(containerStatuses=[container(waiting=waiting)])]
    events = [event("Pod", "web-1", "Failed", f'Failed to pull image "web:2": {said}')]
    found = cause(Deployment=[deployment(availableReplicas=1)], Pod=pods, Event=events)
    assert found.code == code
    assert found.what.startswith("the image web:2 ")
    assert found.pods == ("web-1",)
    assert found.help


@pytest.mark.parametrize(
    ("ended", "code", "words"),
    [
        ({"reason": "OOMKilled", "exitCode": 137}, "out-of-memory", "its limit of 256Mi and was killed (OOMKilled): 7"),
        ({"reason": "Error", "exitCode": 3}, "crash-loop", "(exit code 3), 7 times, last 5m ago"),
        ({"reason": "Error", "exitCode": 137}, "crash-loop", "it was killed (SIGKILL)"),
        ({"reason": "Completed", "exitCode": 0}, "crash-loop", "it ends by itself, without an error"),
        ({"reason": "StartError", "exitCode": 128, "message": 'exec: "x": executable file not found in $PATH'},
         "does-not-start", "its program cannot be started"),
    ],
)  # fmt: skip
def test_how_a_container_ends(ended, code, words):
    waiting = {"reason": "CrashLoopBackOff", "message": "back-off 5m0s restarting failed container"}
    last = {**ended, "finishedAt": "2026-01-01T00:05:00Z"}
    pods = [pod(containerStatuses=[container(7, waiting=waiting, terminated=last)])]
    line = only(Deployment=[deployment(availableReplicas=0)], Pod=pods)
    assert (line.state, line.restarts) == ("failed", 7)
    assert line.causes[0].code == code
    assert words in line.causes[0].what


def test_what_is_over_is_told_and_nothing_is_wrong():
    ended = {"reason": "OOMKilled", "exitCode": 137, "finishedAt": "2026-01-01T00:00:00Z"}
    status = {**container(1, terminated=ended), "ready": True}
    line = only(Deployment=[deployment()], Pod=[pod(containerStatuses=[status])])
    assert (line.state, line.restarts, [each.past for each in line.causes]) == ("up", 1, [True])


def test_a_program_with_a_secret_on_its_command_line_that_cannot_be_started():
    said = 'exec: "mysqld --password=hunter2-CANARY": executable file not found in $PATH'
    waiting = {"reason": "RunContainerError", "message": said}
    pods = [pod(containerStatuses=[container(waiting=waiting)])]
    assert "hunter2" not in cause(Deployment=[deployment(availableReplicas=0)], Pod=pods).what


NO_NODE = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable"}


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("0/6 nodes are available: 6 Insufficient memory. preemption: 0/6 nodes", "that much memory left: 0/6 nodes"),
        ("0/6 nodes are available: 6 node(s) had untolerated taint {a: b}.", "taints"),
        ("0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector.", "labels that it asks for"),
        ("0/3 nodes are available: 3 node(s) had volume node affinity conflict.", "disk lies in a zone"),
        ("0/3 nodes are available: 3 Insufficient nvidia.com/gpu.", "no node has what it asks for"),
        ("no nodes available to schedule pods", "no node takes it"),
    ],
)
def test_a_pod_that_finds_no_node(said, words):
    pods = [pod(conditions=[{**NO_NODE, "message": said}])]
    line = only(Deployment=[deployment(availableReplicas=1)], Pod=pods)
    assert (line.state, line.causes[0].code) == ("failed", "not-scheduled")
    assert words in line.causes[0].what
    assert "preemption" not in line.causes[0].what


RUNS = {"name": "web", "restartCount": 0, "ready": False, "state": {"running": {"startedAt": "2026-01-01T00:09:30Z"}}}
PROBED = {"containers": [{"name": "web", "image": "web:2", "readinessProbe": {"httpGet": {"path": "/up", "port": 80}}}]}


def test_a_probe_that_fails_is_named_with_what_it_asks_and_what_it_was_told():
    said = "Readiness probe failed: HTTP probe failed with statuscode: 503"
    told = [event("Pod", "web-1", "Unhealthy", said)]
    objects = {"Pod": [pod(spec=PROBED, containerStatuses=[RUNS])], "Event": told}
    line = only(Deployment=[deployment(availableReplicas=1)], **objects)
    assert line.state == "waiting", "it may get well by itself"
    assert line.causes[0].code == "probe-readiness"
    asked = "its readiness probe (GET /up on port 80) fails: HTTP probe failed with statuscode: 503"
    assert line.causes[0].what == asked
    ready = [pod(spec=PROBED, containerStatuses=[{**RUNS, "ready": True}])]
    assert only(Deployment=[deployment()], Pod=ready, Event=told).causes == ()


def test_a_liveness_probe_is_why_and_not_the_signal_by_which_it_kills():
    ended = {"reason": "Error", "exitCode": 137, "finishedAt": "2026-01-01T00:05:00Z"}
    events = [
        event("Pod", "web-1", "Killing", "Container web failed liveness probe, will be restarted", level="Normal"),
        event("Pod", "web-1", "Unhealthy", "Liveness probe failed: timeout"),
    ]
    pods = [pod(containerStatuses=[{**RUNS, "restartCount": 2, "lastState": {"terminated": ended}}])]
    assert [x.code for x in only(Deployment=[deployment(availableReplicas=1)], Pod=pods, Event=events).causes] == [
        "probe-liveness"
    ]


def external(name="web-secrets", ready="False", message="could not get secret data from provider"):
    return {
        "metadata": {"name": name},
        "spec": {
            "target": {"name": name},
            "data": [
                {"secretKey": "TOKEN", "remoteRef": {"key": "dev/shop/web", "property": "TOKEN"}},
                {"secretKey": "PIN", "remoteRef": {"key": "dev/shop/web", "property": "PIN"}},
            ],
        },
        "status": {"conditions": [{"type": "Ready", "status": ready, "message": message}]},
    }


SAID = "error processing spec.data[1] (key: dev/shop/web), err: key PIN does not exist in secret dev/shop/web"


@pytest.mark.parametrize(
    ("message", "ready", "words"),
    [
        ('secret "web-secrets" not found', "False", "key `PIN` of `dev/shop/web` is missing in the cluster"),
        ("couldn't find key PIN in Secret shop/web-secrets", "True", "has no key `PIN` of `dev/shop/web`"),
        ('secret "other" not found', "True", "no ExternalSecret makes it"),
    ],
)
def test_a_secret_that_a_pod_lacks_is_named_by_path_and_key(message, ready, words):
    waiting = {"reason": "CreateContainerConfigError", "message": message}
    found = cause(
        Deployment=[deployment(availableReplicas=0)],
        Pod=[pod(containerStatuses=[container(waiting=waiting)])],
        ExternalSecret=[external(ready=ready)],
        Event=[event("ExternalSecret", "web-secrets", "UpdateFailed", SAID)],
    )
    assert found.code == "secret-missing"
    assert words in found.what


def test_a_secret_that_is_mounted_and_not_there():
    spec = {**SPEC, "volumes": [{"name": "v", "secret": {"secretName": "web-secrets"}}]}
    waiting = {"reason": "ContainerCreating"}
    for said in (
        'MountVolume.SetUp failed for volume "v" : secret "web-secrets" not found',
        'MountVolume.SetUp failed for volume "v" : references non-existent secret key: TOKEN',
    ):
        found = cause(
            Deployment=[deployment(availableReplicas=0)],
            Pod=[pod(spec=spec, containerStatuses=[container(waiting=waiting)])],
            ExternalSecret=[external()],
            Event=[event("Pod", "web-1", "FailedMount", said)],
        )
        assert found.code == "secret-missing"
        assert "`dev/shop/web`" in found.what


def test_a_config_map_that_is_not_there():
    waiting = {"reason": "CreateContainerConfigError", "message": 'configmap "web" not found'}
    pods = [pod(containerStatuses=[container(waiting=waiting)])]
    assert cause(Deployment=[deployment(availableReplicas=0)], Pod=pods).code == "config-missing"


def test_a_pod_that_was_put_off_its_node():
    gone = pod("web-0", phase="Failed", reason="Evicted", message="The node was low on resource: ephemeral-storage.")
    found = cause(Deployment=[deployment()], Pod=[gone, pod()])
    assert (found.code, found.past) == ("evicted", True)
    assert "low on resource: ephemeral-storage" in found.what


def test_a_pod_that_does_not_end():
    held = pod()
    held["metadata"] |= {"deletionTimestamp": "2026-01-01T00:05:00Z", "finalizers": ["example.com/x"]}
    assert cause(Deployment=[deployment()], Pod=[held]).what == (
        "it was asked to end 5m ago and is still there: held by example.com/x"
    )


def test_a_container_that_is_being_made_is_no_cause():
    pods = [pod(containerStatuses=[container(waiting={"reason": "ContainerCreating"})])]
    assert only(Deployment=[deployment(availableReplicas=1)], Pod=pods).causes == ()


def test_pods_of_others_are_not_ours():
    other = pod("db-1", {"app": "db"}, containerStatuses=[container(5, terminated={"exitCode": 1})])
    assert only(Deployment=[deployment()], Pod=[other]).restarts == 0


def test_a_service_in_the_pod_of_another_has_a_line_and_causes_of_its_own():
    thing = deployment(availableReplicas=0)
    thing["spec"]["template"]["spec"]["containers"].append({"name": "side", "image": "side:1"})
    waiting = {"reason": "ErrImagePull", "message": "not found"}
    side = {**container(waiting=waiting), "name": "side"}
    members = (WEB, Member("side", "Deployment", "web", "side"))
    objects = {"Deployment": [thing], "Pod": [pod(containerStatuses=[container(), side])]}
    web, other = lines(objects, members, scene(**objects))
    assert (web.service, web.image, web.causes) == ("web", "web:2", ())
    assert (other.service, other.image, [x.code for x in other.causes]) == ("side", "side:1", ["image-not-found"])


MIGRATE = Member("migrate", "Job", "migrate", "migrate")


@pytest.mark.parametrize(
    ("status", "state", "told"),
    [
        ({"conditions": [{"type": "Complete", "status": "True"}], "succeeded": 1}, "complete", ""),
        ({"active": 1, "failed": 2}, "waiting", "2 attempts failed"),
        (
            {"failed": 3, "conditions": [{"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded"}]},
            "failed",
            "3 attempts",
        ),
    ],
)
def test_a_job_is_known_by_its_service_whatever_its_name_ends_in(status, state, told):
    labels = {"app.kubernetes.io/managed-by": "longshore"}
    job = {"metadata": {"name": "migrate-0123abcd", "labels": labels}, "spec": {}, "status": status}
    line = only(MIGRATE, Job=[job])
    assert (line.name, line.state, line.told) == ("migrate-0123abcd", state, told)
    assert [each.code for each in line.causes] == (["job-failed"] if state == "failed" else [])


def test_an_external_secret_tells_which_key_the_store_lacks_and_what_the_operator_said():
    objects = {
        "ExternalSecret": [external(), external("fine", "True"), {"metadata": {"name": "new"}}],
        "Event": [
            event("ExternalSecret", "web-secrets", "UpdateFailed", "old reason", "2026-01-01T00:00:00Z"),
            event("ExternalSecret", "web-secrets", "UpdateFailed", SAID, "2026-01-01T00:05:00Z"),
        ],
    }
    (found,) = secrets(objects, scene(**objects))
    assert found.name == "web-secrets"
    assert found.cause.what == f"key `PIN` of `dev/shop/web` is not in the store: {SAID}"
    assert "longshore secrets push -s shop.dev --service web" in found.cause.help


def test_a_store_that_cannot_be_used():
    ready = {"type": "Ready", "status": "False", "message": "unable to create client"}
    objects = {"SecretStore": [{"metadata": {"name": "longshore"}, "status": {"conditions": [ready]}}]}
    (found,) = secrets(objects, scene(**objects))
    assert (found.kind, found.cause.code) == ("SecretStore", "secret-store")


def test_what_should_be_there_and_is_not():
    objects = {"Deployment": [deployment()]}
    found = lines(objects, (WEB, MIGRATE), scene(**objects))
    assert [(line.service, line.state) for line in found] == [("web", "up"), ("migrate", "missing")]
