"""The real External Secrets Operator between the cluster and a stand-in for AWS, or a real Vault in dev mode."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

import boto3
import httpx
import pytest

from tools.cluster import services
from tools.cluster.fixtures import provided

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tools.cluster.api import Api, Manifest


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with services.moto(tmp_path_factory.mktemp("moto")) as url:
        yield url


@pytest.fixture(scope="module")
def operator(api: Api, aws: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    folder = tmp_path_factory.mktemp("operator")
    provided("external-secrets")
    with services.external_secrets(api, folder, services.aws_environment(aws)):
        yield


def external_secret(**overrides: str) -> Manifest:
    reference = {"key": "dev/shop/web", "property": "PASSWORD", **overrides}
    return {
        "apiVersion": "external-secrets.io/v1",
        "kind": "ExternalSecret",
        "metadata": {"name": "web"},
        "spec": {
            "secretStoreRef": {"kind": "SecretStore", "name": "store"},
            "target": {"name": "web"},
            "data": [{"secretKey": "PASSWORD", "remoteRef": reference}],
        },
    }


def store(provider: Manifest) -> Manifest:
    return {
        "apiVersion": "external-secrets.io/v1",
        "kind": "SecretStore",
        "metadata": {"name": "store"},
        "spec": {"provider": provider},
    }


def service_account(name: str, annotations: dict[str, str] | None = None) -> Manifest:
    return {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": {"name": name, "annotations": annotations or {}},
    }


def wait_for_ready(api: Api, namespace: str, wanted: str = "True") -> str:
    """Wait for the Ready condition of the ExternalSecret; answers its message."""
    found: list[Manifest] = []

    def there() -> bool:
        status = api.get("external-secrets.io/v1", "ExternalSecret", namespace, "web").get("status", {})
        found[:] = [x for x in status.get("conditions", []) if x["type"] == "Ready" and x["status"] == wanted]
        return bool(found)

    api.wait(there, f"ExternalSecret Ready={wanted}")
    return str(found[0].get("message", ""))


def value(api: Api, namespace: str) -> str:
    return base64.b64decode(api.get("v1", "Secret", namespace, "web")["data"]["PASSWORD"]).decode()


@pytest.mark.usefixtures("operator")
def test_a_secret_of_aws_arrives_by_the_role_of_a_service_account(
    api: Api,
    namespace: str,
    aws: str,
) -> None:
    client = boto3.client(
        "secretsmanager", endpoint_url=aws, region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x"
    )
    client.create_secret(Name="dev/shop/web", SecretString=json.dumps({"PASSWORD": "one"}))
    role = {"eks.amazonaws.com/role-arn": "arn:aws:iam::123456789012:role/shop"}
    reference = {"jwt": {"serviceAccountRef": {"name": "reader"}}}
    provider = {"aws": {"service": "SecretsManager", "region": "eu-west-1", "auth": reference}}
    for manifest in (service_account("reader", role), store(provider), external_secret()):
        api.apply(manifest, namespace)
    wait_for_ready(api, namespace)
    assert value(api, namespace) == "one"

    version = client.put_secret_value(SecretId="dev/shop/web", SecretString=json.dumps({"PASSWORD": "two"}))[
        "VersionId"
    ]
    api.apply(external_secret(version=f"uuid/{version}"), namespace)
    api.wait(lambda: value(api, namespace) == "two", "the new version")

    api.apply(external_secret(key="dev/shop/absent"), namespace)
    assert "could not get secret data" in wait_for_ready(api, namespace, "False")
    assert value(api, namespace) == "two", "a failed refresh keeps the last good value"


@pytest.mark.usefixtures("operator")
def test_a_secret_of_vault_arrives_by_kubernetes_login(
    api: Api, namespace: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    provided("vault", "vault-plugin-auth-kubernetes")
    with services.vault(tmp_path_factory.mktemp("vault")) as vault:
        headers = {"X-Vault-Token": vault.token}
        with httpx.Client(base_url=f"{vault.url}/v1", headers=headers, trust_env=False) as client:
            path = "secret/data/dev/shop/web"
            client.post(path, json={"data": {"PASSWORD": "three"}}).raise_for_status()
            services.trust_cluster(vault, api, namespace)
            policy = {"policy": 'path "secret/data/dev/shop/*" { capabilities = ["read"] }'}
            client.post("sys/policies/acl/shop", json=policy).raise_for_status()
            role = {
                "bound_service_account_names": "reader",
                "bound_service_account_namespaces": namespace,
                "token_policies": "shop",
                "audience": "vault",
            }
            client.post("auth/kubernetes/role/shop", json=role).raise_for_status()
        login = {
            "mountPath": "kubernetes",
            "role": "shop",
            "serviceAccountRef": {"name": "reader", "audiences": ["vault"]},
        }
        provider = {"vault": {"server": vault.url, "path": "secret", "version": "v2", "auth": {"kubernetes": login}}}
        for manifest in (service_account("reader"), store(provider), external_secret()):
            api.apply(manifest, namespace)
        wait_for_ready(api, namespace)
        assert value(api, namespace) == "three"
        assert "could not get secret data" in _after(api, namespace, external_secret(key="prod/shop/web"))


def _after(api: Api, namespace: str, manifest: Manifest) -> str:
    api.apply(manifest, namespace)
    return wait_for_ready(api, namespace, "False")
