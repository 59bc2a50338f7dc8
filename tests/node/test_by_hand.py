"""The node that a person starts: found again from another shell, used there, ended, gone."""

import subprocess
import sys

import pytest

from tools.node import by_hand
from tools.node.node import NodeUnavailableError, programs

pytestmark = pytest.mark.cluster


def test_up_is_found_again_and_down_ends_it(tmp_path, monkeypatch):
    try:
        programs()
    except NodeUnavailableError as error:
        pytest.skip(str(error))
    monkeypatch.setattr(by_hand, "home", lambda: tmp_path / "node")
    assert by_hand.find() is None
    assert not by_hand.down()
    started = by_hand.up()
    try:
        assert by_hand.up().pid == started.pid, "a second one finds the first"
        found = by_hand.find()
        assert found is not None
        assert "node-0" in found.run("kubectl", "get", "nodes").out
        script = (
            "import pathlib, sys; from tools.cluster.api import Api; Api(pathlib.Path(sys.argv[1])).list('v1', 'Node')"
        )
        outside = [sys.executable, "-c", script, str(found.kubeconfig)]
        assert subprocess.run(outside, check=False).returncode == 0, "the kubeconfig is good outside too"
    finally:
        assert by_hand.down()
    assert by_hand.find() is None
    assert not (tmp_path / "node").exists()
