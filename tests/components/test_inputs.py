"""What the settings of a stack become for the loader and the converter."""

from longshore.components.clusters.classes import SCHEMES
from longshore.stack.inputs import options_of, request_of
from tests.components.stage import BASE, EKS, MANAGED, check


def test_what_opens_a_service_is_what_the_cluster_has_for_it():
    auto, managed = (
        check(EKS).settings,
        check({**EKS, "longshore:cluster": {**MANAGED, "nodeGroups": {"a": {}}}}).settings,
    )
    assert options_of(auto).load_balancer_class == "eks.amazonaws.com/nlb"
    assert options_of(managed).load_balancer_class == "service.k8s.aws/nlb"
    assert options_of(managed).ingress_class == "alb"
    # The class decides where its load balancers stand; the annotation of an Ingress does not.
    for settings in (auto, managed):
        assert SCHEMES[options_of(settings).internal_ingress_class] == "internal"
        assert SCHEMES[options_of(settings).ingress_class] == "internet-facing"
    theirs = {**MANAGED, "nodeGroups": {"a": {}}, "loadBalancerController": False}
    assert options_of(check({**EKS, "longshore:cluster": theirs}).settings).internal_ingress_class == ""
    elsewhere = options_of(check(BASE).settings)
    assert (elsewhere.ingress_class, elsewhere.load_balancer_class) == ("", "")
    named = {"ingressClass": "nginx", "loadBalancerClass": "metallb"}
    chosen = options_of(check({**BASE, "longshore:workloads": named}).settings)
    assert (chosen.ingress_class, chosen.load_balancer_class) == ("nginx", "metallb")


def test_variables_declared_secret_or_plain_win_over_detection():
    found = check(
        {
            **BASE,
            "longshore:compose": {"files": ["x"]},
            "longshore:secrets": {"backend": "fake", "variables": {"SEED": True, "API_KEY": False}},
        }
    )
    request = request_of(found.settings, found.settings.compose, "/project", "shop", {})
    assert request.is_secret
    assert [request.is_secret(name, "x") for name in ("SEED", "API_KEY", "DB_PASSWORD", "PORT")] == [
        True,
        False,
        True,
        False,
    ]
