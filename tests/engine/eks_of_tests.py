"""The AWS of these tests with managed nodes as EKS has them; run in place of the provider's own `server.py`.

A group has a number of nodes that an autoscaler may change, EKS takes no bounds that the number is not between, and
says so as AWS does: https://docs.aws.amazon.com/eks/latest/APIReference/API_NodegroupScalingConfig.html. What is there
lies in the file that `STUB_AWS_GROUPS` names, for tests to read and to change.
"""

from __future__ import annotations

import json
import os
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

NODE_GROUP = "aws:eks/nodeGroup:NodeGroup"
RELEASE = "1.35.3-20260812"
"""The newest one, unless the file says another."""


class Groups(NamedTuple):
    """Node groups of one cluster: name → `minSize`, `desiredSize`, `maxSize`; and the newest release of their image."""

    path: Path

    def read(self) -> dict[str, Any]:
        return dict(json.loads(self.path.read_text("utf-8"))) if self.path.exists() else {"groups": {}}

    @property
    def sizes(self) -> dict[str, dict[str, int]]:
        """Name → sizes."""
        return dict(self.read()["groups"])

    def change(self, name: str, sizes: Mapping[str, int] | None) -> None:
        """Give a group other sizes, as an autoscaler does; None takes it away."""
        found = self.read()
        groups = {**found["groups"], name: {**found["groups"].get(name, {}), **(sizes or {})}}
        if sizes is None:
            del groups[name]
        self.path.write_text(json.dumps({**found, "groups": groups}), "utf-8")

    def refuse(self, refused: Mapping[str, str]) -> None:
        """Do not answer these questions any more, but in these words."""
        self.path.write_text(json.dumps({**self.read(), "refused": refused}), "utf-8")

    def publish(self, release: str) -> None:
        """Let there be a newer image."""
        self.path.write_text(json.dumps({**self.read(), "release": release}), "utf-8")


def refusal(sizes: Mapping[str, int]) -> str:
    """What EKS says of sizes that cannot be."""
    least, wanted, most = (sizes[key] for key in ("minSize", "desiredSize", "maxSize"))
    if least > wanted:
        return f"Minimum capacity {least} can't be greater than desired size {wanted}"
    return f"desired capacity {wanted} can't be greater than max size {most}" if wanted > most else ""


def answers(groups: Groups, token: str, arguments: Mapping[str, Any]) -> dict[str, Any] | None:
    """What AWS answers when it is asked about groups and images."""
    names = [f"{name}-0123abc" for name in groups.sizes]
    if token == "aws:eks/getClusters:getClusters":
        return {"id": "x", "names": sorted({name.partition("-nodes-")[0] for name in names})}
    if token == "aws:eks/getNodeGroups:getNodeGroups":
        mine = [name for name in names if name.startswith(f"{arguments['clusterName']}-nodes-")]
        return {**arguments, "id": "x", "names": mine}
    if token == "aws:eks/getNodeGroup:getNodeGroup":
        sizes = groups.sizes[str(arguments["nodeGroupName"]).removesuffix("-0123abc")]
        return {**arguments, "id": "x", "scalingConfigs": [sizes]}
    if token == "aws:ssm/getParameter:getParameter":
        return {**arguments, "id": "x", "value": groups.read().get("release", RELEASE)}
    return None


def main() -> None:
    """Serve, as the engine asks a provider to."""
    server: Any = import_module("server")
    catalog: Any = import_module("catalog")
    grpc: Any = import_module("grpc")
    groups, known = Groups(Path(os.environ["STUB_AWS_GROUPS"])), catalog.invoke

    def invoke(world: Any, token: str, arguments: dict[str, Any]) -> Any:
        return answers(groups, token, arguments) or known(world, token, arguments)

    class Provider(server.StubAws):  # type: ignore[misc]
        """The names are those of the provider's protocol."""

        def Invoke(self, request: Any, context: Any) -> Any:  # noqa: N802
            refused = groups.read().get("refused", {})
            if request.tok in refused:
                context.abort(grpc.StatusCode.UNKNOWN, refused[request.tok])
            return super().Invoke(request, context)

        def Diff(self, request: Any, context: Any) -> Any:  # noqa: N802
            # The engine has put what is ignored back into the inputs; the rest of a mapping is still to be compared.
            del request.ignoreChanges[:]
            return super().Diff(request, context)

        def Create(self, request: Any, context: Any) -> Any:  # noqa: N802
            return self._sized(request, context, {}, super().Create)

        def Update(self, request: Any, context: Any) -> Any:  # noqa: N802
            before = server.read(request.old_inputs).get("scalingConfig")
            return self._sized(request, context, before, super().Update)

        def Delete(self, request: Any, context: Any) -> Any:  # noqa: N802
            token, name = server.type_and_name(request.urn)
            if token == NODE_GROUP:
                groups.change(name, None)
            return super().Delete(request, context)

        def _sized(self, request: Any, context: Any, before: Any, act: Any) -> Any:
            token, name = server.type_and_name(request.urn)
            made = request.properties if hasattr(request, "properties") else request.news
            sizes = server.read(made).get("scalingConfig")
            if token == NODE_GROUP and not request.preview and sizes != before:
                told = refusal(sizes)
                if told:
                    context.abort(grpc.StatusCode.INVALID_ARGUMENT, f"InvalidParameterException: {told}")
                groups.change(name, sizes)
            return act(request, context)

    catalog.invoke, server.StubAws = invoke, Provider
    server.main()


if __name__ == "__main__":
    main()
