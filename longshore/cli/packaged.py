"""`longshore render -o helm` and `-o kustomize`: what people edit after us, which is a folder and never a stream."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from longshore.cli.rendered import rendered, write_all
from longshore.convert.kubernetes.names import label
from longshore.errors import Refused
from longshore.report.helm.chart import chart, charts
from longshore.report.kustomize import kustomizations

if TYPE_CHECKING:
    from collections.abc import Mapping

    from longshore.cli.flags import Given
    from longshore.cli.project_input import Reading
    from longshore.cli.shell import Shell
    from longshore.model import Manifest


def run(given: Given, shell: Shell) -> int:
    """Write a chart, several, or a base with its overlays; all or nothing.

    Raises:
        Refused: no folder is named, or a flag that says nothing of such a folder is given.
    """
    kind, folder = given.text("--output"), given.text("--output-dir")
    if not folder or given.text("--output-file"):
        raise Refused(f"`--output {kind}` writes a folder of files", "say which: `--output-dir DIR`")
    if given.on("--annotate"):
        raise Refused(f"`--annotate` and `--output {kind}` exclude each other", "`longshore explain` says it too")
    if given.on("--per-service") and kind != "helm":
        raise Refused("`--per-service` is of charts", "`--output helm --per-service`")
    readings, code = (_of_team if kind == "kustomize" else _named)(given, shell)
    if code:
        return code
    write_all(folder, _kustomize(readings) if kind == "kustomize" else _helm(readings, given), given, shell)
    return 0


def _named(given: Given, shell: Shell) -> tuple[dict[str, Reading], int]:
    """Read what is named: (the stack, empty without one → its estate, exit code)."""
    reading, code = rendered(given, shell)
    return {given.text("--stack"): reading}, code


def _of_team(given: Given, shell: Shell) -> tuple[dict[str, Reading], int]:
    """Read the stack that is named, and all others of its team that have compose files; the worst exit code counts."""
    stack = given.text("--stack")
    if not stack:
        return _named(given, shell)
    from longshore.stack.reading import configuration, project_root, stack_names  # noqa: PLC0415  pydantic, which a compose file alone does not need

    root = project_root(shell.directory)
    settings = {name: configuration(name, root) for name in stack_names(root)}
    team = settings.get(stack, {}).get("longshore:team")
    others = (
        name for name, own in settings.items() if "longshore:compose" in own and own.get("longshore:team") == team
    )
    names = sorted({stack, *others})
    each = [_named(given._replace(values={**given.values, "--stack": (name,)}), shell) for name in names]
    return {name: reading for readings, _ in each for name, reading in readings.items()}, max(code for _, code in each)


def _helm(readings: Mapping[str, Reading], given: Given) -> dict[str, str]:
    reading = next(iter(readings.values()))
    manifests = _manifests(reading)
    return charts(manifests) if given.on("--per-service") else chart(_called(reading), manifests)


def _called(reading: Reading) -> str:
    """The name of the chart: that of the application."""
    return label(reading.options.application or (reading.project.name if reading.project else ""))


def _kustomize(readings: Mapping[str, Reading]) -> dict[str, str]:
    """An overlay for each environment; where two stacks of a team are in one, it is called after the stack."""
    environments = Counter(reading.options.environment for reading in readings.values())
    names = {
        stack: reading.options.environment if environments[reading.options.environment] == 1 else stack
        for stack, reading in readings.items()
    }
    return kustomizations({names[stack]: _manifests(reading) for stack, reading in readings.items()})


def _manifests(reading: Reading) -> tuple[Manifest, ...]:
    assert reading.conversion  # noqa: S101  the exit code would not be 0
    return reading.conversion.manifests
