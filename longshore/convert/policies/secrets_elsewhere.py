"""Secrets in places that no manifest takes them from: build arguments, options of log drivers, image references.

Nothing of these reaches the cluster; but the secret is somewhere where others can read it, and has to move. And a
variable that is secret only by its value is one on the machine that has the value: a build server would not know.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.compose.references import OPEN, reference, references, sole_reference, visible
from longshore.convert.estate.texts import calling
from longshore.convert.registry import estate_policy, service_policy
from longshore.convert.secrets.detection import by_name, detect, text_hit, variable
from longshore.convert.secrets.detection.uses import secret_by_use
from longshore.convert.secrets.logins import without_login
from longshore.convert.secrets.needs import referring
from longshore.convert.secrets.overrides import overrides
from longshore.model import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from longshore.convert.estate import Estate, Service
    from longshore.model import Effect, Path


@service_policy
def secrets_elsewhere(service: Service) -> Iterator[Effect]:
    """Look where secrets have been found in compose files, beside the environment and commands."""
    build = service.model.get("build")
    if isinstance(build, dict):
        yield from _build(build)
    yield from _annotated(service)
    options = (service.model.get("logging") or {}).get("options") or {}
    for key, value in options.items():
        if _is_secret(str(key), str(value)):
            yield Problem(
                "secret-in-logging",
                Severity.WARNING,
                f"the logging option `{key}` holds a secret; it is not translated, and Docker shows it to all who may "
                "inspect the container",
                "give it to the cluster's log agent, and change it where it is in use",
                ("logging", "options", key),
            )
    image = str(service.model.get("image") or "")
    if image != without_login(image):
        yield Problem(
            "secret-in-image",
            Severity.ERROR,
            "the image reference holds a login; no registry takes one there, and everybody can read it",
            "name the image only, and give the login to `workloads: {imagePullSecrets: […]}` of the stack file",
            ("image",),
        )
    for kind, key in overrides(service).bare:
        yield Problem(
            "override-without-reason",
            Severity.WARNING,
            f"`{key}` is declared {kind} without a reason, so the declaration does not count",
            f'write `{kind}: {{{key}: "why"}}`',
        )


def _annotated(service: Service) -> Iterator[Problem]:
    """What of labels looks random becomes an annotation, which everybody can read; what is secret was refused."""
    for place in (("labels",), ("annotations",), ("deploy", "labels")):
        entries: object = service.model
        for name in place:
            entries = entries.get(name) if isinstance(entries, dict) else None
        for key, value in entries.items() if isinstance(entries, dict) else ():
            hit = detect(str(key), str(value))
            if hit and hit.kind == "suspect":
                yield Problem(
                    "looks-random",
                    Severity.WARNING,
                    f"the value of `{key}` looks random; an annotation is read by whoever may look at the workload",
                    "if it is a secret, pass it in the environment; if it is none, write "
                    "`x-longshore: {allow: [looks-random]}` on the service",
                    (*place, key),
                )


def _build(build: Mapping[str, object]) -> Iterator[Problem]:
    arguments = build.get("args")
    for key, value in (arguments if isinstance(arguments, dict) else {}).items():
        if value is not None and _is_secret(str(key), str(value)):
            yield Problem(
                "secret-in-build",
                Severity.WARNING,
                f"the build argument `{key}` holds a secret, and stays readable in the history of the image",
                "give it to the build as `build: {secrets: […]}`, and change it where it is in use",
                ("build", "args", key),
            )
    context = str(build.get("context") or "")
    if context and _is_secret("context", context):
        yield Problem(
            "secret-in-build",
            Severity.WARNING,
            "the address of the build context holds a secret",
            "let Git's own credentials give it",
            ("build", "context"),
        )


def _is_secret(key: str, value: str) -> bool:
    if OPEN in value:
        return True
    hit = detect(key, value) or text_hit(value)
    return hit is not None and hit.kind == "secret"


@estate_policy
def known_by_value(estate: Estate) -> Iterator[Effect]:
    """Tell of variables that are secret by what they hold: without it, a conversion takes them for settings."""
    unnamed = [use for use in _mentioned(estate) if not variable(use[1], None)]
    if not unnamed:
        return
    judged = set(estate.options.secrets.variables)
    judged.update(name for path, name, text in unnamed if _is_used_as_one(path, name, text))
    told = (f"{text.key}: {visible(text.text)}" for text in calling(estate) if OPEN in text.text)
    judged.update(secret_by_use("\n".join(told)))
    for path, name, _ in unnamed:
        # What an env file of the service gives under its own name is there for everybody.
        if name in judged or (path[-1] == name and estate.project.in_env_file(path)):
            continue
        judged.add(name)
        yield Problem(
            "secret-by-value",
            Severity.WARNING,
            f"`{name}` is a secret by its value, which its name does not show: where it is not set, on a build "
            "server, the manifests would be others",
            f"write `secrets: {{variables: {{{name}: true}}}}` in the stack file",
            path,
        )


def _is_used_as_one(path: Path, name: str, text: str) -> bool:
    """Does the place of a variable say that it is a secret, on any machine?"""
    whole = sole_reference(text) == name and by_name(str(path[-1])) is not None
    return whole or f":{reference(name)}@" in text


def _mentioned(estate: Estate) -> Iterator[tuple[Path, str, str]]:
    """Every use of a secret variable by a service, with the text that names it."""
    for service in estate:
        for places in referring(service).values():
            for path, text in places:
                for name in references(text):
                    yield path, name, text
