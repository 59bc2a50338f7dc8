"""The real Helm and Kustomize, which read what we write, and what they make of it."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from tests.cluster.estates import longshore

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from longshore.model import Manifest

_DOCUMENT = re.compile(r"^---\n# Source: every/charts/(?P<name>[^/]+)/.*\n", re.MULTILINE)


class FailedError(AssertionError):
    """A program said no; the message is what it said."""


class Programs(NamedTuple):
    """Where they lie, and the kubeconfig that Helm is given where it is to reach a cluster."""

    helm: Path
    kustomize: Path
    kubeconfig: str = "/dev/null"

    def run_helm(self, *words: object) -> str:
        """Run Helm and give what it says."""
        return _run(self.helm, "--kubeconfig", self.kubeconfig, *words)

    def template(self, folder: Path, *words: object, namespace: str = "default") -> list[Manifest]:
        """What the chart in a folder makes, in a stable order."""
        return ordered(_documents(self.run_helm("template", "release", folder, "--namespace", namespace, *words)))

    def build(self, folder: Path) -> list[Manifest]:
        """What Kustomize makes of a folder, in a stable order."""
        return ordered(_documents(_run(self.kustomize, "build", folder)))

    def template_each(self, charts: Mapping[str, Mapping[str, str]], folder: Path) -> dict[str, list[Manifest]]:
        """What each chart makes: all as parts of one chart, since a process for each would take minutes.

        charts: name, as in its `Chart.yaml` → its files.
        """
        files = {"Chart.yaml": "{apiVersion: v2, name: every, version: 0.1.0}\n"}
        for name, own in charts.items():
            files |= {f"charts/{name}/{path}": text for path, text in own.items()}
        found: dict[str, list[Manifest]] = {name: [] for name in charts}
        made = self.run_helm("template", "release", written(files, folder), "--namespace", "shop")
        _, *parts = _DOCUMENT.split(made)
        for name, text in zip(parts[::2], parts[1::2], strict=True):
            found[name] += _documents(text)
        return {name: ordered(manifests) for name, manifests in found.items()}


def written(files: Mapping[str, str], folder: Path) -> Path:
    """Write files, and give their folder."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder


def ordered(manifests: Iterable[Manifest]) -> list[Manifest]:
    """Manifests in an order that is the same whoever wrote them."""
    return sorted(manifests, key=lambda each: (each["apiVersion"], each["kind"], each["metadata"]["name"]))


def rendered(folder: Path, *flags: str) -> list[Manifest]:
    """What `render` makes in a folder, in a stable order."""
    run = longshore("render", folder, *flags)
    assert run.code == 0, run.err
    return ordered(_documents(run.out))


def _documents(text: str) -> list[Any]:
    return [document for document in yaml.load_all(text, yaml.CSafeLoader) if document]


def _run(program: Path, *words: object) -> str:
    done = subprocess.run([program, *map(str, words)], capture_output=True, text=True, check=False, timeout=300)
    if done.returncode:
        raise FailedError(done.stderr + done.stdout[-2000:])
    return done.stdout
