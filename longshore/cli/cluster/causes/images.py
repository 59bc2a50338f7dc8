"""Why an image cannot be had: kubelet has one word for it, and what the registry said stands in its message.

Source: https://kubernetes.io/docs/concepts/containers/images/ and the errors of containerd's resolver,
https://github.com/containerd/containerd/blob/main/core/remotes/docker/resolver.go
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from longshore.cli.cluster.causes.cause import Cause, is_about, said_by_cluster
from longshore.cli.cluster.health import declared

if TYPE_CHECKING:
    from longshore.cli.cluster.causes.cause import Scene
    from longshore.cluster.client import Object

PULLS: Final = frozenset({"ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull"})

_SAID: Final = (
    ("image-platform", ("no match for platform", "no matching manifest")),
    ("image-rate-limit", ("toomanyrequests", "429", "rate limit")),
    ("image-denied", ("401", "403", "unauthorized", "denied", "no basic auth", "authorization failed", "forbidden")),
    ("image-not-found", ("not found", "manifest unknown", "name unknown", "404")),
    (
        "image-registry",
        ("dial tcp", "no such host", "timeout", "connection refused", "deadline exceeded", "x509", "tls", "eof"),
    ),
)
"""What is told → what the registry, or the way to it, says of it; the first that fits."""

_TOLD: Final = {
    "image-platform": (
        "has no variant for the processor of the node",
        (
            "build it for the nodes (`docker buildx build --platform linux/amd64,linux/arm64`), or say on which nodes "
            "it runs by `platform` in the compose file"
        ),
    ),
    "image-rate-limit": (
        "is not given out now: the registry counts how often we pull, and it was too often",
        (
            "log in to the registry (`longshore:workloads: {imagePullSecrets: …}`), or copy the image into a registry "
            "of your own"
        ),
    ),
    "image-denied": (
        "is not given out: there is no such repository, or the nodes may not read it",
        (
            "see that the name is right; let the nodes read the repository (ECR: the role of the nodes, and the policy "
            "of a repository of another account), or give a login by `longshore:workloads: {imagePullSecrets: …}`"
        ),
    ),
    "image-not-found": (
        "is not there: the registry has no such image or tag",
        "push it, or write a tag that exists: `docker manifest inspect` says whether one does",
    ),
    "image-registry": (
        "cannot be pulled: the nodes do not reach the registry",
        "see the host in its name, and the way out of the cluster (NAT, proxy, endpoints of the VPC, certificates)",
    ),
    "image-name": ("is no name of an image", "mend `image` in the compose file"),
    "image-pull": ("cannot be pulled", "`docker pull` of the same name on another machine says more"),
}


def not_pulled(pod: Object, status: Object, scene: Scene) -> Cause | None:
    """Why a container waits for its image; None where it does not."""
    waiting = (status.get("state") or {}).get("waiting") or {}
    if waiting.get("reason") not in PULLS:
        return None
    failed = scene.said("Pod", str(pod["metadata"]["name"]), "Failed", "ErrImageNeverPull", "InspectFailed")
    about = [str(event.get("message") or "") for event in failed if is_about(event, str(status.get("name")))]
    message = next((text for text in (str(waiting.get("message") or ""), *about) if _code(text)), "")
    code = "image-name" if waiting["reason"] == "InvalidImageName" else _code(message) or "image-pull"
    what, help_ = _TOLD[code]
    unknown = f": {said_by_cluster(waiting.get('message'))}" if code == "image-pull" else ""
    return Cause(code, f"the image {_image(pod, status)} {what}{unknown}", help_, str(status.get("name")))


def _code(message: str) -> str:
    lowered = message.lower()
    return next((code for code, words in _SAID if any(word in lowered for word in words)), "")


def _image(pod: Object, status: Object) -> str:
    """The image as the pod asks for it; its status has it in the runtime's own words."""
    return str(declared(pod, str(status.get("name"))).get("image") or status.get("image", ""))
