"""From the text of a stack file to `Settings`: every error at once, each with its place and what to write instead.

The command line and the Pulumi program read a stack through the same functions.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from longshore.convert.secrets.detection import text_hit
from longshore.decoding.errors import Wrong, decode
from longshore.model import Finding, Path, Severity, path_text
from longshore.stack.aws_rules import refused_by_aws
from longshore.stack.backup_rules import backups, unsaved
from longshore.stack.cost_rules import prices
from longshore.stack.domain_rules import domains
from longshore.stack.eks_rules import EVERYONE, contradictions
from longshore.stack.eks_settings import EksCluster
from longshore.stack.exposure_rules import exposures
from longshore.stack.images import images, unmade
from longshore.stack.neighbours import clashes
from longshore.stack.network_rules import networks
from longshore.stack.node_rules import doubts
from longshore.stack.observability_rules import observed, unobserved
from longshore.stack.secret_values import secrets_in
from longshore.stack.service_rules import scales, unmeasured
from longshore.stack.settings import STACK, KubeconfigCluster, StackCluster
from longshore.stack.support import ending, unsupported
from longshore.stack.tenants import at_place, misfits, place_of, unreadable, untenable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date

    from pydantic import TypeAdapter

    from longshore.compose import Project
    from longshore.convert.options import SecretSettings
    from longshore.model import Conversion
    from longshore.stack.file import StackFile
    from longshore.stack.settings import ClusterSettings, Settings

T = TypeVar("T")
NAMESPACE = "longshore:"
GUARD = "pulumi:disable-default-providers"
GUARDED = frozenset({"aws", "kubernetes"})
TOP_LEVEL = frozenset({"config", "secretsprovider", "encryptedkey", "encryptionsalt", "environment"})
SYSTEM_NAMESPACES = frozenset({"default", "kube-system", "kube-public", "kube-node-lease"})
ACCOUNT_HELP = "write `longshore:aws: {region: …, accountId: …}`"


class Checked(NamedTuple, Generic[T]):
    """Settings of a class, or None where an error stands among the findings."""

    settings: T | None
    findings: tuple[Finding, ...]


def check_settings(config: Mapping[str, Any], file: StackFile, day: date | None = None) -> Checked[Settings]:
    """Read the settings of a stack.

    config: what applies, by full key (`longshore:team`); values as in the file, or as Pulumi gives them to a
    program, objects and lists as JSON text. file: where the findings point to. day: on which versions are supported or
    not; None asks for none.
    """
    read = read_settings(STACK, config, file)
    settings = read.settings
    if settings is None:
        return read
    told = [finding(one, file) for one in _contradictions(settings)]
    cluster = settings.cluster
    if day and isinstance(cluster, EksCluster):
        told += [finding(one, file) for one in unsupported(cluster, day)]
    fine = not told
    told += [finding(one, file, Severity.WARNING) for one in _doubts(settings)]
    if day and isinstance(cluster, EksCluster):
        told += [finding(one, file, Severity.WARNING) for one in ending(cluster, day)]
    return Checked(settings if fine else None, in_order(told))


def read_settings(adapter: TypeAdapter[T], config: Mapping[str, Any], file: StackFile) -> Checked[T]:
    """Read one class of settings, and tell all that is wrong with single values; None where anything is.

    config, file: as of `check_settings`.
    """
    if file.findings and not file.values:
        return Checked(None, file.findings)  # of what could not be read, nothing can be missing
    ours = {key.removeprefix(NAMESPACE): _parsed(value) for key, value in config.items() if key.startswith(NAMESPACE)}
    secrets = tuple(secrets_in(ours, ()))
    decoded = decode(adapter, ours, NAMESPACE)
    told = {one.path for one in secrets}
    wrong = [*_outside(config, file), *secrets, *(one for one in decoded.wrong if one.path not in told)]
    findings = in_order([*file.findings, *(finding(one, file) for one in wrong)])
    return Checked(None if findings else decoded.settings, findings)


def on_platform(settings: Settings, platform: Settings) -> Settings:
    """Fill in what an application stack leaves to the platform stack it runs on: account, region, tags, its tenant."""
    place = place_of(settings, platform)
    if place:
        settings = at_place(settings, place)
    if settings.aws is None or platform.aws is None:
        return replace(settings, aws=settings.aws or platform.aws)
    return replace(settings, aws=replace(settings.aws, tags={**platform.aws.tags, **settings.aws.tags}))


def check_platform(settings: Settings, platform: Settings, file: StackFile) -> tuple[Finding, ...]:
    """Compare an application stack with its platform stack: what can't be, and what is worth a warning."""
    misfits = (finding(one, file) for one in _misfits(settings, platform))
    doubts = (finding(one, file, Severity.WARNING) for one in _on_cluster(settings, platform.cluster))
    return (*misfits, *doubts)


