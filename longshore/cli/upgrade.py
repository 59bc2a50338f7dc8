"""`longshore upgrade`: from one Kubernetes version of an EKS cluster to the next, step by step."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from longshore.cli.flags import Flag, Verb
from longshore.cli.plan import rehearse_stack
from longshore.cli.project_input import STACK, output, stack_named
from longshore.errors import INPUT, Refused
from longshore.report.json_document import json_document
from longshore.stack.addons import VERSIONS, addons_of, unknown_addons
from longshore.stack.charts import autoscaler_image
from longshore.stack.editing import with_settings
from longshore.stack.eks_settings import EksCluster
from longshore.stack.file import read_stack_file
from longshore.stack.reading import FOLDER, configuration, project_root, read_stack, stack_names
from longshore.stack.settings import StackCluster
from longshore.stack.support import ENDS, minor
from longshore.stack.validation import check_settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from longshore.cli.flags import Given
    from longshore.cli.shell import Shell
    from longshore.stack.settings import Settings

GONE: Final[Mapping[str, tuple[str, str]]] = {
    "autoscaling/v2beta2": ("1.26", "autoscaling/v2"),
    "batch/v1beta1": ("1.25", "batch/v1"),
    "flowcontrol.apiserver.k8s.io/v1beta2": ("1.29", "flowcontrol.apiserver.k8s.io/v1"),
    "flowcontrol.apiserver.k8s.io/v1beta3": ("1.32", "flowcontrol.apiserver.k8s.io/v1"),
    "policy/v1beta1": ("1.25", "policy/v1"),
}
"""apiVersion → the Kubernetes version that serves it no more, and what to write instead.

Source: https://kubernetes.io/docs/reference/using-api/deprecation-guide/
"""


def run(given: Given, shell: Shell) -> int:
    """Say the steps to the next version, and write it into the stack file where that is asked for."""
    name = stack_named(given, shell)
    root = project_root(shell.directory)
    stack = read_stack(name, root)
    path = Path(root, FOLDER, f"Pulumi.{name}.yaml")
    settings = stack.settings or _but_for_support(name, root)
    if settings is None:
        raise Refused(f"stack {name} can't be read", f"`longshore check -s {name}` says why", INPUT)
    cluster = settings.cluster
    if not isinstance(cluster, EksCluster):
        raise Refused(f"stack {name} makes no cluster", _where(root), INPUT)
    wanted = given.text("--to") or _next(cluster.version)
    _one_step(cluster, wanted)
    steps, leaving = list(_steps(name, cluster, wanted, _users(name, root))), _leaving(name, root, wanted, shell)
    if not leaving:
        steps.append(f"7. what these stacks make, Kubernetes {wanted} serves")
    if given.text("--output") == "json":
        document = {"version": 1, "stack": name, "from": cluster.version, "to": wanted, "steps": steps[1:]}
        shell.out.write(json_document({**document, "servedNoMore": leaving}))
    else:
        shell.show("".join(f"{line}\n" for line in steps))
    for line in leaving:
        shell.tell("warning", line)
    if given.on("--write"):
        place = ("config", "longshore:cluster", "version")
        path.write_text(with_settings(path.read_text("utf-8"), {place: wanted}, f"{FOLDER}/{path.name}"), "utf-8")
        shell.tell("note", f"wrote version {wanted} into {path.relative_to(root)}")
    return 0


def _but_for_support(name: str, root: str) -> Settings | None:
    """The settings of a stack in which nothing is wrong but that its version is out of support."""
    return check_settings(configuration(name, root), read_stack_file("", name)).settings


def _next(version: str) -> str:
    first, second = minor(version)
    return f"{first}.{second + 1}"


def _one_step(cluster: EksCluster, wanted: str) -> None:
    """Refuse what EKS would: https://docs.aws.amazon.com/eks/latest/userguide/update-cluster.html."""
    if wanted != _next(cluster.version):
        raise Refused(f"from {cluster.version} EKS goes to {_next(cluster.version)} only, not to {wanted}", "", INPUT)


def _where(root: str) -> str:
    found = [name for name in stack_names(root) if _makes_one(name, root)]
    return f"clusters are made by: {', '.join(found)}" if found else "no stack of this project makes one"


