"""Names that change with their content, and what of them stays.

The pods of a Job cannot be changed once it is made: whoever applies a changed one under the same name is refused. So a
Job's name ends in a digest of what cannot be changed in it. What is the same is the same Job, and does not run again;
what changed is a new one, for `kubectl apply` as for Pulumi. An ExternalSecret that is pinned has its version in its
name, by which the pods roll.
Source: https://kubernetes.io/docs/concepts/workloads/controllers/job/#writing-a-job-spec (names, at most 63 characters)
"""

from __future__ import annotations

from json import dumps
from typing import TYPE_CHECKING, Final

from longshore.convert.kubernetes.names import LABEL_LENGTH, digest, label

if TYPE_CHECKING:
    from longshore.model import Manifest, ObjectKey

FIXED: Final = ("completions", "podFailurePolicy", "template")
"""Fields of a Job's `spec` that the API server lets nobody change."""

_MARK: Final = 9
"""Characters of a digest and the `-` before it."""


def lasting(key: ObjectKey, manifest: Manifest) -> ObjectKey:
    """Name the object `key` as it is called in the cluster: a Job by its service and what cannot be changed in it."""
    if key.kind != "Job":
        return key
    fixed = {field: manifest["spec"].get(field) for field in FIXED}
    return key._replace(name=f"{label(key.name, LABEL_LENGTH - _MARK)}-{digest(dumps(fixed, sort_keys=True))}")


def stable_name(manifest: Manifest) -> str:
    """The name of an object without what changes with its content: of a Job, and of a pinned ExternalSecret."""
    name: str = manifest["metadata"]["name"]
    if manifest["kind"] == "Job":
        return name.rpartition("-")[0]
    pinned = manifest["kind"] == "ExternalSecret" and manifest["spec"]["target"].get("immutable")
    return name.rsplit("-", 2)[0] if pinned else name
