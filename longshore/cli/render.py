"""`longshore render`: the Kubernetes manifests of an estate, all or, where a finding forbids it, none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.cli.flags import Flag, Verb
from longshore.cli.manifest_files import is_folder
from longshore.cli.origin_comments import annotated
from longshore.cli.output_file import write_out
from longshore.cli.project_input import FINDINGS, FLAGS, OVERWRITE, WRONG, output
from longshore.cli.rendered import rendered, write_all
from longshore.convert.kubernetes.stable import stable_name
from longshore.errors import Refused
from longshore.report.json_document import json_document
from longshore.report.yaml_text import document

if TYPE_CHECKING:
    from longshore.cli.flags import Given
    from longshore.cli.project_input import Reading
    from longshore.cli.shell import Shell
    from longshore.model import Manifest

FOLDERS = ("helm", "kustomize")
"""Formats that are a folder of files, each with its own place in it."""


def run(given: Given, shell: Shell) -> int:
    """Write manifests to standard output, a file or a folder; findings go to standard error."""
    file, folder = given.text("--output-file"), given.text("--output-dir")
    if given.text("--output") in FOLDERS or given.on("--per-service"):
        from longshore.cli import packaged  # noqa: PLC0415  most output is plain manifests

        return packaged.run(given, shell)
    if file:
        _one_file(file, folder, shell)
    reading, code = rendered(given, shell)
    if code:
        return code
    if folder:
        write_all(folder, _by_file(reading, given), given, shell)
    else:
        write_out(given, shell, *_texts(reading, given))
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


def _texts(reading: Reading, given: Given) -> list[str]:
    """All that is written, in pieces: on its way out, a text of a whole estate would be copied again and again."""
    assert reading.conversion  # noqa: S101  the caller looked
    if given.text("--output") == "json":
        return [json_document({"apiVersion": "v1", "kind": "List", "items": list(reading.conversion.manifests)})]
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
        texts = [(manifest, json_document(manifest)) for manifest in reading.conversion.manifests]
    else:
        texts = _documents(reading, given)
    return {f"{manifest['kind']}-{stable_name(manifest)}.{kind}".lower(): text for manifest, text in texts}


VERB = Verb(
    "render",
    "write the Kubernetes manifests",
    run,
    (
        *FLAGS,
        output("yaml", "json", *FOLDERS, what="of manifests", old="--format"),
        Flag("--output-file", "write all to one file", value="FILE"),
        Flag("--output-dir", "write a file per object, or a chart", value="DIR"),
        Flag("--per-service", "of helm: a chart for each service"),
        OVERWRITE,
        Flag("--annotate", "say where each field came from"),
        *FINDINGS,
    ),
    "[FILE|FOLDER|SERVICE...]",
    most=-1,
    examples=(
        "longshore render compose.yaml | kubectl diff -f -",
        "longshore render -s shop.dev -o helm --output-dir chart/",
        "longshore render --fail-on never           all that can be translated",
    ),
    wrong=f"{WRONG}, nothing is written",
)
