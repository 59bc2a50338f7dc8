"""What becomes of the owner and the mode of a secret or a config: root's, a group that may read it, and never 0400."""

from __future__ import annotations

import re
from posixpath import basename
from typing import TYPE_CHECKING, Final

from longshore.convert.estate.groups import mode_of, owner_of, pod_group, restricted, widened
from longshore.model import Approximated, Severity, Unsupported
from longshore.regex import Regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.convert.view import View
    from longshore.model import Effect

_STRICT: Final = Regex(
    r"(?:^|[/_.-])(?:id_(?:rsa|dsa|ecdsa|ed25519)|ssh|sshd|sftp|keyfile|mongo\w*|erlang|rabbitmq|cookie|pgpass|munge|gpg|gnupg)"
    r"(?:$|[/_.:-])",
    re.IGNORECASE,
)
"""Programs that refuse a key which others than its owner may read: OpenSSH, MongoDB, Erlang, libpq, MUNGE, GnuPG."""


def owned(mount: View, service: Service, target: str, at: int, code: str) -> Iterator[Effect]:
    """Tell who may read a secret or a config.

    mount: its entry. target: where it is mounted. at: its index. code: of the findings about its owner.
    """
    given = {field: mount.get(field) for field in ("gid", "uid", "mode")}
    mode, (key, owner) = mode_of(given), owner_of(given)
    what = code.partition("-")[0]
    group = pod_group(service)
    if key and not owner.isdecimal():
        yield Unsupported(
            f"a {what}'s `{key}` must be a number in Kubernetes; the file belongs to root",
            "write the number of the user that the program runs as",
            (at, key),
            code,
        )
    elif restricted(mode) and group:
        yield Approximated(
            f"the file belongs to root here, and to the group {group.number} that all processes of the pod have",
            at=(at, key or "mode"),
            code=code,
            severity=Severity.INFO,
        )
    elif key:
        yield Approximated(
            f"the file belongs to root here; everybody may read it (mode {mode:04o})",
            at=(at, key),
            code=code,
            severity=Severity.INFO,
        )
    if group and widened(mode):
        yield _widened(service, mode, target, at)


def _widened(service: Service, mode: int, target: str, at: int) -> Approximated:
    strict = any(_STRICT.search(text) for text in (target, str(service.model.get("image") or "")))
    name = basename(target)
    return Approximated(
        f"the mode {mode:04o} becomes {mode | 0o040:04o}: in a pod whose volumes have a group, that group may read"
        + ("; programs like this one refuse a key that others than its owner may read" if strict else " too"),
        f"let the entrypoint copy it for the program's user: `install -m {mode:04o} {target} /tmp/{name}`",
        (at, "mode"),
        "file-mode",
        Severity.WARNING if strict else Severity.INFO,
    )
