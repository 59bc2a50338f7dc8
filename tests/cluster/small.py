"""A small project with a stack of its own on the cluster of the tests, for verbs that look at what runs there."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

from tests.cluster.estates import ROOT, longshore

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cluster.estates import Run
    from tools.cluster.api import Api, Manifest

STACK = "small.local"


class Small:
    """A folder with compose file and stack. verbs are run in it as from a shell."""

    def __init__(self, folder: Path, kubeconfig: Path, namespace: str, compose: str, **config: Any) -> None:
        self.folder, self.namespace, self.kubeconfig = folder, namespace, kubeconfig
        (folder / "stacks").mkdir(exist_ok=True)
        shutil.copy(ROOT / "Pulumi.yaml", folder)
        self.write(compose, **config)

    def write(self, compose: str, **config: Any) -> None:
        """Write the compose file, and the stack file with what is changed of it; keys without `longshore:`."""
        (self.folder / "compose.yaml").write_text(compose, "utf-8")
        whole = {
            "environment": "local",
            "cluster": {"kind": "kubeconfig"},
            "operator": {},
            "team": "small",
            "namespace": self.namespace,
            "compose": {"files": ["compose.yaml"]},
            "secrets": {"backend": "fake"},
            **config,
        }
        text = json.dumps({"config": {f"longshore:{key}": value for key, value in whole.items()}})
        (self.folder / "stacks" / f"Pulumi.{STACK}.yaml").write_text(text, "utf-8")

    def run(self, verb: str, *words: str, **environment: str) -> Run:
        """Run a verb on the stack."""
        return longshore(
            verb, self.folder, "-s", STACK, *words, environment={"KUBECONFIG": str(self.kubeconfig), **environment}
        )

    def manifests(self) -> list[Manifest]:
        """What the stack deploys."""
        run = self.run("render", "--fail-on", "never")
        assert run.code == 0, run.err
        return run.manifests

    def apply(self, api: Api) -> None:
        """Deploy it as `kubectl apply` does."""
        for each in self.manifests():
            api.apply(each, self.namespace)

    def status(self, *words: str) -> dict[str, Any]:
        """What `status` tells to programs, by service."""
        run = self.run("status", *words, "-o", "json")
        assert run.out, run.err
        return {each["service"]: each for each in json.loads(run.out)["services"]}
