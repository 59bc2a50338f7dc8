"""Why an `exposure` of the stack cannot be: told at its setting, and nothing is opened then.

What a class of load balancers knows nothing of is an error: nobody may take a service for closed that is not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.estate.exposure import exposed
from longshore.convert.estate.network_names import slugs
from longshore.convert.kubernetes.aws_load_balancers import LISTENERS, is_alb, is_arn, is_nlb
from longshore.convert.kubernetes.names import label

if TYPE_CHECKING:
    from longshore.convert.estate import Service
    from longshore.convert.options import Exposure

_OF_ALBS = {
    "allow_from": "allowFrom",
    "login": "login",
    "sticky": "sticky",
    "idle_timeout": "idleTimeout",
    "health_path": "healthPath",
    "aliases": "aliases",
    "redirects": "redirects",
}
"""Fields of an exposure that only AWS's load balancers of requests have, as a stack file writes them."""


def why_not(service: Service) -> tuple[str, str] | None:
    """Why the exposure that the stack wants of a service cannot be, and what to do; None: it can, or there is none."""
    return service.memo(_why_not)


def _why_not(service: Service) -> tuple[str, str] | None:
    wanted = service.settings.exposure
    return _trouble(service, wanted) if wanted else None


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
        kind = ingress_class(service, wanted)
        return _ingress_trouble(setting, wanted, kind) or _front_trouble(service, setting, wanted, kind)
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


def _front_trouble(service: Service, setting: str, wanted: Exposure, kind: str) -> tuple[str, str] | None:
    """What is to happen to requests, and this class cannot."""
    asked = [name for field, name in _OF_ALBS.items() if getattr(wanted, field)]
    if asked and not is_alb(kind):
        return (
            f"`{setting}.{asked[0]}` means something to AWS's load balancers only, and the ingress class is `{kind}`",
            f"leave it out, and say it as your ingress controller wants it, in `{setting}.annotations`",
        )
    if wanted.login and not (wanted.certificate or is_certified(service, wanted)):
        return (
            f"`{setting}.login` asks for names over an open line, which no load balancer of AWS does",
            f"set `{setting}.certificate`, or let the platform have a `domain` with this host in its zone",
        )
    return None


def is_certified(service: Service, wanted: Exposure) -> bool:
    """Has the platform a certificate for the host of an exposure: that of its zone, which holds for one label below?"""
    zone = service.options.zone
    name, _, rest = wanted.host.partition(".")
    return bool(zone and name) and zone in {wanted.host, rest}


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


def ingress_class(service: Service, wanted: Exposure) -> str:
    """The class of the Ingress that an exposure becomes; empty for the cluster's own."""
    options = service.options
    return (wanted.internal and options.internal_ingress_class) or options.ingress_class


def public_name(service: Service) -> str:
    """Name of the Service that a load balancer stands for."""
    return label(f"{service.slug}-public")
