"""Projects to rehearse: the repository's own stacks, changed copies of them, and small ones written out."""

from __future__ import annotations

import os
import shutil
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from longshore.rehearsal.plan import Node, Rehearsal, Script
from longshore.rehearsal.rehearse import rehearse
from longshore.stack.file import read_stack_file
from longshore.stack.reading import configuration, project_name, stack_names
from longshore.stack.validation import check_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

GUARD = "pulumi:disable-default-providers"
BASE = {
    GUARD: ["aws", "kubernetes"],
    "longshore:environment": "dev",
    "longshore:cluster": {"kind": "kubeconfig", "networkPolicies": True},
    "longshore:team": "shop",
}
EKS = {
    **BASE,
    "longshore:aws": {"region": "eu-west-1", "accountId": "111122223333"},
    "longshore:network": {},
    "longshore:cluster": {"kind": "eks"},
}
MANAGED = {"kind": "eks", "compute": "managed"}

REPOSITORY = Path(__file__).resolve().parents[2]
APPLICATION = "longshore:index:Application"


def check(config: dict[str, Any]) -> Any:
    """Check the configuration of one stack, as its file has it."""
    return check_settings(config, read_stack_file("", "stack.yaml"))


def play(root: Path, stack: str, *, known: bool = False, program: Path | None = None) -> Rehearsal:
    """Rehearse a stack of the project in `root`."""
    configs = {name: configuration(name, str(root)) for name in stack_names(str(root))}
    main = str(program or REPOSITORY / "__main__.py")
    return rehearse(Script(main, str(root), project_name(str(root)), stack, configs, known), os.environ)


def nodes(rehearsal: Rehearsal) -> dict[str, Node]:
    """The resources by URN, of a rehearsal that went well."""
    assert not rehearsal.bug, rehearsal.bug
    assert not rehearsal.failure, rehearsal.failure
    return {node.urn: node for node in rehearsal.nodes}


def copy(target: Path) -> Path:
    """A copy of the project whose stacks and example may be changed."""
    for name in ("Pulumi.yaml", "__main__.py"):
        shutil.copy(REPOSITORY / name, target)
    for name in ("stacks", "examples"):
        shutil.copytree(REPOSITORY / name, target / name)
    return target


def edit(root: Path, stack: str, change: Callable[[dict[str, Any]], None]) -> None:
    """Change the configuration in a stack file."""
    path = root / "stacks" / f"Pulumi.{stack}.yaml"
    content = yaml.safe_load(path.read_text("utf-8"))
    change(content["config"])
    path.write_text(yaml.safe_dump(content, sort_keys=False), "utf-8")


def small(root: Path, compose: str, settings: Mapping[str, Any] | None = None) -> Path:
    """A project with one stack `web.local` on a kubeconfig, whose compose file is `compose`."""
    (root / "stacks").mkdir(parents=True)
    for name in ("Pulumi.yaml", "__main__.py"):
        shutil.copy(REPOSITORY / name, root)
    (root / "compose.yaml").write_text(compose, "utf-8")
    config = {
        "longshore:environment": "local",
        "longshore:team": "web",
        "longshore:cluster": {"kind": "kubeconfig", "path": "kubeconfig", "networkPolicies": True},
        "longshore:compose": {"files": ["compose.yaml"]},
        "longshore:secrets": {"backend": "fake"},
        **(settings or {}),
    }
    (root / "stacks" / "Pulumi.web.local.yaml").write_text(yaml.safe_dump({"config": config}), "utf-8")
    return root


@cache
def own(stack: str, *, known: bool = False) -> dict[str, Node]:
    """The resources of a stack of the repository itself."""
    return nodes(play(REPOSITORY, stack, known=known))
