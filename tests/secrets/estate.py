"""The marketplace in a folder of its own, as stack `shop.dev` on the test cluster, and one deployment of it."""

from __future__ import annotations

import base64
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from longshore.convert.kubernetes.stable import stable_name
from longshore.model import Severity
from longshore.stack.reading import convert_stack, read_stack
from tests.secrets.conftest import Project
from tools.cluster.api import condition
from tools.cluster.workloads import apply_all

if TYPE_CHECKING:
    from tools.cluster.api import Api, Manifest

MARKETPLACE = Path(__file__).parents[2] / "examples/marketplace"
ES = "external-secrets.io/v1"


class Marketplace(NamedTuple):
    """The estate and where it goes."""

    project: Project
    api: Api
    namespace: str

    @classmethod
    def lay_out(cls, folder: Path, api: Api, namespace: str, settings: str) -> Marketplace:
        project = Project(folder)
        shutil.copytree(MARKETPLACE, folder / "shop")
        files = {
            "tls.crt": "certificate",
            "tls.key": "key",
            "jwt_rs256.pem": "key",
            "fcm-service-account.json": '{"a": "b"}',
        }
        for name, content in files.items():
            project.write(f"shop/secrets/{name}", f"made up for tests: {name}\n{content}\n")
        project.write(
            "Pulumi.yaml", "name: longshore\nconfig:\n  pulumi:disable-default-providers: {value: [aws, kubernetes]}\n"
        )
        project.write(
            "stacks/Pulumi.shop.dev.yaml",
            "config:\n"
            "  longshore:environment: dev\n"
            f"  longshore:cluster: {{kind: kubeconfig, path: {api.kubeconfig}, networkPolicies: true}}\n"
            "  longshore:team: shop\n"
            f"  longshore:namespace: {namespace}\n"
            "  longshore:compose:\n"
            "    files: [shop/compose.yaml, shop/compose.kubernetes.yaml]\n"
            "    envFiles: [shop/.env.example]\n"
            "    profiles: [observability, tools]\n"
            "  longshore:services: {prometheus: {allow: [host-gateway]}}\n"
            "  longshore:storage: {sharedClass: efs}\n" + settings,
        )
        return cls(project, api, namespace)

    def push(self, *words: str, **more: str):
        return self.project.push(*words, **more)

    def manifests(self) -> list[Manifest]:
        """What a deployment makes now: pinned to the versions that are current."""
        estate = convert_stack(read_stack("shop.dev", str(self.project.folder)), {}, deploying=True)
        errors = [finding for finding in estate.findings if finding.severity is Severity.ERROR]
        assert errors == [], errors
        return list(estate.conversion.manifests)

    def deploy(self, before: list[Manifest] = []) -> list[Manifest]:  # noqa: B006  only read
        """Apply in order, each ExternalSecret awaited as Pulumi awaits it, then delete what is no longer there."""
        manifests = self.manifests()
        for kinds in ({"ServiceAccount", "SecretStore"}, {"ExternalSecret"}):
            apply_all(self.api, [x for x in manifests if x["kind"] in kinds], self.namespace)
            for each in manifests:
                if each["kind"] in kinds - {"ServiceAccount"}:
                    self.ready(each)
        apply_all(
            self.api,
            [x for x in manifests if x["kind"] not in {"ServiceAccount", "SecretStore", "ExternalSecret"}],
            self.namespace,
        )
        names = {(x["kind"], x["metadata"]["name"]) for x in manifests}
        for each in before:
            if (each["kind"], each["metadata"]["name"]) not in names:
                self.api.delete(each["apiVersion"], each["kind"], self.namespace, each["metadata"]["name"])
        return manifests

    def ready(self, manifest: Manifest, seconds: float = 60) -> None:
        name = manifest["metadata"]["name"]
        self.api.wait(
            lambda: condition(self.api.get(ES, manifest["kind"], self.namespace, name), "Ready"),
            f"{manifest['kind']} {name} to be ready", seconds,
        )  # fmt: skip

    def secrets(self) -> dict[str, dict[str, str]]:
        """What the operator has made: name → key → value."""
        found = self.api.list("v1", "Secret", self.namespace)
        return {
            x["metadata"]["name"]: {key: _text(base64.b64decode(value)) for key, value in (x.get("data") or {}).items()}
            for x in found
        }


def _text(value: bytes) -> str:
    """The text of a value; of one that is none a character for each byte."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


def external(manifests: list[Manifest]) -> dict[str, Manifest]:
    """ExternalSecrets by the name that outlives a rotation."""
    return {stable_name(x): x for x in manifests if x["kind"] == "ExternalSecret"}


def expected(manifest: Manifest, stored: dict[str, dict[str, str]]) -> dict[str, str]:
    """What the Secret of an ExternalSecret must hold, from what is in the store."""
    data = {x["secretKey"]: stored[x["remoteRef"]["key"]][x["remoteRef"]["property"]] for x in manifest["spec"]["data"]}
    template = manifest["spec"]["target"].get("template")
    if not template:
        return data
    text = template["data"]["file"]
    for key, value in data.items():
        text = text.replace(f"{{{{ .{key} }}}}", value)
    return {"file": text}
