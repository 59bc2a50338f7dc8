"""Policies let through what a Docker network lets through, and nothing else: judged by a reading of their own."""

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as limits
from hypothesis import strategies as st

from longshore.convert.options import Exposure, Options, ServiceSettings
from longshore.model import Severity

APP = {"image": "app:1", "restart": "always"}
METADATA = ("169.254.169.254", "fd00:ec2::254")


class World:
    """Judges packets by the policies of a conversion, as an enforcing cluster would."""

    def __init__(self, result):
        self.policies = [m["spec"] for m in result.kinds("NetworkPolicy").values()]
        self.labels = {}
        for kind in ("Deployment", "DaemonSet", "Job"):
            for name, manifest in result.kinds(kind).items():
                self.labels[name] = manifest["spec"]["template"]["metadata"]["labels"]

    def _selecting(self, pod, direction):
        return [p for p in self.policies if direction in p["policyTypes"] and self._matches(p["podSelector"], pod)]

    def _matches(self, selector, pod):
        return selector["matchLabels"].items() <= self.labels[pod].items()

    def _port(self, rule, port, protocol):
        return "ports" not in rule or {"port": port, "protocol": protocol} in rule["ports"]

    def _peers(self, rule, key, pod, address):
        if key not in rule:
            return True
        return any(
            (pod and "podSelector" in peer and self._matches(peer["podSelector"], pod))
            or (address and "ipBlock" in peer and self._inside(peer["ipBlock"], address))
            for peer in rule[key]
        )

    @staticmethod
    def _inside(block, address):
        inside = [ip_address(address) in ip_network(net) for net in (block["cidr"], *block.get("except", []))]
        return inside[0] and not any(inside[1:])

    def leaves(self, pod, *, to="", address="", port=80, protocol="TCP"):
        policies = self._selecting(pod, "Egress")
        return not policies or any(
            self._peers(rule, "to", to, address) and self._port(rule, port, protocol)
            for policy in policies
            for rule in policy.get("egress", [])
        )

    def enters(self, pod, *, sender="", address="", port=80):
        policies = self._selecting(pod, "Ingress")
        return not policies or any(
            self._peers(rule, "from", sender, address) and self._port(rule, port, "TCP")
            for policy in policies
            for rule in policy.get("ingress", [])
        )

    def reaches(self, one, other, port=80):
        return self.leaves(one, to=other, port=port) and self.enters(other, sender=one, port=port)


NETWORKS = ("edge", "back", "data_net")


@pytest.fixture
def build(convert):
    def make(memberships, internal=(), options=None, **more):
        services = {
            name: {**APP, "networks": dict.fromkeys(nets), **more.get(name, {})} for name, nets in memberships.items()
        }
        top = {net: {"name": f"shop_{net}", **({"internal": True} if net in internal else {})} for net in NETWORKS}
        return convert(services, options, networks=top)

    return make


MEMBERS = st.dictionaries(
    st.sampled_from("abcde"), st.sets(st.sampled_from(NETWORKS), min_size=1), min_size=1, max_size=5
)


