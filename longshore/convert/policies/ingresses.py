"""`exposure: {kind: ingress}` → one Ingress for each host, with a path for each service that is reached there.

It is called after the service with the shortest path. What a setting means for one service alone (its health check,
sticky sessions, who logs people in) is an annotation of its Service; what it means for a path (who is let in, where it
is sent on) is an action or a condition of the Ingress. Where all Ingresses of a class share one load balancer, none
may say of it that HTTP leads to HTTPS, or hosts without a certificate would lead nowhere: a second Ingress, `…-http`,
says it for the host. A host in the zone of the platform has a certificate without saying so.
Source: https://kubernetes.io/docs/concepts/services-networking/ingress/
and https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/annotations/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from longshore.convert.estate.exposure import exposed
from longshore.convert.estate.exposure_troubles import ingress_class, is_certified, why_not
from longshore.convert.estate.ports import every
from longshore.convert.kubernetes import application_load_balancers as albs
from longshore.convert.kubernetes.aws_load_balancers import ALB, alb_annotations, alb_https, is_alb, is_arn
from longshore.convert.kubernetes.names import label
from longshore.convert.registry import estate_policy
from longshore.convert.secrets.logins_of_people import login_secret_name
from longshore.model import Default, Item, ObjectKey, Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from longshore.convert.estate import Estate, Service
    from longshore.convert.estate.ports import Port
    from longshore.convert.options import Exposure
    from longshore.model import Effect

ISSUER = "cert-manager.io/cluster-issuer"
"""Annotation by which cert-manager makes the certificates of an Ingress: https://cert-manager.io/docs/usage/ingress/."""


class Door(NamedTuple):
    """One service at one path of a host."""

    service: Service
    wanted: Exposure
    port: Port

    @property
    def setting(self) -> str:
        """Where the stack file speaks of it."""
        return f"{self.service.setting}.exposure"

    @property
    def certified(self) -> bool:
        """Has the platform a certificate for it, where it names none?"""
        return not self.wanted.certificate and is_certified(self.service, self.wanted)


@estate_policy
def ingresses(estate: Estate) -> Iterator[Effect]:
    """Open what the stack opens by host name."""
    hosts: dict[tuple[str, str], list[Door]] = {}
    for door in _doors(estate):
        kind = ingress_class(door.service, door.wanted)
        hosts.setdefault((door.wanted.host, kind), []).append(door)
        if door.port not in every(door.service):
            field = ("spec", "ports", Item("name", door.port.name))
            yield Default(door.service.service, field, door.port.entry(), door.setting)
    yield from _one_timeout([door for doors in hosts.values() for door in doors])
    for (host, kind), doors in hosts.items():
        trouble = list(_at_odds(host, doors))
        yield from trouble or _ingress(host, kind, sorted(doors, key=lambda door: len(door.wanted.path)))


def _doors(estate: Estate) -> Iterator[Door]:
    for service in estate:
        wanted = service.settings.exposure
        if wanted and wanted.kind == "ingress" and not why_not(service):
            yield Door(service, wanted, exposed(service)[0])


def _at_odds(host: str, doors: Sequence[Door]) -> Iterator[Problem]:
    """What two services say of one host, and cannot both have."""
    first, paths = doors[0], dict[str, Door]()
    for door in doors:
        other = paths.setdefault(door.wanted.path.rstrip("/"), door)
        if other is not door:
            yield Problem(
                "exposure",
                Severity.ERROR,
                f"`{door.setting}`: `{host}{door.wanted.path}` leads to `{other.service.name}` already",
                f"give one of them another host, or another `path`: `path: /{door.service.name}`",
                door.service.path,
            )
        if door.wanted.certificate != first.wanted.certificate:
            yield Problem(
                "exposure",
                Severity.ERROR,
                f"`{door.setting}.certificate`: `{host}` has another one in `{first.setting}`",
                "a host has one certificate: write the same one in both",
                door.service.path,
            )


def _one_timeout(doors: Sequence[Door]) -> Iterator[Problem]:
    """Two that want one load balancer to wait for different times."""
    first: dict[str, Door] = {}
    for door in doors:
        kind, seconds = ingress_class(door.service, door.wanted), door.wanted.idle_timeout
        if not seconds:
            continue
        place = kind if door.service.options.shared_load_balancers else f"{kind} {door.wanted.host}"
        other = first.setdefault(place, door)
        if other.wanted.idle_timeout != seconds:
            yield Problem(
                "exposure",
                Severity.ERROR,
                f"`{door.setting}.idleTimeout` is {seconds}, and in `{other.setting}` it is "
                f"{other.wanted.idle_timeout}: both are reached by one load balancer, which has one",
                "write the longer one in both",
                door.service.path,
            )


