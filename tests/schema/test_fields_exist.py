"""Every field that the converter writes exists in Kubernetes: names and shapes are compared with the API's own types.

The types are those of the installed `pulumi_kubernetes`, which are generated from Kubernetes' OpenAPI. Kinds of the
External Secrets Operator are not in it; `tests/cluster` shows them to a real API server.
"""

from collections.abc import Awaitable, Mapping, Sequence
from typing import Any, Union, get_args, get_origin

import pytest
import yaml
from pulumi import Output
from pulumi._types import input_type_types, is_input_type
from pulumi_kubernetes.apps import v1 as apps
from pulumi_kubernetes.autoscaling import v2 as autoscaling
from pulumi_kubernetes.batch import v1 as batch
from pulumi_kubernetes.core import v1 as core
from pulumi_kubernetes.meta import v1 as meta
from pulumi_kubernetes.networking import v1 as networking
from pulumi_kubernetes.policy import v1 as policy

from longshore.convert.engine import convert_project
from longshore.convert.kubernetes.kinds import API_VERSION
from longshore.convert.options import Options
from tests.attributes import golden
from tests.attributes.test_golden import CASES, name
from tests.marketplace import marketplace

SPECS = {
    "DaemonSet": apps.DaemonSetSpecArgs,
    "Deployment": apps.DeploymentSpecArgs,
    "HorizontalPodAutoscaler": autoscaling.HorizontalPodAutoscalerSpecArgs,
    "Ingress": networking.IngressSpecArgs,
    "Job": batch.JobSpecArgs,
    "NetworkPolicy": networking.NetworkPolicySpecArgs,
    "PersistentVolumeClaim": core.PersistentVolumeClaimSpecArgs,
    "PodDisruptionBudget": policy.PodDisruptionBudgetSpecArgs,
    "Service": core.ServiceSpecArgs,
    "StatefulSet": apps.StatefulSetSpecArgs,
}
PLAIN = {
    "ConfigMap": {"data": dict[str, str], "binaryData": dict[str, str], "immutable": bool},
    "ServiceAccount": {
        "automountServiceAccountToken": bool,
        "imagePullSecrets": Sequence[core.LocalObjectReferenceArgs],
    },
}
ELSEWHERE = {"ExternalSecret", "SecretStore"}


def wrong(value: Any, kind: Any, place: str) -> list[str]:
    """What of `value` does not fit the type."""
    origin = get_origin(kind)
    if origin is Union or str(origin) == "<class 'types.UnionType'>":
        options = [one for one in get_args(kind) if get_origin(one) is not Awaitable and not _is_output(one)]
        found = [wrong(value, one, place) for one in options if one is not type(None)]
        return min(found, key=len) if found else []
    if origin in {Sequence, list}:
        if not isinstance(value, list):
            return [f"{place} is no list: {value!r}"]
        return [
            fault for index, one in enumerate(value) for fault in wrong(one, get_args(kind)[0], f"{place}[{index}]")
        ]
    if origin in {Mapping, dict}:
        if not isinstance(value, dict):
            return [f"{place} is no mapping: {value!r}"]
        return [fault for key, one in value.items() for fault in wrong(one, get_args(kind)[1], f"{place}.{key}")]
    if isinstance(kind, type) and is_input_type(kind):
        return _fields(value, kind, place)
    return _scalar(value, kind, place)


def _is_output(kind: Any) -> bool:
    return kind is Output or get_origin(kind) is Output


def _fields(value: Any, kind: Any, place: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"{place} is no {kind.__name__}: {value!r}"]
    known = input_type_types(kind)
    found = [f"{place}.{key} does not exist" for key in value if key not in known]
    return found + [
        fault for key, one in value.items() if key in known for fault in wrong(one, known[key], f"{place}.{key}")
    ]


def _scalar(value: Any, kind: Any, place: str) -> list[str]:
    if kind is Any:
        return []
    fits = isinstance(value, kind) and (kind is bool or not isinstance(value, bool))
    return [] if fits else [f"{place} is {value!r}, expected {getattr(kind, '__name__', kind)}"]


def faults(manifest: dict[str, Any]) -> list[str]:
    kind = manifest["kind"]
    place = f"{kind}/{manifest['metadata']['name']}"
    found = wrong(manifest["metadata"], meta.ObjectMetaArgs, f"{place}.metadata")
    if manifest["apiVersion"] != API_VERSION[kind]:
        found.append(f"{place}.apiVersion")
    if kind in ELSEWHERE:
        return found
    rest = {key: value for key, value in manifest.items() if key not in {"apiVersion", "kind", "metadata"}}
    if kind in SPECS:
        found += [f"{place}.{key}" for key in rest if key != "spec"]
        return found + wrong(rest["spec"], SPECS[kind], f"{place}.spec")
    known = PLAIN[kind]
    found += [f"{place}.{key}" for key in rest if key not in known]
    return found + [
        fault for key, one in rest.items() if key in known for fault in wrong(one, known[key], f"{place}.{key}")
    ]


@pytest.mark.parametrize("folder", CASES, ids=name)
def test_every_field_of_a_case_exists(folder):
    conversion = golden.answer(folder).conversion
    if conversion is not None:
        assert [fault for manifest in conversion.manifests for fault in faults(manifest)] == []


def test_every_expected_field_exists():
    """A golden file that expects a field by a misspelt name to be absent would prove nothing.

    A field of one kind may be expected to be absent from another: a DaemonSet has no `replicas`.
    """
    elsewhere = {field for kind in SPECS.values() for field in input_type_types(kind)}
    found = []
    for folder in CASES:
        for document in yaml.safe_load_all((folder / "manifests.yaml").read_text()):
            kind = (document or {}).get("kind")
            if kind in SPECS and "spec" in document:
                missing = [fault for fault in wrong(document["spec"], SPECS[kind], "") if "does not exist" in fault]
                found += [
                    f"{name(folder)} {fault}" for fault in missing if fault.split()[0].strip(".") not in elsewhere
                ]
    assert found == []


@pytest.mark.parametrize(
    ("spec", "fault"),
    [
        ({"replica": 1}, "replica does not exist"),
        ({"replicas": "1"}, "expected int"),
        ({"template": {"spec": {"containers": [{"name": "a", "tty": 1}]}}}, "expected bool"),
        ({"template": {"spec": {"containers": {"name": "a"}}}}, "is no list"),
        ({"template": {"spec": {"securityContext": {"capabilities": {}}}}}, "capabilities does not exist"),
        ({"selector": {"matchLabels": {"a": 1}}}, "expected str"),
    ],
)
def test_a_wrong_field_is_seen(spec, fault):
    manifest = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "a"}, "spec": spec}
    assert [one for one in faults(manifest) if fault in one]


def test_a_field_of_every_kind_is_checked():
    made = {manifest["kind"] for folder in CASES if (answer := golden.answer(folder)).conversion
            for manifest in answer.conversion.manifests}  # fmt: skip
    assert made >= set(SPECS)
    assert made <= set(SPECS) | set(PLAIN) | ELSEWHERE


def test_the_example_estate():
    made = convert_project(marketplace(), Options()).manifests
    assert [fault for manifest in made for fault in faults(manifest)] == []
