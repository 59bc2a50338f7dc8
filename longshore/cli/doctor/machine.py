"""What this machine has: Python, Longshore and its extras, Pulumi's engine and its providers, Git."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

from longshore.cli.doctor.checks import Answer, Check

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_OLDEST: Final = (3, 11)
_EXTRAS: Final = (("pulumi", "pulumi", "`plan`, and a deployment"), ("aws", "boto3", "AWS"), ("vault", "hvac", "Vault"))
_PROVIDERS: Final = (("aws", "pulumi_aws"), ("eks", "pulumi_eks"), ("kubernetes", "pulumi_kubernetes"))
_SECONDS: Final = 20


def checks(environment: Mapping[str, str], root: str, needed: frozenset[str]) -> list[Check]:
    """What to look at. root: folder of the project, or empty. needed: extras that the stack cannot do without."""
    return [
        Check("machine", "Python", _python),
        Check("machine", "extras", lambda: _extras(needed)),
        Check("machine", "Pulumi", lambda: _pulumi(environment, root)),
        Check("machine", "Git", _git),
    ]


def _python() -> Iterator[Answer]:
    told = f"Longshore {version('longshore')} on Python {platform.python_version()}"
    if sys.version_info < _OLDEST:
        yield Answer("wrong", told, "install Python 3.11 or newer")
    else:
        yield Answer("ok", told)


def _extras(needed: frozenset[str]) -> Iterator[Answer]:
    for extra, package, what in _EXTRAS:
        if find_spec(package):
            yield Answer("ok", f"{extra}: {package} {_version(package)}, for {what}")
        elif extra in needed:
            yield Answer("wrong", f"{extra}: {package} is not installed", f"pip install 'longshore[{extra}]'")
        else:
            yield Answer("ok", f"{extra}: not installed, and not needed here ({what})")


def _version(package: str) -> str:
    try:
        return version(package.replace("_", "-"))
    except PackageNotFoundError:
        return ""


def _pulumi(environment: Mapping[str, str], root: str) -> Iterator[Answer]:
    """The engine, and the providers that it has already."""
    wanted = _version("pulumi")
    own = os.path.join(root, ".pulumi", f"pulumi-{wanted}", "pulumi") if root and wanted else ""
    program = shutil.which("pulumi", path=environment.get("PATH")) or (own if os.path.isfile(own) else "")
    if not program:
        yield Answer(
            "warning",
            "the engine of Pulumi is not on PATH",
            "`make up` brings its own; elsewhere install it: https://www.pulumi.com/docs/iac/download-install/",
        )
        return
    there = (_said([program, "version"], environment) or "").strip().removeprefix("v")
    if not there:
        yield Answer("wrong", f"{program} does not say its version", "install it again")
        return
    if wanted and _numbers(there) < _numbers(wanted):
        told = f"Pulumi {there} is older than its Python package {wanted}"
        yield Answer("warning", told, "a newer engine understands all that the package asks for; install it again")
    else:
        yield Answer("ok", f"Pulumi {there}")
    yield from _plugins(program, environment)


def _plugins(program: str, environment: Mapping[str, str]) -> Iterator[Answer]:
    text = _said([program, "plugin", "ls", "--json"], environment)
    try:
        listed = {(str(each["name"]), str(each["version"])) for each in json.loads(text or "")}
    except (ValueError, KeyError, TypeError):
        yield Answer("unseen", "the providers of Pulumi are not listed", "`pulumi plugin ls` says why")
        return
    wanted = [(name, _version(package)) for name, package in _PROVIDERS if _version(package)]
    missing = [f"{name} {number}" for name, number in wanted if (name, number) not in listed]
    if missing:
        help_ = "the first `up` downloads them, some hundred megabytes; on a machine without a way out, before"
        yield Answer("warning", f"providers of Pulumi that are not here yet: {', '.join(missing)}", help_)
    elif wanted:
        yield Answer("ok", f"providers of Pulumi: {', '.join(f'{name} {number}' for name, number in wanted)}")


def _git() -> Iterator[Answer]:
    if shutil.which("git"):
        yield Answer("ok", "Git")
    else:
        help_ = "`longshore plan --against` and `stacks --changed` need it; all else does not"
        yield Answer("warning", "Git is not on PATH", help_)


def _said(command: Sequence[str], environment: Mapping[str, str]) -> str | None:
    """What a program writes; None where it fails."""
    try:
        done = subprocess.run(  # noqa: S603  the engine that the user has
            command,
            env={**environment, "PULUMI_SKIP_UPDATE_CHECK": "true"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return None if done.returncode else done.stdout


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.partition("-")[0].split(".") if part.isdecimal())
