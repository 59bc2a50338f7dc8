"""`exposure` of a service in the stack file → a load balancer or an ingress; without it nothing is open to the outside.

`loadbalancer` makes a second Service, `<service>-public`, for the published ports (or for `port`), under their
published numbers. `ingress` makes an Ingress for host and path. A certificate is the ARN of one in AWS, for an ALB or
NLB, or the name of a TLS Secret. On EKS the class of the load balancer says who makes it; scheme and certificate are
annotations.
Source: https://kubernetes.io/docs/concepts/services-networking/ingress/
and https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/service/annotations/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from convert.estate.aliases import slugs
from convert.estate.exposure import exposed, published
from convert.estate.ports import every
from convert.kubernetes.names import label
from convert.model import Default, Item, ObjectKey, Problem, Severity
from convert.registry import service_policy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from convert.estate import Service
    from convert.estate.ports import Port
    from convert.model import Effect
    from convert.options import Exposure

_NLB: Final = "service.beta.kubernetes.io/aws-load-balancer"
_ALB: Final = "alb.ingress.kubernetes.io"


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
    if wanted.kind == "ingress" and not wanted.host:
        return f"`{setting}`: an ingress needs the host name it answers to", f"set `{setting}.host`"
    return None


def public_name(service: Service) -> str:
    """Name of the Service that a load balancer stands for."""
    return label(f"{service.slug}-public")


def _load_balancer(service: Service, wanted: Exposure, ports: tuple[Port, ...]) -> Iterator[Effect]:
    key = ObjectKey("Service", public_name(service))
    setting = f"services.{service.name}.exposure"
    spec: dict[str, Any] = {"type": "LoadBalancer", "selector": service.selector, "ports": _outside(service, ports)}
    if service.options.load_balancer_class:
        spec["loadBalancerClass"] = service.options.load_balancer_class
    annotations = _nlb(service, wanted) | dict(wanted.annotations)
    if annotations:
        yield Default(key, ("metadata", "annotations"), annotations, setting)
    yield Default(key, ("spec",), spec, setting)
    if len({port.protocol for port in ports}) > 1:
        yield Problem(
            "exposure",
            Severity.WARNING,
            f"`{setting}` opens TCP and UDP by one load balancer, which not every cloud can",
            f'on AWS, set the annotation `{_NLB}-enable-tcp-udp-listener: "true"` in `{setting}.annotations`; or '
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


def _nlb(service: Service, wanted: Exposure) -> dict[str, str]:
    """Annotations for AWS; another cloud's are given in the stack file."""
    if not service.options.load_balancer_class.endswith("nlb"):
        return {}
    scheme = {
        f"{_NLB}-scheme": "internal" if wanted.internal else "internet-facing",
        f"{_NLB}-nlb-target-type": "ip",
    }
    return scheme | ({f"{_NLB}-ssl-cert": wanted.certificate} if wanted.certificate else {})


def _ingress(service: Service, wanted: Exposure, port: Port) -> Iterator[Effect]:
    key = ObjectKey("Ingress", service.slug)
    setting = f"services.{service.name}.exposure"
    backend = {"service": {"name": service.slug, "port": {"number": port.number}}}
    path = {"path": wanted.path or "/", "pathType": "Prefix", "backend": backend}
    spec: dict[str, Any] = {"rules": [{"host": wanted.host, "http": {"paths": [path]}}]}
    if service.options.ingress_class:
        spec["ingressClassName"] = service.options.ingress_class
    if wanted.certificate and not wanted.certificate.startswith("arn:"):
        spec["tls"] = [{"hosts": [wanted.host], "secretName": wanted.certificate}]
    if port not in every(service):
        yield Default(service.service, ("spec", "ports", Item("name", port.name)), port.entry(), setting)
    annotations = _alb(service, wanted) | dict(wanted.annotations)
    if annotations:
        yield Default(key, ("metadata", "annotations"), annotations, setting)
    yield Default(key, ("spec",), spec, setting)
    if wanted.certificate.startswith("arn:") and service.options.ingress_class != "alb":
        yield Problem(
            "exposure",
            Severity.ERROR,
            f"`{setting}.certificate` is one of AWS's, and the ingress class is `{service.options.ingress_class}`",
            "name a TLS Secret of the namespace",
        )


def _alb(service: Service, wanted: Exposure) -> dict[str, str]:
    if service.options.ingress_class != "alb":
        return {}
    basic = {
        f"{_ALB}/scheme": "internal" if wanted.internal else "internet-facing",
        f"{_ALB}/target-type": "ip",
        f"{_ALB}/success-codes": "200-399",
    }
    if not wanted.certificate.startswith("arn:"):
        return basic
    return basic | {
        f"{_ALB}/certificate-arn": wanted.certificate,
        f"{_ALB}/listen-ports": '[{"HTTP":80},{"HTTPS":443}]',
        f"{_ALB}/ssl-redirect": "443",
    }
