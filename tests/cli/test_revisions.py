"""The releases that a cluster remembers: which is before that of now, which belong together, what differs in them."""

from __future__ import annotations

import pytest

from longshore.cli.cluster.application import Member
from longshore.cli.cluster.revisions import ROLLED_BACK, history, lacking, last_release, patch
from longshore.cli.cluster.template_changes import changes, config_changes
from longshore.convert.policies.config_digest import ANNOTATION

NUMBER = "deployment.kubernetes.io/revision"


def template(image="web:1", env=(), notes=None, **spec):
    container = {"name": "web", "image": image, "env": list(env)}
    return {
        "metadata": {"labels": {"app": "web"}, "annotations": notes or {}},
        "spec": {"containers": [container], **spec},
    }


def replica_set(number, made, *, again=False, **content):
    held = template(**content)
    held["metadata"]["labels"] = {"app": "web", "pod-template-hash": f"hash{number}"}
    notes = {NUMBER: str(number), **({f"{NUMBER}-history": "1"} if again else {})}
    return {
        "metadata": {"name": f"web-{number}", "creationTimestamp": made, "annotations": notes,
                     "ownerReferences": [{"uid": "u"}]},
        "spec": {"template": held},
    }  # fmt: skip


def of(*sets, name="web", updated="", seen=1, **notes):
    conditions = [{"type": "Progressing", "lastUpdateTime": updated}] if updated else []
    workload = {
        "metadata": {"name": name, "uid": "u", "generation": 1, "annotations": notes},
        "status": {"observedGeneration": seen, "conditions": conditions},
    }
    return history(Member(name, "Deployment", name, name), workload, {"ReplicaSet": sets})


OLD, NEW = replica_set(1, "2026-01-01T00:00:00Z"), replica_set(2, "2026-01-02T00:00:00Z", image="web:2")


def test_the_one_before_and_the_one_of_a_number():
    found = of(OLD, NEW)
    assert found.current.number == 2
    assert found.target(0).number == 1
    assert found.target(1).template == template()
    assert found.target(2) is None
    assert found.target(7) is None
    assert of(OLD).target(0) is None
    foreign = {**OLD, "metadata": {**OLD["metadata"], "ownerReferences": [{"uid": "other"}]}}
    assert of(foreign, NEW).target(0) is None


def test_what_was_rolled_back_is_known_until_something_else_is_deployed():
    back = of(replica_set(3, "2026-01-01T00:00:00Z", again=True), NEW)
    marked = {ROLLED_BACK: back.current.digest}
    assert of(replica_set(3, "2026-01-01T00:00:00Z", again=True), NEW, **marked).is_rolled_back
    assert not of(NEW, replica_set(4, "2026-01-03T00:00:00Z", image="web:4"), **marked).is_rolled_back
    assert patch(back, back.target(0))[-1] == {"op": "replace", "path": "/spec/template", "value": template("web:2")}


def test_a_change_that_the_cluster_has_not_taken_in_yet():
    assert not of(OLD, NEW, seen=0).is_seen
    assert of(OLD, NEW).is_seen


@pytest.mark.parametrize(
    ("minutes", "together"),
    [({"a": 0, "b": 5, "c": 14}, {"a", "b", "c"}), ({"a": 0, "b": 11, "c": 14}, {"b", "c"}), ({"a": 0}, {"a"})],
)
def test_what_one_deployment_made_follows_one_on_another(minutes, together):
    found = [of(OLD, replica_set(2, f"2026-01-02T00:{at:02}:00Z"), name=name) for name, at in minutes.items()]
    assert {each.member.service for each in last_release(found)} == together


def test_a_release_that_came_back_counts_from_when_it_did():
    again = of(replica_set(3, "2026-01-01T00:00:00Z", again=True), NEW, name="back", updated="2026-01-05T00:00:00Z")
    other = of(OLD, replica_set(2, "2026-01-04T00:00:00Z"), name="other")
    assert [each.member.service for each in last_release([again, other])] == ["back"]


def test_what_is_gone_is_named_and_what_is_named_now_too_is_not_looked_for():
    def pinned(name):
        env = [{"name": "T", "valueFrom": {"secretKeyRef": {"name": name, "key": "T"}}}]
        return replica_set(1, "2026-01-01T00:00:00Z", env=env)

    then, now = (of(pinned(name)).current for name in ("web-secrets-1", "web-secrets-2"))
    assert lacking(then, now, {"Secret": {"web-secrets-2"}}) == ["Secret web-secrets-1"]
    assert lacking(then, now, {"Secret": {"web-secrets-1"}}) == []
    assert lacking(then, then, {"Secret": set()}) == []


def test_what_differs_is_told_field_by_field_without_a_secret():
    secret = {"secretKeyRef": {"name": "s", "key": "K"}}
    now = template("web:2", [{"name": "MODE", "value": "new"}, {"name": "API_TOKEN", "value": "hunter2-CANARY-a"}])
    then = template("web:1", [{"name": "MODE", "value": "old"}, {"name": "API_TOKEN", "value": "hunter2-CANARY-b"},
                              {"name": "K", "valueFrom": secret}], terminationGracePeriodSeconds=5)  # fmt: skip
    now["spec"]["containers"][0]["command"] = ["server", "--password", "hunter2-CANARY-c"]
    found = {each.field: (each.now, each.then) for each in changes(now, then)}
    assert found["containers[web].image"] == ("web:2", "web:1")
    assert found["containers[web].env[MODE]"] == ("new", "old")
    assert found["containers[web].env[K]"] == ("(not there)", "key K of Secret s")
    assert found["terminationGracePeriodSeconds"] == ("(not there)", "5")
    assert found["containers[web].env[API_TOKEN]"][1] == "(another value, not shown)"
    assert found["containers[web].command"][0].startswith("server --password ")
    assert "hunter2" not in str(found)


def test_a_change_of_configuration_files_is_known_by_their_digest():
    assert config_changes(template(notes={ANNOTATION: "a"}), template(notes={ANNOTATION: "b"}))
    assert not config_changes(template(), template("web:2"))
