"""What a plan costs: expected amounts are computed by hand from the table, 730 hours a month."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from longshore.cost.subject import Usage
from tests.cost.building import (
    AUTO,
    EACH,
    MANAGED,
    TEAM,
    claim,
    cluster,
    deployment,
    estimated,
    monthly,
    node,
    placed,
)

NAT = "aws:ec2/natGateway:NatGateway"
EIP = "aws:ec2/eip:Eip"


@pytest.mark.parametrize(
    ("support", "day", "what", "amount"),
    [
        ("STANDARD", date(2026, 7, 1), "control plane", "73.00"),
        ("EXTENDED", date(2026, 7, 29), "control plane", "73.00"),
        ("EXTENDED", date(2026, 7, 30), "control plane, extended support", "438.00"),
        ("STANDARD", date(2026, 7, 30), "control plane", "73.00"),
    ],
)
def test_a_control_plane_costs_more_from_the_day_on_which_standard_support_has_ended(support, day, what, amount):
    found = estimated([cluster("1.33", support)], MANAGED, day=day)
    assert monthly(found) == {what: amount}
    less = [one.monthly for one in found.cheaper if one.change.startswith("longshore upgrade")]
    assert less == ([Decimal("365.00")] if amount == "438.00" else [])


def test_the_network():
    gateways = [node(NAT, name) for name in "abc"]
    addresses = [node(EIP, name) for name in "abc"]
    endpoint = node("aws:ec2/vpcEndpoint:VpcEndpoint", vpcEndpointType="Interface", subnetIds=["1", "2", "3"])
    free = node("aws:ec2/vpcEndpoint:VpcEndpoint", "s3", vpcEndpointType="Gateway")
    found = estimated([*gateways, *addresses, endpoint, free], usage=Usage(nat=100))
    assert monthly(found) == {
        "NAT gateways": "105.12",  # 3 x 730 x 0.048
        "interface endpoints": "21.90",  # 3 x 730 x 0.01, of us-east-1
        "public addresses": "10.95",  # 3 x 730 x 0.005
        "data through NAT gateways": "4.80",  # 100 x 0.048
    }
    assert found.stand_ins == ("endpoint.hour",)
    assert {one.change: one.monthly for one in found.cheaper} == {
        "longshore:network.nat: single": Decimal("77.38"),  # two gateways and two addresses
        "longshore:network.endpoints: []": Decimal("21.90"),
    }
    assert "less than 456 GB" in found.cheaper[1].why  # 21.90 / 0.048
    assert not estimated([*gateways, endpoint], production=True).cheaper


def test_a_gateway_that_aws_spreads_is_billed_in_each_zone_with_its_addresses():
    found = monthly(estimated([node(NAT, availabilityMode="regional")]))
    assert found == {"NAT gateways": "105.12", "public addresses": "10.95"}


def test_managed_nodes_with_their_disks():
    template = node(
        "aws:ec2/launchTemplate:LaunchTemplate",
        blockDeviceMappings=[{"ebs": {"volumeType": "gp3", "volumeSize": 50.0}}],
    )
    group = node(
        "aws:eks/nodeGroup:NodeGroup",
        "general",
        instanceTypes=["m7i.xlarge", "m6i.xlarge"],
        scalingConfig={"desiredSize": 4.0},
        capacityType="SPOT",
    )._replace(sources={"launchTemplate": [template.urn]})
    found = estimated([cluster(), template, group], MANAGED)
    assert monthly(found) == {
        "4 x m7i.xlarge": "656.12",  # 4 x 730 x 0.2247
        "control plane": "73.00",
        "disks of nodes": "17.60",  # 4 x 50 x 0.088
    }
    (nodes,) = (line for line in found.lines if line.what == "4 x m7i.xlarge")
    assert nodes.sources == ("eks.NodeGroup general",)
    assert "spot" in nodes.notes[0]


def test_nodes_without_a_price_are_told_with_what_to_write():
    group = node("aws:eks/nodeGroup:NodeGroup", instanceTypes=["i4i.large"], scalingConfig={"desiredSize": 2})
    found = estimated([group], MANAGED)
    assert not found.lines
    assert "2 x i4i.large: `longshore:cost.prices` may say what it costs: `ec2.i4i.large: 0.10`" in found.not_counted
    own = estimated([group], MANAGED, own={"ec2.i4i.large": Decimal("0.2")})
    assert monthly(own) == {"2 x i4i.large": "292.00"}


def test_nodes_that_nothing_asks_for_and_other_processors():
    group = node(
        "aws:eks/nodeGroup:NodeGroup", "general", instanceTypes=["m7i.large"], scalingConfig={"desiredSize": 5}
    )
    found = estimated([cluster(), group, *placed(deployment())], MANAGED)
    assert [(one.change, one.monthly) for one in found.cheaper] == [
        ("longshore:cluster.nodeGroups: desired: 2", Decimal("246.05")),  # 3 x 730 x 0.11235
        ("general: instanceTypes: [m7g.large], ami: AL2023_ARM_64_STANDARD", Decimal("77.93")),  # 5 x 730 x 0.02135
        ("longshore:cluster.nodeGroups: capacity: spot", None),
    ]
    alone = estimated([cluster(), group], MANAGED)
    assert not [one for one in alone.cheaper if "desired" in one.change], "of what runs there nothing is known"


def test_auto_mode_has_the_nodes_for_all_stacks_on_the_cluster():
    """Two c7i.large carry three pods of 512Mi, one lost; at prices of us-east-1, since Ireland's are not known."""
    others = {"shop.dev": [deployment("web", 2, "512Mi")], "search.dev": [deployment("api", 1, "512Mi")]}
    found = estimated([cluster()], others=others)
    assert monthly(found) == {
        "2 x c7i.large": "130.31",  # 2 x 730 x 0.08925
        "control plane": "73.00",
        "fee of Auto Mode": "15.64",  # 12 % of it
        "disks of nodes": "14.08",  # 2 x 80 x 0.088
    }
    (nodes,) = (line for line in found.lines if line.what == "2 x c7i.large")
    assert nodes.sources == ("requests of shop.dev, search.dev",)
    assert found.elsewhere == 0


