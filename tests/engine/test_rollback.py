"""What an engine does after `longshore rollback`: as its last lines say, and docs/runbooks.md."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING, Any

from tests.cluster.estates import LONGSHORE
from tests.engine.project import operations
from tools.cluster.workloads import is_ready

if TYPE_CHECKING:
    from tests.engine.project import Project
    from tools.cluster.api import Api

STACK = "web.local"
OLD = 'services:\n  web: {image: "nginx:1.27.0", mem_limit: 64m, environment: {GREETING: old}}\n'
NEW = 'services:\n  web: {image: "nginx:1.27.1", mem_limit: 64m, environment: {EXTRA: new}}\n'


def longshore(project: Project, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a verb as in the shell of whoever deploys: without a flag that names the cluster, the mark decides."""
    environment = {**os.environ, **project.environment}
    command = [LONGSHORE, *words, "-s", STACK]
    return subprocess.run(command, cwd=project.folder, env=environment, capture_output=True, text=True, check=False)


def running(api: Api) -> list[dict[str, Any]]:
    found = api.list("v1", "Pod", "web", labelSelector="app.kubernetes.io/name=web")
    return [pod for pod in found if is_ready(pod)]


def seen(api: Api) -> tuple[set[str], set[str]]:
    """Image and uids of the pods of now."""
    api.wait(lambda: len(running(api)) == 1, "one pod")
    return {x["spec"]["containers"][0]["image"] for x in running(api)}, {x["metadata"]["uid"] for x in running(api)}


def test_the_files_win_only_where_they_change_or_are_asked_to(project: Project, api: Api) -> None:
    project.small(STACK, OLD, {})
    stack = project.stack(STACK)
    stack.up()
    project.small(STACK, NEW, {})
    stack.up()
    done = longshore(project, "rollback", "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    images, pods = seen(api)
    assert images == {"nginx:1.27.0"}

    assert set(operations(stack.up())) == {"same"}
    assert seen(api) == (images, pods), "an `up` of the same files leaves the old pods"

    project.small(STACK, OLD, {})
    assert operations(stack.up())["update"] == 1
    assert seen(api) == (images, pods), "after the revert what runs is what the files say, and no pod is replaced"

    project.small(STACK, NEW, {})
    stack.up()
    assert longshore(project, "rollback", "web", "--yes").returncode == 0
    stack.up(refresh=True)
    assert seen(api)[0] == {"nginx:1.27.1"}, "`up --refresh` rolls forward"
    variables = running(api)[0]["spec"]["containers"][0]["env"]
    assert [each["name"] for each in variables] == ["EXTRA"], "and nothing of the old release is left in it"
    stack.destroy()
