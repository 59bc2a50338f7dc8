"""kube-score on the marketplace, by `render` and as a chart: nothing critical but what is waived here."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.cluster.estates import ROOT, longshore
from tools.cluster.fixtures import provided

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CRITICAL = 1
"""kube-score's own grades: 1 critical, 5 warning, 7 and 10 good."""


class Waiver(NamedTuple):
    """A finding of kube-score that we do not share. objects: the workloads it is waived for; empty: for all."""

    check: str
    summary: str
    reason: str
    objects: frozenset[str] = frozenset()


WAIVERS = (
    Waiver(
        "container-resources",
        "CPU limit is not set",
        "An idle processor is of use to nobody: a limit is what compose gives. A memory limit is always there.",
    ),
    Waiver(
        "container-ephemeral-storage-request-and-limit",
        "Ephemeral Storage limit is not set",
        "Docker has none: a container that writes more would be evicted. A request is always there.",
    ),
    Waiver(
        "container-image-pull-policy",
        "ImagePullPolicy is not set to Always",
        "The images have versions. To ask the registry at every start makes it a part of every restart.",
    ),
    Waiver(
        "container-security-context-readonlyrootfilesystem",
        "The pod has a container with a writable root filesystem",
        "Compose says where a root file system is read-only; most images write to theirs.",
    ),
    Waiver(
        "container-security-context-readonlyrootfilesystem",
        "Container has no configured security context",
        "Of an image that nobody knows no right is taken that it has in Docker (decision 9).",
    ),
    Waiver(
        "container-security-context-user-group-id",
        "The container is running with a low user ID",
        "The user is that of the image or of compose; files in its volumes belong to it.",
    ),
    Waiver(
        "container-security-context-user-group-id",
        "The container running with a low group ID",
        "As with the user.",
    ),
    Waiver(
        "pod-probes-identical",
        "Container has the same readiness and liveness probe",
        "Compose has one test. Liveness asks the same, and gives up after twice as many failures.",
    ),
    Waiver(
        "pod-probes",
        "Container is missing a readinessProbe",
        "Compose declares no port and no health check for them: nobody knows what to ask.",
        frozenset({"inventory-beat", "media-worker", "notifications-worker", "postgres-backup"}),
    ),
)


def _rendered(_: Path) -> str:
    run = longshore("render", ROOT, "-s", "shop.local", "--fail-on", "never")
    assert run.code == 0, run.err
    return run.out


def _templated(folder: Path) -> str:
    helm = str(provided("helm")["helm"])
    flags = ("-o", "helm", "--output-dir", str(folder))
    run = longshore("render", ROOT, "-s", "shop.local", "--fail-on", "never", *flags)
    assert run.code == 0, run.err
    return subprocess.run([helm, "template", "shop", folder], capture_output=True, text=True, check=True).stdout


@pytest.mark.cluster
@pytest.mark.parametrize("made", [_rendered, _templated])
def test_nothing_critical_but_what_is_waived(
    say: Callable[[str], None], tmp_path: Path, made: Callable[[Path], str]
) -> None:
    kube_score = str(provided("kube-score")["kube-score"])
    command = [kube_score, "score", "--output-format", "json", "--kubernetes-version", "v1.34", "-"]
    done = subprocess.run(command, input=made(tmp_path), capture_output=True, text=True, check=False)
    scored = json.loads(done.stdout)
    found = {
        (check["check"]["id"], comment["summary"], each["object_name"].rpartition("/")[2])
        for each in scored
        for check in each["checks"]
        if check["grade"] <= CRITICAL and not check["skipped"]
        for comment in check["comments"]
    }
    waived = {
        one
        for one in found
        for x in WAIVERS
        if one[:2] == (x.check, x.summary) and (not x.objects or one[2] in x.objects)
    }
    say(f"kube-score: {len(scored)} objects scored, {len(found)} critical findings, {len(found - waived)} not waived")
    assert sorted(found - waived) == []
    needed = {(check, summary, name) for check, summary, each in found for name in ("", each)}
    stale = [x for x in WAIVERS if not all((x.check, x.summary, name) in needed for name in x.objects or {""})]
    assert stale == [], "waivers that nothing needs any more"
