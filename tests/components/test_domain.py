"""The domain of a platform: hosts in it have a record and TLS by their name alone, and an address to give out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from longshore.convert.kubernetes.urls import urls
from longshore.stack.inputs import options_of
from tests.components.stage import EKS, check, copy, edit, nodes, play
from tests.components.test_front_door import exposing, of

if TYPE_CHECKING:
    from pathlib import Path

PLATFORM, SHOP = "platform.dev", "shop.dev"
DOMAIN = {"zone": "example.com", "zoneId": "Z0123456789ABCDEFGHIJ"}


def with_domain(config: dict[str, Any]) -> None:
    config["longshore:domain"] = DOMAIN


@pytest.fixture
def root(tmp_path: Path) -> Path:
    found = copy(tmp_path)
    edit(found, PLATFORM, with_domain)
    return found


def test_one_record_proves_the_zone_and_all_below_it(root: Path) -> None:
    found = nodes(play(root, PLATFORM, known=True))
    (certificate,) = of(found, "Certificate").values()
    assert certificate.inputs["domainName"] == "example.com"
    assert certificate.inputs["subjectAlternativeNames"] == ["*.example.com"]
    (record,) = of(found, "Record").values()
    assert record.inputs["zoneId"] == DOMAIN["zoneId"]
    assert record.inputs["type"] == "CNAME"
    classes = of(found, "IngressClassParams").values()
    assert [len(node.inputs["spec"]["certificateARNs"]) for node in classes] == [1, 1]


def test_the_rights_over_records_are_those_of_one_zone(root: Path) -> None:
    (policy,) = [node for node in of(nodes(play(root, PLATFORM)), "RolePolicy").values() if node.name == "dev-dns"]
    change, look = json.loads(policy.inputs["policy"])["Statement"]
    assert change["Resource"] == f"arn:aws:route53:::hostedzone/{DOMAIN['zoneId']}"
    assert look["Action"] == "route53:ListHostedZones"


def test_the_program_starts_with_its_rights_and_for_its_zone(root: Path) -> None:
    found = nodes(play(root, PLATFORM))
    (release,) = [node for node in found.values() if node.type.endswith(":Release") and node.name == "dev-dns"]
    values = release.inputs["values"]
    assert (values["domainFilters"], values["policy"]) == (["example.com"], "sync")
    assert values["extraArgs"] == [f"--zone-id-filter={DOMAIN['zoneId']}"]
    needs = {found[need].type.rsplit(":", 1)[1] for need in release.needs if need in found}
    assert "PodIdentityAssociation" in needs


def test_a_host_in_the_zone_has_tls_by_its_name(root: Path) -> None:
    def open_hosts(config: dict[str, Any]) -> None:
        for service, host in (("gateway", "shop.example.com"), ("catalog-api", "catalog.elsewhere.com")):
            exposing(service, host=host, port=80)(config)
            del config["longshore:services"][service]["exposure"]["certificate"]

    edit(root, SHOP, open_hosts)
    played = play(root, SHOP)
    ports = {
        name: node.inputs["metadata"].get("annotations", {}).get("alb.ingress.kubernetes.io/listen-ports")
        for name, node in of(nodes(played), "Ingress").items()
    }
    assert ports["gateway"] == '[{"HTTPS":443}]'
    assert ports["catalog-api"] is None
    assert played.exports["urls"] == {
        "catalog-api": "http://catalog.elsewhere.com/",
        "gateway": "https://shop.example.com/",
    }


@pytest.mark.parametrize(
    ("host", "path", "tls", "address"),
    [
        ("a.example.com", "/", None, "http://a.example.com/"),
        ("a.example.com", "/x", [{"hosts": ["a.example.com"]}], "https://a.example.com/x"),
    ],
)
def test_an_address_says_how_a_service_is_reached(host: str, path: str, tls: Any, address: str) -> None:
    backend = {"service": {"name": "a", "port": {"number": 80}}}
    action = {"service": {"name": "to-https", "port": {"name": "use-annotation"}}}
    rules = [{"host": host, "http": {"paths": [{"path": path, "backend": one} for one in (backend, action)]}}]
    spec = {"rules": rules, **({"tls": tls} if tls else {})}
    assert urls([{"kind": "Ingress", "metadata": {"name": "a"}, "spec": spec}]) == {"a": address}


def test_an_issuer_is_named_where_aws_makes_no_certificates() -> None:
    config = {**EKS, "longshore:cluster": {"kind": "kubeconfig"}, "longshore:domain": {"zone": "example.com"}}
    del config["longshore:network"]
    config["longshore:domain"]["email"] = "ops@example.com"
    settings = check(config).settings
    assert settings is not None
    assert (options_of(settings).zone, options_of(settings).issuer) == ("example.com", "letsencrypt")