def check_neighbours(
    stack: str, settings: Settings, others: Mapping[str, Settings], file: StackFile
) -> tuple[Finding, ...]:
    """Find what a stack has in common with `others` on its cluster, and may not."""
    return tuple(finding(one, file) for one in clashes(stack, settings, others))


def check_readable(
    settings: Settings, platform: Settings | None, conversion: Conversion | None, file: StackFile
) -> tuple[Finding, ...]:
    """Find secrets that an application reads, and that the tenant that it is may not."""
    return tuple(finding(one, file) for one in unreadable(settings, platform, conversion))


def check_policies(settings: Settings, conversion: Conversion | None, file: StackFile) -> tuple[Finding, ...]:
    """Find what a rule of the organisation forbids; what is waived of it is counted."""
    if settings.policies is None:
        return ()
    from longshore.stack.policy_rules import forbidden, waived  # noqa: PLC0415  few stacks have rules of their own

    passed = (finding(one, file, Severity.INFO) for one in waived(settings, conversion))
    return (*(finding(one, file) for one in forbidden(settings, conversion)), *passed)


def check_against(
    settings: Settings, platform: Settings | None, project: Project, file: StackFile
) -> tuple[Finding, ...]:
    """Find settings for services and volumes that the compose files do not have, and builds that have no repository."""
    found = (*_strangers(settings, project), *unmade(settings, platform, project))
    return tuple(finding(one, file) for one in found)


def told(wrong: Wrong, file: StackFile) -> str:
    """What is wrong with a setting, as one line that says where and what to write instead."""
    found = finding(wrong, file)
    return f"{found.span}: {found.message}; {found.help}\n"


def _strangers(settings: Settings, project: Project) -> Iterator[Wrong]:
    wanted = (
        (("services",), "services", settings.services),
        (("storage", "volumes"), "volumes", settings.storage.volumes),
    )
    for place, section, named in wanted:
        known = list(project.model.get(section) or {})
        for name in named:
            if name not in known:
                close = get_close_matches(name, known, n=1)
                hint = f"did you mean `{close[0]}`?" if close else f"it has {len(known)} {section}"
                yield Wrong((*place, name), f"is none of the {section} of the compose files", hint, key=True)


def _misfits(settings: Settings, platform: Settings) -> Iterator[Wrong]:
    name = settings.cluster.stack if isinstance(settings.cluster, StackCluster) else ""
    if not isinstance(platform.cluster, EksCluster):
        yield Wrong(
            ("cluster", "stack"), f"names {name}, which makes no cluster", "name a stack with `cluster: {kind: eks}`"
        )
    for key in ("region", "account_id"):
        here, there = getattr(settings.aws, key, ""), getattr(platform.aws, key, "")
        if here and here != there:
            place = "region" if key == "region" else "accountId"
            yield Wrong(
                ("aws", place), f"is not that of {name}, `{there}`", "leave `longshore:aws` out to take it from there"
            )
    yield from unobserved(settings, platform)
    if settings.in_production and not platform.in_production:
        yield Wrong(("environment",), f"is production, but {name} is not", "name the production platform stack")
    yield from misfits(settings, platform, name)


