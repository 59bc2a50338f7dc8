"""What is wrong with the files, or missing, is said once, without a traceback, and before there is any resource."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.engine.project import resources

if TYPE_CHECKING:
    from tests.engine.project import Project

STACK = "web.local"
FINE = "services: {web: {image: 'nginx:1.27.0'}}"
ON_PLATFORM = {"longshore:cluster": {"kind": "stack", "stack": "platform.dev"}, "longshore:team": "web"}


@pytest.mark.parametrize(
    ("compose", "change", "said"),
    [
        pytest.param(
            "services:\n  web: {imag: nginx}\n  db: {image: postgres, ports: ['99999:1']}\n",
            {},
            ["web.yaml:2:9: error[unknown-key]", 'web.yaml:3:33: error[invalid-port] services.db.ports[0]: "99999"'],
            id="compose",
        ),
        pytest.param(
            FINE,
            {"longshore:teem": "x", "longshore:aws": {"region": "eu-west-1"}},
            ["error[stack-setting] `longshore:teem`", "error[stack-setting] `longshore:aws` needs `accountId`"],
            id="stack-file",
        ),
        pytest.param(
            FINE,
            {"longshore:cluster": {"kind": "stack", "stack": "platform.devv"}},
            ["stack `platform.devv` has no file", "did you mean `platform.dev`?"],
            id="reference-without-file",
        ),
        pytest.param(
            FINE,
            {"longshore:cluster": {"kind": "kubeconfig", "path": "nowhere"}},
            ["/project/nowhere; set `longshore:cluster.path`, or $KUBECONFIG"],
            id="kubeconfig",
        ),
    ],
)
def test_it_is_said_once_and_nothing_is_made(
    project: Project, compose: str, change: dict[str, Any], said: list[str]
) -> None:
    refused(project, compose, change, said)


def test_a_platform_that_is_not_deployed_is_said_once_and_nothing_is_made(aws: Project) -> None:
    refused(aws, FINE, ON_PLATFORM, ['unknown stack "organization/longshore/platform.dev"'])


def refused(project: Project, compose: str, change: dict[str, Any], said: list[str]) -> None:
    project.small(STACK, compose, change)
    stack = project.stack(STACK)
    done = project.run("up", STACK, "--yes", "--skip-preview", "--suppress-progress")
    diagnostics = done.stdout[done.stdout.index("Diagnostics:") :]
    assert done.returncode
    for text in said:
        assert diagnostics.count(text) == 1, diagnostics
    assert "Traceback" not in done.stdout + done.stderr
    assert "unhandled error" not in done.stdout + done.stderr
    made = {found["type"] for found in resources(stack)}
    assert not [kind for kind in made if kind.startswith(("kubernetes:", "aws:", "eks:"))], made
