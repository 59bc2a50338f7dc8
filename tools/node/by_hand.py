"""The one node that a person starts, and finds again from another shell."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from tools.cluster.versions import cache_home
from tools.node.layout import Layout
from tools.node.node import Node, boot, end
from tools.node.standins import standin_images


def home() -> Path:
    """Where its state lies."""
    return cache_home() / "node"


def _state() -> Path:
    return home() / "state.json"


def up() -> Node:
    """Start it, or find the one that runs; errors as `boot`."""
    if found := find():
        return found
    shutil.rmtree(home(), ignore_errors=True)
    images = standin_images()
    node = boot(home(), outlive=True)
    for image in images:
        node.add_image(image)
    _state().write_text(json.dumps({"port": node.layout.server_port, "pid": node.pid}))
    return node


def find() -> Node | None:
    """The node, if it runs."""
    try:
        state = json.loads(_state().read_text())
        words = Path(f"/proc/{state['pid']}/cmdline").read_text()
    except OSError:
        return None
    # Process numbers are used again, so a process is ours only if its command line names our folder.
    return Node(Layout(home(), state["port"]), state["pid"]) if str(home()) in words else None


def down() -> bool:
    """End it; answers whether it ran."""
    node = find()
    if node is None:
        return False
    end(node)
    shutil.rmtree(home(), ignore_errors=True)
    return True