def _parsed(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _place(path: Path) -> Path:
    """Where a path of the settings stands in the stack file; one that begins with `/` is a path of the file itself."""
    if not path:
        return ("config",)
    first = str(path[0])
    return tuple(first[1:].split("/")) if first.startswith("/") else ("config", f"{NAMESPACE}{first}", *path[1:])


def finding(wrong: Wrong, file: StackFile, severity: Severity = Severity.ERROR) -> Finding:
    """What is wrong with a setting, at its place in the file."""
    place = _place(wrong.path)
    name = path_text(tuple("…" if text_hit(str(part)) else part for part in place[1:]))
    message = f"`{name}` {wrong.message}" if name else wrong.message
    return Finding("stack-setting", severity, message, wrong.help, span=file.locate(place, key=wrong.key))


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings as they follow each other in their file."""
    return tuple(sorted(findings, key=lambda found: found.span[:3] if found.span else ("", 0, 0)))


def _outside(config: Mapping[str, Any], file: StackFile) -> Iterator[Wrong]:
    """What is wrong beside our own keys: strangers among them, and default providers that are not off."""
    for key in file.values:
        if key not in TOP_LEVEL:
            yield Wrong((f"/{key}",), f"`{key}` is no part of a stack file", "settings stand below `config:`", key=True)
    for key in config:
        if not key.startswith((NAMESPACE, "pulumi:")):
            help_text = (
                f"write `{NAMESPACE}{key}`"
                if ":" not in key
                else "the stack's own providers are set by `longshore:aws`"
            )
            yield Wrong((f"/config/{key}",), "is read by nobody", help_text, key=True)
    disabled = _parsed(config.get(GUARD))
    if not isinstance(disabled, list) or GUARDED.difference(map(str, disabled)):
        text = f"write `{GUARD}: [aws, kubernetes]`, in Pulumi.yaml for all stacks"
        yield Wrong(
            (f"/config/{GUARD}",), "must turn the default providers off, or a resource may land elsewhere", text
        )


def _contradictions(settings: Settings) -> Iterator[Wrong]:
    """What each key alone allows, but the whole does not."""
    cluster = settings.cluster
    if isinstance(cluster, EksCluster):
        if settings.aws is None:
            yield Wrong(("cluster",), "of kind `eks` needs an account", ACCOUNT_HELP)
        if settings.network is None:
            yield Wrong(("cluster",), "of kind `eks` needs a network", "write `longshore:network: {}` for the defaults")
        yield from contradictions(settings, cluster)
    elif settings.network is not None:
        yield Wrong(
            ("network",),
            "is for an EKS cluster of this stack, which makes none",
            "leave it out, or write `cluster: {kind: eks}`",
            key=True,
        )
    if settings.network is not None:
        region = settings.aws.region if settings.aws else ""
        yield from networks(settings.network, region, cluster if isinstance(cluster, EksCluster) else None)
    if isinstance(cluster, KubeconfigCluster) and cluster.eks and settings.aws is None:
        yield Wrong(("cluster", "eks"), "is in an account that the stack does not name", ACCOUNT_HELP, key=True)
    if settings.runner and settings.network is None:
        help_text = "write it into the stack that has `longshore:network`"
        yield Wrong(("runner",), "stands in a network, and this stack has none", help_text, key=True)
    yield from _application(settings)
    yield from untenable(settings, SYSTEM_NAMESPACES)
    yield from scales(settings)
    yield from exposures(settings)
    yield from domains(settings)
    yield from observed(settings)
    yield from prices(settings)
    yield from images(settings)
    yield from backups(settings)
    yield from refused_by_aws(settings)
    if settings.budget and settings.aws is None and not isinstance(cluster, StackCluster):
        yield Wrong(("budget",), "needs an account whose costs it watches", ACCOUNT_HELP)
    if settings.budget and not settings.budget.notify:
        yield Wrong(("budget", "notify"), "names nobody to tell", "write `notify: [ops@example.com]`")


_UNREAD = re.compile(r"https://|http://(?:localhost|127\.0\.0\.1|\[::1\])(?:[:/]|\Z)").match
"""An address at which what is said stays unread: by TLS, or because it does not leave the machine."""


def _application(settings: Settings) -> Iterator[Wrong]:
    if settings.compose and not settings.team:
        yield Wrong(
            ("compose",), "needs a team that the application belongs to", "write `longshore:team: shop`", key=True
        )
    if settings.compose and not settings.compose.files:
        yield Wrong(("compose", "files"), "names no compose file")
    if settings.team_namespace in SYSTEM_NAMESPACES or settings.team_namespace.startswith("kube-"):
        key = "namespace" if settings.namespace else "team"
        yield Wrong((key,), f"`{settings.team_namespace}` is a namespace of Kubernetes itself", "choose another name")
    if not settings.team and not settings.operator and not isinstance(settings.cluster, EksCluster):
        yield Wrong(
            (),
            "the stack makes nothing: it has no cluster, no operator and no team",
            "write `longshore:team: …`, or `cluster: {kind: eks}`",
        )
    cloud = settings.aws or isinstance(settings.cluster, StackCluster)
    if (settings.access.people or settings.access.deployers) and not cloud:
        yield Wrong(
            ("access",), "names IAM roles, which EKS alone knows", "on other clusters bind the group `access.group`"
        )
    if (
        settings.compose
        and settings.secrets.backend == "aws-secrets-manager"
        and not cloud
        and not settings.secrets.region
    ):
        yield Wrong(
            ("secrets",),
            "needs a region of AWS Secrets Manager",
            f"{ACCOUNT_HELP}, or another `backend`",
        )
    if settings.compose and settings.secrets.backend == "vault" and not settings.secrets.server:
        yield Wrong(("secrets",), "needs the address of Vault", "write `server: https://vault.example.com:8200`")
    yield from _vault(settings.secrets)


def _vault(secrets: SecretSettings) -> Iterator[Wrong]:
    if secrets.server_from_outside and not secrets.server:
        yield Wrong(("secrets", "serverFromOutside"), "stands beside no `server`", "write the one of the cluster too")
    for key, address in (("server", secrets.server), ("serverFromOutside", secrets.server_from_outside)):
        if address and not secrets.allow_http and not _UNREAD(address):
            yield Wrong(
                ("secrets", key),
                "is not reached over TLS, so that values and tokens travel in the clear",
                "write `https://…` (`certificate` names a private authority), or accept it with `allowHttp: true`",
            )


def _doubts(settings: Settings) -> Iterator[Wrong]:
    """What works, and is worth a warning."""
    cluster = settings.cluster
    network = settings.network
    if settings.in_production and network and network.nat == "single" and not network.vpc_id:
        help_text = "write `nat: per-zone` or `nat: regional`"
        yield Wrong(
            ("network",), "has one NAT gateway, and without its zone no node reaches anything", help_text, key=True
        )
    if isinstance(cluster, EksCluster):
        if EVERYONE in cluster.endpoint.cidrs and not settings.in_production:
            yield Wrong(
                ("cluster", "endpoint", "cidrs"),
                "lets everyone reach the API server",
                "name the addresses of the office and of CI",
            )
        yield from doubts(cluster)
    yield from unsaved(settings)
    if not isinstance(cluster, StackCluster):
        yield from _on_cluster(settings, cluster)
    if (
        isinstance(cluster, KubeconfigCluster)
        and settings.operator is None
        and settings.compose
        and settings.secrets.backend != "fake"
    ):
        yield Wrong(
            ("cluster",),
            "must have the External Secrets Operator already",
            "write `longshore:operator: {}` to have it installed",
            key=True,
        )


def _on_cluster(settings: Settings, cluster: ClusterSettings) -> Iterator[Wrong]:
    """What an application asks of its cluster, and may not get."""
    if isinstance(cluster, StackCluster) or settings.compose is None:
        return
    if settings.workloads.network_policies and not cluster.network_policies:
        yield Wrong(
            ("cluster",),
            "does not say that it enforces NetworkPolicies, and those of this stack are made",
            "set `cluster.networkPolicies: true` where they are, else `workloads.networkPolicies: false`",
            key=True,
        )
    yield from unmeasured(settings, cluster)
    if isinstance(cluster, EksCluster) and not cluster.balances:
        for name, service in settings.services.items():
            if service.exposure:
                yield Wrong(
                    ("services", name, "exposure"),
                    "waits for a load balancer controller, which this cluster does not bring",
                    "drop `loadBalancerController: false`, unless there is one of yours",
                    key=True,
                )
