"""How a container gets its secrets: environment entries by `secretKeyRef`, and text that names them.

Kubernetes expands `$(NAME)` in `env` values (of entries that stand earlier), `command` and `args`, and nowhere else:
https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/
"""

from __future__ import annotations

from posixpath import basename
from typing import TYPE_CHECKING, Any

from longshore.compose.references import OPEN, references, substitute
from longshore.convert.estate.groups import DEFAULT_MODE
from longshore.convert.kubernetes.names import digest, label
from longshore.convert.secrets.contents import VALUE
from longshore.convert.secrets.needs import needs, settings
from longshore.convert.secrets.remotes import remote_key
from longshore.convert.secrets.shell import script
from longshore.model import Item
from longshore.regex import Regex

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from longshore.convert.estate import Service
    from longshore.convert.options import Options
    from longshore.convert.secrets.remotes import Remote
    from longshore.model import Put

_EXPANDED = Regex(rf"\$\$+|\$(?=[({OPEN}])")
_STEM = 48
"""Characters of a name before its version and the mark of what is bound."""


def secret_name(service: Service) -> str:
    """Name of the ExternalSecret of one service, and of the Secret that the operator makes from it."""
    return service.memo(_secret_name)


def _secret_name(service: Service) -> str:
    return versioned(service.options, f"{service.slug}-secrets", remote_key(service.options, service), bound(service))


def file_secret_name(options: Options, remote: Remote) -> str:
    """The same for a remote secret that is a file."""
    return versioned(options, remote.secret, remote.name, tuple(remote.needs) or (VALUE,))


def file_volume(
    options: Options, remote: Remote, target: str, mode: int = DEFAULT_MODE
) -> tuple[str, dict[str, Any], str]:
    """Name of the volume for a remote secret that is mounted as the file `target`, its source, and the path in it."""
    file = basename(target)
    items = [{"key": VALUE, "path": file}]
    held = {"secretName": file_secret_name(options, remote), "items": items, "defaultMode": mode}
    return label(f"{remote.secret}-{digest(target)}"), held, file


def bound(service: Service) -> tuple[str, ...]:
    """Keys of the service's secret that its container has as environment entries."""
    return tuple(key for key, need in needs(service).items() if any(path[0] == "services" for path in need.paths))


def versioned(options: Options, name: str, remote: str, content: Iterable[str]) -> str:
    """Name a Secret by the pinned version and by what is taken of it.

    A pinned Secret is immutable, so another version is another object, which rolls the pods; and so are other keys, or
    another template, of the same version. What is `content` is names and text of ours, never a value.
    """
    version = options.secrets.versions.get(remote, "")
    if not version:
        return label(name)
    return f"{label(name, _STEM)}-{version.replace('-', '').lower()[:8]}-{digest(*content)[:4]}"


def variable(service: Service, name: str) -> str:
    """The environment entry that holds secret variable `name` inside the container.

    Its own name, unless compose gives the container another value under that name.
    """
    found = settings(service).get(name)
    return name if not found or found.key == name else f"LONGSHORE_{name}"


def value_from(service: Service, key: str) -> dict[str, Any]:
    """The content of an environment entry that holds `key` of the service's secret."""
    return {"valueFrom": {"secretKeyRef": {"name": secret_name(service), "key": key}}}


def entry(service: Service, env: str, key: str) -> Put:
    """Give the container the environment entry `env` from `key` of the service's secret."""
    return service.put_container("env", Item("name", env), value=value_from(service, key))


def entries(service: Service, text: str) -> Iterator[Put]:
    """Environment entries that must be there before `text` can name its secret variables."""
    for name in references(text):
        yield entry(service, variable(service, name), name)


def expand(service: Service, text: str) -> str:
    """Write `text` for `env`, `command` or `args`: references become `$(NAME)`, what looks like one is escaped."""
    escaped = escape(text)
    return substitute(escaped, lambda name: f"$({variable(service, name)})") if OPEN in escaped else escaped


def shell(service: Service, text: str) -> str:
    """Write a script for a shell inside the container: a probe's `$(NAME)` would not be expanded by Kubernetes."""
    return script(text, lambda name: variable(service, name))


def escape(text: str) -> str:
    """Keep Kubernetes from reading what is no reference of ours: `$(` becomes `$$(`, and `$$` becomes `$$$$`.

    Source: https://github.com/kubernetes/kubernetes/blob/master/third_party/forked/golang/expansion/expand.go
    """
    return _EXPANDED.sub(lambda found: found[0] * 2, text) if "$" in text else text
