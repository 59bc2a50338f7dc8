"""The other side of a rehearsal: a monitor that writes down what a program registers, and plays the clouds."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pulumi
from google.protobuf import json_format  # type: ignore[import-untyped]
from pulumi.runtime import mocks, rpc

from longshore.rehearsal.plan import STACK_REFERENCE, UNKNOWN, Node
from longshore.rehearsal.remote import EKS_CLUSTER, expected_children

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

STACK = "pulumi:pulumi:Stack"
KUBECONFIG = json.dumps({"apiVersion": "v1", "kind": "Config", "clusters": [], "users": [], "contexts": []})


class Played(mocks.Mocks):
    """Answers of AWS and Kubernetes. known: answer as after a deployment; otherwise leave open what a preview does.

    exports_of: the exports of a stack that the program refers to.
    """

    def __init__(self, *, known: bool, exports_of: Callable[[str], Mapping[str, Any]]) -> None:
        self.known = known
        self._exports_of = exports_of

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        """Make up a resource: its inputs, and what its provider would add."""
        if args.typ == STACK_REFERENCE:
            outputs = dict(self._exports_of(args.inputs["name"]))
            return args.name, {"name": args.inputs["name"], "outputs": outputs, "secretOutputNames": []}
        if not self.known:
            return None, dict(args.inputs)
        return f"{args.name}-id", {**_outputs(args), **args.inputs}

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]] | None]:
        """Refuse: a plan that depends on what an account answers today is not the plan of tomorrow."""
        raise NotImplementedError(f"the program asks {args.token}; a plan must not depend on an account")


class Recorder(mocks.MockMonitor):
    """Writes down every registration. nodes: by URN, in order."""

    def __init__(self, played: Played) -> None:
        super().__init__(played)
        self.nodes: dict[str, Node] = {}
        self._played = played

    def make_urn(self, parent: str, type_: str, name: str) -> str:
        """Write a URN as the engine does, with the types of all ancestors."""
        above = parent.split("::")[2] if parent else ""
        qualified = f"{above}${type_}" if above and above != STACK else type_
        project = f"{pulumi.get_stack()}::{pulumi.get_project()}"
        return f"urn:pulumi:{project}::{qualified}::{name}"

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802  the name of the call
        """Record one resource, and refuse a second one of the same URN as the engine does."""
        urn = self.make_urn(request.parent, request.type, request.name)
        if urn in self.nodes:
            raise ValueError(f"duplicate resource {urn}: two resources of one type and name")
        if request.type != STACK:
            parent = "" if request.parent.split("::")[2:3] == [STACK] else request.parent
            self.nodes[urn] = Node(
                urn,
                request.type,
                request.name,
                parent,
                needs=tuple(sorted(request.dependencies)),
                provider=request.provider.rsplit("::", 1)[0],
                custom=request.custom,
                remote=request.remote,
                protected=request.protect,
                ignored=tuple(request.ignoreChanges),
                inputs=json_format.MessageToDict(request.object),
                sources={key: sorted(found.urns) for key, found in request.propertyDependencies.items() if found.urns},
                replace_on_changes=tuple(request.replaceOnChanges),
                replace_with=tuple(sorted(request.replace_with)),
            )
        response = super().RegisterResource(request)  # type: ignore[no-untyped-call]
        if request.type == EKS_CLUSTER:
            for child in expected_children(self.nodes[urn], self.make_urn):
                self.nodes[child.urn] = child
            if self._played.known:
                self._unfold(urn, request.name, response)
        return response

    def ReadResource(self, request: Any) -> Any:  # noqa: N802  the name of the call
        """Record what is only read: a reference to another stack, a namespace that somebody else made."""
        urn = self.make_urn(request.parent, request.type, request.name)
        self.nodes[urn] = Node(
            urn,
            request.type,
            request.name,
            request.parent,
            needs=tuple(sorted(request.dependencies)),
            provider=request.provider.rsplit("::", 1)[0],
            read=True,
            inputs={"name": request.id},
        )
        return super().ReadResource(request)  # type: ignore[no-untyped-call]

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802  the name of the call
        """Record what a component says of itself when it is complete."""
        node = self.nodes.get(request.urn)
        if node:
            self.nodes[request.urn] = node._replace(outputs=json_format.MessageToDict(request.outputs))
        return super().RegisterResourceOutputs(request)  # type: ignore[no-untyped-call]

    def _unfold(self, urn: str, name: str, response: Any) -> None:
        """Give `eks.Cluster` the inner cluster that its provider would: a reference to a resource we hold."""
        inner = self.make_urn(urn, "aws:eks/cluster:Cluster", f"{name}-eksCluster")
        state = {
            "name": name,
            "arn": f"arn:aws:eks:eu-west-1:111122223333:cluster/{name}",
            "roleArn": f"arn:aws:iam::111122223333:role/{name}-eksRole",
            "createdAt": "2026-01-01T00:00:00Z",
            "version": "1.35",
        }
        self.resources[inner] = mocks.MockMonitor.ResourceRegistration(inner, name, state)
        reference = {rpc._special_sig_key: rpc._special_resource_sig, "urn": inner, "id": name}  # noqa: SLF001
        response.object.update({"eksCluster": reference})

    def plain(self, outputs: Any) -> dict[str, Any]:
        """Resolve exports to plain values; what is not known yet becomes `UNKNOWN`."""
        return {key: _resolved(value) for key, value in (outputs or {}).items()}


def _resolved(value: Any) -> Any:
    if not isinstance(value, pulumi.Output):
        return value

    async def wait() -> Any:
        return await value.future() if await value.is_known() else UNKNOWN

    return asyncio.get_event_loop().run_until_complete(wait())


def _outputs(args: mocks.MockResourceArgs) -> dict[str, Any]:
    """What a deployed resource has beside its inputs, where the program reads it."""
    name = args.name
    if args.typ == EKS_CLUSTER:
        issuer = f"oidc.eks.eu-west-1.amazonaws.com/id/{name.upper()}"
        return {
            "autoModeNodeRoleName": f"{name}-nodeRole",
            "clusterSecurityGroupId": f"{name}-security-group",
            "kubeconfigJson": KUBECONFIG,
            "oidcIssuer": issuer,
            "oidcProviderUrl": f"https://{issuer}",
        }
    if args.typ == "aws:acm/certificate:Certificate":
        proof = {"resourceRecordName": "_a.example.com.", "resourceRecordType": "CNAME", "resourceRecordValue": "_b."}
        return {"arn": f"arn:aws:acm:eu-west-1:111122223333:certificate/{name}", "domainValidationOptions": [proof]}
    common = {"arn": f"arn:aws:played:eu-west-1:111122223333:{name}", "name": name, "keyId": name}
    return {**common, "latestVersion": 1.0}
