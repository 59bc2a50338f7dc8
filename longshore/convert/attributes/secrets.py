"""`secrets` of a service → one read-only file each, from a Secret that the operator keeps.

Each file is mounted by `subPath` at `/run/secrets/<target>`, so that nothing else under `/run/secrets` is hidden (a
service account token lives there too). Such a file does not follow a change of the secret; a new version is a new
Secret and rolls the pods. `mode` is kept, 0444 by default. In Kubernetes the file belongs to root; where not everybody
may read it, its `gid` or `uid`, or else the group of the container's user, becomes the `fsGroup` of the pod, so that
its processes may read it, and nobody else's (policy `volume_group`). With it 0400 becomes 0440, which programs that are
strict about their keys (OpenSSH, MongoDB, Erlang) refuse. A file that is no text is stored in base64, which the
operator undoes: it arrives byte for byte.
Source: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#secrets
and https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.estate.content import TOO_LARGE, content
from longshore.convert.estate.file_owners import owned
from longshore.convert.estate.mounts import attach_parts, refused
from longshore.convert.estate.nested import secret_part
from longshore.convert.estate.storage import secret_target
from longshore.convert.registry import attribute
from longshore.convert.secrets.contents import fits
from longshore.convert.secrets.interface import MOST_BYTES
from longshore.convert.secrets.remotes import mounted_secrets
from longshore.model import Problem, Severity, Unsupported

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Estate, Service
    from longshore.convert.registry import Entry
    from longshore.convert.view import View
    from longshore.model import Effect


@attribute("services.*.secrets")
def secrets(mounts: View, service: Service) -> Iterator[Effect]:
    """Mount each secret as a file of its own."""
    for index, mount in enumerate(mounts):
        source = str(mount.get("source") or "")
        if not source:
            mount.plain()
            yield Unsupported(
                "this secret has no `source`",
                "name an entry of the top-level `secrets:`",
                (index,),
                severity=Severity.ERROR,
            )
            continue
        mount.get("target")
        path = secret_target(service.model["secrets"][index])
        wrong = list(refused(service, path, ("secrets", index), (index,)))
        if wrong:
            mount.plain()
            yield from wrong
            continue
        yield from attach_parts(service, {path: secret_part(service, service.model["secrets"][index])})
        yield from owned(mount, service, path, index, "secret-owner")


@attribute("secrets.*")
def secret(declared: View | None, entry: Entry) -> Iterator[Effect]:
    """Read the declaration; the ExternalSecret itself is made by the policy `external_secrets`."""
    name = str(entry.path[1])
    if not declared:
        return
    for key in ("file", "environment", "external", "name", "content"):
        declared.get(key)
    if declared.get("file"):
        yield from _unstorable(entry.estate, str(declared["file"]), name)
    for key in ("labels", "driver", "driver_opts", "template_driver"):
        if key in declared:
            yield Unsupported(f"`{key}` of a secret means nothing to External Secrets", at=(key,), code="secret-driver")
    if name not in mounted_secrets(entry.estate):
        yield Problem("unused-secret", Severity.INFO, f"no service mounts the secret `{name}`; nothing is made for it")


def _unstorable(estate: Estate, path: str, name: str) -> Iterator[Problem]:
    """Tell of a file that no backend takes; of its content nothing but its size is kept."""
    found = content(estate, path)
    data = next(iter(found.files.values()), b"")
    if not found.directory and (found.trouble == TOO_LARGE or not fits(path, data)):
        yield Problem(
            "secret-file",
            Severity.ERROR,
            f"the file of the secret `{name}` is too large: a secret has at most {MOST_BYTES:,} bytes",
            "keep only what is secret in it, and mount the rest (certificates of authorities) by `configs`; or let the "
            "program fetch it from a bucket when it starts",
            ("file",),
        )
