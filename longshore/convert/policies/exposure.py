"""`exposure` of a service in the stack file → a load balancer or an ingress; without it nothing is open to the outside.

`loadbalancer` makes a second Service, `<service>-public`, for the published ports (or for `port`), under their
published numbers. `ingress` makes an Ingress for host and path. A certificate is the ARN of one in AWS, for an ALB or
NLB, or the name of a TLS Secret. On EKS the class of the load balancer says who makes it; scheme and certificate are
annotations, and where a class has a scheme of its own, what is internal gets its twin. What a class knows nothing of
is an error: nobody may take a service for closed that is not.
Source: https://kubernetes.io/docs/concepts/services-networking/ingress/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from longshore.convert.estate.aliases import slugs
from longshore.convert.estate.exposure import exposed, published
from longshore.convert.estate.ports import every
from longshore.convert.kubernetes.aws_load_balancers import (
    LISTENERS,
    NLB,
    alb_annotations,
    is_alb,
    is_arn,
    is_nlb,
    nlb_annotations,
)
from longshore.convert.kubernetes.names import label
from longshore.convert.registry import service_policy
from longshore.model import Default, Item, ObjectKey, Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.convert.estate.ports import Port
    from longshore.convert.options import Exposure
    from longshore.model import Effect


@service_policy
def exposure(service: Service) -> Iterator[Effect]:
    """Open what the stack opens."""
    wanted = service.settings.exposure
    if wanted is None:
        return
    trouble = _trouble(service, wanted)
    if trouble:
        yield Problem("exposure", Severity.ERROR, *trouble)
    elif wanted.kind == "ingress":
        yield from _ingress(service, wanted, exposed(service)[0])
    else:
        yield from _load_balancer(service, wanted, exposed(service))


def _trouble(service: Service, wanted: Exposure) -> tuple[str, str] | None:
    setting = f"services.{service.name}.exposure"
    if service.host is not service:
        return f"`{setting}`: it runs in the pod of `{service.host.name}`", f"expose `{service.host.name}` instead"
    if service.model.get("network_mode") == "none":
        return f"`{setting}`: `network_mode: none` cuts it off", "put it on a network"
    if service.workload.kind == "Job":
        return f"`{setting}`: a job ends, nobody can call it", f"drop `{setting}` from the stack file"
    if wanted.kind == "loadbalancer" and (name := public_name(service)) in service.estate.memo(slugs):
        return f"`{setting}`: its Service would be called `{name}` like another service", "rename that one"
    if not exposed(service):
        return f"`{setting}`: neither compose nor the stack file names a port", f"set `{setting}.port`"
    if wanted.kind == "ingress":
        return _ingress_trouble(setting, wanted, _ingress_class(service, wanted))
    return _load_balancer_trouble(setting, wanted, service.options.load_balancer_class, len(exposed(service)))


def _ingress_trouble(setting: str, wanted: Exposure, ingress_class: str) -> tuple[str, str] | None:
    named = (
        f"the ingress class is `{ingress_class}`" if ingress_class else "the cluster's default ingress class is used"
    )
    if not wanted.host:
        return f"`{setting}`: an ingress needs the host name it answers to", f"set `{setting}.host`"
    if is_alb(ingress_class):
        return _no_arn(setting, wanted, "an Application Load Balancer")
    if is_arn(wanted.certificate):
        return f"`{setting}.certificate` is one of AWS's, and {named}", "name a TLS Secret of the namespace"
    if wanted.internal:
        return (
            f"`{setting}.internal` means something to AWS's load balancers only, and {named}",
            "leave it out, and name the class of a controller that stands inside in `workloads: {ingressClass: …}`",
        )
    return None


def _load_balancer_trouble(
    setting: str, wanted: Exposure, load_balancer_class: str, ports: int
) -> tuple[str, str] | None:
    if is_nlb(load_balancer_class):
        if ports > LISTENERS:
            return (
                f"`{setting}` opens {ports:,} ports, and a Network Load Balancer has at most {LISTENERS} listeners",
                f"open one by `{setting}.port`, or let the program use fewer",
            )
        return _no_arn(setting, wanted, "a Network Load Balancer")
    unknown = "certificate" if wanted.certificate else "internal" if wanted.internal else ""
    if not unknown:
        return None
    named = f"the class is `{load_balancer_class}`" if load_balancer_class else "the cluster makes its own kind"
    return (
        f"`{setting}.{unknown}` means something to AWS's load balancers only, and {named}",
        f"leave it out, and say it as your cloud wants it, in `{setting}.annotations`",
    )


def _no_arn(setting: str, wanted: Exposure, balancer: str) -> tuple[str, str] | None:
    if not wanted.certificate or is_arn(wanted.certificate):
        return None
    return (
        f"`{setting}.certificate` names a TLS Secret, which {balancer} cannot read",
        "give the ARN of a certificate in AWS (`aws acm list-certificates` shows them)",
    )


def _ingress_class(service: Service, wanted: Exposure) -> str:
    options = service.options
    return (wanted.internal and options.internal_ingress_class) or options.ingress_class


def public_name(service: Service) -> str:
    """Name of the Service that a load balancer stands for."""
    return label(f"{service.slug}-public")


def _load_balancer(service: Service, wanted: Exposure, ports: tuple[Port, ...]) -> Iterator[Effect]:
    key = ObjectKey("Service", public_name(service))
    setting = f"services.{service.name}.exposure"
    spec: dict[str, Any] = {"type": "LoadBalancer", "selector": service.selector, "ports": _outside(service, ports)}
    kind = service.options.load_balancer_class
    if kind:
        spec["loadBalancerClass"] = kind
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


def _ingress(service: Service, wanted: Exposure, port: Port) -> Iterator[Effect]:
    key = ObjectKey("Ingress", service.slug)
    setting = f"services.{service.name}.exposure"
    backend = {"service": {"name": service.slug, "port": {"number": port.number}}}
    path = {"path": wanted.path or "/", "pathType": "Prefix", "backend": backend}
    spec: dict[str, Any] = {"rules": [{"host": wanted.host, "http": {"paths": [path]}}]}
    kind = _ingress_class(service, wanted)
    if kind:
        spec["ingressClassName"] = kind
    if wanted.certificate and not is_arn(wanted.certificate):
        spec["tls"] = [{"hosts": [wanted.host], "secretName": wanted.certificate}]
    if port not in every(service):
        yield Default(service.service, ("spec", "ports", Item("name", port.name)), port.entry(), setting)
    known = alb_annotations(wanted.certificate, internal=wanted.internal) if is_alb(kind) else {}
    annotations = known | dict(wanted.annotations)
    if annotations:
        yield Default(key, ("metadata", "annotations"), annotations, setting)
    yield Default(key, ("spec",), spec, setting)
