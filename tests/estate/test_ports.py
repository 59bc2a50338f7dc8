"""Services forward what is declared and what is dialled, on the container's own ports."""

from time import process_time

import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from longshore.convert.estate import Estate
from longshore.convert.estate.ports import declared, every
from longshore.convert.options import Exposure, Options, ServiceSettings
from longshore.model import Severity

APP = {"image": "app:1", "restart": "always"}


def port(target, published="", **more):
    return {
        "mode": "ingress",
        "target": target,
        "protocol": "tcp",
        **({"published": published} if published else {}),
        **more,
    }


def numbers(result, name):
    return [(entry["port"], entry["targetPort"]) for entry in result[f"Service/{name}"]["spec"].get("ports", [])]


def test_others_dial_the_container_port(convert):
    result = convert({"web": {**APP, "ports": [port(80, "8080")]}})
    assert numbers(result, "web") == [(80, 80)]


def test_tcp_and_udp_on_one_number_live_in_one_service(convert):
    result = convert({"dns": {**APP, "ports": [port(53, "53"), port(53, "53", protocol="udp")]}})
    entries = result["Service/dns"]["spec"]["ports"]
    assert [(entry["name"], entry["protocol"]) for entry in entries] == [("tcp-53", "TCP"), ("udp-53", "UDP")]


def test_ports_and_expose_together_list_each_port_once(convert):
    result = convert({"web": {**APP, "ports": [port(80, "80"), port(80, "8080")], "expose": ["80", "81-82", "83/udp"]}})
    assert [number for number, _ in numbers(result, "web")] == [80, 81, 82, 83]
    assert [p["containerPort"] for p in result.pod("Deployment/web")["containers"][0]["ports"]] == [80, 81, 82, 83]


@pytest.mark.parametrize(
    "environment",
    [
        {"BROKER": "amqp://u@rabbit/vhost"},
        {"BROKER": "amqp://rabbit"},
        {"BROKER": "rabbit:5672"},
        {"RABBIT_HOST": "rabbit", "RABBIT_PORT": "5672"},
        {"BROKERS": "other:1,rabbit:5672"},
    ],
)
def test_a_dialled_port_is_forwarded_and_told(convert, environment):
    rabbit = {**APP, "ports": [port(15672, "15672", host_ip="127.0.0.1")]}
    result = convert({"rabbit": rabbit, "web": {**APP, "environment": environment}})
    assert (5672, 5672) in numbers(result, "rabbit")
    (finding,) = result.found("undeclared-port")
    assert finding.severity is Severity.INFO
    assert "services.web.environment." in finding.message


@pytest.mark.parametrize(
    "text", ["rabbit:4.1-management", "rabbit:18-alpine", "rabbit:55_a", "rabbit:1", "a-rabbit:5672"]
)
def test_the_version_of_an_image_is_no_port(convert, text):
    result = convert({"rabbit": {**APP, "expose": ["15672"]}, "web": {**APP, "environment": {"IMAGE": text}}})
    assert numbers(result, "rabbit") == [(15672, 15672)]


@pytest.mark.parametrize(
    "text", ["rabbit:5672.", "(rabbit:5672)", "rabbit:5672/vhost", "rabbit:5672,other:1", "rabbit:5672-"]
)
def test_what_stands_behind_a_port_does_not_matter(convert, text):
    result = convert({"rabbit": {**APP, "expose": ["15672"]}, "web": {**APP, "environment": {"BROKER": text}}})
    assert (5672, 5672) in numbers(result, "rabbit")


def test_the_port_of_a_known_image_is_forwarded(convert):
    result = convert({"mq": {**APP, "image": "docker.io/library/rabbitmq:3-management", "expose": ["15672"]}})
    assert (5672, 5672) in numbers(result, "mq")


def test_a_service_that_nobody_calls_and_of_which_no_port_is_known_is_headless(convert):
    spec = convert({"worker": APP})["Service/worker"]["spec"]
    assert spec["clusterIP"] == "None"
    assert "ports" not in spec


def test_what_is_dialled_has_an_address_that_stays_declared_or_not(convert):
    result = convert({"db": APP, "web": {**APP, "environment": {"DB": "db:5432"}}})
    assert "clusterIP" not in result["Service/db"]["spec"]
    assert numbers(result, "db") == [(5432, 5432)]
    assert len(result.found("undeclared-port")) == 1


def test_the_ports_that_an_image_declares_are_no_surprise(convert):
    result = convert({"db": {**APP, "image": "postgres:16"}, "web": {**APP, "environment": {"DB": "db:5432"}}})
    assert numbers(result, "db") == [(5432, 5432)]
    assert not result.found("undeclared-port")


