"""A real Pulumi engine: what it keeps and what it says holds no value, and a rotation is one visible change."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.engine.project import Project as Deployed
from tests.engine.project import operations, resources
from tests.secrets.conftest import Project
from tests.secrets.playing import aws_with_a_door, everything_in_etcd
from tests.secrets.test_canaries import canary, leaks, plant, silent
from tools.cluster import services

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.secrets.playing import Door
    from tools.cluster.api import Api
    from tools.cluster.fixtures import Target

NAME = "canary.dev"
NAMESPACE = "canary"
ROLE = "arn:aws:iam::123456789012:role/canary"

STACK = f"""\
config:
  longshore:environment: dev
  longshore:cluster: {{kind: kubeconfig, networkPolicies: true}}
  longshore:team: {NAMESPACE}
  longshore:compose: {{files: [compose.yaml]}}
  longshore:secrets: {{region: eu-west-1, role: "{ROLE}"}}
"""


PUSH = ("secrets", "push", "-s", NAME, "--from", ".env", "--from", "more.env", "--yes")


@pytest.fixture
def deployed(tmp_path: Path, cluster: Target) -> Deployed:
    """The program in a folder of its own, with a state of its own; without an engine the test skips."""
    if not shutil.which("pulumi"):
        pytest.skip("no Pulumi engine: `pulumi` is not on PATH (`make up` installs one into .pulumi/bin)")
    return Deployed.lay_out(tmp_path, {"KUBECONFIG": str(cluster.kubeconfig)})


@pytest.fixture
def door(tmp_path_factory, api: Api, monkeypatch) -> Iterator[Door]:
    with aws_with_a_door(tmp_path_factory.mktemp("aws")) as found:
        for name, value in services.aws_environment(found.behind).items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
        with services.external_secrets(api, tmp_path_factory.mktemp("operator"), services.aws_environment(found.url)):
            yield found


class Engine:
    """Runs the stack and keeps everything that the engine said: its output and its events."""

    def __init__(self, deployed: Deployed) -> None:
        self.stack = deployed.stack(NAME)
        self.said: list[str] = []

    def do(self, what: str):
        method = getattr(self.stack, what)
        return method(
            on_output=self.said.append,
            on_event=lambda event: self.said.append(json.dumps(vars(event), default=vars)),
            diff=True,
        )

    def state(self) -> str:
        return json.dumps(self.stack.export_stack().deployment)


@pytest.mark.usefixtures("simulated", "door")
def test_the_engine_never_sees_a_value(deployed: Deployed, api: Api, cluster: Target, say) -> None:
    shop = plant(Project(deployed.folder))
    shop.write(f"stacks/Pulumi.{NAME}.yaml", STACK)
    deployed.environment.update({name: value for name, value in os.environ.items() if name.startswith("AWS_")})
    run = Engine(deployed)

    with pytest.raises(Exception, match="the store has no secret dev/canary/web") as failed:
        run.do("up")
    assert f"longshore secrets push -s {NAME} --from .env" in str(failed.value)
    assert [x["type"] for x in resources(run.stack)] in ([], ["pulumi:pulumi:Stack"]), "nothing was made"

    assert shop.longshore(*PUSH).code == 0
    run.do("preview")
    run.do("up")
    assert set(operations(run.do("up"))) == {"same"}
    _rotate(run, shop, say)
    assert shop.longshore("secrets", "push", "-s", NAME, "--rollback", "API_TOKEN", "--yes").code == 0
    assert operations(run.do("up"))["update"] == 1

    silent(run.state(), *run.said)
    folder = Path(deployed.environment["PULUMI_BACKEND_URL"].removeprefix("file://"))
    silent(*(file.read_text(errors="replace") for file in folder.rglob("*") if file.is_file()))
    _only_secrets_hold_values(cluster)
    run.do("destroy")
    assert resources(run.stack) == []
    api.wait(lambda: not api.exists("v1", "Namespace", "", NAMESPACE), "the namespace to be gone")


def _rotate(run: Engine, shop: Project, say) -> None:
    """One key changes: the preview shows it by the id of the version, and one Deployment is updated."""
    shop.write("more.env", f"API_TOKEN={canary('dotenv_unused')}\n")
    assert shop.longshore(*PUSH, "API_TOKEN").code == 0
    before = len(run.said)
    counts = run.do("preview").change_summary
    changes = {str(getattr(kind, "value", kind)): count for kind, count in counts.items()}
    assert set(changes) <= {"same", "replace", "create-replacement", "delete-replaced", "update"}
    assert changes["update"] == 1, changes
    listed = shop.longshore("secrets", "ls", "-s", NAME, "--output", "json").json["secrets"]
    version = next(secret["version"] for secret in listed if secret["owner"] == "web")
    assert version in "".join(run.said[before:])
    changed = operations(run.do("up"))
    assert changed["update"] == 1
    say(f"rotated by the engine: {changed}")


def _only_secrets_hold_values(cluster: Target) -> None:
    if not cluster.etcd:
        return
    kept = {key: content.decode(errors="replace") for key, content in everything_in_etcd(cluster.etcd)}
    ours = f"/secrets/{NAMESPACE}/"
    silent(*(content for key, content in kept.items() if ours not in key))
    assert leaks("".join(content for key, content in kept.items() if ours in key))
