"""What no waiting will bring up, told from what is only slow: by what the pods have said, and for how long."""

from __future__ import annotations

import pytest

from longshore.cli.cluster.failed_rollouts import PATIENCE, RESTARTS, FailedRollouts

LABELS = {"app": "web"}


def deployment(name="web"):
    return {"metadata": {"name": name}, "spec": {"selector": {"matchLabels": {"app": name}}}}


def pod(app="web", uid="new", ready="False", **status):
    conditions = [{"type": "Ready", "status": ready}, *status.pop("conditions", [])]
    return {
        "metadata": {"name": uid, "uid": uid, "labels": {"app": app}},
        "status": {"conditions": conditions, **status},
    }


def waits(why, restarts=0, **last):
    ended = {"lastState": {"terminated": last}} if last else {}
    return {"restartCount": restarts, "state": {"waiting": {"reason": why, "message": "says so"}}, **ended}


NO_NODE = {"conditions": [{"type": "PodScheduled", "status": "False", "message": "0/6 nodes: insufficient memory"}]}
CRASHING = {"containerStatuses": [waits("CrashLoopBackOff", RESTARTS, exitCode=1, reason="Error")]}


def looks(*pods, workloads=("web",), events=(), before=()):
    """The rollouts after each of two looks, `PATIENCE` seconds apart, on pods that came after the first one."""
    rollouts = FailedRollouts()
    observed = {"Deployment": [deployment(name) for name in workloads], "Event": list(events)}
    assert rollouts.failed({**observed, "Pod": list(before)}, 0) == []
    seen = {**observed, "Pod": list(pods)}
    return rollouts.failed(seen, 1), rollouts.failed(seen, 1 + PATIENCE)


@pytest.mark.parametrize("reason", ["ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull"])
def test_an_image_that_cannot_be_pulled_is_hopeless_after_a_while(reason):
    at_once, later = looks(pod(containerStatuses=[waits(reason)]))
    assert at_once == []
    assert [(each.workload, each.kind, each.cause) for each in later] == [
        ("deployment/web", "image", f"{reason}: says so")
    ]


def test_two_words_for_the_same_trouble_are_one():
    rollouts = FailedRollouts()
    observed = {"Deployment": [deployment()]}
    rollouts.failed({**observed, "Pod": []}, 0)
    for second, reason in ((1, "ErrImagePull"), (40, "ImagePullBackOff")):
        assert rollouts.failed({**observed, "Pod": [pod(containerStatuses=[waits(reason)])]}, second) == []
    last = {**observed, "Pod": [pod(containerStatuses=[waits("ErrImagePull")])]}
    assert rollouts.failed(last, 1 + PATIENCE)


def test_an_image_that_came_after_all_is_forgiven():
    rollouts = FailedRollouts()
    observed = {"Deployment": [deployment()]}
    rollouts.failed({**observed, "Pod": []}, 0)
    rollouts.failed({**observed, "Pod": [pod(containerStatuses=[waits("ErrImagePull")])]}, 1)
    rollouts.failed({**observed, "Pod": [pod(containerStatuses=[waits("ContainerCreating")])]}, 40)
    again = {**observed, "Pod": [pod(containerStatuses=[waits("ErrImagePull")])]}
    assert rollouts.failed(again, 1 + PATIENCE) == []


def test_no_room_is_hopeless_unless_a_node_is_on_its_way():
    assert looks(pod(**NO_NODE))[1][0].cause == "finds no node: 0/6 nodes: insufficient memory"
    for reason in ("TriggeredScaleUp", "Nominated"):
        assert looks(pod(**NO_NODE), events=[{"reason": reason, "involvedObject": {"uid": "new"}}])[1] == []


def test_a_program_that_ends_again_and_again_is_hopeless_at_once():
    assert [each.kind for each in looks(pod(**CRASHING))[0]] == ["crash"]


def test_a_program_that_may_wait_for_another_gets_time():
    slow = pod("db", "db", containerStatuses=[{"restartCount": 0, "state": {"running": {}}}])
    assert looks(pod(**CRASHING), slow, workloads=("web", "db")) == ([], [])
    there = pod("db", "db", "True")
    assert looks(pod(**CRASHING), there, workloads=("web", "db"))[0]


def test_a_few_ends_are_no_loop():
    few = {"containerStatuses": [waits("CrashLoopBackOff", RESTARTS - 1, exitCode=1)]}
    assert looks(pod(**few)) == ([], [])


def test_what_was_broken_before_is_not_held_against_the_deployment():
    old = pod(uid="old", containerStatuses=[waits("ImagePullBackOff")])
    assert looks(old, before=[old]) == ([], [])


def test_a_slow_start_is_no_trouble():
    assert looks(pod(containerStatuses=[waits("ContainerCreating")])) == ([], [])
