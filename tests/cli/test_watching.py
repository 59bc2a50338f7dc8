"""`longshore status --watch`: again and again until interrupted, and in a pipe only what is new."""

from __future__ import annotations

import io
import json

import pytest

from longshore.cli import status
from longshore.cli.program import run
from longshore.cli.shell import Shell
from tests.cli.api_server import shop
from tests.cli.screen import Terminal


def workload(name: str, ready: int) -> dict[str, object]:
    labels = {"app.kubernetes.io/name": name}
    template = {"spec": {"containers": [{"name": name, "image": f"own/{name}:1"}]}}
    return {
        "metadata": {"name": name, "generation": 1},
        "spec": {"replicas": 1, "selector": {"matchLabels": labels}, "template": template},
        "status": {"observedGeneration": 1, "replicas": 1, "updatedReplicas": 1, "availableReplicas": ready},
    }


@pytest.fixture
def watch(tmp_path, monkeypatch):
    """Watch while the world becomes another between looks, and interrupt after the last; what was written."""
    with shop(tmp_path) as world:

        def call(*words, between, terminal=False):
            steps = iter(between)

            def pause(_):
                step = next(steps, None)
                if step is None:
                    raise KeyboardInterrupt
                for kind, thing in step:
                    world.put(kind, thing)

            monkeypatch.setattr(status.time, "sleep", pause)
            out = Terminal() if terminal else io.StringIO()
            shell = Shell(out, io.StringIO(), io.BytesIO(), {"KUBECONFIG": str(tmp_path / "kubeconfig")}, str(tmp_path))
            with pytest.raises(KeyboardInterrupt):
                run(["status", "-s", "shop.local", "--watch", *words], shell)
            return out.getvalue()

        yield call


def test_in_a_pipe_only_what_is_new_is_written(watch):
    steps = [[("deployments", workload("api", 0))], [], [("deployments", workload("api", 1))]]
    written = watch("api", "-o", "json", between=steps).splitlines()
    states = [json.loads(line)["services"][0]["state"] for line in written]
    assert states == ["missing", "waiting", "up"]


def test_a_terminal_begins_anew_each_time(watch):
    written = watch("api", between=[[], []], terminal=True)
    assert written.count("\033[H\033[2J") == 3
    assert written.count("SERVICE") == 3
