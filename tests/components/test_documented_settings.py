"""Every setting of every class of a stack file, with a value as its own documentation has it: all are accepted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import is_dataclass
from pathlib import Path
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, Union, get_args, get_origin, get_type_hints

import pytest
import yaml
from pydantic.alias_generators import to_camel

from longshore.stack.bootstrap_settings import BootstrapSettings
from longshore.stack.bootstrap_validation import check_bootstrap
from longshore.stack.file import read_stack_file
from longshore.stack.reading import BOOTSTRAP
from longshore.stack.settings import Settings
from longshore.stack.validation import check_settings
from tests.components.examples_on_eks import ON_EKS

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCUMENTATION = (Path(__file__).resolve().parents[2] / "docs/stacks.md").read_text("utf-8")
KEY = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
POLICY = "arn:aws:iam::111122223333:policy/logs-of-shop"
PROVIDER = "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/0A1B2C"
ROLE = "arn:aws:iam::111122223333:role/developers"
CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIBszCCAVmgAwIBAgIUJx0ZbZ0Q\n-----END CERTIFICATE-----\n"

EKS = {
    "environment": "dev",
    "cluster": {"kind": "eks"},
    "aws": {"region": "eu-west-1", "accountId": "111122223333"},
    "network": {},
    "operator": {},
    "team": "shop",
    "compose": {"files": ["compose.yaml"]},
}
MANAGED = EKS | {"cluster": {"kind": "eks", "compute": "managed", "nodeGroups": {"general": {}}}}
TAINTED = EKS | {"cluster": {"kind": "eks", "compute": "managed", "nodeGroups": {"general": {}, "other": {}}}}
ADDON = EKS | {
    "cluster": {
        "kind": "eks",
        "addons": {
            "external-dns": {
                "version": "v0.20.0-eksbuild.3",
                "policies": ["AmazonRoute53FullAccess"],
                "serviceAccount": "external-dns",
            }
        },
    }
}
ANY = {
    "environment": "staging",
    "cluster": {"kind": "kubeconfig", "networkPolicies": True},
    "secrets": {"region": "eu-west-1"},
    "operator": {},
    "team": "shop",
    "compose": {"files": ["compose.yaml"]},
}
VAULT = ANY | {"secrets": {"backend": "vault", "server": "https://vault.example.com:8200"}}
ON_PLATFORM = ANY | {"cluster": {"kind": "stack", "stack": "platform.dev"}}
ON_PLATFORM.pop("operator")
EXPOSED = EKS | {"services": {"web": {"exposure": {"kind": "ingress"}}}}
POOL = KEY.replace("kms", "cognito-idp").replace(":key/", ":userpool/")
COGNITO = {"kind": "cognito", "clientId": "3a4b", "userPool": POOL, "domain": "shop"}
OIDC = {
    "kind": "oidc",
    "clientId": "shop",
    "issuer": "https://id.example.com",
    "authorizationEndpoint": "https://id.example.com/authorize",
    "tokenEndpoint": "https://id.example.com/token",
    "userInfoEndpoint": "https://id.example.com/me",
    "variable": "OIDC_CLIENT_SECRET",
}
BY_COGNITO, BY_OIDC = (
    EKS | {"services": {"web": {"exposure": {"kind": "ingress", "login": login}}}} for login in (COGNITO, OIDC)
)
IN_DOMAIN = EKS | {"domain": {"zone": "example.com", "zoneId": "Z0123456789ABCDEFGHIJ"}}
BY_ISSUER = ANY | {"domain": {"zone": "example.com", "email": "ops@example.com"}}
THERE = {"private": ["subnet-0123456789abcdefa", "subnet-0123456789abcdefb"]}
IN_VPC = EKS | {"network": {"vpcId": "vpc-0123456789abcdef0", "subnets": THERE}}
BY_OTHERS = ANY | {"aws": EKS["aws"], "cluster": {"kind": "kubeconfig", "eks": {"name": "prod"}}}
SEEN = EKS | {"observability": {"version": "v4.7.0-eksbuild.1"}}
TOPIC = "arn:aws:sns:eu-west-1:111122223333:pager"
CONNECTION = "arn:aws:codeconnections:eu-west-1:111122223333:connection/1b2c3d4e-0000-0000-0000-000000000000"
RUN = EKS | {"runner": {"repository": "example/shop", "connection": CONNECTION}}
FIRST = {"aws": EKS["aws"], "bootstrap": {"repository": "example/shop", "environments": {"dev": {}}}}
SCALED = EKS | {"services": {"web": {"scale": {"max": 9}}}}

VOLUME = {"volume": "vol-0123456789abcdef1", "zone": "eu-west-1a", "size": "10Gi"}
RESTORED = EKS | {"backup": {"restore": {"shop/db-data": VOLUME}}}
EXAMPLES: dict[str, tuple[Mapping[str, Any], list[Any]]] = {
    **{f"backup.restore.*.{key}": (RESTORED, [value]) for key, value in VOLUME.items()},
    "environment": (EKS, ["dev", "staging", "prod"]),
    "production": (EKS, [True, False]),
    "team": (EKS, ["shop"]),
    "namespace": (EKS, ["shop-web"]),
    "aws.region": (EKS, ["eu-west-1"]),
    "aws.accountId": (EKS, ["111122223333"]),
    "aws.assumeRole": (EKS, [ROLE]),
    "aws.permissionsBoundary": (EKS, [POLICY]),
    "aws.tags.*": (EKS, ["web"]),
    "runner.repository": (RUN, ["example/shop", "example@1/shop@2"]),
    "runner.connection": (RUN, [CONNECTION]),
    "runner.size": (RUN, ["small", "medium", "large"]),
    "runner.minutes": (RUN, [5, 120, 2160]),
    "network.vpcId": (EKS | {"network": {"subnets": THERE}}, ["vpc-0123456789abcdef0"]),
    "network.subnets.private": (IN_VPC, [["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]]),
    "network.subnets.public": (IN_VPC, [["subnet-0123456789abcdef2", "subnet-0123456789abcdef3"]]),
    "network.subnets.control": (IN_VPC, [["subnet-0123456789abcdef4", "subnet-0123456789abcdef5"]]),
    "network.cidr": (EKS, ["10.0.0.0/16", "10.0.0.0/22"]),
    "network.zones": (EKS, [["eu-west-1a", "eu-west-1b", "eu-west-1c"]]),
    "network.nat": (EKS, ["single", "per-zone", "regional"]),
    "network.endpoints": (EKS, [["ecr.api", "ecr.dkr", "kms", "secretsmanager", "sts"]]),
    "network.flowLogDays": (EKS, [0, 30]),
    "network.flowLogDestination": (EKS, ["cloudwatch", "s3"]),
    "cluster.kind": (EKS, ["eks"]),
    "cluster.name": (EKS, ["longshore-dev"]),
    "cluster.version": (EKS, ["1.35"]),
    "cluster.compute": (EKS, ["auto"]),
    "cluster.nodePools.*.capacityTypes": (EKS, [["spot"], ["spot", "on-demand"]]),
    "cluster.nodePools.*.architectures": (EKS, [["arm64"], ["amd64", "arm64"]]),
    "cluster.nodePools.*.categories": (EKS, [["c", "m", "r"]]),
    "cluster.nodePools.*.instanceTypes": (EKS, [["m7i.large", "m6i.large", "m7a.large"]]),
    "cluster.nodePools.*.limits.cpu": (EKS, ["64"]),
    "cluster.nodePools.*.limits.memory": (EKS, ["256Gi"]),
    "cluster.nodePools.*.weight": (EKS, [10]),
    "cluster.nodePools.*.disk": (EKS, [80]),
    "cluster.nodePools.*.expireAfter": (EKS, ["336h"]),
    "cluster.nodePools.*.labels.*": (EKS, ["batch"]),
    "cluster.nodePools.*.taints": (EKS, [["dedicated=batch:NoSchedule"]]),
    "cluster.autoscaler.version": (MANAGED, ["9.59.0"]),
    "cluster.autoscaler.chart": (MANAGED, ["oci://registry.example.com/charts/cluster-autoscaler"]),
    "cluster.autoscaler.values.*": (MANAGED, [3]),
    "cluster.loadBalancerController.version": (MANAGED, ["3.5.0"]),
    "cluster.loadBalancerController.chart": (MANAGED, ["oci://registry.example.com/charts/balancers"]),
    "cluster.loadBalancerController.values.*": (MANAGED, [3]),
    "cluster.nodeGroups.*.release": (MANAGED, ["1.35.3-20260812"]),
    "cluster.nodeGroups.*.maxUnavailable": (MANAGED, [2]),
    "cluster.nodeGroups.*.taints": (TAINTED, [["dedicated=batch:NoSchedule"]]),
    "cluster.nodeGroups.*.instanceTypes": (MANAGED, [["m7i.large", "m6i.large", "m7a.large"]]),
    "cluster.nodeGroups.*.capacity": (MANAGED, ["on-demand", "spot"]),
    "cluster.nodeGroups.*.ami": (MANAGED, ["AL2023_x86_64_STANDARD"]),
    "cluster.nodeGroups.*.minimum": (MANAGED, [3]),
    "cluster.nodeGroups.*.desired": (MANAGED, [3]),
    "cluster.nodeGroups.*.maximum": (MANAGED, [9]),
    "cluster.nodeGroups.*.disk": (MANAGED, [50]),
    "cluster.nodeGroups.*.labels.*": (MANAGED, ["web"]),
    "cluster.endpoint.public": (EKS, [False]),
    "cluster.endpoint.cidrs": (EKS | {"cluster": {"kind": "eks", "endpoint": {"public": True}}}, [["203.0.113.0/24"]]),
    "cluster.admins": (EKS, [[ROLE]]),
    "cluster.viewers": (EKS, [[ROLE]]),
    "cluster.addons.*.version": (MANAGED, ["v1.23.0-eksbuild.1"]),
    "cluster.addons.*.configuration.*": (ADDON, [{"cpu": "100m"}]),
    "cluster.addons.*.policies": (ADDON, [["AmazonS3ReadOnlyAccess", POLICY]]),
    "cluster.addons.*.serviceAccount": (ADDON, ["external-dns"]),
    "cluster.logs": (EKS, [["audit", "authenticator"], []]),
    "cluster.networkPolicies": (EKS, [True]),
    "cluster.loadBalancers": (EKS, ["shared", "each"]),
    "cluster.sharedStorage.teams": (EKS, [["shop", "search"]]),
    "cluster.sharedStorage.owners": (EKS, [["999:999", "33:33"]]),
    "cluster.sharedStorage.lifecycleDays": (EKS, [0, 30, 90]),
    "cluster.sharedStorage.backups": (EKS, [True, False]),
    "cluster.support": (EKS, ["standard", "extended"]),
    "cluster.logDays": (EKS, [90]),
    "cluster.protect": (EKS, [True, False]),
    "cluster.stack": (ON_PLATFORM, ["platform.dev"]),
    "cluster.path": (ANY, ["~/.kube/config"]),
    "cluster.context": (ANY, ["staging"]),
    "cluster.identifier": (ANY, ["kubeconfig", "staging-2"]),
    "cluster.eks.name": (BY_OTHERS, ["prod"]),
    "cluster.eks.oidcProvider": (BY_OTHERS, [PROVIDER]),
    "operator.version": (EKS, ["2.9.0"]),
    "operator.chart": (EKS, ["oci://registry.example.com/charts/external-secrets"]),
    "operator.namespace": (EKS, ["external-secrets"]),
    "operator.replicas": (EKS, [2]),
    "operator.values.*": (EKS, [[{"key": "dedicated", "operator": "Exists"}]]),
    "observability.version": (EKS, ["v4.7.0-eksbuild.1"]),
    "observability.logDays": (SEEN, [30]),
    "observability.notify": (SEEN, [["ops@example.com"]]),
    "observability.topic": (SEEN, [TOPIC]),
    "alarms.notify": (SEEN, [["shop@example.com"]]),
    "alarms.topic": (SEEN, [TOPIC]),
    "budget.monthly": (EKS | {"budget": {"monthly": 1, "notify": ["ops@example.com"]}}, [300]),
    "budget.notify": (EKS | {"budget": {"monthly": 300, "notify": ["x@example.com"]}}, [["ops@example.com"]]),
    "budget.currency": (EKS | {"budget": {"monthly": 300, "notify": ["ops@example.com"]}}, ["USD"]),
    "tenants.*.namespaces.*.environment": (EKS, ["trial"]),
    "tenants.*.access.people": (EKS, [[ROLE]]),
    "tenants.*.access.deployers": (EKS, [[ROLE]]),
    "tenants.*.access.group": (EKS, ["team:search"]),
    "tenants.*.access.exec": (EKS, [True, False]),
    "tenants.*.quota.cpu": (EKS, ["8"]),
    "tenants.*.quota.memory": (EKS, ["16Gi"]),
    "tenants.*.quota.pods": (EKS, [40]),
    "tenants.*.quota.volumes": (EKS, [10]),
    "tenants.*.quota.storage": (EKS, ["100Gi"]),
    "tenants.*.quota.loadBalancers": (EKS, [2]),
    "tenants.*.quota.containerMemory": (EKS, ["4Gi"]),
    "tenants.*.podSecurity": (EKS, ["privileged", "baseline", "restricted"]),
    "tenants.*.networkPolicies": (EKS, [True, False]),
    "tenants.*.memory": (EKS, ["256Mi"]),
    "tenants.*.cpu": (EKS, ["100m"]),
    "tenants.*.secrets.backend": (EKS, ["aws-secrets-manager", "vault", "fake"]),
    "tenants.*.secrets.store": (EKS, ["longshore"]),
    "tenants.*.secrets.region": (EKS, ["eu-central-1"]),
    "tenants.*.secrets.prefix": (EKS, ["apps/"]),
    "tenants.*.secrets.role": (EKS, [ROLE]),
    "tenants.*.secrets.kmsKey": (EKS, [KEY]),
    "tenants.*.secrets.also": (EKS, [["shared/observability"]]),
    "tenants.*.loginSecrets": (EKS, [["web-login"]]),
    "tenants.*.adopt": (EKS, [True, False]),
    "access.people": (EKS, [[ROLE]]),
    "access.deployers": (EKS, [[ROLE]]),
    "access.group": (EKS, ["team:shop"]),
    "access.exec": (EKS, [True, False]),
    "quota.cpu": (EKS, ["8"]),
    "quota.memory": (EKS, ["16Gi"]),
    "quota.pods": (EKS, [40]),
    "quota.volumes": (EKS, [10]),
    "quota.storage": (EKS, ["100Gi"]),
    "quota.loadBalancers": (EKS, [2]),
    "quota.containerMemory": (EKS, ["4Gi"]),
    "domain.zone": (IN_DOMAIN, ["example.com", "apps.example.co.uk"]),
    "domain.zoneId": (IN_DOMAIN, ["Z0123456789ABCDEFGHIJ"]),
    "domain.email": (BY_ISSUER, ["ops@example.com"]),
    "domain.issuer": (BY_ISSUER, ["letsencrypt"]),
    "domain.server": (BY_ISSUER, ["https://acme-staging-v02.api.letsencrypt.org/directory"]),
    "domain.version": (IN_DOMAIN, ["1.21.1"]),
    "domain.chart": (IN_DOMAIN, ["oci://registry.example.com/charts/external-dns"]),
    "domain.values.*": (IN_DOMAIN, [{"interval": "5m"}]),
    "compose.files": (EKS, [["compose.yaml", "compose.prod.yaml"]]),
    "compose.directory": (EKS, ["deploy"]),
    "compose.name": (EKS, ["shop"]),
    "compose.profiles": (EKS, [["web"], ["*"]]),
    "compose.services": (EKS, [["web", "db"]]),
    "compose.variables.*": (EKS, ["1.2.3"]),
    "compose.envFiles": (EKS, [[".env.staging"], []]),
    "compose.allowOutside": (EKS, [True]),
    "services.*.replicas": (EKS, [3]),
    "services.*.scale.max": (EKS, [10]),
    "services.*.scale.min": (SCALED, [2]),
    "services.*.scale.cpu": (SCALED, [70]),
    "services.*.scale.memory": (SCALED, [80]),
    "services.*.image": (EKS, ["111122223333.dkr.ecr.eu-west-1.amazonaws.com/web:1.2.3"]),
    "services.*.memory": (EKS, ["512Mi", "2Gi"]),
    "services.*.cpu": (EKS, ["250m", "2"]),
    "services.*.workload": (EKS, ["Deployment", "StatefulSet", "DaemonSet", "Job"]),
    "services.*.backoffLimit": (EKS, [3]),
    "services.*.liveness": (EKS, ["on", "off"]),
    "services.*.nodes": (EKS, ["general-purpose"]),
    "services.*.allow": (EKS, [["mutable-tag"]]),
    "services.*.plain.*": (EKS, ["a page, no password"]),
    "services.*.secret.*": (EKS, ["it opens the till"]),
    "services.*.exposure.kind": (EXPOSED, ["ingress", "loadbalancer"]),
    "services.*.exposure.port": (EXPOSED, [8080]),
    "services.*.exposure.host": (EXPOSED, ["shop.example.com"]),
    "services.*.exposure.path": (EXPOSED, ["/api"]),
    "services.*.exposure.certificate": (EXPOSED, [f"{KEY.replace('kms', 'acm').replace(':key/', ':certificate/')}"]),
    "services.*.exposure.internal": (EXPOSED, [True]),
    "services.*.exposure.allowFrom": (EXPOSED, [["203.0.113.0/24", "198.51.100.7/32"]]),
    "services.*.exposure.sticky": (EXPOSED, [86400]),
    "services.*.exposure.idleTimeout": (EXPOSED, [900]),
    "services.*.exposure.healthPath": (EXPOSED, ["/health"]),
    "services.*.exposure.aliases": (EXPOSED, [["www.example.com"]]),
    "services.*.exposure.redirects.*": (EXPOSED, ["/new", "https://shop.example.com/new"]),
    "services.*.exposure.login.kind": (BY_COGNITO, ["cognito"]),
    "services.*.exposure.login.clientId": (BY_COGNITO, ["3a4b5c"]),
    "services.*.exposure.login.userPool": (BY_COGNITO, [POOL]),
    "services.*.exposure.login.domain": (BY_COGNITO, ["shop"]),
    "services.*.exposure.login.issuer": (BY_OIDC, ["https://id.example.com"]),
    "services.*.exposure.login.authorizationEndpoint": (BY_OIDC, ["https://id.example.com/authorize"]),
    "services.*.exposure.login.tokenEndpoint": (BY_OIDC, ["https://id.example.com/token"]),
    "services.*.exposure.login.userInfoEndpoint": (BY_OIDC, ["https://id.example.com/me"]),
    "services.*.exposure.login.variable": (BY_OIDC, ["OIDC_CLIENT_SECRET"]),
    "services.*.exposure.login.scope": (BY_OIDC, ["openid email"]),
    "services.*.exposure.login.hours": (BY_OIDC, [8]),
    "services.*.exposure.annotations.*": (EXPOSED, ["stickiness.enabled=true"]),
    "workloads.memory": (EKS, ["256Mi"]),
    "workloads.cpu": (EKS, ["100m"]),
    "workloads.podSecurity": (EKS, ["privileged", "baseline", "restricted"]),
    "workloads.networkPolicies": (EKS, [True]),
    "workloads.ingressClass": (EKS, ["alb"]),
    "workloads.loadBalancerClass": (EKS, ["eks.amazonaws.com/nlb"]),
    "workloads.imagePullSecrets": (EKS, [["registry"]]),
    "workloads.application": (EKS, ["shop"]),
    "storage.storageClass": (EKS, ["gp3"]),
    "storage.size": (EKS, ["10Gi"]),
    "storage.sharedClass": (EKS, ["efs"]),
    "storage.sharedOwners.*": (EKS, ["efs-999-999"]),
    "storage.volumes.*.size": (EKS, ["20Gi"]),
    "storage.volumes.*.storageClass": (EKS, ["gp3"]),
    "storage.volumes.*.accessMode": (EKS, ["ReadWriteOnce", "ReadWriteMany"]),
    "secrets.backend": (EKS, ["aws-secrets-manager", "fake"]),
    "secrets.store": (EKS, ["longshore"]),
    "secrets.region": (EKS, ["eu-central-1"]),
    "secrets.role": (EKS, [ROLE]),
    "secrets.prefix": (EKS, ["apps/"]),
    "secrets.kmsKey": (EKS, [KEY, KEY.replace(":aws:", ":aws-cn:"), KEY.replace("key/", "alias/")]),
    **{f"secrets.{name}": (VAULT, ["https://vault.example.com:8200"]) for name in ("server", "serverFromOutside")},
    "secrets.allowHttp": (VAULT, [True]),
    "secrets.mount": (VAULT, ["secret", "kv"]),
    "secrets.authMount": (VAULT, ["kubernetes"]),
    "secrets.vaultNamespace": (VAULT, ["admin/shop"]),
    "secrets.certificate": (VAULT, [CERTIFICATE]),
    "secrets.rotation": (EKS, ["pinned", "refresh"]),
    "secrets.refreshInterval": (EKS, ["1h0m0s"]),
    "secrets.versions.*": (EKS, ["1234abcd-12ab-34cd-56ef-1234567890ab"]),
    "secrets.variables.*": (EKS, [True, False]),
    "inventory": (EKS, ["vm.json"]),
    "bootstrap.repository": (FIRST, ["example/shop", "example@1/shop@2"]),
    "bootstrap.branch": (FIRST, ["main", "release/next"]),
    "bootstrap.environments.*.githubEnvironment": (FIRST, ["development"]),
    "bootstrap.environments.*.teams.*.repository": (FIRST, ["example/search"]),
    "bootstrap.environments.*.teams.*.branch": (FIRST, ["main"]),
    "bootstrap.environments.*.teams.*.githubEnvironment": (FIRST, ["search"]),
    "bootstrap.provider": (FIRST, ["arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"]),
    "bootstrap.state.bucket": (FIRST, ["example-state"]),
    "bootstrap.state.days": (FIRST, [365]),
    "bootstrap.connection": (FIRST, [True]),
    "policies.registries": (EKS, [["registry.example.com/"]]),
    "policies.tags": (EKS, [["cost-centre"]]),
    "policies.public": (EKS, [["web"]]),
    "policies.waivers.*": (EKS, ["a job of one night"]),
    **{name: (EKS, values) for name, values in ON_EKS.items()},
}
"""Setting → stack that it is written into, and values."""

NAMES = {"caches": "docker.io", "restore": "shop/db-data"} | {
    "prices": "ec2.m7i.large",
    "sharedOwners": "999:999",
    "addons": "external-dns",
    "nodeGroups": "general",
    "tags": "cost-center",
    "services": "web",
    "secret": "SHOP_PIN",
    "plain": "PASSWORD_PAGE",
    "redirects": "/old",
}
"""What is called how, where names are the user's; elsewhere `name`."""