def test_a_team_sees_the_nodes_that_it_would_need_in_the_bill_of_the_platform():
    found = estimated(placed(deployment("web", 2, "512Mi")), TEAM)
    assert monthly(found) == {"2 x c7i.large": "130.31", "fee of Auto Mode": "15.64", "disks of nodes": "14.08"}
    assert {line.at for line in found.lines} == {"platform.dev"}
    assert found.elsewhere == found.total == Decimal("160.03")
    assert not estimated(placed({"kind": "Service", "metadata": {"name": "web"}, "spec": {}}), TEAM).lines


def test_of_what_an_autoscaler_has_the_fewest_pods_count():
    autoscaler = {
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "web"},
        "spec": {"scaleTargetRef": {"kind": "Deployment", "name": "web"}, "minReplicas": 40, "maxReplicas": 80},
    }
    fixed = estimated(placed(deployment("web", 40, "1Gi")), TEAM)
    scaled = estimated(placed(deployment("web", None, "1Gi"), autoscaler), TEAM)
    assert monthly(fixed) == monthly(scaled) != monthly(estimated(placed(deployment("web", 1, "1Gi")), TEAM))


def test_volumes_by_their_class_and_those_of_a_stateful_set_for_each_pod():
    templates = [{"metadata": {"name": "data"}, "spec": {"resources": {"requests": {"storage": "10Gi"}}}}]
    stateful = {
        "kind": "StatefulSet",
        "metadata": {"name": "db"},
        "spec": {"replicas": 3, "volumeClaimTemplates": templates, "template": {"spec": {}}},
    }
    objects = [
        claim("a", "100Gi"),
        claim("b", "20Gi", "gp2"),
        claim("c", "10Gi", "efs-shop"),
        claim("d", "1Gi", "fast"),
        stateful,
    ]
    found = estimated(placed(*objects), TEAM)
    amounts = monthly(found)
    assert amounts["volumes, gp3"] == "11.44"  # 130 x 0.088
    assert amounts["volumes, gp2"] == "2.00"  # 20 x 0.10
    assert amounts["shared files"] == "3.00"  # 10 x 0.30
    assert "volumes of the class fast: it is not known what makes them" in found.not_counted
    assert ("longshore:storage.storageClass: gp3", Decimal("0.24")) in [
        (one.change, one.monthly) for one in found.cheaper
    ]


def test_backups_of_shared_files_are_billed_where_the_file_system_is():
    policy = node("aws:efs/backupPolicy:BackupPolicy", backupPolicy={"status": "ENABLED"})
    found = monthly(
        estimated([cluster(), policy], others={"shop.dev": [claim("up", "40Gi", "efs"), claim("db", "9Gi")]})
    )
    assert found["backups of shared files"] == "2.00"  # 40 x 0.05
    assert "shared files" not in found, "the team's"


def test_backups_of_volumes_are_billed_where_the_vault_is():
    vault = node("aws:backup/vault:Vault")
    claims = {"shop.dev": [claim("db", "40Gi"), claim("up", "10Gi", "efs"), claim("x", "9Gi", "fast")]}
    found = monthly(estimated([cluster(), vault], others=claims))
    assert found["backups of volumes"] == "2.00"  # 40 x 0.05, of us-east-1
    assert found["backups of shared files"] == "0.50"


