"""Whether the cluster of a stack is reached, is the right one, has what the stack asks for, and lets us do it.

Source: https://kubernetes.io/docs/reference/access-authn-authz/authorization/#checking-api-access
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final

from longshore.cli.cluster.connection import connect, owner_of
from longshore.cli.cluster.health import condition
from longshore.cli.doctor.checks import Answer, Check, some
from longshore.cluster.bound import is_own
from longshore.cluster.client import FORBIDDEN, KINDS, NOT_FOUND, ApiError, Client
from longshore.convert.kubernetes.kinds import API_VERSION
from longshore.errors import Refused
from longshore.stack.eks_settings import EksCluster
from longshore.stack.settings import KubeconfigCluster

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from longshore.cli.flags import Given
    from longshore.model import Manifest
    from longshore.stack.reading import Stack

_DEFAULT: Final = "storageclass.kubernetes.io/is-default-class"
_AT_ONCE: Final = 8
_REVIEW: Final = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
_MANY: Final = 6


def checks(given: Given, stack: Stack, manifests: Iterable[Manifest], environment: Mapping[str, str]) -> list[Check]:
    """What to look at. manifests: what the stack deploys."""
    if stack.settings is None:
        return []
    wanted = tuple(manifests)
    return [Check("cluster", "cluster", lambda: _look(given, stack, wanted, environment))]


def _look(
    given: Given, stack: Stack, manifests: tuple[Manifest, ...], environment: Mapping[str, str]
) -> Iterator[Answer]:
    assert stack.settings  # noqa: S101  the caller looked
    own = stack.platform is None and isinstance(stack.settings.cluster, EksCluster)
    try:
        client = connect(given, stack, environment)
        begun = time.monotonic()
        version = client.get("/version")
    except (Refused, OSError) as error:
        told = error.message if isinstance(error, Refused) else type(error).__name__
        help_ = error.help if isinstance(error, Refused) else ""
        yield Answer("unseen" if own else "wrong", f"the cluster was not reached: {told}",
                     f"`make up STACK={stack.name}` makes it" if own else help_)  # fmt: skip
        return
    took = (time.monotonic() - begun) * 1000
    where = f"`{client.context.name}` ({client.context.server})"
    yield Answer("ok", f"{where} answers after {took:.0f} ms")
    yield from _version(stack, version)
    looks: list[Callable[[], Iterator[Answer]]] = [lambda: _nodes(client)]
    if manifests:
        looks += [
            lambda: _storage(client, manifests, stack),
            lambda: _ingresses(client, manifests),
            lambda: _operator(client, manifests, stack),
            lambda: _scaling(client, manifests),
            lambda: _namespace(client, stack),
            lambda: _rights(client, manifests, stack.settings.team_namespace if stack.settings else ""),
        ]
    for look in looks:
        try:
            yield from look()
        except ApiError as error:
            yield Answer("unseen", error.message, error.help)


def _version(stack: Stack, version: Mapping[str, Any]) -> Iterator[Answer]:
    assert stack.settings  # noqa: S101  the caller looked
    cluster = (stack.platform or stack.settings).cluster
    there = f"{version.get('major')}.{str(version.get('minor', '')).rstrip('+')}"
    wanted = cluster.version if isinstance(cluster, EksCluster | KubeconfigCluster) else there
    if there == wanted:
        yield Answer("ok", f"Kubernetes {there}, as the stack says")
    else:
        help_ = f'write `version: "{there}"` into `longshore:cluster`, by which objects are made, or upgrade it'
        yield Answer("warning", f"the cluster runs Kubernetes {there}, and the stack says {wanted}", help_)


def _nodes(client: Client) -> Iterator[Answer]:
    nodes = list(client.items("Node"))
    ready = [node for node in nodes if condition(node, "Ready").get("status") == "True"]
    if len(ready) < len(nodes):
        names = [str(node["metadata"]["name"]) for node in nodes if node not in ready]
        told = f"{len(nodes) - len(ready)} of {len(nodes)} nodes are not ready: {', '.join(names[:_MANY])}"
        yield Answer("wrong" if not ready else "warning", told, "docs/runbooks.md#node-lost")
    elif nodes:
        yield Answer("ok", f"{len(nodes)} nodes are ready")
    else:
        yield Answer("warning", "there is no node", "in Auto Mode one comes with the first pod; elsewhere nothing runs")


def _storage(client: Client, manifests: tuple[Manifest, ...], stack: Stack) -> Iterator[Answer]:
    claims = [each for each in manifests if each["kind"] == "PersistentVolumeClaim"]
    if not claims:
        return
    classes = {str(each["metadata"]["name"]): each for each in client.items("StorageClass")}
    default = [
        name for name, each in classes.items() if (each["metadata"].get("annotations") or {}).get(_DEFAULT) == "true"
    ]
    wanted = {str(each["spec"].get("storageClassName") or "") for each in claims}
    known = ", ".join(sorted(classes)) or "none"
    file = f"stacks/Pulumi.{stack.name}.yaml"
    for name in sorted(wanted):
        if name and name not in classes:
            help_ = f"there are: {known}; `longshore:storage` in {file} says which is used, or a platform makes it"
            yield Answer("wrong", f"there is no storage class `{name}`", help_)
        elif not name and not default:
            help_ = f"write `longshore:storage: {{storageClass: …}}` into {file}; there are: {known}"
            yield Answer("wrong", "claims ask for the default storage class, and none is the default", help_)
        else:
            yield Answer("ok", f"storage class `{name or default[0]}`")


def _ingresses(client: Client, manifests: tuple[Manifest, ...]) -> Iterator[Answer]:
    asked = [each["spec"].get("ingressClassName") or "" for each in manifests if each["kind"] == "Ingress"]
    if not asked:
        return
    classes = {str(each["metadata"]["name"]) for each in client.items("IngressClass")}
    known = ", ".join(sorted(classes)) or "none"
    for name in sorted(set(asked)):
        if name not in classes and (name or not classes):
            help_ = f"there are: {known}; `longshore:workloads: {{ingressClass: …}}` says which is used"
            yield Answer("wrong", f"there is no ingress class {f'`{name}`' if name else 'at all'}", help_)
        else:
            yield Answer("ok", f"ingress class {f'`{name}`' if name else 'of the cluster'}")


def _operator(client: Client, manifests: tuple[Manifest, ...], stack: Stack) -> Iterator[Answer]:
    assert stack.settings  # noqa: S101  the caller looked
    if not any(each["kind"] == "ExternalSecret" for each in manifests):
        return
    settings = stack.settings.operator or (stack.platform.operator if stack.platform else None)
    try:
        client.get(KINDS["ExternalSecret"].prefix)
    except ApiError as error:
        if error.status != NOT_FOUND:
            raise
        if stack.settings.operator:
            yield Answer("ok", "the External Secrets Operator is not there yet: `up` installs it")
            return
        whose = "`make up` of the platform installs it" if settings else "write `longshore:operator: {}`"
        yield Answer("wrong", "the cluster has no External Secrets Operator, so no secret arrives", whose)
        return
    namespace = settings.namespace if settings else "external-secrets"
    pods = list(client.items("Pod", namespace))
    ready = sum(condition(pod, "Ready").get("status") == "True" for pod in pods)
    if pods and not ready:
        yield Answer("wrong", "the External Secrets Operator does not run", f"kubectl get pods -n {namespace}")
    elif pods:
        yield Answer("ok", f"the External Secrets Operator runs: {ready} pods in {namespace}")
    else:
        help_ = "it may run in another namespace; `longshore status` says whether secrets are synced"
        yield Answer("unseen", f"the External Secrets Operator is known, and has no pod in {namespace}", help_)


def _scaling(client: Client, manifests: tuple[Manifest, ...]) -> Iterator[Answer]:
    if not any(each["kind"] == "HorizontalPodAutoscaler" for each in manifests):
        return
    try:
        client.get("/apis/metrics.k8s.io/v1beta1")
        yield Answer("ok", "the cluster measures what pods use, for `scale`")
    except ApiError as error:
        if error.status != NOT_FOUND:
            raise
        help_ = "install the metrics server; on EKS it is the add-on `metrics-server`"
        yield Answer("wrong", "nothing in the cluster measures what pods use, so `scale` does nothing", help_)


def _namespace(client: Client, stack: Stack) -> Iterator[Answer]:
    owner = owner_of(stack)
    try:
        found = client.get(KINDS["Namespace"].path(name=owner.namespace))
    except ApiError as error:
        if error.status == NOT_FOUND:
            yield Answer("ok", f"the namespace `{owner.namespace}` is not there yet: `up` makes it")
        elif error.status == FORBIDDEN:
            yield Answer("unseen", f"the namespace `{owner.namespace}` can't be seen with these rights", "")
        else:
            raise
        return
    if is_own(found, owner):
        yield Answer("ok", f"the namespace `{owner.namespace}` is that of the stack")
    else:
        help_ = "give the stack another by `longshore:namespace`, or see whether it is the right cluster"
        yield Answer(
            "wrong", f"the namespace `{owner.namespace}` has no mark of {owner.stack}, so `up` refuses it", help_
        )


def _rights(client: Client, manifests: tuple[Manifest, ...], namespace: str) -> Iterator[Answer]:
    """What the stack has to do in its namespace, and `status` and `logs` after it."""
    kinds = sorted({str(each["kind"]) for each in manifests} & API_VERSION.keys())
    asked = [(verb, API_VERSION[kind].rpartition("/")[0], _plural(kind)) for kind in kinds
             for verb in ("create", "patch", "delete")]  # fmt: skip
    looks = [("get", "", "pods/log"), ("list", "", "pods"), ("list", "", "events")]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        may = list(pool.map(lambda each: _may(client, namespace, *each), [*asked, *looks]))
    denied = [f"{verb} {what}" for (verb, _, what), well in zip([*asked, *looks], may, strict=True) if not well]
    writes = [each for each in denied if not each.startswith(("get", "list"))]
    if not denied:
        yield Answer("ok", f"these credentials may deploy {len(kinds)} kinds into `{namespace}`, and look at them")
    elif len(writes) == len(asked):
        help_ = "a pipeline deploys, perhaps; people need `team-deployers` of the namespace for `up` and `rollback`"
        yield Answer("warning", f"these credentials may look at `{namespace}`, and change nothing there", help_)
    else:
        told = f"these credentials may not in `{namespace}`: {some(denied)}"
        yield Answer("wrong", told, "docs/secrets.md lists the rights")


def _plural(kind: str) -> str:
    if kind in KINDS:
        return KINDS[kind].plural
    lower = kind.lower()
    return f"{lower[:-1]}ies" if lower.endswith("y") else f"{lower}es" if lower.endswith("s") else f"{lower}s"


def _may(client: Client, namespace: str, verb: str, group: str, resource: str) -> bool:
    name, _, sub = resource.partition("/")
    attributes = {"namespace": namespace, "verb": verb, "group": group, "resource": name, "subresource": sub}
    review = {"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview"}
    answer = client.create(_REVIEW, {**review, "spec": {"resourceAttributes": attributes}})
    return bool((answer.get("status") or {}).get("allowed"))
