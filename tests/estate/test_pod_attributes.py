"""Labels, name resolution and addresses of a pod."""

import pytest

from longshore.compose.references import reference
from longshore.model import Severity

APP = {"image": "app:1", "restart": "always"}


def annotations(result, name="app"):
    manifest = result[f"Deployment/{name}"]
    inner = manifest["spec"]["template"]["metadata"].get("annotations", {})
    return manifest["metadata"].get("annotations", {}), inner


def test_labels_annotate_the_workload_and_its_pods(convert):
    outer, inner = annotations(convert({"app": {**APP, "labels": {"com.example.team": "a", "note": "any text: ok"}}}))
    for found in (outer, inner):
        assert found["com.example.team"] == "a"
        assert found["note"] == "any text: ok"


def test_an_annotation_of_compose_wins_on_the_pod(convert):
    model = {**APP, "labels": {"a": "label"}, "annotations": {"a": "annotation"}}
    outer, inner = annotations(convert({"app": model}))
    assert (outer["a"], inner["a"]) == ("label", "annotation")


def test_a_key_that_is_none_is_told(convert):
    result = convert({"app": {**APP, "labels": {"with space": "x", "b" * 70: "x"}}})
    assert len(result.found("label-key")) == 2


@pytest.mark.parametrize("value", [f"admin:{reference('HASH')}", "postgres://u:hunter22@db"])
def test_a_secret_in_a_label_is_an_error_that_does_not_show_it(convert, value):
    result = convert({"app": {**APP, "labels": {"auth": value}}})
    assert result.found("secret-in-label")[0].severity is Severity.ERROR
    assert "hunter22" not in str(result.conversion)


def test_programs_that_read_labels_from_docker_are_told_once(convert):
    labels = {"traefik.enable": "true", "traefik.http.routers.a.rule": "Host(`x`)", "ofelia.enabled": "true"}
    assert len(convert({"app": {**APP, "labels": labels}}).found("label-reader")) == 2


def test_two_containers_of_a_pod_that_disagree(convert):
    services = {
        "a": {**APP, "labels": {"x": "1"}},
        "b": {**APP, "network_mode": "service:a", "labels": {"x": "2", "y": "3"}},
    }
    result = convert(services)
    assert annotations(result, "a")[1] == {"x": "1", "y": "3"}
    assert [finding.severity for finding in result.found("labels")] == [Severity.WARNING]


def test_name_servers_follow_the_cluster_s_own(convert):
    result = convert({"app": {**APP, "dns": ["10.0.0.2", "fd00::1", "10.0.0.3", "dns.example.com"]}})
    assert result.pod("Deployment/app")["dnsConfig"] == {"nameservers": ["10.0.0.2", "fd00::1"]}
    assert [finding.path[3:] for finding in result.found("dns")] == [(2,), (3,), ()]


def test_search_domains_and_options(convert):
    model = {**APP, "dns_search": ["example.com", "."], "dns_opt": ["ndots:1", "use-vc", "ndots:2"]}
    config = convert({"app": model}).pod("Deployment/app")["dnsConfig"]
    assert config["searches"] == ["example.com"]
    assert config["options"] == [{"name": "ndots", "value": "2"}, {"name": "use-vc"}]


def test_extra_hosts_are_gathered_by_address(convert):
    hosts = ["One=10.0.0.1", "two=10.0.0.1", "six=[fd00::1]", "old:10.0.0.9", "host.docker.internal=host-gateway"]
    result = convert({"app": {**APP, "extra_hosts": hosts}})
    assert result.pod("Deployment/app")["hostAliases"] == [
        {"ip": "10.0.0.1", "hostnames": ["one", "two"]},
        {"ip": "fd00::1", "hostnames": ["six"]},
        {"ip": "10.0.0.9", "hostnames": ["old"]},
    ]
    assert result.found("host-gateway")[0].severity is Severity.WARNING


def test_the_docker_host_that_is_called_is_an_error(convert):
    model = {**APP, "extra_hosts": ["host.docker.internal=host-gateway"]}
    model["environment"] = {"DB": "host.docker.internal:5432"}
    named, told = sorted(convert({"app": model}).found("host-gateway"), key=lambda finding: finding.severity.value)
    assert named.severity is Severity.ERROR
    assert "services.app.environment.DB" in named.message
    assert told.path == ("services", "app", "environment", "DB")


def test_a_service_whose_name_changes(convert):
    result = convert({"my_db": APP, "1st": APP})
    assert set(result.kinds("Deployment")) == {"my-db", "s-1st"}
    assert {finding.severity for finding in result.found("renamed-service")} == {Severity.INFO}


def test_two_services_that_meet_in_one_name_are_an_error(convert):
    result = convert({"a_b": APP, "a-b": APP})
    (finding,) = result.found("name-collision")
    assert finding.severity is Severity.ERROR
    assert len(result.kinds("Deployment")) == 2
