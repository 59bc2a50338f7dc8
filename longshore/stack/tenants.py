"""Tenants: teams whose place on a cluster is made by the stack that has the cluster.

Whoever deploys a team's stack then needs rights in its namespace alone: what lies beyond (the namespace with its level,
quota and roles, access entries, the identity of the secret store) is the platform's.
"""

from __future__ import annotations

import json
from dataclasses import fields, replace
from typing import TYPE_CHECKING, NamedTuple

from pydantic.alias_generators import to_camel

from longshore.convert.kubernetes.application_load_balancers import OIDC
from longshore.convert.kubernetes.names import label
from longshore.decoding.errors import Wrong
from longshore.stack.eks_settings import EksCluster
from longshore.stack.names import ROLE, of_namespace
from longshore.stack.settings import StackCluster
from longshore.stack.team_settings import Access, Quota

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from longshore.model import Conversion, Path
    from longshore.stack.settings import Settings
    from longshore.stack.team_settings import Tenant


class Place(NamedTuple):
    """A namespace of a tenant, and all that holds there.

    environment: of what runs there. role: the IAM role that reads its secrets; empty where none does. role_name: of
    that role, where the platform makes it.
    """

    team: str
    namespace: str
    environment: str
    tenant: Tenant
    role: str
    role_name: str


def places(platform: Settings) -> list[Place]:
    """All namespaces of all tenants of a stack."""
    return [
        _place(platform, team, namespace, environment)
        for team, tenant in platform.tenants.items()
        for namespace, environment in _namespaces(team, tenant).items()
    ]


def place_of(settings: Settings, platform: Settings | None) -> Place | None:
    """The place that the platform of an application stack has made for it; None where the stack makes its own."""
    found = (place for place in places(platform) if place.team == settings.team) if platform else ()
    return next((place for place in found if place.namespace == settings.team_namespace), None)


def _namespaces(team: str, tenant: Tenant) -> dict[str, str]:
    """Namespace → environment, empty for that of the platform."""
    return {name: each.environment for name, each in tenant.namespaces.items()} or {team: ""}


def _place(platform: Settings, team: str, namespace: str, environment: str) -> Place:
    tenant = platform.tenants[team]
    environment, secrets, account = environment or platform.environment, tenant.secrets, platform.aws
    role_name = label(f"{of_namespace(platform, None, namespace)}-secrets", ROLE)
    role = secrets.role
    if not role and secrets.backend == "vault":
        role = f"{environment}-{team}"
    elif not role and secrets.backend == "aws-secrets-manager" and account:
        role = f"arn:{account.partition}:iam::{account.account_id}:role/{role_name}"
    return Place(team, namespace, environment, tenant, role, role_name)


def at_place(settings: Settings, place: Place) -> Settings:
    """Fill in what an application stack has from its tenant: the level of its namespace, and who reads its secrets."""
    secrets = place.tenant.secrets
    return replace(
        settings,
        workloads=replace(settings.workloads, pod_security=place.tenant.pod_security),
        secrets=settings.secrets._replace(
            backend=secrets.backend,
            store=secrets.store,
            region=secrets.region or settings.secrets.region,
            prefix=secrets.prefix,
            kms_key=secrets.kms_key,
            role=place.role,
        ),
    )


def untenable(settings: Settings, reserved: Iterable[str]) -> Iterator[Wrong]:
    """Find tenants that cannot be. reserved: namespaces that are Kubernetes' own."""
    if settings.tenants and not isinstance(settings.cluster, EksCluster):
        help_text = "write them into the stack with `cluster: {kind: eks}`"
        yield Wrong(("tenants",), "belong to the stack that makes the cluster", help_text, key=True)
    taken = dict.fromkeys(reserved, "a namespace of Kubernetes itself")
    if settings.operator:
        taken[settings.operator.namespace] = "the namespace of the secrets operator"
    if settings.team:
        taken[settings.team_namespace] = "the namespace of this stack's own team"
    for team, tenant in settings.tenants.items():
        for namespace in _namespaces(team, tenant):
            place: Path = ("tenants", team, "namespaces", namespace) if tenant.namespaces else ("tenants", team)
            kind = taken["kube-system"] if namespace.startswith("kube-") else taken.get(namespace)
            if kind:
                yield Wrong(place, f"is {kind}", "choose another name", key=True)
            taken.setdefault(namespace, f"the namespace of tenant {team}")
        if tenant.secrets.role and len(tenant.namespaces) > 1:
            help_text = "leave it out: the platform makes one for each namespace"
            yield Wrong(("tenants", team, "secrets", "role"), "is one role for several namespaces", help_text, key=True)
    yield from _let_in_twice(settings)


def _let_in_twice(settings: Settings) -> Iterator[Wrong]:
    """EKS takes one access entry per role: https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html."""
    cluster = settings.cluster
    holders: dict[str, str] = {}
    for key, roles in (("people", settings.access.people), ("deployers", settings.access.deployers)):
        holders |= dict.fromkeys(roles, f"`longshore:access.{key}`")
    if isinstance(cluster, EksCluster):
        for key, roles in (("admins", cluster.admins), ("viewers", cluster.viewers)):
            holders |= dict.fromkeys(roles, f"`longshore:cluster.{key}`")
    for team, tenant in settings.tenants.items():
        mine = f"tenant {team}"
        for key, roles in (("people", tenant.access.people), ("deployers", tenant.access.deployers)):
            for index, role in enumerate(roles):
                if holders.setdefault(role, mine) != mine:
                    message = f"`{role}` is let in by {holders[role]} already, and EKS takes one entry per role"
                    yield Wrong(("tenants", team, "access", key, index), message, "give each team a role of its own")


