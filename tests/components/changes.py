"""Thirty kinds of change of the marketplace on a cluster that is there, and what each does to its resources.

tests/components compares plans; tests/engine asks the real engine for the same changes. `stack` is the stack file,
`compose` the compose file; a change that starts with `+` puts its text at the end.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

STACK, COMPOSE, FOLDER = "stacks/Pulumi.shop.local.yaml", "examples/marketplace/compose.yaml", "examples/marketplace"

NEW_SERVICE = """
  parrot:
    image: registry.example.com/marketplace/parrot:1.0.0
    mem_limit: 64m
    expose: ["9999"]
    networks: [backend]
"""
FEW = 6
VOLUMES = "    volumes:\n"
STORE = "\n  longshore:secrets:\n    backend: fake\n"


class Edit(NamedTuple):
    """One text of a file that becomes another."""

    file: str
    before: str
    after: str

    def apply(self, root: Path) -> None:
        path = root / self.file
        text = path.read_text("utf-8")
        assert text.count(self.before) == 1, f"{self.before!r} stands {text.count(self.before)} times in {self.file}"
        path.write_text(text.replace(self.before, self.after), "utf-8")


class Kind(NamedTuple):
    """A kind of change: its edits, and what they do, as `update Deployment gateway`, sorted."""

    edits: tuple[Edit, ...]
    does: tuple[str, ...]


def compose(before: str, after: str) -> Edit:
    return Edit(COMPOSE, before, after)


def settings(text: str) -> Edit:
    """Put a setting into the stack file."""
    return Edit(STACK, STORE, f"\n{text}{STORE}")


KINDS: Final[dict[str, Kind]] = {
    "a comment": Kind((compose("# the VM itself", "# the VM"),), ()),
    "an image": Kind((compose("nginx:1.27.2-alpine", "nginx:1.27.3-alpine"),), ("update Deployment gateway",)),
    "an image that a migration has too": Kind(
        (compose("orders-api:${APP_VERSION:-2024.11.3}", "orders-api:2025.1"),),
        ("replace Job orders-migrate", "update Deployment orders-api"),
    ),
    "a variable": Kind((compose("CART_TTL: 720h", "CART_TTL: 24h"),), ("update Deployment cart-api",)),
    "a variable that goes": Kind((compose("      CART_TTL: 720h\n", ""),), ("update Deployment cart-api",)),
    "a variable of many services": Kind(
        (compose("APP_ENV: ${APP_ENV:-production}", "APP_ENV: canary"),), ("replace 4 Job", "update 22 Deployment")
    ),
    "a secret more": Kind(
        (compose("CART_TTL: 720h", "CART_TTL: 720h\n      CART_API_TOKEN: ${CART_API_TOKEN:-}"),),
        ("update Deployment cart-api", "update ExternalSecret cart-api-secrets", "update SecretStore longshore"),
    ),
    "a limit": Kind((compose("mem_limit: 1200m", "mem_limit: 1300m"),), ("update Deployment redis-cache",)),
    "a limit of the stack": Kind(
        (settings("  longshore:services: {users-api: {memory: 300Mi}}"),), ("update Deployment users-api",)
    ),
    "replicas": Kind(
        (compose("*limits-small\n      replicas: 2\n", "*limits-small\n      replicas: 3\n"),),
        ("update Deployment cart-api",),
    ),
    "a command": Kind((compose("--maxmemory 1gb", "--maxmemory 900mb"),), ("update Deployment redis-cache",)),
    "the command of a migration": Kind(
        (compose('"/app/catalog.jar", "--', '"/app/catalog.jar", "--fast", "--'),), ("replace Job catalog-migrate",)
    ),
    "a grace period": Kind(
        (compose("stop_grace_period: 2m", "stop_grace_period: 3m"),), ("update Deployment orders-api",)
    ),
    "a health check": Kind(
        (compose("start_interval: 2s", "start_interval: 3s"),),
        ("update Deployment catalog-api", "update Deployment orders-api"),
    ),
    "a port more": Kind(
        (compose('expose: ["50051", "9464"]', 'expose: ["50051", "9464", "9465"]'),),
        ("update Deployment checkout-api", "update Service checkout-api"),
    ),
    "a port that goes": Kind(
        (compose('expose: ["50051", "9464"]', 'expose: ["50051"]'),),
        ("update Deployment checkout-api", "update Service checkout-api"),
    ),
    "a label": Kind((compose('com.example.tier: "1"', 'com.example.tier: "2"'),), ("update Deployment catalog-api",)),
    "a network that goes": Kind(
        (compose("networks: [backend, data, pci]", "networks: [backend, pci]"),), ("update Deployment payments-api",)
    ),
    "a service more": Kind(
        (compose("\n  storefront: # Next.js\n", f"{NEW_SERVICE}\n  storefront: # Next.js\n"),),
        ("create Deployment parrot", "create Service parrot", "create ServiceAccount parrot"),
    ),
    "a service that goes": Kind(
        (compose("  postgres-backup:\n", "  postgres-backup:\n    profiles: [tools]\n"),),
        (
            "delete Deployment postgres-backup",
            "delete ExternalSecret postgres-backup-secrets",
            "delete PersistentVolumeClaim pg-backups",
            "delete Service postgres-backup",
            "delete ServiceAccount postgres-backup",
            "update SecretStore longshore",
        ),
    ),
    "a registry's credentials": Kind(
        (settings("  longshore:workloads: {imagePullSecrets: [registry]}"),),
        ("replace 6 Job", "update 37 Deployment", "update 43 ServiceAccount"),
    ),
    "a mounted file": Kind(
        (Edit(f"{FOLDER}/config/nginx/conf.d/marketplace.conf", "server_name _;", "server_name x;"),),
        ("update ConfigMap gateway-conf-d-1dd867df", "update Deployment gateway"),
    ),
    "a config": Kind(
        (compose("Disallow: /checkout/", "Disallow: /cart/"),),
        ("update ConfigMap config-robots-txt-643d9c50", "update Deployment gateway"),
    ),
    "another volume": Kind(
        (
            compose('volumes: ["reco-models:/models"]', 'volumes: ["models:/models"]'),
            compose("  reco-models:\n", "  models:\n"),
        ),
        (
            "create PersistentVolumeClaim models",
            "delete PersistentVolumeClaim reco-models",
            "update Deployment recommendations-api",
        ),
    ),
    "a volume that grows": Kind(
        (Edit(STACK, VOLUMES, f"{VOLUMES}      reco-models: {{size: 30Gi}}\n"),),
        ("update PersistentVolumeClaim reco-models",),
    ),
    "a volume of another class": Kind(
        (Edit(STACK, VOLUMES, f"{VOLUMES}      reco-models: {{storageClass: fast}}\n"),),
        ("replace Deployment recommendations-api", "replace PersistentVolumeClaim reco-models"),
    ),
    "a volume that many may write": Kind(
        (Edit(STACK, VOLUMES, f"{VOLUMES}      reco-models: {{accessMode: ReadWriteMany}}\n"),),
        ("replace Deployment recommendations-api", "replace PersistentVolumeClaim reco-models"),
    ),
    "an exposure": Kind(
        (settings("  longshore:services: {gateway: {exposure: {kind: ingress, host: shop.example.com, port: 80}}}"),),
        ("create Ingress gateway", "create NetworkPolicy public-gateway", "update Deployment gateway"),
    ),
    "no network policies": Kind(
        (settings("  longshore:workloads: {networkPolicies: false}"),),
        (
            "delete NetworkPolicy default-deny",
            "delete NetworkPolicy network-backend",
            "delete NetworkPolicy network-data",
            "delete NetworkPolicy network-edge",
            "delete NetworkPolicy network-pci",
        ),
    ),
    "a quota": Kind((settings("  longshore:quota: {pods: 200}"),), ("create ResourceQuota team",)),
    "the operator's replicas": Kind(
        (Edit(STACK, "    replicas: 1\n", "    replicas: 2\n"),), ("update Release local-operator",)
    ),
    "another namespace": Kind(
        (settings("  longshore:namespace: market"),),
        (
            "create 1 Namespace",
            "delete 1 Namespace",
            "replace 7 ConfigMap",
            "replace 37 Deployment",
            "replace 46 ExternalSecret",
            "replace 6 Job",
            "replace 1 LimitRange",
            "replace 5 NetworkPolicy",
            "replace 12 PersistentVolumeClaim",
            "replace 3 PodDisruptionBudget",
            "replace 2 Role",
            "replace 2 RoleBinding",
            "replace 1 SecretStore",
            "replace 41 Service",
            "replace 43 ServiceAccount",
        ),
    ),
}


def summary(changes: Iterable[tuple[str, str, str]]) -> tuple[str, ...]:
    """Write (operation, type, name) of what changes; beyond six, how many of each kind."""
    named = sorted((operation, type_.rpartition(":")[2], name) for operation, type_, name in changes)
    if len(named) <= FEW:
        return tuple(" ".join(each) for each in named)
    counts = Counter((operation, kind) for operation, kind, _ in named)
    return tuple(f"{operation} {count} {kind}" for (operation, kind), count in sorted(counts.items()))
