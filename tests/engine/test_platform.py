"""The platform stack and a team's stack on it, through a real engine, the real EKS component and an AWS of our own."""

from __future__ import annotations

import contextlib
import io
import json
import re
import threading
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from pulumi import automation

from longshore.cli.plan import rehearse_stack
from longshore.cli.shell import Shell
from longshore.convert.estate import Estate
from longshore.convert.secrets.remotes import remote_keys
from longshore.stack.inputs import options_of
from longshore.stack.reading import convert_stack, read_stack
from tests.engine.project import operations, previewed, resources
from tools.cluster.api import ApiError
from tools.cluster.services import aws_environment, external_secrets, moto

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.engine.project import Project
    from tools.cluster.api import Api

PLATFORM, SHOP = "platform.dev", "shop.dev"


def planned(project: Project, stack: str) -> set[str]:
    shell = Shell(io.StringIO(), io.StringIO(), io.BytesIO(), project.environment, str(project.folder))
    rehearsal = rehearse_stack(stack, shell)
    assert not rehearsal.bug, rehearsal.bug
    assert not rehearsal.failure, rehearsal.failure
    return {node.urn for node in rehearsal.nodes}


def without_versions(urns: set[str]) -> set[str]:
    """A deployment asks the store which version of a secret is current, and a plan has no store to ask."""
    return {re.sub(r"(ExternalSecret::.*)-[0-9a-f]{8}$", r"\1", urn) for urn in urns}


def managed(config: dict[str, Any]) -> None:
    config["longshore:network"]["nat"] = "per-zone"
    config["longshore:cluster"].update(compute="managed", nodeGroups={"general": {}, "spot": {"capacity": "spot"}})
    chart = config["longshore:operator"].get("chart")
    if chart:
        own = {"autoscaler": {"chart": chart}, "loadBalancerController": {"chart": f"{chart}/../balancers"}}
        config["longshore:cluster"].update(own)


def production(config: dict[str, Any]) -> None:
    config["longshore:environment"] = "prod"


def as_it_is(config: dict[str, Any]) -> None:
    """Change nothing."""


@pytest.mark.parametrize("change", [as_it_is, managed, production], ids=["auto", "managed", "production"])
def test_plan_is_what_the_engine_previews(aws: Project, change: Callable[[dict[str, Any]], None]) -> None:
    """The same resources under the same names, those of the EKS component too, before there is anything."""
    aws.settings(PLATFORM, change)
    aws.stack(PLATFORM)
    urns, changes = previewed(aws, PLATFORM)
    assert set(changes) == {"create"}
    assert planned(aws, PLATFORM) == urns


@pytest.fixture
def load_balancers(api: Api) -> Iterator[None]:
    """The controller of AWS that gives an Ingress its address."""
    done = threading.Event()

    def reconcile() -> None:
        while not done.wait(0.5):
            for found in api.list("networking.k8s.io/v1", "Ingress"):
                if not found["status"].get("loadBalancer"):
                    found["status"] = {"loadBalancer": {"ingress": [{"hostname": "alb.example.com"}]}}
                    with contextlib.suppress(ApiError):
                        api.request("PUT", f"{api.path_of(found)}/status", json=found)

    thread = threading.Thread(target=reconcile, daemon=True)
    thread.start()
    yield
    done.set()
    thread.join()


