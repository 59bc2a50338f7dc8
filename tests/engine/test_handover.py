"""A volume that goes from one workload to another: at no moment do two of them have it, and nothing of it is lost."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from tests.engine.project import operations, resources
from tools.cluster.api import ApiError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.engine.project import Project
    from tools.cluster.api import Api

STACK = "web.local"
DB = "{image: 'postgres:16.3', mem_limit: 64m, restart: always, volumes: ['data:/var/lib/postgresql/data']}"
BEFORE = f"services: {{db: {DB}}}\nvolumes: {{data: {{}}}}\n"
CHANGES = {
    "another name of the service": BEFORE.replace("db:", "database:"),
    "another service, and the first one stays": (
        f"services: {{db: {DB.replace('data:/', '/')}, other: {DB}}}\nvolumes: {{data: {{}}}}\n"
    ),
}


class Seen:
    """How many workloads had pods with the volume at once, at most, and who they were."""

    def __init__(self, api: Api) -> None:
        self.api, self.most, self.ended = api, set[str](), threading.Event()

    def look(self) -> None:
        while not self.ended.wait(0.02):
            try:
                pods = self.api.list("v1", "Pod", "web")
            except ApiError:
                continue
            having = {
                pod["metadata"]["ownerReferences"][0]["name"]
                for pod in pods
                for volume in pod["spec"]["volumes"]
                if volume.get("persistentVolumeClaim", {}).get("claimName") == "data"
            }
            self.most = max(self.most, having, key=len)


@pytest.fixture
def seen(api: Api) -> Iterator[Seen]:
    found = Seen(api)
    thread = threading.Thread(target=found.look)
    thread.start()
    yield found
    found.ended.set()
    thread.join()


@pytest.mark.parametrize("change", CHANGES)
def test_one_at_a_time_has_it(project: Project, api: Api, seen: Seen, change: str) -> None:
    project.small(STACK, BEFORE, {})
    stack = project.stack(STACK)
    stack.up()
    claim = api.get("v1", "PersistentVolumeClaim", "web", "data")["metadata"]["uid"]
    assert set(operations(stack.up())) == {"same"}
    project.small(STACK, CHANGES[change], {})
    stack.up()
    assert api.get("v1", "PersistentVolumeClaim", "web", "data")["metadata"]["uid"] == claim
    assert len(seen.most) == 1, seen.most
    assert set(operations(stack.up())) == {"same"}
    stack.destroy()
    assert resources(stack) == []
    api.wait(lambda: not api.exists("v1", "Namespace", "", "web"), "the namespace to be gone")
