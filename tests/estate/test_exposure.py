"""Only the stack file opens anything to the outside."""

import pytest

from longshore.convert.options import Exposure, Options, ServiceSettings
from longshore.model import Severity

PORTS = [
    {"target": 80, "published": "8080", "protocol": "tcp", "mode": "ingress"},
    {"target": 9000, "published": "9000", "protocol": "tcp", "mode": "ingress", "host_ip": "127.0.0.1"},
    {"target": 443, "published": "443", "protocol": "tcp", "mode": "ingress"},
]
WEB = {"image": "nginx:1", "restart": "always", "ports": PORTS, "expose": ["7000"]}
ARN = "arn:aws:acm:eu-west-1:123456789012:certificate/0"


def exposed(convert, model=None, wanted=None, **options):
    settings = {"web": ServiceSettings(exposure=wanted)}
    return convert({"web": model or WEB}, Options(services=settings, **options))


def test_nothing_is_open_by_itself(convert):
    result = exposed(convert)
    assert {m["spec"].get("type", "ClusterIP") for m in result.kinds("Service").values()} == {"ClusterIP"}
    assert not result.kinds("Ingress")


def test_a_load_balancer_opens_the_published_ports_under_their_numbers(convert):
    result = exposed(convert, wanted=Exposure("loadbalancer"), load_balancer_class="eks.amazonaws.com/nlb")
    public = result["Service/web-public"]
    assert [(p["port"], p["targetPort"]) for p in public["spec"]["ports"]] == [(8080, 80), (443, 443)]
    assert public["spec"]["type"] == "LoadBalancer"
    assert public["spec"]["loadBalancerClass"] == "eks.amazonaws.com/nlb"
    assert public["spec"]["selector"] == result["Service/web"]["spec"]["selector"]
    scheme = "service.beta.kubernetes.io/aws-load-balancer-scheme"
    assert public["metadata"]["annotations"][scheme] == "internet-facing"
    assert "pulumi.com/skipAwait" not in public["metadata"]["annotations"]
    assert [p["port"] for p in result["Service/web"]["spec"]["ports"]] == [80, 9000, 443, 7000]


def test_the_ports_that_stay_closed_are_told(convert):
    result = exposed(convert, wanted=Exposure("loadbalancer", port=80))
    (warning,) = [f for f in result.found("published-port") if f.severity is Severity.WARNING]
    assert "443" in warning.message
    assert "80" not in warning.message.replace("8080", "")


def test_an_internal_load_balancer(convert):
    result = exposed(convert, wanted=Exposure("loadbalancer", internal=True), load_balancer_class="service.k8s.aws/nlb")
    annotations = result["Service/web-public"]["metadata"]["annotations"]
    assert annotations["service.beta.kubernetes.io/aws-load-balancer-scheme"] == "internal"


def test_an_ingress_sends_its_host_to_the_first_port(convert):
    result = exposed(convert, wanted=Exposure("ingress", host="shop.example.com", certificate=ARN))
    ingress = result["Ingress/web"]
    (rule,) = ingress["spec"]["rules"]
    assert rule["host"] == "shop.example.com"
    assert rule["http"]["paths"][0]["backend"]["service"] == {"name": "web", "port": {"number": 80}}
    assert ingress["spec"]["ingressClassName"] == "alb"
    assert ingress["metadata"]["annotations"]["alb.ingress.kubernetes.io/certificate-arn"] == ARN
    assert "tls" not in ingress["spec"]


def test_a_certificate_of_the_namespace(convert):
    wanted = Exposure("ingress", host="shop.example.com", certificate="shop-tls", annotations={"a/b": "c"})
    result = exposed(convert, wanted=wanted, ingress_class="nginx")
    assert result["Ingress/web"]["spec"]["tls"] == [{"hosts": ["shop.example.com"], "secretName": "shop-tls"}]
    assert result["Ingress/web"]["metadata"]["annotations"] == {"a/b": "c"}


