"""`longshore render`: the Kubernetes manifests of an estate, all or, where a finding forbids it, none."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from longshore.cli.flags import Flag, Verb
from longshore.cli.reading import FLAGS, OVERWRITE, exit_code, read
from longshore.errors import Refused
from longshore.report.yaml_text import write

if TYPE_CHECKING:
    from longshore.cli.flags import Given
    from longshore.cli.reading import Reading
    from longshore.cli.shell import Shell
    from longshore.model import Conversion


def run(given: Given, shell: Shell) -> int:
    """Write manifests to standard output, a file or a folder; findings go to standard error."""
    reading = read(given, shell)
    code = exit_code(reading, given)
    if reading.findings or given.on("--verbose"):
        from longshore.cli.showing import show  # noqa: PLC0415  a clean estate needs none of it

        show(reading, given, shell, shell.err)
    if reading.conversion is None and not code:
        raise Refused(f"stack {given.text('--stack')} has no compose files", "`longshore plan` shows what it creates")
    if reading.conversion is None or code:
        return code
    if reading.options.namespace:
        reading = reading._replace(conversion=_placed(reading.conversion, reading.options.namespace))
    target = given.text("--output-file")
    if not target:
        shell.out.write(_text(reading, given))
        return code
    from longshore.cli.writing import is_folder, write_file, write_folder  # noqa: PLC0415
    from longshore.report.excerpt import printable  # noqa: PLC0415

    overwrite = given.on("--overwrite")
    if not is_folder(target, shell.directory):
        write_file(target, shell.directory, _text(reading, given), overwrite=overwrite)
        return code
    removed, left = write_folder(target, shell.directory, _by_file(reading, given), overwrite=overwrite)
    for what, names in (("removed, no longer made", removed), ("left alone, not as longshore wrote it", left)):
        shell.err.writelines(f"{what}: {os.path.join(target, printable(name))}\n" for name in names)
    return code


def _placed(conversion: Conversion, namespace: str) -> Conversion:
    """Put every object into a namespace; they refer to each other by name, so nothing else changes."""
    placed = (
        {**manifest, "metadata": {"name": manifest["metadata"]["name"], "namespace": namespace, **manifest["metadata"]}}
        for manifest in conversion.manifests
    )
    return conversion._replace(manifests=tuple(placed))


def _text(reading: Reading, given: Given) -> str:
    assert reading.conversion  # noqa: S101  the caller looked
    manifests = reading.conversion.manifests
    if given.text("--format") == "json":
        return _json({"apiVersion": "v1", "kind": "List", "items": list(manifests)})
    if given.on("--annotate"):
        from longshore.cli.annotating import annotated  # noqa: PLC0415

        return "".join(f"---\n{text}" for _, text in annotated(reading))
    return write(manifests)


def _by_file(reading: Reading, given: Given) -> dict[str, str]:
    """File name → content, one for each object: `deployment-web.yaml`.

    What changes in an object's name is not in its file's: a changed Job takes the place of the one before it.
    """
    from longshore.cli.annotating import annotated  # noqa: PLC0415
    from longshore.convert.kubernetes.stable import stable_name  # noqa: PLC0415
    from longshore.report.yaml_text import document  # noqa: PLC0415

    assert reading.conversion  # noqa: S101  the caller looked
    manifests = reading.conversion.manifests
    if given.text("--format") == "json":
        texts = [(manifest, _json(manifest)) for manifest in manifests]
    else:
        noted = given.on("--annotate")
        texts = annotated(reading) if noted else [(manifest, document(manifest)) for manifest in manifests]
    kind = given.text("--format")
    return {f"{manifest['kind']}-{stable_name(manifest)}.{kind}".lower(): text for manifest, text in texts}


def _json(value: object) -> str:
    import json  # noqa: PLC0415

    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


VERB = Verb(
    "render",
    "write the Kubernetes manifests",
    run,
    (
        *FLAGS,
        Flag("--output-file", "write there, one file per object in a folder", short="-o", value="FILE|DIR"),
        OVERWRITE,
        Flag("--format", "of manifests", value="FORMAT", choices=("yaml", "json"), default="yaml"),
        Flag("--annotate", "say where each field came from"),
    ),
    "[SERVICE...]",
    most=-1,
    examples=(
        "longshore render -f compose.yaml | kubectl diff -f -",
        "longshore render -s shop.dev -o manifests/",
        "longshore render --fail-on never           all that can be translated",
    ),
)
