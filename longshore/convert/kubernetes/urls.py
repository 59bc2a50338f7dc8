"""Where the services of a conversion are reached by host name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.kubernetes.aws_load_balancers import ALB

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from longshore.model import Manifest


def urls(manifests: Iterable[Manifest]) -> dict[str, str]:
    """Service → its address, `https://shop.example.com/api`; of those that an Ingress leads to, sorted."""
    return dict(sorted(pair for manifest in manifests if manifest["kind"] == "Ingress" for pair in _of(manifest)))


def _of(ingress: Manifest) -> Iterator[tuple[str, str]]:
    spec = ingress["spec"]
    ports = ingress["metadata"].get("annotations", {}).get(f"{ALB}/listen-ports", "")
    scheme = "https" if spec.get("tls") or "HTTPS" in ports else "http"
    for rule in spec["rules"]:
        for path in rule["http"]["paths"]:
            service = path["backend"]["service"]
            if "number" in service["port"]:
                yield service["name"], f"{scheme}://{rule['host']}{path['path']}"
