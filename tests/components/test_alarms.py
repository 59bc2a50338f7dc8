"""Logs with an end, and alarms that see the pods of one namespace, on the first day."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from longshore.components.observability.team_alarms import SIGNALS
from longshore.stack.reading import read_stack
from tests.components.stage import copy, edit, nodes, play
from tests.components.test_front_door import of

if TYPE_CHECKING:
    from pathlib import Path

    from longshore.rehearsal.plan import Node

PLATFORM, SHOP = "platform.dev", "shop.dev"
SEEN = {"version": "v4.7.0-eksbuild.1", "logDays": 14, "notify": ["ops@example.com"]}


def with_alarms(root: Path, seen: dict[str, Any] | None = None) -> Path:
    edit(root, PLATFORM, lambda config: config.update({"longshore:observability": seen or SEEN}))
    edit(root, SHOP, lambda config: config.update({"longshore:alarms": {"notify": ["shop@example.com"]}}))
    return root


@pytest.fixture
def platform(tmp_path: Path) -> dict[str, Node]:
    return nodes(play(with_alarms(copy(tmp_path)), PLATFORM))


@pytest.fixture
def shop(tmp_path: Path) -> dict[str, Node]:
    return nodes(play(with_alarms(copy(tmp_path)), SHOP, known=True))


def test_logs_end_and_are_there_before_the_cluster(platform: dict[str, Node]) -> None:
    groups = {node.inputs["name"]: node for node in of(platform, "LogGroup").values()}
    kept = {name.rsplit("/", 1)[1]: node for name, node in groups.items() if name.startswith("/aws/containerinsights/")}
    assert kept.keys() == {"application", "dataplane", "host", "performance"}
    assert {node.inputs["retentionInDays"] for node in kept.values()} == {14}
    (cluster,) = [node for node in platform.values() if node.type == "eks:index:Cluster"]
    assert {node.urn for node in kept.values()} <= set(cluster.needs)


def test_what_ships_them_has_rights_of_its_own(platform: dict[str, Node]) -> None:
    (addon,) = [
        node for node in of(platform, "Addon").values() if node.inputs["addonName"] == "amazon-cloudwatch-observability"
    ]
    assert addon.inputs["addonVersion"] == SEEN["version"]
    (association,) = addon.inputs["podIdentityAssociations"]
    assert association["serviceAccount"] == "cloudwatch-agent"


def test_somebody_is_told_of_nodes_and_of_the_certificate(tmp_path: Path) -> None:
    root = with_alarms(copy(tmp_path))
    domain = {"zone": "example.com", "zoneId": "Z0123456789ABCDEFGHIJ"}
    edit(root, PLATFORM, lambda config: config.update({"longshore:domain": domain}))
    found = nodes(play(root, PLATFORM))
    alarms = {node.inputs["metricName"]: node for node in of(found, "MetricAlarm").values()}
    assert alarms.keys() == {"cluster_failed_node_count", "DaysToExpiry"}
    (told,) = of(found, "TopicSubscription").values()
    assert (told.inputs["protocol"], told.inputs["endpoint"]) == ("email", "ops@example.com")


def test_each_alarm_of_a_team_sees_its_namespace_alone(shop: dict[str, Node]) -> None:
    alarms = of(shop, "MetricAlarm")
    assert {name.removeprefix("shop-") for name in alarms} == {*SIGNALS, "secrets"}
    for name, node in alarms.items():
        assert node.inputs["alarmActions"], name
        assert node.inputs["treatMissingData"] == "notBreaching"
        for query in node.inputs.get("metricQueries", ()):
            assert query["expression"].endswith("WHERE ClusterName = 'longshore-dev' AND Namespace = 'shop'")


def test_a_secret_that_does_not_come_is_read_from_the_log_of_the_operator(shop: dict[str, Node]) -> None:
    (kept,) = of(shop, "LogMetricFilter").values()
    assert kept.inputs["logGroupName"] == "/aws/containerinsights/longshore-dev/application"
    assert kept.inputs["pattern"] == '"Reconciler error" externalsecret "shop"'


def test_the_dashboard_has_a_graph_for_each_alarm_and_the_logs(shop: dict[str, Node]) -> None:
    (board,) = of(shop, "Dashboard").values()
    widgets = json.loads(board.inputs["dashboardBody"])["widgets"]
    assert [widget["type"] for widget in widgets] == ["metric"] * len(SIGNALS) + ["log"]
    places = {(widget["x"], widget["y"]) for widget in widgets}
    assert len(places) == len(widgets)
    assert all(widget["properties"]["region"] == "eu-west-1" for widget in widgets)


def test_alarms_over_a_cluster_that_measures_nothing_are_refused(tmp_path: Path) -> None:
    root = copy(tmp_path)
    edit(root, SHOP, lambda config: config.update({"longshore:alarms": {"notify": ["shop@example.com"]}}))
    (found,) = read_stack(SHOP, str(root)).findings
    assert found.message == "`longshore:alarms` go by what nobody measures on this cluster"
    assert found.span
    assert found.span.file.endswith("Pulumi.shop.dev.yaml")
