"""The fold: one writer per field, defaults last, an origin for everything, a fate for every leaf."""

import pytest

from longshore.convert.fold import Fold
from longshore.model import (
    After,
    Approximated,
    Default,
    Emit,
    Fate,
    Item,
    ObjectKey,
    Origin,
    Problem,
    Put,
    Severity,
    Unsupported,
)

WEB = ObjectKey("Deployment", "web")
CONTAINER = ("spec", "template", "spec", "containers", Item("name", "web"))
IMAGE = ("services", "web", "image")
PORTS = ("services", "web", "ports")
POLICY = Origin(policy="limits")


def folded(*steps):
    fold = Fold()
    for effects, path, leaves in steps:
        fold.translate(effects, path, leaves, frozenset())
    return fold


def test_keyed_list_elements_are_joined():
    conversion = folded(
        ([Put(WEB, (*CONTAINER, "image"), "nginx:1")], IMAGE, [IMAGE]),
        ([Put(WEB, (*CONTAINER, "tty"), True)], PORTS, [PORTS]),
    ).conversion()
    assert conversion.manifests == (
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": "web"},
            "spec": {"template": {"spec": {"containers": [{"name": "web", "image": "nginx:1", "tty": True}]}}},
        },
    )
    assert dict(conversion.origins[WEB])[*CONTAINER, "image"] == Origin(path=IMAGE)


@pytest.mark.parametrize("second", [("spec", "replicas"), ("spec", "replicas", "deeper")])
def test_two_writers_of_one_field_are_a_bug_that_names_both(second):
    fold = folded(([Put(WEB, ("spec", "replicas"), 1)], IMAGE, [IMAGE]))
    with pytest.raises(TypeError, match=r"services\.web\.image.*services\.web\.ports"):
        fold.translate([Put(WEB, second, 2)], PORTS, [PORTS], frozenset())


def test_two_writers_who_agree_are_no_bug():
    fold = folded(([Put(WEB, ("spec", "replicas"), 1)], IMAGE, [IMAGE]))
    fold.translate([Put(WEB, ("spec", "replicas"), 1)], PORTS, [PORTS], frozenset())
    assert fold.conversion().manifests[0]["spec"] == {"replicas": 1}


@pytest.mark.parametrize(
    ("put", "default", "result"),
    [
        (("spec", "a"), ("spec", "a"), {"a": "put"}),
        (("spec", "a", "b"), ("spec", "a"), {"a": {"b": "put"}}),
        (("spec", "a"), ("spec", "a", "b"), {"a": "put"}),
        (("spec", "a"), ("spec", "b"), {"a": "put", "b": "default"}),
    ],
)
def test_a_default_never_beats_a_put_beside_above_or_below(put, default, result):
    fold = Fold()
    fold.apply([Default(WEB, default, "default")], POLICY, (), frozenset())
    fold.translate([Put(WEB, put, "put")], IMAGE, [IMAGE], frozenset())
    assert fold.conversion().manifests[0]["spec"] == result


def test_a_default_remembers_its_policy_and_setting():
    fold = Fold()
    fold.apply([Default(WEB, ("spec", "replicas"), 2, setting="services.web.replicas")], POLICY, (), frozenset())
    assert fold.conversion().origins[WEB] == [
        (("spec", "replicas"), Origin(policy="limits", setting="services.web.replicas"))
    ]


def test_every_leaf_has_the_fate_that_the_last_word_on_it_gave():
    leaves = [(*PORTS, 0, "target"), (*PORTS, 0, "published")]
    conversion = folded(
        ([Approximated("published inside only", at=(0, "published"))], PORTS, leaves),
        ([Unsupported("no such thing")], IMAGE, [IMAGE]),
    ).conversion()
    assert conversion.fates == {leaves[0]: Fate.TRANSLATED, leaves[1]: Fate.APPROXIMATED, IMAGE: Fate.UNSUPPORTED}
    assert [(finding.code, finding.path) for finding in conversion.findings] == [
        ("ports", (*PORTS, 0, "published")),
        ("image", IMAGE),
    ]


def test_consent_turns_a_finding_into_information_and_hides_nothing():
    fold = Fold()
    fold.translate(
        [Unsupported("the container is privileged", code="privileged", severity=Severity.ERROR)],
        IMAGE,
        [IMAGE],
        frozenset({"privileged"}),
    )
    (finding,) = fold.conversion().findings
    assert finding.severity is Severity.INFO
    assert finding.message == "the container is privileged (allowed)"
    assert finding.fate is Fate.UNSUPPORTED


def test_a_problem_decides_no_fate():
    conversion = folded(([Problem("names", Severity.ERROR, "two names meet")], IMAGE, [IMAGE])).conversion()
    assert conversion.fates == {IMAGE: Fate.TRANSLATED}
    assert conversion.findings[0].severity is Severity.ERROR


def test_objects_come_after_what_they_need():
    database = ObjectKey("Deployment", "zz-database")
    config = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings"}, "data": {}}
    source = Item("name", "config")
    fold = folded(
        (
            [
                Put(WEB, (*CONTAINER[:3], "volumes", source, "configMap"), {"name": "settings"}),
                After(WEB, database),
                Put(database, ("spec", "replicas"), 1),
                Emit(config),
            ],
            IMAGE,
            [IMAGE],
        )
    )
    conversion = fold.conversion()
    assert [manifest["metadata"]["name"] for manifest in conversion.manifests] == ["settings", "zz-database", "web"]
    assert conversion.order[WEB] == {database, ObjectKey("ConfigMap", "settings")}


def test_one_name_for_two_different_objects_is_a_bug_that_names_both():
    first = {"kind": "ConfigMap", "metadata": {"name": "settings"}, "data": {"a": "1"}}
    second = {"kind": "ConfigMap", "metadata": {"name": "settings"}, "data": {"a": "2"}}
    fold = folded(([Emit(first), Emit(dict(first))], IMAGE, [IMAGE]))
    with pytest.raises(TypeError, match=r"configmap/settings.*services\.web\.image.*services\.web\.ports"):
        fold.translate([Emit(second)], PORTS, [PORTS], frozenset())
