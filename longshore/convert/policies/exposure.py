"""`exposure` of a service in the stack file → a load balancer or an ingress; without it nothing is open to the outside.

`loadbalancer` makes a second Service, `<service>-public`, for the published ports (or for `port`), under their
published numbers. `ingress` is a path of an Ingress (`ingresses`). A certificate is the ARN of one in AWS, for an ALB
or NLB, or the name of a TLS Secret. On EKS the class of the load balancer says who makes it; scheme and certificate are
annotations, and where a class has a scheme of its own, what is internal gets its twin. What a class knows nothing of
is an error: nobody may take a service for closed that is not.
Source: https://kubernetes.io/docs/concepts/services-networking/service/#loadbalancer
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from longshore.convert.estate.exposure import exposed, published
from longshore.convert.estate.exposure_troubles import public_name, why_not
from longshore.convert.kubernetes.aws_load_balancers import NLB, is_nlb, nlb_annotations
from longshore.convert.registry import service_policy
from longshore.model import Default, ObjectKey, Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.convert.estate.ports import Port
    from longshore.convert.options import Exposure
    from longshore.model import Effect


@service_policy
def exposure(service: Service) -> Iterator[Effect]:
    """Open what the stack opens, and tell what it cannot."""
    wanted = service.settings.exposure
    if wanted is None:
        return
    trouble = why_not(service)
    if trouble:
        yield Problem("exposure", Severity.ERROR, *trouble)
    elif wanted.kind == "loadbalancer":
        yield from _load_balancer(service, wanted, exposed(service))


def _load_balancer(service: Service, wanted: Exposure, ports: tuple[Port, ...]) -> Iterator[Effect]:
    key = ObjectKey("Service", public_name(service))
    setting = f"services.{service.name}.exposure"
    spec: dict[str, Any] = {"type": "LoadBalancer", "selector": service.selector, "ports": _outside(service, ports)}
    kind = service.options.load_balancer_class
    if kind:
        spec["loadBalancerClass"] = kind
    if wanted.allow_from:
        spec["loadBalancerSourceRanges"] = list(wanted.allow_from)
    known = nlb_annotations(wanted.certificate, internal=wanted.internal) if is_nlb(kind) else {}
    annotations = known | dict(wanted.annotations)
    if annotations:
        yield Default(key, ("metadata", "annotations"), annotations, setting)
    yield Default(key, ("spec",), spec, setting)
    if len({port.protocol for port in ports}) > 1:
        yield Problem(
            "exposure",
            Severity.WARNING,
            f"`{setting}` opens TCP and UDP by one load balancer, which not every cloud can",
            f'on AWS, set the annotation `{NLB}-enable-tcp-udp-listener: "true"` in `{setting}.annotations`; or '
            f"open one of them by `{setting}.port`",
        )


def _outside(service: Service, ports: tuple[Port, ...]) -> list[dict[str, Any]]:
    """List the ports under their published numbers; under their own where two hosts' addresses shared one number."""
    outside = published(service)
    found: dict[tuple[int, str], dict[str, Any]] = {}
    for port in ports:
        given = outside.get((port.number, port.protocol), "")
        for number in (int(given) if given.isdigit() else port.number, port.number):
            if (number, port.protocol) not in found:
                found[number, port.protocol] = {"name": port.name, **port.entry(), "port": number}
                break
    return list(found.values())