def _makes_one(name: str, root: str) -> bool:
    settings = read_stack(name, root).settings
    return bool(settings and isinstance(settings.cluster, EksCluster))


def _users(platform: str, root: str) -> list[str]:
    """Stacks on the cluster of a platform."""
    stacks = {name: read_stack(name, root).settings for name in stack_names(root)}
    return [
        name
        for name, settings in stacks.items()
        if settings and isinstance(settings.cluster, StackCluster) and settings.cluster.stack == platform
    ]


def _steps(name: str, cluster: EksCluster, wanted: str, users: list[str]) -> Iterator[str]:
    ends = ENDS.get(wanted)
    until = f", in standard support until {ends.standard}" if ends else ""
    yield f"{name}: Kubernetes {cluster.version} to {wanted}{until}"
    yield "1. ask AWS what stands in the way: aws eks list-insights --cluster-name NAME, category UPGRADE_READINESS"
    yield f'2. version: "{wanted}" in stacks/Pulumi.{name}.yaml (`--write` does it); pulumi preview shows what follows'
    yield "3. control plane: `up` upgrades it in place, and goes one minor at a time"
    yield "4. add-ons, by the same `up`, after it:"
    for addon, version in sorted(addons_of(cluster).items()):
        ours = VERSIONS.get(addon, {}).get(wanted, "")
        pinned = cluster.addon_versions.get(addon)
        later = pinned or ours
        yield f"   {addon}: {version}" + (f" to {later}" if later and later != version else "" if later else " to …")
    for addon in unknown_addons(_at(cluster, wanted)):
        lists = f"aws eks describe-addon-versions --kubernetes-version {wanted} --addon-name {addon}"
        yield f"   pin `{addon}` in cluster.addons: `{lists}` lists its versions"
    if cluster.compute == "managed":
        yield "5. nodes, by the same `up`, last, group by group as far as disruption budgets let them go:"
        yield from _groups(cluster, wanted)
    else:
        yield "5. nodes: Auto Mode replaces them by itself, within days, as far as disruption budgets let it"
    yield f"6. the stacks on it: {', '.join(users)}" if users else "6. no stack of this project runs on it"


def _groups(cluster: EksCluster, wanted: str) -> Iterator[str]:
    """What becomes of the image of each group, and of the autoscaler, which is of the same version."""
    for name, group in sorted(cluster.node_groups.items()):
        if group.release:
            yield f"   {name}: pinned to {group.release}: name a release for {wanted}, or leave it out for the newest"
        else:
            yield f"   {name}: to the newest release for {wanted}, {group.max_unavailable} at once"
    if cluster.autoscaler:
        yield f"   autoscaler: {autoscaler_image(cluster.version)} to {autoscaler_image(wanted)}, by the same `up`"


def _at(cluster: EksCluster, version: str) -> EksCluster:
    return replace(cluster, version=version)


def served_no_more(objects: Iterable[Mapping[str, Any]], wanted: str) -> Iterator[str]:
    """Find objects in versions of the API that Kubernetes `wanted` does not serve, each in words."""
    for found in objects:
        gone, instead = GONE.get(str(found.get("apiVersion", "")), ("", ""))
        if gone and minor(wanted) >= minor(gone):
            name = found.get("metadata", {}).get("name")
            yield f"{found.get('kind')} {name} is {found['apiVersion']}, which {gone} serves no more: {instead}"


def _leaving(platform: str, root: str, wanted: str, shell: Shell) -> list[str]:
    """What of the stacks on a cluster the new version does not serve."""
    lines: list[str] = []
    for name in (platform, *_users(platform, root)):
        planned = rehearse_stack(name, shell)
        if planned.bug or planned.failure:
            lines.append(
                f"stack {name} can't be planned, so nothing is known of what it uses: `longshore plan -s {name}`"
            )
        lines += [f"stack {name}: {line}" for line in served_no_more((node.inputs for node in planned.nodes), wanted)]
    return lines


VERB = Verb(
    "upgrade",
    "say the steps to the next Kubernetes version of a cluster",
    run,
    (
        STACK,
        Flag("--to", "the version; EKS goes one minor at a time", value="VERSION"),
        Flag("--write", "write the version into the stack file; its comments stay"),
        output("text", "json", what="of the steps"),
    ),
    examples=("longshore upgrade -s platform.dev", "longshore upgrade -s platform.dev --write"),
)