def test_nothing_is_opened_to_the_outside_that_nobody_wrote_down(convert):
    options = Options(services={"db": ServiceSettings(exposure=Exposure(kind="loadbalancer"))})
    result = convert({"db": {**APP, "image": "postgres:16"}}, options)
    assert result.found("exposure")[0].severity is Severity.ERROR


def test_what_a_service_calls_itself_is_no_dialled_port(convert):
    web = {**APP, "expose": ["80"], "environment": {"SELF": "http://web:9999"}}
    assert numbers(convert({"web": web}), "web") == [(80, 80)]


def test_a_job_has_a_service_only_with_ports(convert):
    migrate, web = (
        {"image": "m:1", "restart": "no"},
        {**APP, "depends_on": {"migrate": {"condition": "service_completed_successfully"}}},
    )
    assert "Service/migrate" not in convert({"migrate": migrate, "web": web})
    assert "Service/migrate" in convert({"migrate": {**migrate, "expose": ["80"]}, "web": web})


def test_a_published_port_says_how_to_open_it(convert):
    (finding,) = convert({"web": {**APP, "ports": [port(80, "8080"), port(443, "443", mode="host")]}}).found(
        "published-port"
    )
    assert finding.severity is Severity.WARNING
    assert "8080→80" in finding.message
    assert "services.web.exposure" in finding.help


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.1.1", "::1", "[::1]"])
def test_a_port_for_operators_is_information(convert, address):
    (finding,) = convert({"web": {**APP, "ports": [port(80, "8080", host_ip=address)]}}).found("published-port")
    assert finding.severity is Severity.INFO


def test_names_that_kubernetes_refuses_are_replaced_and_told(convert):
    ports = [port(80, name="Web_UI", app_protocol="not a protocol"), port(81, name="a-name-of-twenty-chars")]
    result = convert({"web": {**APP, "ports": ports}})
    assert [entry["name"] for entry in result["Service/web"]["spec"]["ports"]] == ["tcp-80", "a-name-of-twenty-chars"]
    assert [p["name"] for p in result.pod("Deployment/web")["containers"][0]["ports"]] == ["tcp-80", "tcp-81"]
    assert len(result.found("ports")) == 2


@pytest.mark.parametrize("text", ["abc", "0", "70000", "3000-2000", "80/icmp", ""])
def test_an_exposed_port_that_is_none_is_an_error(convert, text):
    result = convert({"web": {**APP, "expose": [text, "81"]}})
    assert result.found("expose")[0].severity is Severity.ERROR
    assert numbers(result, "web") == [(81, 81)]


@pytest.mark.parametrize("entry", [{"target": 0}, {"target": 70000}, {"target": 80, "protocol": "icmp"}])
def test_a_port_that_is_none_is_an_error(convert, entry):
    result = convert({"web": {**APP, "ports": [entry, {"target": 81}]}})
    assert result.found("ports")[0].severity is Severity.ERROR
    assert numbers(result, "web") == [(81, 81)]


PORTS = st.lists(
    st.fixed_dictionaries(
        {"target": st.integers(1, 70), "protocol": st.sampled_from(["tcp", "udp", "sctp"])},
        optional={"name": st.sampled_from(["http", "tcp-3", "X", "udp-4"]), "published": st.just("9")},
    ),
    max_size=12,
)


class Bare:
    name, directory, environment, files = "shop", "/project", {}, None

    def __init__(self, services):
        self.model = {"services": services}


@limits(deadline=None)
@given(PORTS, st.lists(st.integers(1, 70).map(str), max_size=5))
def test_names_and_numbers_of_a_service_are_unique(ports, expose):
    service = Estate(Bare({"web": {**APP, "ports": ports, "expose": expose}}), Options()).services["web"]
    found = every(service)
    assert len({entry.name for entry in found}) == len(found)
    assert len({(entry.number, entry.protocol) for entry in found}) == len(found)
    assert [(entry.number, entry.protocol) for entry in declared(service)] == list(service.container_ports)


def seconds(convert, count):
    """Processor time for a service with `count` ports, the best of three."""
    service = {**APP, "ports": [port(number, str(number), protocol="udp") for number in range(10000, 10000 + count)]}
    found = []
    for _ in range(3):
        start = process_time()
        convert({"sip": service})
        found.append(process_time() - start)
    return min(found)


def test_time_grows_with_the_ports_and_not_with_their_square(convert):
    assert any(seconds(convert, 4000) < 8 * seconds(convert, 1000) for _ in range(3)), "a square would be 16 times"
