"""`longshore config`: the compose model, complete and in long form, as `docker compose config` prints it."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from longshore.cli.findings_output import show
from longshore.cli.flags import Flag, Verb
from longshore.cli.masked_model import concealed, without_secret_names
from longshore.cli.output_file import write_out
from longshore.cli.project_input import FILES, OUTPUT_FORMAT, OVERWRITE, Reading, output, request, unusable_code
from longshore.compose import load, printed
from longshore.compose.printed import complete, used, variables
from longshore.compose.references import MASK, visible
from longshore.convert.options import Options
from longshore.convert.secrets.detection import variable
from longshore.convert.secrets.detection.masks import conceal
from longshore.deadline import deadline
from longshore.disk import Disk
from longshore.errors import Refused, suggestion
from longshore.model import path_text
from longshore.report.excerpt import printable
from longshore.report.json_document import json_document
from longshore.report.table import columns
from longshore.report.yaml_text import document

if TYPE_CHECKING:
    from collections.abc import Mapping

    from longshore.cli.flags import Given
    from longshore.cli.shell import Shell
    from longshore.compose import Loaded
    from longshore.model import Path

LISTS = ("--services", "--images", "--volumes", "--networks", "--profiles")


def run(given: Given, shell: Shell) -> int:
    """Print the model, or the part of it that was asked for; findings go to standard error."""
    wishes = [name for name in (*LISTS, "--variables", "--environment", "--hash") if given.on(name)]
    if len(wishes) > 1:
        raise Refused(f"`{wishes[0]}` and `{wishes[1]}` exclude each other", "ask for one of them")
    loaded = _load(given, shell, interpolate=not (given.on("--no-interpolate") or given.on("--variables")))
    if loaded.findings:
        show(Reading(loaded.project, None, loaded.findings, loaded.sources, Options(), {}), given, shell, shell.err)
    if loaded.project is None:
        return unusable_code(loaded.findings, given)
    text = "" if given.on("--quiet") else _text(loaded, given, shell, wishes[0] if wishes else "")
    write_out(given, shell, text)
    return 0


def _load(given: Given, shell: Shell, *, interpolate: bool) -> Loaded:
    late = deadline(shell.environment)
    asked = request(given, shell)._replace(interpolate=interpolate)
    return load(asked._replace(is_secret=None) if given.on("--show-values") else asked, Disk(shell.stdin), late)


def _text(loaded: Loaded, given: Given, shell: Shell, wish: str) -> str:
    project = loaded.project
    assert project  # noqa: S101  the caller looked
    as_json = given.text("--output") == "json"
    if wish in LISTS:
        named = _names(project.model, project.disabled, wish)
        shown = [name if given.on("--show-values") else conceal(name) for name in named]
        return json_document(shown) if as_json else "".join(f"{printable(name)}\n" for name in shown)
    if wish == "--variables":
        return _variables(project.model, given)
    if wish == "--environment":
        values = {name: visible(value) for name, value in sorted(project.environment.items())}
        return json_document(values) if as_json else "".join(f"{name}={value}\n" for name, value in values.items())
    if wish == "--hash":
        digests = _hashes(project.model, given.text("--hash"))
        return json_document(digests) if as_json else "".join(f"{name} {digest}\n" for name, digest in digests.items())
    return _model(project.model, given, shell)


def _model(model: Mapping[str, Any], given: Given, shell: Shell) -> str:
    literal = given.on("--no-interpolate")
    kept = dict(model) if literal else complete(model)
    if not (literal or given.on("--all-resources")):
        kept = used(kept)
    hidden = {} if given.on("--show-values") else _concealed(kept, shell)
    shown = printed.printable(kept, hidden, escape=not literal)
    if not given.on("--show-values"):
        shown = without_secret_names(shown)
    if given.text("--output") == "json":
        return json_document(shown)
    return document(shown)


def _concealed(model: Mapping[str, Any], shell: Shell) -> dict[Path, str]:
    hidden = concealed(model)
    if hidden:
        count = f"{len(hidden)} values are secrets" if len(hidden) > 1 else "1 value is a secret"
        first = path_text(next(iter(hidden)))
        shell.tell("note", f"{count} and not shown, such as {first}; `--show-values` shows them")
    return hidden


def _names(model: Mapping[str, Any], disabled: Mapping[str, Any], wish: str) -> list[str]:
    services = model["services"]
    if wish == "--images":
        names = {visible(service.get("image", f"{model['name']}-{name}")) for name, service in services.items()}
    elif wish == "--profiles":
        everything = (*services.values(), *disabled.values())
        names = {profile for service in everything for profile in service.get("profiles") or ()}
    else:
        names = set(model.get(wish[2:]) or ())
    return sorted(names)


def _variables(model: Mapping[str, Any], given: Given) -> str:
    rows = []
    for found in variables(model):
        default, alternative = (
            MASK if each and variable(found.name, each) and not given.on("--show-values") else each
            for each in (found.default, found.alternative)
        )
        rows.append((found.name, str(found.required).lower(), default, alternative))
    if given.text("--output") == "json":
        keys = ("name", "required", "default", "alternate")
        return json_document([dict(zip(keys, row, strict=True)) for row in rows])
    return "".join(f"{line}\n" for line in columns([("NAME", "REQUIRED", "DEFAULT VALUE", "ALTERNATE VALUE"), *rows]))


def _hashes(model: Mapping[str, Any], wanted: str) -> dict[str, str]:
    """Give a digest of each service, without what changes no container: how many, built from what, after what."""
    services = model["services"]
    names = sorted(services) if wanted == "*" else wanted.split(",")
    digests = {}
    for name in names:
        if name not in services:
            raise Refused(f"there is no service `{name}`", suggestion(name, services))
        body = {key: value for key, value in services[name].items() if key not in _NOT_HASHED}
        deploy = {key: value for key, value in body.get("deploy", {}).items() if key != "replicas"}
        text = json.dumps({**body, "deploy": deploy}, sort_keys=True)
        digests[name] = sha256(text.encode()).hexdigest()
    return digests


_NOT_HASHED = frozenset(("build", "pull_policy", "scale", "depends_on", "profiles"))

VERB = Verb(
    "config",
    "print the compose model as Docker reads it",
    run,
    (
        *FILES,
        OUTPUT_FORMAT,
        output("yaml", "json", what="how to write", old="--format"),
        Flag("--output-file", "write to a file", value="FILE"),
        OVERWRITE,
        Flag("--quiet", "only check the files", short="-q"),
        Flag("--no-interpolate", "leave `${...}` as it is written"),
        Flag("--show-values", "print the values of secrets too"),
        Flag("--all-resources", "networks, volumes … that nothing uses"),
        Flag("--services", "names of the services, one a line"),
        Flag("--images", "names of the images, one a line"),
        Flag("--volumes", "names of the volumes, one a line"),
        Flag("--networks", "names of the networks, one a line"),
        Flag("--profiles", "names of the profiles, one a line"),
        Flag("--variables", "variables mentioned, with their defaults"),
        Flag("--environment", "variables used for them", own_variable="LONGSHORE_CONFIG_ENVIRONMENT"),
        Flag("--hash", "a digest of these services, * for all", value="SERVICE,..."),
    ),
    "[FILE|FOLDER|SERVICE...]",
    most=-1,
    examples=(
        "longshore config -q                        is the compose file right?",
        "longshore config --profile '*' --images",
        "longshore config compose.yaml compose.prod.yaml -o json",
    ),
)
