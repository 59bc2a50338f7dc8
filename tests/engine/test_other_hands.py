"""Who wins where somebody else has written to an object of a stack, field by field, as docs/stacks.md says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.engine.project import operations

if TYPE_CHECKING:
    from tests.engine.project import Project
    from tools.cluster.api import Api

STACK = "web.local"
COMPOSE = """\
services:
  web: {image: "nginx:1.27.0", mem_limit: 64m, environment: {GREETING: hello}}
  api: {image: "nginx:1.27.0", mem_limit: 64m}
"""
ASKED = {"longshore:services": {"api": {"replicas": 2}}}
MERGE, STRATEGIC = "application/merge-patch+json", "application/strategic-merge-patch+json"


def written(api: Api, name: str, manager: str, change: dict[str, Any], kind: str = STRATEGIC, sub: str = "") -> None:
    """Change a Deployment as a client does that calls itself `manager`."""
    api.request(
        "PATCH",
        api.path("apps/v1", "Deployment", "web", name) + sub,
        params={"fieldManager": manager},
        headers={"Content-Type": kind},
        json=change,
    )


def deployment(api: Api, name: str) -> dict[str, Any]:
    return api.get("apps/v1", "Deployment", "web", name)


def container(api: Api, name: str) -> dict[str, Any]:
    return deployment(api, name)["spec"]["template"]["spec"]["containers"][0]


def test_kubectl(project: Project, api: Api) -> None:
    """`scale`, `set image`, `edit`, `annotate`, and then a release."""
    project.small(STACK, COMPOSE, ASKED)
    stack = project.stack(STACK)
    stack.up()
    for name in ("web", "api"):
        written(api, name, "kubectl", {"spec": {"replicas": 5}}, MERGE, "/scale")
    theirs = {"spec": {"template": {"spec": {"containers": [{"name": "web", "image": "nginx:0.0.1"}]}}}}
    written(api, "web", "kubectl-set", theirs)
    edited = {"name": "web", "env": [{"name": "GREETING", "value": "edited"}, {"name": "EXTRA", "value": "1"}]}
    written(api, "web", "kubectl-edit", {"spec": {"template": {"spec": {"containers": [edited]}}}})
    written(api, "web", "kubectl-annotate", {"metadata": {"annotations": {"example.com/person": "theirs"}}})
    written(api, "web", "some-operator", {"metadata": {"annotations": {"example.com/operator": "theirs"}}})
    injected = {"name": "web", "env": [{"name": "INJECTED", "value": "1"}]}
    written(api, "web", "some-operator", {"spec": {"template": {"spec": {"containers": [injected]}}}})

    assert set(operations(stack.up())) == {"same"}, "Pulumi compares with its state"
    assert container(api, "web")["image"] == "nginx:0.0.1"

    project.small(STACK, COMPOSE.replace("1.27.0", "1.27.1"), ASKED)
    assert operations(stack.up())["update"] == 2
    assert container(api, "web")["image"] == "nginx:1.27.1", "ours: it stands in the compose file"
    variables = {each["name"]: each["value"] for each in container(api, "web")["env"]}
    assert variables == {"GREETING": "hello", "INJECTED": "1"}, "ours, none of a person's, and those of a program"
    notes = deployment(api, "web")["metadata"]["annotations"]
    assert notes["example.com/operator"] == "theirs"
    assert "example.com/person" not in notes
    assert deployment(api, "web")["spec"]["replicas"] == 5, "theirs: no file says how many"
    assert deployment(api, "api")["spec"]["replicas"] == 2, "ours: the stack file says two"

    written(api, "api", "kubectl", {"spec": {"replicas": 4}}, MERGE, "/scale")
    assert "update" in operations(stack.up(refresh=True))
    assert deployment(api, "api")["spec"]["replicas"] == 2
    assert deployment(api, "web")["spec"]["replicas"] == 5

    project.small(STACK, COMPOSE.replace("1.27.0", "1.27.1"), {"longshore:services": {"web": {"replicas": 3}}})
    stack.up()
    assert deployment(api, "web")["spec"]["replicas"] == 3, "a number that is new in a file is written"
    stack.destroy()


def test_the_autoscaler_of_the_stack(project: Project, api: Api) -> None:
    """It takes a service over at the number that runs, has the say from then on, and goes with the setting."""
    project.small(STACK, COMPOSE, {"longshore:services": {"web": {"replicas": 3}}})
    stack = project.stack(STACK)
    stack.up()
    assert deployment(api, "web")["spec"]["replicas"] == 3
    generation = deployment(api, "web")["metadata"]["generation"]
    scaled = {"longshore:services": {"web": {"scale": {"min": 2, "max": 6}}}}
    project.small(STACK, COMPOSE, scaled)
    stack.up()
    assert deployment(api, "web")["spec"]["replicas"] == 3, "not one for a moment"
    assert deployment(api, "web")["metadata"]["generation"] == generation, "nothing of the Deployment is another"
    written(api, "web", "autoscaler", {"spec": {"replicas": 5}}, MERGE, "/scale")
    project.small(STACK, COMPOSE.replace("1.27.0", "1.27.1"), scaled)
    assert "update" in operations(stack.up(refresh=True))
    assert deployment(api, "web")["spec"]["replicas"] == 5, "a release leaves the number alone"
    assert set(operations(stack.up())) == {"same"}
    project.small(STACK, COMPOSE.replace("1.27.0", "1.27.1"), {"longshore:services": {"web": {"replicas": 2}}})
    stack.up()
    assert deployment(api, "web")["spec"]["replicas"] == 2
    assert not api.exists("autoscaling/v2", "HorizontalPodAutoscaler", "web", "web")
    stack.destroy()


def test_an_autoscaler(project: Project, api: Api) -> None:
    """A HorizontalPodAutoscaler keeps the say over its own service, and every deployment goes through."""
    project.small(STACK, COMPOSE, {})
    stack = project.stack(STACK)
    stack.up()
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}
    spec = {"scaleTargetRef": target, "minReplicas": 3, "maxReplicas": 6}
    scaler = {"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "web"}}
    api.apply({**scaler, "spec": spec}, "web")
    api.wait(lambda: deployment(api, "web")["spec"]["replicas"] == 3, "the autoscaler to scale")
    api.wait(lambda: deployment(api, "web")["status"].get("availableReplicas") == 3, "three pods")
    generation = deployment(api, "web")["metadata"]["generation"]
    project.small(STACK, COMPOSE.replace("1.27.0", "1.27.1"), {})
    stack.up()
    assert deployment(api, "web")["spec"]["replicas"] == 3
    assert deployment(api, "web")["metadata"]["generation"] == generation + 1, "one change, and nobody set it back"
    api.wait(lambda: deployment(api, "web")["status"].get("availableReplicas") == 3, "three pods again")
    night = project.run("refresh", STACK, "--preview-only", "--run-program", "--expect-no-changes")
    assert night.returncode == 0, night.stdout[-3000:]
    stack.destroy()
