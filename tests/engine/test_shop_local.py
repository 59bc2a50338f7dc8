"""The whole example estate through a real engine on a real Kubernetes API: the life of `shop.local`."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.engine.project import operations, resources

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.engine.project import Project
    from tools.cluster.api import Api

STACK = "shop.local"
NAMESPACE = "shop"


def without_operator(config: dict[str, Any]) -> None:
    """The operator runs beside the cluster, and is not installed on it."""
    config.pop("longshore:operator", None)


def deployments(api: Api) -> list[dict[str, Any]]:
    return api.list("apps/v1", "Deployment", NAMESPACE)


@pytest.mark.usefixtures("operator")
def test_life(project: Project, api: Api, say: Callable[[str], None]) -> None:
    """Interrupted, resumed, the same again; one image, one setting; deleted by hand and back; gone without a trace."""
    project.settings(STACK, without_operator)
    stack = project.stack(STACK)

    project.interrupted(STACK, lambda: len(deployments(api)) >= 5)
    begun = len(resources(stack))
    started = time.monotonic()
    stack.up()
    say(f"up, resumed at {begun} of {len(resources(stack))} resources: {time.monotonic() - started:.0f} s")
    assert 0 < begun < len(resources(stack))

    for found in deployments(api):
        assert found["status"].get("availableReplicas", 0) == found["spec"]["replicas"], found["metadata"]["name"]
    for found in api.list("batch/v1", "Job", NAMESPACE):
        assert found["status"].get("succeeded") == 1, found["metadata"]["name"]

    started = time.monotonic()
    assert set(operations(stack.up())) == {"same"}
    say(f"up again, everything the same: {time.monotonic() - started:.0f} s")

    service, old, new = one_image(project)
    project.replace("examples/marketplace/compose.yaml", old, new)
    changed = operations(stack.up())
    assert changed.pop("same") > 0
    assert changed == {"update": 1}, changed
    image = next(x for x in deployments(api) if x["metadata"]["name"] == service)
    assert image["spec"]["template"]["spec"]["containers"][0]["image"] == new.removeprefix("image: ")

    settings = project.folder / "examples/marketplace/config/rabbitmq/20-marketplace.conf"
    settings.write_text(settings.read_text("utf-8") + "# another line\n", "utf-8")
    changed = operations(stack.up())
    assert changed.pop("same") > 0
    assert changed == {"update": 2}, "the ConfigMap, in place, and the one workload that reads it"

    api.delete("apps/v1", "Deployment", NAMESPACE, service)
    assert project.run("refresh", STACK, "--preview-only", "--run-program", "--expect-no-changes").returncode
    assert operations(stack.up(refresh=True))["create"] == 1
    assert service in {found["metadata"]["name"] for found in deployments(api)}
    night = project.run("refresh", STACK, "--preview-only", "--run-program", "--expect-no-changes")
    assert night.returncode == 0, night.stdout[-3000:]

    started = time.monotonic()
    stack.destroy()
    say(f"destroy: {time.monotonic() - started:.0f} s")
    assert resources(stack) == []
    api.wait(lambda: not api.exists("v1", "Namespace", "", NAMESPACE), "the namespace to be gone")


def one_image(project: Project) -> tuple[str, str, str]:
    """A service whose image stands once in the compose file: (service, its line, the line of the next version)."""
    text = (project.folder / "examples/marketplace/compose.yaml").read_text("utf-8")
    line = next(line.strip() for line in text.splitlines() if line.strip().startswith("image: ghcr.io/imgproxy/"))
    return "imgproxy", line, f"{line}-next"