def test_each_secret_once_and_those_of_other_stores_never():
    def bound(name: str, key: str, store: str) -> dict[str, object]:
        data = [{"remoteRef": {"key": key}}, {"remoteRef": {"key": key}}]
        return {
            "kind": "ExternalSecret",
            "metadata": {"name": name},
            "spec": {"data": data, "secretStoreRef": {"name": store}},
        }

    stores = [
        {"kind": "SecretStore", "metadata": {"name": "aws"}, "spec": {"provider": {"aws": {}}}},
        {"kind": "SecretStore", "metadata": {"name": "vault"}, "spec": {"provider": {"vault": {}}}},
    ]
    found = estimated(
        placed(
            *stores, bound("a", "x", "aws"), bound("b", "y", "aws"), bound("c", "y", "aws"), bound("d", "z", "vault")
        ),
        TEAM,
    )
    assert monthly(found) == {"secrets": "0.80"}


def ingress(name: str, class_: str = "alb") -> dict[str, object]:
    return {"kind": "Ingress", "metadata": {"name": name}, "spec": {"ingressClassName": class_}}


def test_a_shared_load_balancer_is_one_for_all_stacks_and_in_the_bill_of_the_platform():
    others = {"shop.dev": [ingress("a"), ingress("b")], "search.dev": [ingress("c"), ingress("d", "alb-internal")]}
    found = monthly(estimated([cluster()], AUTO, others=others))
    assert found["load balancers"] == "36.79"  # 2 x 730 x 0.0252
    assert found["public addresses"] == "10.95"  # of the one that faces the internet, in three zones
    team = estimated(placed(ingress("a"), ingress("b"), ingress("c", "nginx")), TEAM)
    assert monthly(team) == {"load balancers": "18.40", "public addresses": "10.95"}
    assert team.elsewhere == team.total


def test_load_balancers_of_their_own():
    service = {"kind": "Service", "metadata": {"name": "tcp"}, "spec": {"type": "LoadBalancer"}}
    found = estimated(placed(ingress("a"), ingress("b"), service), EACH)
    assert monthly(found) == {"load balancers": "55.19", "public addresses": "21.90"}
    shared = [one for one in found.cheaper if "shared" in one.change]
    assert [one.monthly for one in shared] == [Decimal("29.35")]  # one and its three addresses


def test_logs_by_what_the_stack_says_of_them():
    group = node("aws:cloudwatch/logGroup:LogGroup", name="/aws/eks/it/cluster", retentionInDays=90.0)
    silent = estimated([group])
    assert not silent.lines
    assert any(sentence.startswith("logs in CloudWatch") for sentence in silent.not_counted)
    assert [(one.change, one.monthly) for one in silent.cheaper] == [("longshore:cluster.logDays: 30", None)]
    told = estimated([group], usage=Usage(logs=20))
    assert monthly(told) == {"logs written": "10.00", "logs kept": "1.80"}  # 20 x 0.50, and 60 x 0.03
    assert [(one.change, one.monthly) for one in told.cheaper] == [("longshore:cluster.logDays: 30", Decimal("1.20"))]


@pytest.mark.parametrize("kind", ["repository:Repository", "pullThroughCacheRule:PullThroughCacheRule"])
def test_images_in_ecr_are_named_and_not_counted(kind):
    found = estimated([node(f"aws:ecr/{kind}")])
    assert not found.lines
    assert "what images take in ECR" in found.not_counted
    assert "what images take in ECR" not in estimated([node(NAT)]).not_counted


def test_alarms_by_the_metrics_that_they_look_at():
    plain = node("aws:cloudwatch/metricAlarm:MetricAlarm", "a", metricName="x")
    queries = [{"expression": "a+b"}, {"metric": {}}, {"metric": {}}]
    found = monthly(estimated([plain, node("aws:cloudwatch/metricAlarm:MetricAlarm", "b", metricQueries=queries)]))
    assert found == {"alarms": "0.30"}


def test_a_type_that_nobody_knows_is_told():
    found = estimated([node("aws:rds/instance:Instance")])
    assert found.not_counted[0] == "aws:rds/instance:Instance: nothing is known of what it costs"


def test_what_is_read_only_costs_nothing_here():
    assert not estimated([node(NAT)._replace(read=True)]).lines


def test_without_a_region_nothing_is_priced():
    found = estimated(placed(deployment(), claim("a", "1Gi")), region="")
    assert not found.lines
    assert len(found.not_counted) == 1
