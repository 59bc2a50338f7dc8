"""Kubeconfig files as kubectl reads them: several are one, and the first that names a thing has it.

Source: https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/#merging-kubeconfig-files
and https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import yaml

from longshore.errors import NO_FILE, Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT: Final = "~/.kube/config"

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_FILES: Final = ("certificate-authority", "client-certificate", "client-key", "tokenFile")
"""Fields that name a file, relative to the kubeconfig that has them."""


class Context(NamedTuple):
    """A cluster and how somebody logs in to it, as the entries of a kubeconfig have it; files are absolute."""

    name: str
    cluster: Mapping[str, Any]
    user: Mapping[str, Any]

    @property
    def server(self) -> str:
        """The address of the API server."""
        return str(self.cluster.get("server") or "")

    @property
    def authority(self) -> bytes:
        """The certificates that the API server is trusted by (PEM); empty for those that the machine trusts.

        Raises:
            Refused: they can't be read.
        """
        named = self.cluster.get("certificate-authority")
        data = self.cluster.get("certificate-authority-data")
        try:
            # As in kubectl, what stands in the file goes before what the file names.
            if data:
                return base64.b64decode(str(data))
            return Path(named).read_bytes() if named else b""
        except (OSError, binascii.Error):
            raise Refused(f"the certificate authority of context `{self.name}` can't be read") from None


class Kubeconfig(NamedTuple):
    """What one or several files say together. where: their names, as people gave them."""

    where: str
    current: str
    contexts: Mapping[str, Context]

    def chosen(self, name: str) -> Context:
        """The context of that name, or the current one.

        Raises:
            Refused: there is none.
        """
        wanted = name or self.current
        if not wanted:
            raise Refused(f"{self.where} has no current context", f"name one of: {', '.join(sorted(self.contexts))}")
        if wanted not in self.contexts:
            there = f"it has: {', '.join(sorted(self.contexts))}" if self.contexts else "it has none"
            raise Refused(f"{self.where} has no context `{wanted}`", there)
        return self.contexts[wanted]


def located(path: str, root: str, environment: Mapping[str, str]) -> str:
    """Which file is meant, or files with the path separator of the system between them.

    path: as a stack names it, relative to the folder `root` of its project; empty for what the shell says.
    """
    if path:
        return str(Path(root, Path(path).expanduser()))
    named = [name for name in environment.get("KUBECONFIG", "").split(os.pathsep) if name]
    # Absolute, for another program may look from another folder; below somebody's home it is the same everywhere.
    return os.pathsep.join(name if name.startswith("~") else os.path.abspath(name) for name in named) or DEFAULT


def read(paths: str) -> Kubeconfig:
    """Read one file, or several with the path separator of the system between them; of several, some may be missing.

    Raises:
        Refused: none is there, or one is no kubeconfig.
    """
    names = [str(Path(name).expanduser()) for name in paths.split(os.pathsep) if name]
    found = [(name, _content(name)) for name in names]
    there = [(name, content) for name, content in found if content is not None]
    if not there:
        raise Refused(f"no kubeconfig at {paths}", "set `longshore:cluster.path`, or $KUBECONFIG", NO_FILE)
    clusters: dict[str, Mapping[str, Any]] = {}
    users: dict[str, Mapping[str, Any]] = {}
    contexts: dict[str, Mapping[str, Any]] = {}
    current = ""
    for name, content in there:
        for key, kind, known in (
            ("clusters", "cluster", clusters),
            ("users", "user", users),
            ("contexts", "context", contexts),
        ):
            for entry in content.get(key) or ():
                known.setdefault(str(entry["name"]), _absolute(entry.get(kind) or {}, Path(name).parent))
        current = current or str(content.get("current-context") or "")
    joined = {
        name: Context(name, clusters[str(said["cluster"])], users.get(str(said.get("user")), {}))
        for name, said in contexts.items()
        if str(said.get("cluster")) in clusters
    }
    return Kubeconfig(paths, current, joined)


def of_text(text: str) -> Context:
    """The current context of a kubeconfig that a program has made, whole and as JSON."""
    content = json.loads(text)
    named = {key: {x["name"]: x[key[:-1]] for x in content[key]} for key in ("clusters", "users", "contexts")}
    name = content["current-context"]
    said = named["contexts"][name]
    return Context(name, named["clusters"][said["cluster"]], named["users"][said["user"]])


def digest(certificates: bytes) -> str:
    """A short name for the certificates that an API server is trusted by; empty for none."""
    return hashlib.sha256(certificates.strip()).hexdigest() if certificates.strip() else ""


def _content(name: str) -> Mapping[str, Any] | None:
    try:
        content = yaml.load(Path(name).read_text("utf-8"), _Loader)  # noqa: S506  a safe one
        well = isinstance(content, dict) and all(
            isinstance(entry, dict) and "name" in entry and isinstance(entry.get(kind) or {}, dict)
            for kind in ("cluster", "user", "context")
            for entry in content.get(f"{kind}s") or ()
        )
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Refused(f"{name} can't be read: {error.strerror}") from None
    except (yaml.YAMLError, UnicodeError, RecursionError, TypeError):
        well = False
    if not well:
        # Without a word of what stands there: it holds keys and tokens.
        raise Refused(f"{name} is no kubeconfig")
    return content  # type: ignore[no-any-return]


def _absolute(entry: Mapping[str, Any], folder: Path) -> Mapping[str, Any]:
    found = {key: str(folder / str(value)) if key in _FILES and value else value for key, value in entry.items()}
    plugin = found.get("exec")
    if isinstance(plugin, dict):
        command = str(plugin.get("command") or "")
        if os.path.dirname(command):
            found["exec"] = {**plugin, "command": str(folder / command)}
    return found