@pytest.fixture
def secrets_manager(api: Api, aws: Project, tmp_path: Path) -> Iterator[Any]:
    """Secrets Manager with every key of the estate, and the operator that reads it as the team's ServiceAccount."""
    with moto(tmp_path) as url, external_secrets(api, tmp_path, aws_environment(url)):
        keys = {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "test"}
        aws.environment.update({**aws_environment(url), **keys})
        client = boto3.client(
            "secretsmanager",
            endpoint_url=url,
            region_name="eu-west-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )
        stack = read_stack(SHOP, str(aws.folder))
        assert stack.settings
        estate = convert_stack(stack, {})
        assert estate
        assert estate.loaded.project
        keys = remote_keys(Estate(estate.loaded.project, options_of(stack.settings, stack.platform)))
        for name, properties in keys.items():
            client.create_secret(Name=name, SecretString=json.dumps(dict.fromkeys(properties, "made up")))
        yield client


@pytest.mark.usefixtures("like_eks", "chart")
def test_production_is_kept_and_taken_down_in_order(aws: Project) -> None:
    """A destroy of production takes nothing; one that was meant goes from the workloads to the VPC."""
    aws.settings(PLATFORM, managed)
    aws.settings(PLATFORM, production)
    stack = aws.stack(PLATFORM)
    stack.up()
    whole = resources(stack)
    refused = aws.run("destroy", PLATFORM, "--yes")
    assert "is protected" in refused.stdout
    assert refused.returncode
    assert len(resources(stack)) == len(whole)
    aws.settings(PLATFORM, lambda config: config.update({"longshore:production": "false"}))
    stack.up()
    stack.destroy()
    assert resources(stack) == []
    entries = [json.loads(line) for line in (aws.folder / "aws.jsonl").read_text("utf-8").splitlines()]
    gone = [entry["type"].rsplit(":", 1)[1] for entry in entries if entry["op"] == "delete"]
    order = ["NodeGroup", "Cluster", "NatGateway", "Subnet", "Vpc"]
    assert sorted(order, key=gone.index) == order
    assert max(index for index, kind in enumerate(gone) if kind == "NodeGroup") < gone.index("Cluster")
    network = {"DefaultSecurityGroup", "NatGateway", "Route", "RouteTableAssociation", "VpcEndpoint"}
    assert network <= set(gone)
    assert gone.index("Cluster") < min(index for index, kind in enumerate(gone) if kind in network)


def rotated(client: Any) -> str:
    """The keys of one secret, with other values."""
    keys = json.loads(client.get_secret_value(SecretId="dev/shop/unleash")["SecretString"])
    return json.dumps(dict.fromkeys(keys, "made up again"))


def test_no_resource_lands_where_the_shell_points(aws: Project) -> None:
    """The project's own configuration turns default providers off, for every stack that it will ever have."""
    (aws.folder / "__main__.py").unlink()
    (aws.folder / "__main__.py").write_text("import pulumi_aws\npulumi_aws.s3.Bucket('anywhere')\n", "utf-8")
    stack = aws.stack("other.dev")
    with pytest.raises(automation.CommandError, match="Default provider for 'aws' disabled"):
        stack.preview()


@pytest.mark.usefixtures("like_eks", "chart", "load_balancers")
def test_life(aws: Project, api: Api, secrets_manager: Any, say: Callable[[str], None]) -> None:
    """The platform, then the shop on it by stack reference; both again without a change; both gone without a trace."""
    seconds: dict[str, float] = {}

    def timed(what: str, step: Callable[[], Any]) -> Any:
        started = time.monotonic()
        found = step()
        seconds[what] = time.monotonic() - started
        return found

    platform, shop = aws.stack(PLATFORM), aws.stack(SHOP)
    made = timed("platform up", platform.up)
    assert set(operations(made)) == {"create"}
    assert set(operations(platform.up())) == {"same"}

    urns, _ = previewed(aws, SHOP)
    assert without_versions(planned(aws, SHOP)) == without_versions(urns)
    timed("shop up", shop.up)
    assert set(operations(shop.up())) == {"same"}
    kinds = Counter(resource["type"] for resource in resources(shop))
    assert kinds["kubernetes:core/v1:Secret"] == 0
    assert kinds["kubernetes:external-secrets.io/v1:ExternalSecret"] > 40
    synced = api.list("v1", "Secret", "shop")
    assert len(synced) >= kinds["kubernetes:external-secrets.io/v1:ExternalSecret"]

    secrets_manager.put_secret_value(SecretId="dev/shop/unleash", SecretString=rotated(secrets_manager))
    changed = operations(timed("a secret rotated", shop.up))
    assert changed.pop("same") > 200
    assert changed == {"replace": 1, "update": 1}, "one ExternalSecret of another version, and the one Deployment on it"

    timed("shop destroy", shop.destroy)
    assert not api.exists("v1", "Namespace", "", "shop")
    timed("platform destroy", platform.destroy)
    assert resources(platform) == []
    say(", ".join(f"{what} {taken:.0f} s" for what, taken in seconds.items()))
