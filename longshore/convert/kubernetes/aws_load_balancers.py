"""What AWS's load balancers are told on a Service or an Ingress: where they stand, and their certificate.

Source: https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/service/annotations/
and https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/annotations/
"""

from __future__ import annotations

from typing import Final

NLB: Final = "service.beta.kubernetes.io/aws-load-balancer"
ALB: Final = "alb.ingress.kubernetes.io"

LISTENERS: Final = 50
"""Listeners, and so ports, that a Network Load Balancer has at most.

Source: https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-limits.html
"""


def is_nlb(load_balancer_class: str) -> bool:
    """Does AWS make the load balancers of this class: `eks.amazonaws.com/nlb`, `service.k8s.aws/nlb`?"""
    return load_balancer_class.endswith("/nlb")


def is_alb(ingress_class: str) -> bool:
    """Does AWS make the load balancers of this class: `alb`, `alb-internal`?"""
    return "alb" in ingress_class.split("-")


def is_arn(certificate: str) -> bool:
    """Is this certificate one of AWS's?"""
    return certificate.startswith("arn:")


def nlb_annotations(certificate: str, *, internal: bool) -> dict[str, str]:
    """Annotations of a Service for a Network Load Balancer that sends straight to the pods."""
    basic = {f"{NLB}-scheme": _scheme(internal=internal), f"{NLB}-nlb-target-type": "ip"}
    return basic | ({f"{NLB}-ssl-cert": certificate} if certificate else {})


def alb_annotations(certificate: str, *, internal: bool, redirects: bool = True) -> dict[str, str]:
    """Annotations of an Ingress for an Application Load Balancer that sends straight to the pods.

    redirects: whether HTTP leads to HTTPS on all of the load balancer, where there is a certificate.
    """
    basic = {
        f"{ALB}/scheme": _scheme(internal=internal),
        f"{ALB}/target-type": "ip",
        f"{ALB}/success-codes": "200-399",
    }
    if not is_arn(certificate):
        return basic
    return basic | {f"{ALB}/certificate-arn": certificate} | alb_https(redirects=redirects)


def alb_https(*, redirects: bool) -> dict[str, str]:
    """Annotations of an Ingress that is reached over TLS."""
    if not redirects:
        return {f"{ALB}/listen-ports": '[{"HTTPS":443}]'}
    return {f"{ALB}/listen-ports": '[{"HTTP":80},{"HTTPS":443}]', f"{ALB}/ssl-redirect": "443"}


def _scheme(*, internal: bool) -> str:
    return "internal" if internal else "internet-facing"