def test_an_internal_ingress_gets_the_class_that_stands_inside(convert):
    wanted = Exposure("ingress", host="shop.example.com", internal=True, certificate=ARN)
    ingress = exposed(convert, wanted=wanted, internal_ingress_class="alb-internal")["Ingress/web"]
    assert ingress["spec"]["ingressClassName"] == "alb-internal"
    annotations = ingress["metadata"]["annotations"]
    assert annotations["alb.ingress.kubernetes.io/scheme"] == "internal"
    assert annotations["alb.ingress.kubernetes.io/target-type"] == "ip"
    assert annotations["alb.ingress.kubernetes.io/certificate-arn"] == ARN
    outside = exposed(convert, wanted=wanted._replace(internal=False), internal_ingress_class="alb-internal")
    assert outside["Ingress/web"]["spec"]["ingressClassName"] == "alb"


@pytest.mark.parametrize(
    ("wanted", "classes", "setting"),
    [
        (Exposure("ingress", host="a.example.com", internal=True), {"ingress_class": "nginx"}, "internal"),
        (Exposure("ingress", host="a.example.com", internal=True), {"ingress_class": ""}, "internal"),
        (Exposure("ingress", host="a.example.com", certificate=ARN), {"ingress_class": "nginx"}, "certificate"),
        (Exposure("ingress", host="a.example.com", certificate="tls"), {"ingress_class": "alb"}, "certificate"),
        (Exposure("loadbalancer", internal=True), {}, "internal"),
        (Exposure("loadbalancer", certificate=ARN), {"load_balancer_class": "metallb"}, "certificate"),
        (Exposure("loadbalancer", certificate="tls"), {"load_balancer_class": "eks.amazonaws.com/nlb"}, "certificate"),
    ],
)
def test_what_the_class_knows_nothing_of_opens_nothing(convert, wanted, classes, setting):
    result = exposed(convert, wanted=wanted, **classes)
    (finding,) = result.found("exposure")
    assert finding.severity is Severity.ERROR
    assert f"services.web.exposure.{setting}" in finding.message
    assert not result.kinds("Ingress")
    assert result.kinds("Service").keys() == {"web"}


def test_what_cannot_be_exposed_is_an_error_that_names_the_setting(convert):
    bare, job = {"image": "a:1", "restart": "always"}, {"image": "a:1", "restart": "no"}
    cases = [
        (bare, Exposure("loadbalancer")),
        (job, Exposure("loadbalancer", port=80)),
        (WEB, Exposure("ingress")),
        ({**bare, "expose": ["53/udp"]}, Exposure("ingress", host="a.example.com")),
    ]
    for model, wanted in cases:
        (finding,) = exposed(convert, model, wanted).found("exposure")
        assert finding.severity is Severity.ERROR
        assert "services.web.exposure" in finding.message


def test_a_port_that_compose_does_not_name_can_be_exposed(convert):
    result = exposed(convert, {"image": "a:1", "restart": "always"}, Exposure("loadbalancer", port=8080))
    assert [p["targetPort"] for p in result["Service/web-public"]["spec"]["ports"]] == [8080]


def test_an_ingress_to_a_port_that_compose_does_not_name_has_a_service_to_go_to(convert):
    wanted = Exposure("ingress", host="shop.example.com", port=8080)
    result = exposed(convert, {"image": "a:1", "restart": "always"}, wanted)
    assert [p["port"] for p in result["Service/web"]["spec"]["ports"]] == [8080]
    assert result["Service/web"]["spec"]["clusterIP"] == "None"


def test_the_public_name_of_another_service_is_not_taken(convert):
    options = Options(services={"web": ServiceSettings(exposure=Exposure("loadbalancer"))})
    result = convert({"web": WEB, "web-public": {"image": "a:1", "restart": "always"}}, options)
    assert result.found("exposure")[0].severity is Severity.ERROR
    assert result["Service/web-public"]["spec"]["clusterIP"] == "None"
