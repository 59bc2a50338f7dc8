"""`longshore images bake`: the builds of a project as a Bake file, for `docker buildx bake --push`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.cli.findings_output import show
from longshore.cli.flags import Flag, Verb
from longshore.cli.images.estate import CHANGED, FLAGS, LOCK, changed_in, estate_of, hidden_in, inputs_of, readable
from longshore.cli.masked_model import without_secret_names
from longshore.cli.output_file import write_out
from longshore.cli.project_input import FINDINGS, OVERWRITE, WRONG, fails, output, unusable_code
from longshore.errors import Refused
from longshore.images.bake import bake, built
from longshore.images.pushing import names_to_push
from longshore.report.json_document import json_document

if TYPE_CHECKING:
    from longshore.cli.flags import Given
    from longshore.cli.shell import Shell


def run(given: Given, shell: Shell) -> int:
    """Write the file to standard output or where it is asked for, unless a finding forbids it."""
    reading, estate = estate_of(given, shell)
    if estate is None:
        return unusable_code(reading.findings, given)
    project = estate.project
    if not built(project.model["services"]):
        raise Refused("no service has a `build`", "`longshore images` lists what is pulled")
    wanted = changed_in(given, shell, estate) if given.on("--changed") else built(project.model["services"])
    inputs = inputs_of(estate)
    with readable():
        made = bake(
            project,
            shell.directory,
            wanted,
            lambda name: names_to_push(estate, name, inputs),
            hidden_in(estate).keys(),
        )
    if made.findings:
        show(reading._replace(findings=made.findings, conversion=None), given, shell, shell.err)
    if any(map(fails(reading, given), made.findings)):
        return 1
    text = json_document(without_secret_names(made.document))
    write_out(given, shell, text)
    return 0


VERB = Verb(
    "images bake",
    "write the builds as a Bake file",
    run,
    (
        *FLAGS,
        CHANGED,
        LOCK,
        Flag("--output-file", "write to a file", value="FILE"),
        OVERWRITE,
        output("json", what="how to write"),
        FINDINGS[-1],
    ),
    "[FILE|FOLDER|SERVICE...]",
    most=-1,
    examples=(
        "longshore images bake > docker-bake.json && docker buildx bake --push",
        "longshore images bake -s shop.dev --output-file docker-bake.json",
    ),
    wrong=f"{WRONG}, nothing is written",
)
