"""What stands beside the cluster in tests: the External Secrets Operator, AWS by moto, and Vault in dev mode.

Each is a context manager that yields when the program answers and has stopped it when the block ends.
"""

from __future__ import annotations

import os
import secrets
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

import httpx
import yaml

from tools.cluster.api import condition
from tools.cluster.processes import free_ports, start, stop, wait_until
from tools.cluster.toolchain import provide

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from tools.cluster.api import Api
    from tools.cluster.processes import Process

_REGION = "eu-west-1"


class Vault(NamedTuple):
    """A Vault in dev mode: unsealed, KV version 2 at `secret/`, in memory only."""

    url: str
    token: str


def _clean(environment: Mapping[str, str]) -> dict[str, str]:
    """Our environment and the given one, without the developer's own accounts: a test must not reach a real one."""
    inherited = {x: y for x, y in os.environ.items() if not x.startswith(("AWS_", "VAULT_", "KUBE"))}
    return {**inherited, **environment}


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5, trust_env=False).is_success
    except httpx.TransportError:
        return False


@contextmanager
def _beside(process: Process, url: str) -> Iterator[None]:
    try:
        wait_until(lambda: _answers(url), [process], process.name)
        yield
    finally:
        stop([process])


def install_external_secrets_crds(api: Api) -> None:
    """Install the operator's custom resources and wait until the API serves them. No operator is needed for that."""
    (tool,) = provide(["external-secrets"]).values()
    names = set()
    for file in sorted((tool.parent / "config/crds/bases").glob("*external-secrets.io_*.yaml")):
        manifest = yaml.load(file.read_text("utf-8"), yaml.CSafeLoader)
        api.apply(manifest)
        names.add(manifest["metadata"]["name"])

    def established() -> bool:
        found = api.list("apiextensions.k8s.io/v1", "CustomResourceDefinition")
        return names <= {x["metadata"]["name"] for x in found if condition(x, "Established")}

    api.wait(established, "custom resources of External Secrets", pause=0.2)


@contextmanager
def external_secrets(
    api: Api, folder: Path, environment: Mapping[str, str] | None = None, arguments: Sequence[str] = ()
) -> Iterator[Process]:
    """Run the operator against the cluster of `api`, with its custom resources installed; its log lies in `folder`.

    `arguments` are the operator's own. `environment` says where AWS is: `aws_environment(url)`. The operator is the
    administrator here, so missing RBAC of its chart does not show. Its validating webhook does not run.
    """
    install_external_secrets_crds(api)
    (tool,) = provide(["external-secrets"]).values()
    (port,) = free_ports(1)
    process = start(
        [
            tool,
            f"--metrics-addr=127.0.0.1:{port}",
            "--loglevel=debug",
            "--concurrent=4",
            "--client-qps=200",
            *arguments,
        ],
        folder / "external-secrets.log",
        name="external-secrets",
        environment=_clean({"KUBECONFIG": str(api.kubeconfig), **(environment or {})}),
    )
    with _beside(process, f"http://127.0.0.1:{port}/metrics"):
        yield process


def aws_environment(url: str) -> dict[str, str]:
    """Variables that point the operator's and boto3's AWS at `url`, and keep them from the real one."""
    return {
        "AWS_ENDPOINT_URL": url,
        "AWS_SECRETSMANAGER_ENDPOINT": url,
        "AWS_STS_ENDPOINT": url,
        "AWS_SSM_ENDPOINT": url,
        "AWS_REGION": _REGION,
        "AWS_DEFAULT_REGION": _REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }


@contextmanager
def moto(folder: Path) -> Iterator[str]:
    """AWS by moto in a process of its own; yields its URL. `POST URL/moto-api/reset` forgets everything."""
    (port,) = free_ports(1)
    process = start(
        [sys.executable, "-m", "moto.server", "--host", "127.0.0.1", "--port", str(port)],
        folder / "moto.log",
        name="moto",
        environment=_clean({"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}),
    )
    url = f"http://127.0.0.1:{port}"
    with _beside(process, f"{url}/moto-api/data.json"):
        yield url


@contextmanager
def vault(folder: Path) -> Iterator[Vault]:
    """A Vault server in dev mode, with the Kubernetes auth method in its plugin catalogue."""
    tools = provide(["vault", "vault-plugin-auth-kubernetes"])
    (port,) = free_ports(1)
    token = secrets.token_hex(16)
    process = start(
        [
            tools["vault"],
            "server",
            "-dev",
            "-dev-no-store-token",
            f"-dev-root-token-id={token}",
            f"-dev-listen-address=127.0.0.1:{port}",
            f"-dev-plugin-dir={tools['vault-plugin-auth-kubernetes'].parent}",
        ],
        folder / "vault.log",
        name="vault",
        environment=_clean({}),
    )
    url = f"http://127.0.0.1:{port}"
    with _beside(process, f"{url}/v1/sys/health"):
        yield Vault(url, token)


def trust_cluster(server: Vault, api: Api, namespace: str) -> None:
    """Let service accounts of the cluster log in to Vault at `auth/kubernetes`.

    Vault asks the cluster's TokenReview about each token, as the service account `vault` of `namespace`, which gets
    the role `system:auth-delegator` for it (https://developer.hashicorp.com/vault/docs/auth/kubernetes).
    """
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "vault"}}
    binding = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": f"{namespace}-vault"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "system:auth-delegator"},
        "subjects": [{"kind": "ServiceAccount", "name": "vault", "namespace": namespace}],
    }
    api.apply(account, namespace)
    api.apply(binding)
    path = api.path("v1", "ServiceAccount", namespace, "vault")
    token = api.request("POST", f"{path}/token", json={"spec": {"expirationSeconds": 3600}})["status"]["token"]
    trust = api.get("v1", "ConfigMap", namespace, "kube-root-ca.crt")["data"]["ca.crt"]
    config = {"kubernetes_host": api.server, "kubernetes_ca_cert": trust, "token_reviewer_jwt": token}
    with httpx.Client(headers={"X-Vault-Token": server.token}, trust_env=False) as client:
        method = {"type": "vault-plugin-auth-kubernetes"}
        client.post(f"{server.url}/v1/sys/auth/kubernetes", json=method).raise_for_status()
        client.post(f"{server.url}/v1/auth/kubernetes/config", json=config).raise_for_status()
