"""The `build` sections of a project as a Bake file, which `docker buildx bake` builds and pushes.

A target is a service, with the name that `docker compose build` gives it: dots become underscores. Everything that a
build says stands in its target, and what Bake has no word for is a finding. No secret value gets into the file: its
place is taken by a variable, which Bake reads from the environment.
Source: https://docs.docker.com/build/bake/reference/ and https://docs.docker.com/build/bake/compose-file/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from longshore.compose.references import substitute
from longshore.images.bake_target import BakeTarget
from longshore.model import Finding, Severity, path_text
from longshore.regex import Regex

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Container, Mapping, Sequence

    from longshore.compose import Project
    from longshore.model import Path

_NOT_IN_NAMES: Final = Regex(r"[^A-Z0-9_]+")
_PLACES: Final = frozenset(("secrets", "secret", "ssh"))
"""Keys below which stands where a builder finds a secret, and never the secret."""


class Bake(NamedTuple):
    """document: the Bake file. services: target → the service that it builds."""

    document: dict[str, Any]
    services: dict[str, str]
    findings: tuple[Finding, ...]


def bake(
    project: Project,
    directory: str,
    wanted: Collection[str],
    tags: Callable[[str], Sequence[str]],
    hidden: Collection[Path] = (),
) -> Bake:
    """Write the builds of a project as a Bake file.

    directory: the folder where Bake is to run, which local paths are relative to. wanted: the services whose images
    are built, beside those that these begin from. tags: service → the names that its image is pushed under. hidden:
    paths of the model whose texts are secrets.
    """
    names, texts = target_names(project), _Texts(hidden)
    secrets = texts.written(project.model.get("secrets") or {}, ("secrets",))
    found: dict[str, dict[str, Any]] = {}
    findings: list[Finding] = []
    waiting = sorted(wanted)
    while waiting:
        name = waiting.pop()
        service, path = _service(project, name), ("services", name, "build")
        target = BakeTarget(texts.written(service["build"], path), service, secrets, path)
        own = texts.written(list(tags(name)), (*path, "tags"))
        found[name] = target.document(directory, project.directory, own, names)
        findings += target.findings
        waiting += [each for each in target.services if each not in found and each not in waiting]
    document: dict[str, Any] = {"group": {"default": {"targets": [names[name] for name in sorted(wanted)]}}}
    if texts.variables:
        document["variable"] = {name: {"default": ""} for name in sorted(texts.variables)}
    if found:  # buildx refuses a mapping without targets
        document["target"] = {names[name]: found[name] for name in sorted(found)}
    return Bake(document, {names[name]: name for name in sorted(found)}, (*findings, *texts.findings))


def built(services: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """The services that have a `build`, in their order."""
    return [name for name, service in services.items() if service.get("build")]


def target_names(project: Project) -> dict[str, str]:
    """Service → its target, for all that have a `build`, those of other profiles too."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for name in sorted([*built(project.model["services"]), *built(project.disabled)]):
        names[name] = _unique(name.replace(".", "_"), taken)
        taken.add(names[name])
    return names


def _service(project: Project, name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = project.model["services"].get(name) or project.disabled[name]
    return found


def _unique(name: str, taken: Container[str]) -> str:
    while name in taken:
        name += "_"
    return name


class _Texts:
    """The texts of a Bake file, and the variables that stand in them for what it must not hold."""

    def __init__(self, hidden: Collection[Path]) -> None:
        self.hidden = hidden
        self.variables: set[str] = set()
        self.findings: list[Finding] = []

    def written(self, value: Any, path: Path) -> Any:
        """Copy a part of the model for Bake, to whom each text is a template: `${` and `%{` begin something."""
        if isinstance(value, dict):
            return {key: self.written(child, (*path, key)) for key, child in value.items()}
        if isinstance(value, list):
            return [self.written(child, (*path, index)) for index, child in enumerate(value)]
        if not isinstance(value, str):
            return value
        if path in self.hidden and _PLACES.isdisjoint(path):
            return self._instead(path)
        return substitute(value, self._variable, _escaped)

    def _variable(self, name: str) -> str:
        self.variables.add(name)
        return f"${{{name}}}"

    def _instead(self, path: Path) -> str:
        """Name a variable for a secret that stands in the compose file, `WEB_NPM_TOKEN`, and tell of it."""
        parts = (path[1], *(part for part in path[2:] if part not in {"build", "args"}))
        name = _unique(_NOT_IN_NAMES.sub("_", "_".join(map(str, parts)).upper()), self.variables)
        self.findings.append(
            Finding(
                "secret-in-bake",
                Severity.WARNING,
                f"`{path_text(path[2:])}` is a secret, which the file does not hold: it reads the variable `{name}`",
                f"set {name} where `docker buildx bake` runs; a secret of the build (`build: {{secrets: […]}}`) stays "
                "out of the image's history, too",
                path,
            )
        )
        return self._variable(name)


def _escaped(text: str) -> str:
    return text.replace("${", "$${").replace("%{", "%%{")
