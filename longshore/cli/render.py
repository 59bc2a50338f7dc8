"""`longshore render`: the Kubernetes manifests of an estate, all or, where a finding forbids it, none."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from longshore.cli.findings_output import show
from longshore.cli.flags import Flag, Verb
from longshore.cli.manifest_files import is_folder, write_file, write_folder
from longshore.cli.origin_comments import annotated
from longshore.cli.project_input import FINDINGS, FLAGS, OVERWRITE, WRONG, chosen, exit_code, output, read
from longshore.convert.kubernetes.stable import stable_name
from longshore.errors import Refused
from longshore.report.yaml_text import document

if TYPE_CHECKING:
    from longshore.cli.flags import Given
    from longshore.cli.project_input import Reading
    from longshore.cli.shell import Shell
    from longshore.model import Conversion, Manifest


def run(given: Given, shell: Shell) -> int:
    """Write manifests to standard output, a file or a folder; findings go to standard error."""
    file, folder = given.text("--output-file"), given.text("--output-dir")
    if file:
        _one_file(file, folder, shell)
    reading = chosen(read(given, shell), given)
    code = exit_code(reading, given)
    if reading.findings or given.on("--verbose"):
        show(reading, given, shell, shell.err)
    if reading.conversion is None and not code:
        raise Refused(f"stack {given.text('--stack')} has no compose files", "`longshore plan` shows what it creates")
    if reading.conversion is None or code:
        return code
    if reading.options.namespace:
        reading = reading._replace(conversion=_placed(reading.conversion, reading.options.namespace))
    if folder:
        _into(folder, reading, given, shell)
    elif file:
        write_file(file, shell.directory, "".join(_texts(reading, given)), overwrite=given.on("--overwrite"))
        if not given.on("--quiet"):
            shell.name("wrote", [file])
    else:
        shell.out.writelines(_texts(reading, given))
    return code


def _one_file(file: str, folder: str, shell: Shell) -> None:
    """Refuse what is no name of a file of manifests, which until this version was that of a folder."""
    if folder:
        raise Refused("`--output-file` and `--output-dir` exclude each other", "one file for all, or one for each")
    if is_folder(file, shell.directory):
        raise Refused(
            f"`--output-file` is one file, which ends in .yaml, .yml or .json; `{file}` is none",
            f"write `--output-dir {file}` for a folder with one file per object",
        )


def _into(folder: str, reading: Reading, given: Given, shell: Shell) -> None:
    files = _by_file(reading, given)
    removed, left = write_folder(folder, shell.directory, files, overwrite=given.on("--overwrite"))
    for what, names in (
        ("wrote", () if given.on("--quiet") else sorted(files)),
        ("removed, no longer made:", removed),
        ("left alone, not as longshore wrote it:", left),
    ):
        shell.name(what, (os.path.join(folder, name) for name in names))


def _placed(conversion: Conversion, namespace: str) -> Conversion:
    """Put every object into a namespace; they refer to each other by name, so nothing else changes."""
    placed = (
        {**manifest, "metadata": {"name": manifest["metadata"]["name"], "namespace": namespace, **manifest["metadata"]}}
        for manifest in conversion.manifests
    )
    return conversion._replace(manifests=tuple(placed))


def _texts(reading: Reading, given: Given) -> list[str]:
    """All that is written, in pieces: on its way out, a text of a whole estate would be copied again and again."""
    assert reading.conversion  # noqa: S101  the caller looked
    if given.text("--output") == "json":
        return [_json({"apiVersion": "v1", "kind": "List", "items": list(reading.conversion.manifests)})]
    return [f"---\n{text}" for _, text in _documents(reading, given)]


def _documents(reading: Reading, given: Given) -> list[tuple[Manifest, str]]:
    """Every manifest and its YAML."""
    assert reading.conversion  # noqa: S101  the caller looked
    if given.on("--annotate"):
        return annotated(reading)
    return [(manifest, document(manifest)) for manifest in reading.conversion.manifests]


def _by_file(reading: Reading, given: Given) -> dict[str, str]:
    """File name → content, one for each object: `deployment-web.yaml`.

    What changes in an object's name is not in its file's: a changed Job takes the place of the one before it.
    """
    assert reading.conversion  # noqa: S101  the caller looked
    kind = given.text("--output")
    if kind == "json":
        texts = [(manifest, _json(manifest)) for manifest in reading.conversion.manifests]
    else:
        texts = _documents(reading, given)
    return {f"{manifest['kind']}-{stable_name(manifest)}.{kind}".lower(): text for manifest, text in texts}


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


VERB = Verb(
    "render",
    "write the Kubernetes manifests",
    run,
    (
        *FLAGS,
        output("yaml", "json", what="of manifests", old="--format"),
        Flag("--output-file", "write all to one file", value="FILE"),
        Flag("--output-dir", "write a file per object", value="DIR"),
        OVERWRITE,
        Flag("--annotate", "say where each field came from"),
        *FINDINGS,
    ),
    "[FILE|FOLDER|SERVICE...]",
    most=-1,
    examples=(
        "longshore render compose.yaml | kubectl diff -f -",
        "longshore render -s shop.dev --output-dir manifests/",
        "longshore render --fail-on never           all that can be translated",
    ),
    wrong=f"{WRONG}, nothing is written",
)
