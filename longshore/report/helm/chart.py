"""The files of a Helm chart: for a whole project, or for each service one and one for what they share.

Text that people write (commands, configuration, addresses) lies below `files/` and in `values.yaml`, which Helm does
not read as templates, so that a `{{` in it stays what it is.
Source: https://helm.sh/docs/topics/charts/
"""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from itertools import count
from typing import TYPE_CHECKING, Any, Final

from longshore.report.helm.groups import Grouped, grouped
from longshore.report.helm.schema import for_one_node, schema
from longshore.report.helm.values import blocks, common_variables, image_parts
from longshore.report.yaml_text import document

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from longshore.model import Manifest

SHARED: Final = "files/_shared.yaml"
"""No service is called so: a name of Kubernetes has no `_`."""

VERSION: Final = "0.1.0"

_IGNORED: Final = ".longshore-written\n.git/\n*.tgz\n"

_COMMENTS: Final = {
    "commonEnv": "Variables that several services have, with one value for all of them; `env` of a service beats it.",
    "imagePullSecrets": "Secrets with the login of a registry: [{name: registry}].",
    "networkPolicy": "Pods of one compose network reach each other, and nobody else reaches them.",
    "persistence": "`keep`: volumes and their data stay when the release is uninstalled.",
    "services": "One block a service, its variables from Secrets apart; `null` leaves a service out.",
}

_HEAD: Final = """\
# What a team changes. It beats files/NAME.yaml, which has all of a service as `longshore render` writes it.
# Keep your own values in a file beside the chart: helm upgrade RELEASE CHART -f mine.yaml
"""


_BEATEN: Final = "# As `longshore render` makes them; what values.yaml says of them beats what stands here.\n"


def chart(name: str, manifests: Sequence[Manifest]) -> dict[str, str]:
    """Write one chart for all manifests: path in the chart → text.

    name: of the chart, a name as Kubernetes allows it.
    """
    return _chart(name, grouped(manifests), for_one_node(manifests), common=True)


def charts(manifests: Sequence[Manifest]) -> dict[str, str]:
    """Write a chart for each workload, in a folder called after it, and one for what several use, to install first.

    Returns: path, the name of a chart first → text.
    """
    parts = grouped(manifests)
    every = {group.name: Grouped((group,), ()) for group in parts.groups}
    if parts.shared:
        name = next(name for name in _shared_names() if name not in every)
        every[name] = Grouped((), parts.shared)
    single = for_one_node(manifests)
    found: dict[str, str] = {}
    for name, part in every.items():
        files = _chart(name, part, single, common=False)
        found |= {f"{name}/{path}": text for path, text in files.items()}
    return found


def _chart(name: str, parts: Grouped, single: frozenset[str], *, common: bool) -> dict[str, str]:
    values = _values(parts, common=common)
    kinds = {manifest["kind"] for manifest in _all(parts)}
    notes = _template("NOTES.txt") + (_template("NOTES.secrets.txt") if "ExternalSecret" in kinds else "")
    files = {
        "Chart.yaml": document(_metadata(name, parts)),
        "values.yaml": _HEAD + "".join(map(_section, values, values.values())),
        "values.schema.json": json.dumps(schema(parts.groups, single, values), indent=2) + "\n",
        ".helmignore": _IGNORED,
        "templates/NOTES.txt": notes,
        "templates/_objects.tpl": _template("_objects.tpl"),
        "templates/_values.tpl": _template("_values.tpl"),
    }
    if parts.groups:
        files["templates/services.yaml"] = _template("services.yaml")
        files |= {f"files/{group.name}.yaml": _list(group.manifests) for group in parts.groups}
    if parts.shared:
        files["templates/shared.yaml"] = _template("shared.yaml")
        files[SHARED] = _list(parts.shared)
    return files


def _shared_names() -> Iterator[str]:
    yield "shared"
    yield from (f"shared-{number}" for number in count(2))


def _metadata(name: str, parts: Grouped) -> dict[str, Any]:
    """`Chart.yaml`; the version of what is in it is the one that most of its images have."""
    images = [container.get("image", "") for group in parts.groups for container in _containers(group.workload)]
    tags = Counter(filter(None, (image_parts(image).get("tag", "") for image in images)))
    found = {
        "apiVersion": "v2",
        "name": name,
        "description": f"Made by Longshore from a Docker Compose project: {name}",
        "type": "application",
        "version": VERSION,
    }
    if tags:
        found["appVersion"] = tags.most_common(1)[0][0]
    return found


def _values(parts: Grouped, *, common: bool) -> dict[str, Any]:
    services = {name: block for group in parts.groups for name, block in blocks(group).items()}
    values: dict[str, Any] = {}
    if common and (variables := common_variables(services.values())):
        values["commonEnv"] = variables
    if services:
        pods = (group.workload["spec"]["template"]["spec"] for group in parts.groups)
        values["imagePullSecrets"] = next((pod["imagePullSecrets"] for pod in pods if "imagePullSecrets" in pod), [])
    kinds = {manifest["kind"] for manifest in _all(parts)}
    if services or "NetworkPolicy" in kinds:
        values["networkPolicy"] = {"enabled": "NetworkPolicy" in kinds}
    if "PersistentVolumeClaim" in kinds:
        values["persistence"] = {"resourcePolicy": ""}
    return values | ({"services": services} if services else {})


def _section(key: str, value: Any) -> str:
    return f"\n# {_COMMENTS[key]}\n{document({key: value})}"


def _list(manifests: Iterable[Manifest]) -> str:
    return f"{_BEATEN}{document({'apiVersion': 'v1', 'kind': 'List', 'items': list(manifests)})}"


def _all(parts: Grouped) -> Iterator[Manifest]:
    for group in parts.groups:
        yield from group.manifests
    yield from parts.shared


def _containers(workload: Manifest) -> Iterable[Mapping[str, Any]]:
    containers: list[dict[str, Any]] = workload["spec"]["template"]["spec"]["containers"]
    return containers


@cache
def _template(name: str) -> str:
    # not by importlib.resources, which takes longer to import than the chart to write
    path = f"{__file__.rpartition('/')[0]}/templates/{name}"
    data: bytes = __loader__.get_data(path)  # type: ignore[name-defined]
    return data.decode()
