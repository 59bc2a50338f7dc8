"""Compares our reading of a project with Docker's: the same model, or a refusal by both."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from longshore.compose import Request, load
from longshore.disk import Disk

if TYPE_CHECKING:
    from longshore.model import Finding
    from tools.oracle.oracle import Oracle


class Outcome(NamedTuple):
    """What came out: `ours` and `theirs` are models or None, `differences` paths with both values."""

    ours: dict[str, Any] | None
    theirs: dict[str, Any] | None
    findings: tuple[Finding, ...]
    error: str
    differences: tuple[str, ...]

    @property
    def agrees(self) -> bool:
        return not self.differences


def compare(oracle: Oracle, directory: str, files: tuple[str, ...], **asked: Any) -> Outcome:
    """Read a project with both."""
    environment = asked.get("environment", {})
    answer = oracle.ask(directory, files, **asked)
    loaded = load(
        Request(
            files=files,
            working_directory=directory,
            environment=environment,
            env_files=tuple(asked["env_files"]) if asked.get("env_files") else None,
            profiles=tuple(asked.get("profiles", ())),
            services=tuple(asked.get("services", ())),
            project_name=asked.get("name", ""),
            project_directory=asked.get("project_directory", ""),
            interpolate=not asked.get("literal", False),
            allow_outside=True,
        ),
        Disk(),
    )
    ours = dict(loaded.project.model) if loaded.project else None
    theirs = comparable(answer.model) if answer.model is not None else None
    if ours is not None and theirs is not None:
        found = tuple(differences(ours, theirs, ""))
    elif ours is None and theirs is None:
        found = ()
    else:
        errors = "; ".join(f"{finding.span}: {finding.message}" for finding in loaded.findings)
        found = (f"ours refuses: {errors}",) if ours is None else (f"Docker refuses: {answer.error}",)
    return Outcome(ours, theirs, loaded.findings, answer.error, found)


def comparable(model: dict[str, Any]) -> dict[str, Any]:
    """Write Docker's model as ours: it has SSH keys, and the names of jobs, in a form that it cannot read itself."""
    for secret in (model.get("secrets") or {}).values():
        if isinstance(secret, dict):
            secret.pop("x-#value", None)
    for job in (model.get("jobs") or {}).values():
        job.pop("name", None)
    for section in ("services", "jobs"):
        for service in (model.get(section) or {}).values():
            build = service.get("build") or {}
            if isinstance(build.get("ssh"), list):
                keys = (str(key).partition(": ") for key in build["ssh"])
                build["ssh"] = {name: path or None for name, _, path in keys}
    return model


ON_PURPOSE = {
    "Where Docker's reader crashes": lambda outcome, _text: outcome.error.startswith("panic"),
    "Unknown tags": lambda outcome, _text: _code(outcome, "yaml-tag"),
    "Keys of include": lambda outcome, _text: _code(outcome, "unknown-key") and "of `include`" in str(outcome.findings),
    "Control characters": lambda outcome, _text: "control character" in str(outcome.findings),
    "A number and its text in one list": lambda outcome, _text: bool(
        re.search(r"items at \d+ and \d+ are equal", outcome.error)
    ),
    "Extensions where names are free": lambda _outcome, text: bool(re.search(r"\bx-\w", text)),
    "A file that names YAML 1.2": lambda _outcome, text: "%YAML" in text,
    "A bare name in the last line of an env file": lambda outcome, _text: any(
        re.search(r"\.(environment|labels)(\.: only for Docker|: only for Docker: \{'':)", found)
        for found in outcome.differences
    ),
    "Numbers beyond 64 bits": lambda outcome, _text: bool(re.search(r'"\d{19,}" is not', str(outcome.findings))),
    "A project directory that is not there": lambda outcome, text: (
        "project_directory" in text and all("/work" in found for found in outcome.differences)
    ),
    "More reserved than allowed": lambda outcome, _text: _code(outcome, "reservation-over-limit"),
    "A colon before a bracket": lambda outcome, _text: "a text that ends with a colon" in str(outcome.findings),
    "A date where a command is meant": lambda outcome, _text: '+0000 UTC" is not a text' in str(outcome.findings),
    "A secret without a source": lambda outcome, _text: "this secret has no `source`" in str(outcome.findings),
    "Port 0": lambda outcome, _text: "0 is not a port of a container" in str(outcome.findings),
    "A name that turns out empty": lambda outcome, _text: '"" is not a project name' in str(outcome.findings),
    "Empty host tables in two files": lambda outcome, _text: "extra_hosts must be a mapping" in outcome.error,
    "A colon for an equals sign": lambda outcome, _text: "a `:` where the `=` belongs" in str(outcome.findings),
    "Remote files": lambda outcome, _text: _code(outcome, "remote-file"),
}
"""Heading of `docs/limits.md` → how a generated case of it is known."""


def on_purpose(outcome: Outcome, text: str) -> str:
    """Give the heading under which a difference is listed, empty if it is not one of those."""
    return next((heading for heading, known in ON_PURPOSE.items() if known(outcome, text)), "")


def _code(outcome: Outcome, code: str) -> bool:
    return any(finding.code == code for finding in outcome.findings)


def differences(ours: Any, theirs: Any, path: str) -> list[str]:
    """List the paths at which two models differ."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        found = []
        for key in {**ours, **theirs}:
            if key not in ours or key not in theirs:
                where = "Docker" if key not in ours else "us"
                found.append(f"{path}.{key}: only for {where}: {ours.get(key, theirs.get(key))!r}")
            else:
                found += differences(ours[key], theirs[key], f"{path}.{key}")
        return found
    if isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        return [
            difference
            for index, pair in enumerate(zip(ours, theirs, strict=True))
            for difference in differences(*pair, f"{path}[{index}]")
        ]
    if ours == [] and theirs is None:
        return []
    same = ours == theirs and (isinstance(ours, bool) == isinstance(theirs, bool))
    return [] if same else [f"{path}: {ours!r} for us, {theirs!r} for Docker"]
