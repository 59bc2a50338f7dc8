"""A compose project read for both worlds: what Docker is to run, what the node is to run, and what to ask of both."""

from __future__ import annotations

import json
import shutil
import stat
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from longshore.cli.secrets.desired import wanted
from longshore.cli.secrets.session import Opened
from longshore.cli.secrets.sources import Found
from longshore.compose import Request, load
from longshore.convert.engine import convert_project
from longshore.convert.estate import Estate
from longshore.convert.estate.image_facts import ImageFacts, known
from longshore.convert.estate.service_images import of
from longshore.convert.options import NOTHING, Options, ServiceSettings
from longshore.convert.secrets.detection import variable
from longshore.convert.secrets.detection.uses import secret_by_use
from longshore.convert.secrets.remotes import remotes
from longshore.disk import Disk
from longshore.stores.value import Value
from tests.node.comparison.dialled import configured, dialled, named

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from longshore.compose import Project
    from longshore.model import Conversion, Finding

_MOST_PORTS = 12


class Case(NamedTuple):
    """A project to run. `name` is that of the project and the namespace; `folder` is a copy that may be written to."""

    name: str
    folder: Path
    files: tuple[str, ...] = ("compose.yaml",)
    options: Options = Options()
    environment: Mapping[str, str] = NOTHING
    profiles: tuple[str, ...] = ("*",)


class Service(NamedTuple):
    """One service of it.

    workload: its name; empty where the converter makes none of it. names: by which others may call it.
    facts: what is known of its image. ports: at which they may (`80/tcp`). listens: those, its own probe's and what
    files name.
    """

    name: str
    container: str
    workload: str
    image: str
    facts: ImageFacts
    model: Mapping[str, Any]
    names: tuple[str, ...]
    ports: tuple[str, ...]
    listens: tuple[str, ...]
    ends: bool


class Prepared(NamedTuple):
    """A project as both worlds get it. `values` are what `longshore secrets push` stores: remote name → key → text."""

    case: Case
    project: Project
    conversion: Conversion
    findings: tuple[Finding, ...]
    services: Mapping[str, Service]
    values: Mapping[str, Mapping[str, str]]


class NotReadError(Exception):
    """The files are not read, so neither world can run them."""


def prepare(case: Case) -> Prepared:
    """Read and convert a project, each secret with the value that Docker gets too.

    Raises:
        NotReadError: with the first error.
    """
    secret: set[str] = set()

    def is_secret(name: str, value: str) -> bool:
        found = variable(name, value)
        secret.update({name} if found else ())
        return found

    def used(text: str) -> list[str]:
        found = list(secret_by_use(text))
        secret.update(found)
        return found

    request = Request(
        working_directory=str(case.folder),
        files=tuple(str(case.folder / file) for file in case.files),
        project_name=case.name,
        profiles=case.profiles,
        environment=case.environment,
        is_secret=is_secret,
        used_as_secrets=used,
    )
    loaded = load(request, Disk())
    if loaded.project is None:
        raise NotReadError(f"{case.name}: {loaded.findings[0].message}")
    made_up = {name: f"made-up-{name}" for name in secret - loaded.project.environment.keys()}
    case = case._replace(environment={**case.environment, **made_up})
    request = request._replace(environment=case.environment)
    loaded = load(request, Disk())
    plain = load(request._replace(is_secret=None), Disk()).project
    if loaded.project is None or plain is None:
        raise NotReadError(f"{case.name}: not read once secrets have values")
    options = _with_images(case, loaded.project)
    conversion = convert_project(loaded.project, options)
    estate = Estate(loaded.project, options)
    given = {key: Found(Value(value), "the test") for key, value in plain.environment.items()}
    opened = Opened(case.name, cast("Any", None), estate, conversion, remotes(estate), loaded.sources, request)
    values = {
        remote: {key: found.value.reveal() for key, found in entries.items()}
        for remote, entries in wanted(opened, given, frozenset()).values.items()
    }
    services = dict(_services(estate, plain, case.folder))
    return Prepared(case, plain, conversion, loaded.findings + conversion.findings, services, values)


def _with_images(case: Case, project: Project) -> Options:
    """A service that is only built gets a name, as the finding asks; what is built is the witness in any case."""
    options = case.options
    services = dict(options.services)
    for name, model in (project.model.get("services") or {}).items():
        if "image" not in model and not services.get(name, ServiceSettings()).image:
            image = built_name(case.name, name)
            services[name] = services.get(name, ServiceSettings())._replace(image=f"registry.example.com/{image}:1")
    return options._replace(services=services)


def built_name(project: str, service: str) -> str:
    """What `docker compose` calls an image that has no name."""
    return f"{project}-{service}"


def _services(estate: Estate, plain: Project, folder: Path) -> Iterator[tuple[str, Service]]:
    models: Mapping[str, Mapping[str, Any]] = plain.model.get("services") or {}
    called = {name: tuple(dict.fromkeys(_names(name, model, plain.name))) for name, model in models.items()}
    asked, maybe = dialled(plain.model, called), configured(plain.model, called, folder)
    awaited = {
        name
        for model in models.values()
        for name, how in (model.get("depends_on") or {}).items()
        if how.get("condition") == "service_completed_successfully"
    }
    for name, model in models.items():
        if "provider" in model:
            continue  # which neither world has
        one = estate.services.get(name)
        image = str(model.get("image") or built_name(plain.name, name))
        facts = of(one) if one else known(image)
        ports = [*_declared(model), *_tcp(sorted(asked.get(name, ()))), *_tcp(facts.ports)]
        ports = list(dict.fromkeys(ports))[:_MOST_PORTS]
        yield (
            name,
            Service(
                name,
                one.slug if one else name,
                one.workload.name if one else "",
                image,
                facts,
                model,
                called[name],
                tuple(ports),
                tuple(dict.fromkeys([*ports, *_own_ports(model, called[name]), *_tcp(maybe.get(name, ()))])),
                name in awaited or (one is not None and one.workload.kind == "Job"),
            ),
        )


def _names(name: str, model: Mapping[str, Any], project: str) -> Iterator[str]:
    """Every name that Docker's DNS answers for the service, but for links, which are their owner's alone."""
    yield name
    yield str(model.get("container_name") or f"{project}-{name}-1")
    for network in (model.get("networks") or {}).values():
        yield from (network or {}).get("aliases") or ()


def _declared(model: Mapping[str, Any]) -> Iterator[str]:
    for port in model.get("ports") or ():
        yield f"{port['target']}/{port.get('protocol', 'tcp')}"
    for text in model.get("expose") or ():
        number, _, protocol = str(text).partition("/")
        first = number.partition("-")[0]
        yield f"{first}/{protocol or 'tcp'}"


def _tcp(ports: Iterable[int | str]) -> Iterator[str]:
    yield from (f"{port}/tcp" for port in ports)


def _own_ports(model: Mapping[str, Any], names: tuple[str, ...]) -> Iterator[str]:
    """What its own probe asks of it, by whatever name it calls itself."""
    for name, number in named(json.dumps(model.get("healthcheck") or {})):
        if number and (name in {"localhost", *names} or name.startswith(("127.", "0."))):
            yield f"{number}/tcp"


def copied(source: Path, target: Path) -> Path:
    """A folder of a project where Docker may make what a bind mount lacks; its files are their owner's to write."""
    shutil.copytree(source, target, symlinks=True)
    for path in (target, *target.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | stat.S_IWUSR)
    return target
