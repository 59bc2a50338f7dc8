"""Every golden case, and any mix of attributes, before a real API server: strict validation, then Pod Security."""

import pytest

from longshore.convert.engine import convert_project
from longshore.model import Severity
from tests.attributes import golden
from tests.attributes.test_golden import CASES, name
from tests.schema.test_any_estate_converts import mixes
from tools.cluster.api import ApiError

LEVELS = ("privileged", "baseline", "restricted")
CLASSES = ("kata", "1")
"""Runtime classes that cases name: without one, a pod of it is refused."""


@pytest.fixture(scope="module")
def levels(api, external_secrets_kinds):
    """A namespace for each Pod Security level: level → its name."""
    names = {level: f"golden-{level}" for level in LEVELS}
    for level, namespace in names.items():
        labels = {"pod-security.kubernetes.io/enforce": level}
        api.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace, "labels": labels}})
    for each in CLASSES:
        api.create(
            {"apiVersion": "node.k8s.io/v1", "kind": "RuntimeClass", "metadata": {"name": each}, "handler": each}
        )
    yield names
    for each in CLASSES:
        api.delete("node.k8s.io/v1", "RuntimeClass", "", each)
    for namespace in names.values():
        api.delete("v1", "Namespace", "", namespace)


def refusals(api, manifests, levels, level):
    """What the server says against the objects, and against their pods at a level (empty: they are not tried)."""
    found = []
    for manifest in manifests:
        found += _refusal(api, manifest, levels["privileged"])
        # The claims that a StatefulSet makes for its pods are not in the template.
        if level and manifest["kind"] in {"Deployment", "DaemonSet", "Job"}:
            found += _refusal(api, _pod(manifest), levels[level])
    return found


def _pod(workload):
    template = workload["spec"]["template"]
    spec = {key: value for key, value in template["spec"].items() if key != "serviceAccountName"}
    metadata = {**template["metadata"], "name": "pod"}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


def _refusal(api, manifest, namespace):
    try:
        api.apply(manifest, namespace, dry_run=True)
    except ApiError as error:
        return [f"{manifest['kind']}/{manifest['metadata']['name']}: {error}"]
    return []


@pytest.mark.parametrize("folder", CASES, ids=name)
def test_a_case_is_accepted(api, levels, folder):
    answer = golden.answer(folder)
    if answer.conversion is None:
        return
    clean = all(finding.severity is not Severity.ERROR for finding in answer.findings)
    level = golden.options(folder).pod_security if clean else ""
    assert refusals(api, answer.conversion.manifests, levels, level) == []


def test_any_mix_is_accepted(api, levels, tmp_path):
    for seed, services, project, options in mixes(tmp_path):
        conversion = convert_project(project, options)
        clean = all(finding.severity is not Severity.ERROR for finding in conversion.findings)
        found = refusals(api, conversion.manifests, levels, options.pod_security if clean else "")
        assert found == [], (seed, services)


def test_the_level_does_refuse(api, levels):
    """The server enforces the levels: what the converter reports as refused is."""
    container = {"name": "a", "image": "a:1", "securityContext": {"capabilities": {"add": ["NET_ADMIN"]}}}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": {"containers": [container]}}
    assert _refusal(api, pod, levels["privileged"]) == []
    assert "NET_ADMIN" in _refusal(api, pod, levels["baseline"])[0]
