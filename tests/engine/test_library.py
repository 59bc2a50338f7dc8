"""The components in programs of others, on a real engine: in Python, in YAML and TypeScript through the plugin."""

from __future__ import annotations

import inspect
import json
import os
import re
import shutil
import subprocess
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from pulumi.provider.experimental.host import components_from_module

from longshore import components
from tests.components.test_library import page_program
from tests.engine.conftest import STUB
from tests.engine.project import REPOSITORY, Project, operations, resources
from tests.engine.test_platform import managed

if TYPE_CHECKING:
    from collections.abc import Callable

    from tools.cluster.api import Api

WEB = "services: {web: {image: 'nginx:1.27.3', mem_limit: 64m, ports: ['80']}}"
PLATFORM = "platform.dev"
IN_YAML = """
network:
  type: longshore:Network
  properties: {region: eu-west-1, nat: per-zone, flowLogDays: 7}
team:
  type: longshore:TeamAccess
  properties: {team: theirs, environment: dev, quota: {pods: 20}}
web:
  type: longshore:Application
  properties:
    compose: {files: [compose.yaml]}
    team: theirs
    environment: dev
    namespace: ${team.namespace}
    secrets: {backend: fake}
    services: {web: {replicas: 2}}
  options: {dependsOn: ["${team}"]}
"""


IN_TYPESCRIPT = """
import * as longshore from "@pulumi/longshore";

const network = new longshore.Network("network", { region: "eu-west-1", nat: "per-zone", flowLogDays: 7 });
const team = new longshore.TeamAccess("team", { team: "theirs", environment: "dev", quota: { pods: 20 } });
const web = new longshore.Application("web", {
    compose: { files: ["compose.yaml"] },
    team: "theirs",
    environment: "dev",
    namespace: team.namespace,
    secrets: { backend: "fake" },
    services: { web: { replicas: 2 } },
}, { dependsOn: [team] });

export const subnets = network.privateSubnetIds;
export const objects = web.objects;
"""
NODE = {
    "package.json": {
        "name": "theirs",
        "main": "index.ts",
        "devDependencies": {"@types/node": "^20", "typescript": "^5"},
        "dependencies": {"@pulumi/pulumi": "^3.200.0"},
    },
    "tsconfig.json": {
        "compilerOptions": {"strict": True, "target": "es2020", "module": "commonjs", "skipLibCheck": True},
        "files": ["index.ts"],
    },
}


def theirs(aws: Project, runtime: Any, **more: Any) -> Project:
    """A project that is not ours, with the AWS and the cluster of `aws`."""
    folder = aws.folder.parent / "theirs"
    folder.mkdir()
    (folder / "compose.yaml").write_text(WEB, "utf-8")
    plugins = {"providers": [{"name": "aws", "path": str(STUB)}]}
    definition = {"name": "theirs", "runtime": runtime, "plugins": plugins, **more}
    (folder / "Pulumi.yaml").write_text(yaml.safe_dump(definition), "utf-8")
    (folder / "Pulumi.dev.yaml").write_text("config: {aws:region: eu-west-1}\n", "utf-8")
    return Project(folder, aws.environment)


def deployed(api: Api, namespace: str) -> dict[str, int]:
    found = api.list("apps/v1", "Deployment", namespace)
    return {one["metadata"]["name"]: one["status"].get("availableReplicas", 0) for one in found}


@pytest.mark.usefixtures("like_eks", "chart")
def test_the_program_of_the_page_goes_up_and_down(aws: Project, api: Api) -> None:
    project = theirs(aws, {"name": "python", "options": {"virtualenv": str(REPOSITORY / ".venv")}})
    operator = f'SecretsOperator("dev", {{"chart": "{aws.folder / "chart"}"}}'
    program = page_program().replace('SecretsOperator("dev", {}', operator)
    assert operator in program
    (project.folder / "__main__.py").write_text(program, "utf-8")
    stack = project.stack("dev")
    stack.up()
    assert deployed(api, "shop") == {"web": 1}
    assert set(operations(stack.up())) == {"same"}
    stack.destroy()
    assert resources(stack) == []


