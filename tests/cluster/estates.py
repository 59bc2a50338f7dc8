"""Runs `longshore` on real estates as from a shell, and says what only the whole of its manifests shows."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from tools.cluster.workloads import title

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tools.cluster.api import Manifest

ROOT = Path(__file__).parent.parent.parent
MARKETPLACE = ROOT / "examples" / "marketplace"
LONGSHORE = Path(sys.executable).with_name("longshore")
WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet", "Job")
# What a shell must have; a developer's own LONGSHORE_*, COMPOSE_* and passwords would change what is read.
KEPT = ("HOME", "LANG", "LC_ALL", "PATH", "TMPDIR")


class Run(NamedTuple):
    """What one run of `longshore` gave."""

    code: int
    out: str
    err: str

    @property
    def manifests(self) -> list[Manifest]:
        """The documents on stdout, in their order, without the stack's namespace: each test has one of its own."""
        documents = [x for x in yaml.load_all(self.out, yaml.CSafeLoader) if x]
        for each in documents:
            each["metadata"].pop("namespace", None)
        return documents

    @property
    def findings(self) -> list[dict[str, Any]]:
        """The findings that `check --output json` has written."""
        found: list[dict[str, Any]] = json.loads(self.out)["findings"]
        return found


def longshore(verb: str, folder: Path, *flags: str, environment: Mapping[str, str] | None = None) -> Run:
    """Run a verb as from a shell in `folder`."""
    clean = {x: os.environ[x] for x in KEPT if x in os.environ}
    done = subprocess.run(
        [LONGSHORE, verb, *flags],
        cwd=folder,
        env={**clean, **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return Run(done.returncode, done.stdout, done.stderr)


def named(files: Sequence[str]) -> list[str]:
    """Flags that name compose files."""
    return [word for file in files for word in ("-f", file)]


def incomplete(findings: Iterable[Mapping[str, Any]]) -> list[str]:
    """Errors and warnings that do not say where, or errors that do not say what to do: one line each."""
    lines = []
    for each in findings:
        place = each["location"] or {}
        missing = [x for x in ("file", "line", "column") if each["severity"] != "info" and not place.get(x)]
        if each["severity"] == "error" and not each["help"]:
            missing.append("help")
        if missing:
            lines.append(f"{each['severity']}[{each['code']}] {each['message']}: has no {', '.join(missing)}")
    return lines


def containers(manifests: Iterable[Manifest]) -> list[str]:
    """The names of all containers of all workloads: one for each compose service."""
    return [x["name"] for each in manifests if each["kind"] in WORKLOADS for x in _pod(each)["containers"]]


def dangling(manifests: Sequence[Manifest], outside: Iterable[str] = ()) -> list[str]:
    """What manifests refer to and none of them makes: the API server takes such a pod, and it never starts.

    outside: names of objects that findings say must be there already.
    """
    there = {(x["kind"], x["metadata"]["name"]) for x in manifests}
    there |= {("Secret", x["spec"]["target"]["name"]) for x in manifests if x["kind"] == "ExternalSecret"}
    keys = {x["metadata"]["name"]: {*x.get("data", {}), *x.get("binaryData", {})} for x in manifests if _is_map(x)}
    for each in manifests:
        if each["kind"] == "ExternalSecret":
            keys[each["spec"]["target"]["name"]] = _secret_keys(each)
    given, found = set(outside), []
    for each in manifests:
        if each["kind"] in WORKLOADS:
            for kind, name, key in _references(_pod(each)):
                missing = (kind, name) not in there or (key and key not in keys.get(name, ()))
                if missing and name not in given:
                    found.append(f"{title(each)} needs {kind}/{name} {key}".rstrip())
    return sorted(set(found)) + _selecting_nothing(manifests)


def _pod(workload: Manifest) -> Manifest:
    spec: Manifest = workload["spec"]["template"]["spec"]
    return spec


def _is_map(manifest: Manifest) -> bool:
    return bool(manifest["kind"] == "ConfigMap")


def _secret_keys(external: Manifest) -> set[str]:
    template = external["spec"]["target"].get("template", {}).get("data", {})
    return {*template, *(x["secretKey"] for x in external["spec"].get("data", []))}


def _references(pod: Manifest) -> Iterator[tuple[str, str, str]]:
    """(kind, name, key) of all that a pod needs before it can start; the key is empty where the whole is meant."""
    yield "ServiceAccount", pod["serviceAccountName"], ""
    for volume in pod.get("volumes", []):
        if claim := volume.get("persistentVolumeClaim"):
            yield "PersistentVolumeClaim", claim["claimName"], ""
        yield from _of_volume(volume)
    for container in pod["containers"]:
        for entry in container.get("env", []):
            for kind, field in (("ConfigMap", "configMapKeyRef"), ("Secret", "secretKeyRef")):
                if source := entry.get("valueFrom", {}).get(field):
                    yield kind, source["name"], source["key"]
        for entry in container.get("envFrom", []):
            for kind, field in (("ConfigMap", "configMapRef"), ("Secret", "secretRef")):
                if source := entry.get(field):
                    yield kind, source["name"], ""


def _of_volume(volume: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    for part in volume.get("projected", {}).get("sources", [volume]):
        for kind, field in (("ConfigMap", "configMap"), ("Secret", "secret")):
            if source := part.get(field):
                name = source.get("secretName") or source["name"]
                yield kind, name, ""
                yield from ((kind, name, x["key"]) for x in source.get("items", []))


def _selecting_nothing(manifests: Sequence[Manifest]) -> list[str]:
    """Services, budgets and network policies whose selector finds no pod."""
    pods = [x["spec"]["template"]["metadata"]["labels"].items() for x in manifests if x["kind"] in WORKLOADS]
    found = []
    for each in manifests:
        spec = each.get("spec", {})
        labels = {
            "Service": spec.get("selector"),
            "PodDisruptionBudget": spec.get("selector", {}).get("matchLabels"),
            "NetworkPolicy": spec.get("podSelector", {}).get("matchLabels"),
        }.get(each["kind"])
        if labels and not any(labels.items() <= pod for pod in pods):
            found.append(f"{title(each)} selects no pod")
    return found
