"""The real Helm and Kustomize, which read what we write, and what they make of it."""

from __future__ import annotations

import os
import re
import subprocess
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from tests.cluster.estates import longshore

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from longshore.model import Manifest

_DOCUMENT = re.compile(r"^---\n# Source: every/charts/(?P<name>[^/]+)/.*\n", re.MULTILINE)
_FAST = {"HELM_QPS": "500", "HELM_BURST_LIMIT": "1000"}
"""Helm sends five requests a second after its first hundred, unless it is told otherwise."""


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
        return self._parts(written(files, folder), charts)

    def template_values(
        self, chart: Mapping[str, str], values: Mapping[str, Sequence[str]], folder: Path
    ) -> dict[str, list[Manifest]]:
        """What one chart makes with several sets of values: as parts of one chart under names of their own.

        values: name of a set → what `--set` takes, each.
        """
        name = yaml.safe_load(chart["Chart.yaml"])["name"]
        every = {
            "apiVersion": "v2",
            "name": "every",
            "version": "0.1.0",
            "dependencies": [{"name": name, "version": "*", "alias": alias} for alias in values],
        }
        files = {"Chart.yaml": yaml.safe_dump(every)} | {f"charts/{name}/{path}": text for path, text in chart.items()}
        given = [word for alias, own in values.items() for each in own for word in ("--set", f"{alias}.{each}")]
        return self._parts(written(files, folder), values, *given)

    def _parts(self, folder: Path, names: Iterable[str], *words: str) -> dict[str, list[Manifest]]:
        found: dict[str, list[Manifest]] = {name: [] for name in names}
        made = self.run_helm("template", "release", folder, "--namespace", "shop", *words)
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
    command = [program, *map(str, words)]
    environment = {**os.environ, **_FAST}
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300, env=environment)
    if done.returncode:
        raise FailedError(done.stderr + done.stdout[-2000:])
    return done.stdout