@limits(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_pods_reach_each_other_exactly_where_docker_lets_them(build, data):
    members = data.draw(MEMBERS)
    internal = data.draw(st.sets(st.sampled_from(NETWORKS)))
    world = World(build(members, internal))
    for one, nets in members.items():
        for other, others in members.items():
            if one != other:
                assert world.reaches(one, other, data.draw(st.integers(1, 65535))) == bool(nets & others)
        outside = bool(nets - internal)
        assert world.leaves(one, address="203.0.113.9", port=443) == outside
        assert world.leaves(one, address="2001:db8::1", port=443) == outside
        assert not any(world.leaves(one, address=address) for address in METADATA)
        for protocol in ("UDP", "TCP"):
            assert world.leaves(one, address="172.20.0.10", port=53, protocol=protocol)
        assert not world.enters(one, address="203.0.113.9")


def test_what_is_exposed_is_reached_from_outside_on_that_port_alone(build):
    exposure = ServiceSettings(exposure=Exposure("ingress", host="shop.example.com", port=80))
    options = Options(services={"a": exposure})
    world = World(build({"a": {"edge"}, "b": {"edge"}}, options=options, a={"expose": ["80", "81"]}))
    assert world.enters("a", address="10.0.0.7", port=80)
    assert not world.enters("a", address="10.0.0.7", port=81)
    assert not world.enters("b", address="10.0.0.7", port=80)
    assert world.reaches("b", "a", 81)


def test_network_mode_none_lets_nothing_through(convert):
    world = World(convert({"a": {**APP, "network_mode": "none"}, "b": {**APP, "networks": {"default": None}}}))
    assert not world.leaves("a", address="203.0.113.9")
    assert not world.leaves("a", address="172.20.0.10", port=53, protocol="UDP")
    assert not world.reaches("b", "a")
    assert not world.reaches("a", "b")


def test_services_without_networks_are_on_the_default_one(convert):
    world = World(convert({"a": APP, "b": APP, "c": {**APP, "network_mode": "bridge"}}))
    assert world.reaches("a", "b")
    assert not world.reaches("a", "c")
    assert world.leaves("c", address="203.0.113.9")


def test_two_networks_with_similar_names_stay_apart(convert):
    services = {"a": {**APP, "networks": {"a_b": None}}, "b": {**APP, "networks": {"a-b": None}}}
    result = convert(services, networks={"a_b": {"name": "shop_a_b"}, "a-b": {"name": "shop_a-b"}})
    assert len(result.kinds("NetworkPolicy")) == 2
    assert not World(result).reaches("a", "b")


def test_a_long_network_name_gives_a_valid_label(convert):
    name = "n" * 80
    result = convert({"a": {**APP, "networks": {name: None}}}, networks={name: {"name": name}})
    (key,) = [k for k in World(result).labels["a"] if k.startswith("network.longshore.dev/")]
    assert len(key.partition("/")[2]) <= 63


def test_policies_can_be_turned_off_and_isolation_is_then_told_as_lost(build):
    result = build({"a": {"back"}}, internal={"back"}, options=Options(network_policies=False))
    assert not result.kinds("NetworkPolicy")
    (finding,) = result.found("network-isolation")
    assert finding.severity is Severity.WARNING


def test_the_host_network_is_an_error_until_allowed(convert):
    node = {**APP, "network_mode": "host"}
    result = convert({"node": node})
    assert result.found("host-network")[0].severity is Severity.ERROR
    assert "hostNetwork" not in result.pod("Deployment/node")
    result = convert({"node": {**node, "x-longshore": {"allow": ["host-network"]}}})
    assert result.found("host-network")[0].severity is Severity.INFO
    assert result.pod("Deployment/node")["dnsPolicy"] == "ClusterFirstWithHostNet"


def test_the_network_of_another_service_is_its_pod(convert):
    result = convert(
        {"vpn": {**APP, "networks": {"back": None}}, "app": {**APP, "network_mode": "service:vpn", "expose": ["80"]}}
    )
    assert [container["name"] for container in result.pod("Deployment/vpn")["containers"]] == ["vpn", "app"]
    assert "Deployment/app" not in result
    assert [p["port"] for p in result["Service/vpn"]["spec"]["ports"]] == [80]


@pytest.mark.parametrize(("called", "severity"), [("172.20.0.5:80", Severity.ERROR), ("172.20.0.50", Severity.WARNING)])
def test_a_fixed_address_is_an_error_where_it_is_called(convert, called, severity):
    db = {**APP, "networks": {"back": {"ipv4_address": "172.20.0.5"}}}
    result = convert({"db": db, "web": {**APP, "environment": {"DB": called}}}, networks={"back": {"name": "b"}})
    assert result.found("fixed-address")[0].severity is severity
