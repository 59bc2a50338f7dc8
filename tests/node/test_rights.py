"""What a container may do and read, on a project that `longshore render` has converted, and who is asked from where."""

from pathlib import Path

import pytest

from tests.cluster.estates import longshore
from tools.cluster import workloads
from tools.cluster.fixtures import new_namespace
from tools.node.images import File, make_layer
from tools.node.standins import Role, program_image, standin_program

FOLDER = Path(__file__).parent / "rights"
SQL_SERVER = "mcr.microsoft.com/mssql/server:2022-latest"
NET_BIND_SERVICE = 10
OWN = ("key", "cron", "loopback")


def with_file_capability(image, folder):
    """The image, its program with `cap_net_bind_service=ep`, as Microsoft's has it."""
    program = File(standin_program(), 0o755, capabilities=(NET_BIND_SERVICE,))
    return image._replace(layers=(*image.layers, make_layer({"standin": program}, folder)))


def deployment(manifests, name):
    return next(x for x in manifests if (x["kind"], x["metadata"]["name"]) == ("Deployment", name))


def container(manifests, name):
    return deployment(manifests, name)["spec"]["template"]["spec"]["containers"][0]


@pytest.fixture(scope="module")
def rendered():
    run = longshore("render", FOLDER)
    assert run.code == 0, run.err
    return run.manifests


@pytest.fixture(scope="module")
def project(node, rendered, tmp_path_factory):
    """The whole project on the node; answers its namespace."""
    sql = program_image(SQL_SERVER, Role({1433: "http"}, user="10001"))
    node.add_image(with_file_capability(sql, tmp_path_factory.mktemp("layers")))
    for name in OWN:
        plain = program_image(f"registry.example.com/own/{name}:1", Role())
        node.add_image(plain._replace(config={**plain.config, "Entrypoint": []}))
    with new_namespace(node.api) as namespace:
        node.apply(rendered, namespace)
        workloads.wait_until_up(node.api, namespace)
        yield namespace


def alone(name, spec, **fields):
    """A pod with the pod spec's volumes and groups, and its container with other `fields`."""
    own = {x: y for x, y in spec["containers"][0].items() if not x.endswith("Probe")}
    kept = {x: spec[x] for x in ("volumes", "securityContext") if x in spec}
    main = {**own, **fields}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": {**kept, "containers": [main]}}


def test_a_program_with_a_file_capability_runs_and_would_not_without_it(node, project, rendered):
    spec = deployment(rendered, "sql")["spec"]["template"]["spec"]
    assert "capabilities" not in spec["containers"][0]["securityContext"]
    node.apply(
        [alone("dropped", spec, securityContext={"runAsUser": 10001, "capabilities": {"drop": ["ALL"]}})], project
    )

    def restarted():
        states = node.api.get("v1", "Pod", project, "dropped")["status"].get("containerStatuses") or [{}]
        return states[0].get("restartCount", 0) > 0

    node.api.wait(restarted, "the container to end at its start")
    assert "operation not permitted" in node.logs("dropped", namespace=project).lower()


def test_a_file_for_its_group_is_read_by_user_1000(node, project):
    lines = node.logs(pod_of(node, project, "key"), namespace=project).splitlines()
    assert lines[0] == "opened"
    assert lines[1].split()[0] == "-r--r-----"
    assert lines[1].split()[2:4] == ["0", "1000"]


def test_what_is_written_to_process_1_is_in_the_log(node, project):
    assert "told" in node.logs(pod_of(node, project, "cron"), namespace=project)


def test_who_answers_the_loopback_only_is_asked_from_inside(rendered, project):
    """`project` is up, so both are ready; and from outside neither would be."""
    for name in ("status", "loopback"):
        assert set(container(rendered, name)["readinessProbe"]) & {"exec", "httpGet", "tcpSocket"} == {"exec"}


@pytest.mark.parametrize(
    ("name", "probe"),
    [("status", {"httpGet": {"port": 80, "path": "/"}}), ("loopback", {"tcpSocket": {"port": 8080}})],
)
def test_from_outside_they_do_not_answer(node, project, rendered, name, probe):
    spec = deployment(rendered, name)["spec"]["template"]["spec"]
    node.apply([alone(f"outside-{name}", spec, readinessProbe={**probe, "periodSeconds": 1})], project)

    def refused():
        events = node.api.list("v1", "Event", project)
        found = (x["message"] for x in events if x["involvedObject"]["name"] == f"outside-{name}")
        return any("Readiness probe failed" in message for message in found)

    node.api.wait(refused, "the kubelet to be refused")
    conditions = node.api.get("v1", "Pod", project, f"outside-{name}")["status"]["conditions"]
    assert ("Ready", "False") in {(x["type"], x["status"]) for x in conditions}


def pod_of(node, namespace, name):
    pods = node.api.list("v1", "Pod", namespace)
    return next(x["metadata"]["name"] for x in pods if x["metadata"]["name"].startswith(f"{name}-"))