def test_a_program_in_yaml_uses_them_through_the_plugin(aws: Project, api: Api, tmp_path: Any) -> None:
    if not shutil.which("pulumi-language-yaml"):
        pytest.skip("no language host for YAML on PATH")
    project = theirs(aws, "yaml")
    add_package(project, tmp_path)
    content = yaml.safe_load((project.folder / "Pulumi.yaml").read_text("utf-8"))
    outputs = {"subnets": "${network.privateSubnetIds}", "objects": "${web.objects}"}
    content |= {"resources": yaml.safe_load(IN_YAML), "outputs": outputs}
    (project.folder / "Pulumi.yaml").write_text(yaml.safe_dump(content, sort_keys=False), "utf-8")
    goes_up_and_down(project, api)


def test_a_program_in_typescript_uses_them_through_the_plugin(aws: Project, api: Api, tmp_path: Any) -> None:
    if not (shutil.which("pulumi-language-nodejs") and shutil.which("npm")):
        pytest.skip("no language host for Node.js on PATH, or no npm")
    project = theirs(aws, "nodejs", main="index.ts")
    for name, content in NODE.items():
        (project.folder / name).write_text(json.dumps(content), "utf-8")
    in_folder(project, "npm", "install", "--no-audit", "--no-fund")
    add_package(project, tmp_path)
    (project.folder / "index.ts").write_text(IN_TYPESCRIPT, "utf-8")
    in_folder(project, "npx", "tsc", "--noEmit")
    goes_up_and_down(project, api)


def add_package(project: Project, folder: Any) -> None:
    """Bring the components to a program, as docs/components.md says; the plugin has our own environment."""
    plugin = folder / "plugin"
    plugin.mkdir()
    shutil.copy(REPOSITORY / "plugin" / "__main__.py", plugin)
    definition = yaml.safe_load((REPOSITORY / "plugin" / "PulumiPlugin.yaml").read_text("utf-8"))
    definition["runtime"]["options"]["virtualenv"] = str(REPOSITORY / ".venv")
    (plugin / "PulumiPlugin.yaml").write_text(yaml.safe_dump(definition), "utf-8")
    installed(folder / "home")
    project.environment["PULUMI_HOME"] = str(folder / "home")
    in_folder(project, "pulumi", "package", "add", str(plugin))


def in_folder(project: Project, *command: str) -> None:
    environment = {**os.environ, **project.environment}
    done = subprocess.run(command, cwd=project.folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def goes_up_and_down(project: Project, api: Api) -> None:
    stack = project.stack("dev")
    done = stack.up()
    assert len(done.outputs["subnets"].value) == 3
    assert "deployment/web" in done.outputs["objects"].value
    assert deployed(api, "theirs") == {"web": 2}
    assert set(operations(stack.up())) == {"same"}
    stack.destroy()
    assert resources(stack) == []


def installed(home: Any) -> None:
    """The plugins that the components need, where `pulumi package add` would download them."""
    (home / "plugins").mkdir(parents=True)
    for name in ("aws", "eks", "kubernetes"):
        folder = home / "plugins" / f"resource-{name}-v{version(f'pulumi_{name}')}"
        if name == "aws":
            folder.symlink_to(STUB)
            continue
        folder.mkdir()
        (folder / f"pulumi-resource-{name}").symlink_to(str(shutil.which(f"pulumi-resource-{name}")))


def of_a_team(project: Project) -> str:
    project.small("web.local", WEB, {})
    return "web.local"


def of_a_platform(project: Project) -> str:
    project.settings(PLATFORM, managed)
    return PLATFORM


@pytest.mark.usefixtures("like_eks", "chart")
@pytest.mark.parametrize("made", [of_a_team, of_a_platform])
def test_a_state_with_earlier_types_goes_on(aws: Project, made: Callable[[Project], str]) -> None:
    """Nothing is made, changed or replaced where a component only got another type."""
    stack = aws.stack(made(aws))
    stack.up()
    exported = stack.export_stack()
    text = json.dumps(exported.deployment)
    for component in components_from_module(components):
        (formerly,) = re.findall(r'formerly="(.+?)"', inspect.getsource(component))
        text = re.sub(rf"longshore:index:{component.__name__}\b", formerly, text)
    assert "longshore:index:" not in text
    exported.deployment = json.loads(text)
    stack.import_stack(exported)
    assert set(operations(stack.up())) == {"same"}
    assert "longshore:aws:" not in json.dumps(stack.export_stack().deployment)
    stack.destroy()
    assert resources(stack) == []
