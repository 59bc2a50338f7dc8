"""Two scanners, each with rules of its own for AWS: checkov, and Trivy by its library. Both carry their rules along.

checkov judges plans of Terraform and manifests of Kubernetes, Trivy the plans. Each is made once, below the cache of
the tests' tools: checkov, which needs a hundred packages in versions of its own, in an environment of its own.
https://www.checkov.io/7.Scan%20Examples/Terraform%20Plan%20Scanning.html
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Final, NamedTuple

from tools.cluster.versions import cache_home
from tools.go_program import NotBuiltError, built

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_HERE: Final = Path(__file__).parent
_LOCK: Final = _HERE / "checkov.txt"


class Finding(NamedTuple):
    """What a scanner has against a resource.

    rule: `CKV_AWS_7` of checkov, `AWS-0065` of Trivy. file: the name of what was read, without its ending. resource:
    its address in Terraform, or kind, namespace and name in Kubernetes.
    """

    rule: str
    file: str
    resource: str
    title: str


class ScanError(Exception):
    """A scanner did not read all that it was given; the message says what it says."""


def checkov(folder: Path, framework: str, resources: int) -> list[Finding]:
    """Judge every file of a folder.

    framework: `terraform_plan`, or `kubernetes` for manifests. resources: how many there are in the files.

    Raises:
        NotBuiltError: its environment cannot be made.
        ScanError: it did not read all of them.
    """
    flags = ("--framework", framework, "--output", "json", "--skip-download", "--soft-fail")
    output = _run([str(_environment() / "bin/python"), "-m", "checkov.main", "--directory", str(folder), *flags])
    report = json.loads(output)
    summary = report["summary"]
    # The templates of workloads count beside them.
    if summary["parsing_errors"] or summary["resource_count"] < resources:
        raise ScanError(f"checkov was to read {resources} resources: {summary}")
    return [
        Finding(one["check_id"], _stem(one["file_path"]), one["resource"], one["check_name"])
        for one in report["results"]["failed_checks"]
    ]


def trivy(folder: Path) -> list[Finding]:
    """Judge every file of a folder, each of which is a plan.

    Raises:
        NotBuiltError: it cannot be built.
        ScanError: it did not read all of a plan.
    """
    output = _run([str(built(_HERE / "trivy", "trivy")), str(folder)])
    return [Finding(one["rule"], _stem(one["file"]), one["resource"], one["title"]) for one in json.loads(output)]


def _stem(path: str) -> str:
    """`/platform.dev.json` is `platform.dev`."""
    return Path(path).stem


def _run(command: Sequence[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ScanError(f"{' '.join(command)}: {done.stderr.strip()[-800:]}")
    return done.stdout


def _environment() -> Path:
    """The folder of a virtual environment with checkov as the lock file has it."""
    digest = hashlib.sha256(_LOCK.read_bytes()).hexdigest()[:16]
    folder = cache_home() / "tools" / f"checkov-{digest}"
    if folder.exists():
        return folder
    uv = shutil.which("uv") or str(Path(sys.executable).with_name("uv"))
    print("installing checkov (once)", file=sys.stderr, flush=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(mkdtemp(prefix=f"{folder.name}.", dir=folder.parent))
    for command in _installing(uv, fresh):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            shutil.rmtree(fresh, ignore_errors=True)
            raise NotBuiltError(f"checkov cannot be installed: {done.stderr.strip()[-400:]}")
    try:
        fresh.rename(folder)
    except OSError:  # somebody else was quicker
        shutil.rmtree(fresh)
    return folder


def _installing(uv: str, folder: Path) -> Iterator[list[str]]:
    yield [uv, "venv", "--quiet", "--allow-existing", "--relocatable", "--python", sys.executable, str(folder)]
    python = str(folder / "bin/python")
    yield [uv, "pip", "install", "--quiet", "--require-hashes", "--python", python, "--requirement", str(_LOCK)]