def settings(wanted: Any, path: tuple[str, ...]) -> Iterator[str]:
    """Every setting below `path`, names of the user's as `*`."""
    origin, arguments = get_origin(wanted), get_args(wanted)
    if origin is Annotated:
        yield from settings(arguments[0], path)
    elif origin in (Union, UnionType):
        for each in arguments:
            yield from settings(each, path) if each is not type(None) else ()
    elif origin is Mapping:
        yield from settings(arguments[1], (*path, "*"))
    elif is_dataclass(wanted) or hasattr(wanted, "_fields"):
        for name, hint in get_type_hints(wanted, localns={"Mapping": Mapping}, include_extras=True).items():
            yield from settings(hint, (*path, to_camel(name)))
    else:
        yield ".".join(path)


ALL = sorted({*settings(Settings, ()), *settings(BootstrapSettings, ())})


def with_value(base: Mapping[str, Any], setting: str, value: Any) -> dict[str, Any]:
    root: dict[str, Any] = yaml.safe_load(yaml.safe_dump(dict(base)))
    at, before = root, ""
    *parts, last = setting.split(".")
    for part in parts:
        name = NAMES.get(before, "name") if part == "*" else part
        before, at = part, at.setdefault(name, {})
    at[NAMES.get(before, "name") if last == "*" else last] = value
    return {
        "pulumi:disable-default-providers": ["aws", "kubernetes"],
        **{f"longshore:{key}": each for key, each in root.items()},
    }


@pytest.mark.parametrize(
    ("setting", "value"), [(setting, value) for setting in EXAMPLES for value in EXAMPLES[setting][1]]
)
def test_what_is_documented_is_accepted(setting, value):
    config = with_value(EXAMPLES[setting][0], setting, value)
    file = read_stack_file(yaml.safe_dump({"config": config}, sort_keys=False), "Pulumi.shop.dev.yaml")
    checked = check_bootstrap(config, file) if BOOTSTRAP in config else check_settings(config, file)
    assert checked.settings is not None, [finding.message for finding in checked.findings]


def test_every_setting_has_an_example():
    assert set(ALL) - set(EXAMPLES) == set()
    assert set(EXAMPLES) - set(ALL) == set()


@pytest.mark.parametrize("setting", ALL)
def test_every_setting_is_documented(setting):
    name = next(part for part in reversed(setting.split(".")) if part != "*")
    assert re.search(rf"`{name}`", DOCUMENTATION), f"docs/stacks.md says nothing of `{setting}`"