def misfits(settings: Settings, platform: Settings, name: str) -> Iterator[Wrong]:
    """Find what an application stack says against what its platform, the stack `name`, has made for it."""
    place = place_of(settings, platform)
    if place is None:
        yield from _elsewhere(settings, platform, name)
        return
    there = f"`longshore:tenants.{place.team}`"
    for key, mine, empty in (("access", settings.access, Access()), ("quota", settings.quota, Quota())):
        if mine != empty:
            message = f"of team {place.team} stands in stack {name}, which has made its namespace"
            yield Wrong((key,), message, f"write it there, below {there}, and leave it out here", key=True)
    if settings.environment != place.environment:
        message = f"is not that of namespace `{place.namespace}` in stack {name}, `{place.environment}`"
        yield Wrong(("environment",), message, f"give {there} another namespace, with its `environment`")
    workloads, tenant = settings.workloads, place.tenant
    if workloads.pod_security not in {"baseline", tenant.pod_security}:
        message = f"is `{tenant.pod_security}` in stack {name}, which has made the namespace"
        yield Wrong(("workloads", "podSecurity"), message, f"write it there, below {there}, and leave it out here")
    if tenant.network_policies and not workloads.network_policies:
        message = f"leaves out what pods need to speak, for stack {name} denies what no policy allows"
        yield Wrong(("workloads", "networkPolicies"), message, f"write `networkPolicies: false` below {there}")
    yield from _secret_misfits(settings, place, name)


def _elsewhere(settings: Settings, platform: Settings, name: str) -> Iterator[Wrong]:
    """A namespace that the platform has made, but not for this team; or a tenant without this namespace."""
    key = "namespace" if settings.namespace else "team"
    for place in places(platform) if settings.team else ():
        if place.namespace == settings.team_namespace:
            message = f"is in the namespace `{place.namespace}`, which stack {name} has made for team {place.team}"
            yield Wrong((key,), message, "choose another `namespace`")
    if settings.team in platform.tenants:
        have = ", ".join(_namespaces(settings.team, platform.tenants[settings.team]))
        help_text = f"add it below `longshore:tenants.{settings.team}.namespaces` there"
        message = f"is in the namespace `{settings.team_namespace}`; stack {name} has made {have} for the team"
        yield Wrong((key,), message, help_text)


def _secret_misfits(settings: Settings, place: Place, name: str) -> Iterator[Wrong]:
    """Secrets are read as the platform lets them be read; what is said here too must be the same."""
    theirs, ours = place.tenant.secrets, settings.secrets
    for field in fields(theirs):
        if field.name == "also":
            continue
        here, there = getattr(ours, field.name), getattr(theirs, field.name)
        if here not in {there, field.default}:
            message = (
                f"is {f'`{there}`' if there else 'left out'} in stack {name}, which lets the team read its secrets"
            )
            help_text = f"write it there, below `longshore:tenants.{place.team}.secrets`, and leave it out here"
            yield Wrong(("secrets", to_camel(field.name)), message, help_text)


def foreign_names(settings: Settings, conversion: Conversion) -> Iterator[str]:
    """Remote secrets that an application reads outside its team's own prefix."""
    prefix = f"{settings.secrets.prefix}{settings.environment}/{settings.team}/"
    for manifest in conversion.manifests:
        if manifest["kind"] == "ExternalSecret":
            for entry in manifest["spec"].get("data", ()):
                if not entry["remoteRef"]["key"].startswith(prefix):
                    yield entry["remoteRef"]["key"]


def login_secrets(conversion: Conversion) -> Iterator[str]:
    """Names of the Secrets by which load balancers let people log in."""
    for manifest in conversion.manifests:
        provider = manifest["metadata"].get("annotations", {}).get(OIDC)
        if provider:
            yield json.loads(provider)["secretName"]


def unreadable(settings: Settings, platform: Settings | None, conversion: Conversion | None) -> Iterator[Wrong]:
    """Find secrets that an application needs to be read, and that its tenant does not let anybody read."""
    place = place_of(settings, platform)
    if place is None or conversion is None:
        return
    tenant, stack = place.tenant, settings.cluster.stack if isinstance(settings.cluster, StackCluster) else ""
    there = f"of `longshore:tenants.{place.team}` in stack {stack}"
    if tenant.secrets.backend == "aws-secrets-manager":
        for name in sorted(set(foreign_names(settings, conversion)) - set(tenant.secrets.also)):
            message = f"reads the secret `{name}`, which its tenant may not"
            yield Wrong(("team",), message, f"add it to `secrets.also` {there}")
    for name in sorted(set(login_secrets(conversion)) - set(tenant.login_secrets)):
        message = f"lets people log in by the Secret `{name}`, which the load balancer may not read"
        yield Wrong(("team",), message, f"add it to `loginSecrets` {there}")
