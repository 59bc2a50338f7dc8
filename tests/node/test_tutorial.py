"""docs/tutorial.md, followed from its first command to its last on the real node, and held to what it shows."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.cluster.estates import KEPT, ROOT
from tests.node.tutorial import blocks, fits, follow
from tools.cluster.processes import free_ports
from tools.cluster.versions import ToolsMissingError
from tools.node.standins import vault_image

if TYPE_CHECKING:
    from collections.abc import Callable

    from tools.node.node import Node

PAGE = blocks((ROOT / "docs" / "tutorial.md").read_text("utf-8"))
INSTALLS = """\
helm repo add external-secrets https://charts.external-secrets.io
helm install external-secrets external-secrets/external-secrets --namespace external-secrets --create-namespace --wait
"""
"""The operator is there before the page begins: its chart's registry is not reached from a test."""
PORTS = (
    {"service/vault 8200": "service/vault {}:8200", "Outside: http://127.0.0.1:8200": "Outside: http://127.0.0.1:{}"},
    {
        "service/web 8080:80": "service/web {}:80",
        "curl --silent http://127.0.0.1:8080": "curl --silent http://127.0.0.1:{}",
    },
)
"""Ports of this machine that the page takes, and others may have: what it says → the same with one that is free."""
PATIENCE = 900


@pytest.fixture
def vault(node: Node) -> None:
    """Vault's image, under the name that the page gives."""
    try:
        node.add_image(vault_image("hashicorp/vault:1.21.2"))
    except ToolsMissingError as error:
        pytest.skip(str(error))


@pytest.fixture
def environment(node: Node, tmp_path: Path) -> dict[str, str]:
    """A shell with kubectl and longshore, and the node as the cluster that is called `my-cluster`."""
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "kubectl").symlink_to(node.layout.folder / "bin" / "kubectl")
    (programs / "longshore").symlink_to(Path(sys.executable).with_name("longshore"))
    config = yaml.safe_load(node.kubeconfig.read_text("utf-8"))
    config["contexts"][0]["name"] = config["current-context"] = "my-cluster"
    (tmp_path / "kubeconfig").write_text(yaml.safe_dump(config), "utf-8")
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    return {**kept, "PATH": path, "KUBECONFIG": str(tmp_path / "kubeconfig"), "COLUMNS": "100"}


@pytest.fixture
def commands() -> list[str]:
    """The commands of the page, with ports that are free here, and without what was installed before."""
    written = [block.commands for block in PAGE]
    assert written.count(INSTALLS) == 1
    text = "\0".join("" if each == INSTALLS else each for each in written)
    for places, port in zip(PORTS, free_ports(len(PORTS)), strict=True):
        for written_there, here in places.items():
            assert text.count(written_there) == 1
            text = text.replace(written_there, here.format(port))
    return text.split("\0")


@pytest.fixture
def nothing_left(node: Node):
    yield
    for name in ("shop", "vault"):
        node.api.delete("v1", "Namespace", "", name)
    node.api.wait(lambda: not any(node.api.exists("v1", "Namespace", "", x) for x in ("shop", "vault")), "the end")
    assert not node.api.exists("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", "", "vault")


@pytest.mark.usefixtures("operator", "vault", "nothing_left")
def test_every_command_of_the_tutorial_prints_what_the_page_shows(
    commands: list[str], environment: dict[str, str], tmp_path: Path, say: Callable[[str], None]
) -> None:
    folder = tmp_path / "shop"
    folder.mkdir()
    printed = follow(commands, folder, environment, PATIENCE)
    assert printed.left == -1, f"{commands[printed.left]}\n{printed.outputs[printed.left]}"
    said = dict(enumerate(printed.outputs))
    differing = [
        f"{block.commands}\nshown:\n{block.shown}\nprinted:\n{said[number]}"
        for number, block in enumerate(PAGE)
        if block.shown and not fits(block.shown, said[number])
    ]
    assert not differing, "\n\n".join(differing)
    passwords = re.findall("REDIS_PASSWORD=(\\S+?)'", "".join(commands))
    assert len(passwords) == 2
    assert not [one for one in passwords for text in printed.outputs if one in text]
    say(f"{len(PAGE)} blocks of the tutorial, {sum(bool(block.shown) for block in PAGE)} with what they print")