def _ingress(host: str, kind: str, doors: Sequence[Door]) -> Iterator[Effect]:
    main, alb = doors[0], is_alb(kind)
    key = ObjectKey("Ingress", main.service.slug)
    rules = albs.Rules()
    spec: dict[str, Any] = {"ingressClassName": kind} if kind else {}
    # Longest first, for controllers that take the first path that fits.
    by_length = sorted(doors, key=lambda door: -len(door.wanted.path))
    paths = [path for door in by_length for path in _paths(door, rules)]
    aliases = dict.fromkeys(alias for door in doors for alias in door.wanted.aliases)
    spec["rules"] = [
        {"host": host, "http": {"paths": paths}},
        *({"host": alias, "http": {"paths": [_alias(alias, host, main, rules)]}} for alias in aliases),
    ]
    yield from _tls(main, host, spec, key)
    annotations = rules.annotations | (_alb(main, doors) if alb else {})
    given = list(_given(doors)) if doors[1:] else [(key, main.wanted.annotations, main)]
    annotations |= {name: value for place, found, _ in given if place == key for name, value in found.items()}
    if annotations:
        yield Default(key, ("metadata", "annotations"), annotations, main.setting)
    yield Default(key, ("spec",), spec, main.setting)
    for door in doors if alb else ():
        yield from _on_service(door, [found for place, found, by in given if place != key and by is door])
    if alb and main.service.options.shared_load_balancers and (main.wanted.certificate or main.certified):
        yield from _to_https(key, kind, [host, *aliases], main)


def _paths(door: Door, rules: albs.Rules) -> Iterator[dict[str, Any]]:
    slug = door.service.slug
    yield from rules.to_service(door.wanted.path or "/", slug, door.port.number, door.wanted.allow_from)
    for number, (path, to) in enumerate(door.wanted.redirects.items(), 1):
        yield rules.redirect(path, f"{slug}--redirect-{number}", to, code=302, exact=True)


def _alias(alias: str, host: str, main: Door, rules: albs.Rules) -> dict[str, Any]:
    return rules.redirect("/", f"{main.service.slug}--{alias}", f"//{host}", code=301, exact=False)


def _tls(main: Door, host: str, spec: dict[str, Any], key: ObjectKey) -> Iterator[Effect]:
    """The Secret with the certificate of the host, where the load balancer is not one of AWS's."""
    certificate, options = main.wanted.certificate, main.service.options
    if certificate and not is_arn(certificate):
        spec["tls"] = [{"hosts": [host], "secretName": certificate}]
    elif main.certified and options.issuer:
        spec["tls"] = [{"hosts": [host], "secretName": label(f"{host}-tls")}]
        yield Default(key, ("metadata", "annotations", ISSUER), options.issuer, main.setting)


def _alb(main: Door, doors: Iterable[Door]) -> dict[str, str]:
    wanted, shared = main.wanted, main.service.options.shared_load_balancers
    found = alb_annotations(wanted.certificate, internal=wanted.internal, redirects=not shared)
    if main.certified:
        found |= alb_https(redirects=not shared)
    return found | albs.idle_timeout(max(door.wanted.idle_timeout for door in doors))


def _given(doors: Sequence[Door]) -> Iterator[tuple[ObjectKey, Mapping[str, str], Door]]:
    """The annotations that the stack gives, and where they go: what holds for one service alone, on its own."""
    ingress = ObjectKey("Ingress", doors[0].service.slug)
    for door in doors:
        own = {name: value for name, value in door.wanted.annotations.items() if name in albs.OF_SERVICES}
        yield door.service.service, own, door
        yield ingress, {name: value for name, value in door.wanted.annotations.items() if name not in own}, door


def _on_service(door: Door, given: Iterable[Mapping[str, str]]) -> Iterator[Effect]:
    annotations = albs.of_service(door.wanted, login_secret_name(door.service))
    for found in given:
        annotations |= found
    for name, value in annotations.items():
        yield Default(door.service.service, ("metadata", "annotations", name), value, door.setting)


def _to_https(key: ObjectKey, kind: str, hosts: Sequence[str], main: Door) -> Iterator[Effect]:
    """Lead HTTP to HTTPS for these hosts alone; nothing waits for its address, which is that of the other Ingress."""
    own = ObjectKey("Ingress", label(f"{key.name}-http"))
    rules = albs.Rules()
    paths = [rules.redirect("/", "to-https", "https:", code=301, exact=False)]
    annotations = rules.annotations | {
        f"{ALB}/scheme": "internal" if main.wanted.internal else "internet-facing",
        f"{ALB}/listen-ports": '[{"HTTP":80}]',
        "pulumi.com/skipAwait": "true",
    }
    yield Default(own, ("metadata", "annotations"), annotations, main.setting)
    spec = {"ingressClassName": kind, "rules": [{"host": host, "http": {"paths": paths}} for host in hosts]}
    yield Default(own, ("spec",), spec, main.setting)
