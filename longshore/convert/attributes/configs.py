"""`configs` → a ConfigMap for each, mounted as a file (by `subPath`) or, where `file` is a directory, as a directory.

Content from `file`, `content` or `environment` is kept byte for byte, but for host names that had to change; what is
not text goes to `binaryData`. A change of the content rolls the pods. `external` names a ConfigMap that is there
already, with its content under the key of the same name. `mode` is kept, 0444 by default.

A content that names secret variables is filled in by the secret operator, and mounted from the Secret that it makes.
What is lost: `uid` and `gid`. The file belongs to root, and where not everybody may read it to a group that the pod
has, as with `secrets`. A content that holds a secret as plain text is not put into
a ConfigMap: an error.
Source: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#configs
and https://github.com/compose-spec/compose-spec/blob/main/08-configs.md
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.estate.configs import Config, config, consumers
from longshore.convert.estate.content import config_map
from longshore.convert.estate.file_owners import owned
from longshore.convert.estate.groups import mode_of
from longshore.convert.estate.labels import annotate
from longshore.convert.estate.mounts import attach, refused
from longshore.convert.estate.nested import config_volume
from longshore.convert.estate.storage import config_target
from longshore.convert.kubernetes.hostnames import renamed
from longshore.convert.registry import attribute
from longshore.convert.secrets.files import secret_config
from longshore.convert.view import plain
from longshore.model import Approximated, Emit, LocalOnly, ObjectKey, Problem, Severity, Unsupported

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.convert.registry import Entry
    from longshore.convert.view import View
    from longshore.model import Effect, Path


@attribute("services.*.configs")
def configs(mounts: View, service: Service) -> Iterator[Effect]:
    """Mount each config that has a ConfigMap; the declaration tells why one has none."""
    for index, mount in enumerate(mounts):
        key = str(mount["source"])
        mount.get("target")
        path = config_target(service.model["configs"][index])
        mode = mode_of(service.model["configs"][index])
        found = config(service.estate, key)
        yield from owned(mount, service, path, index, "config-owner")
        wrong = list(refused(service, path, ("configs", index), (index,)))
        if wrong:
            yield from wrong
        elif found.usable:
            name, held, inner = config_volume(found, mode)
            yield from attach(service, name, {"configMap": held}, path, inner, read_only=True)
        elif found.filled:
            yield from secret_config(service, key, path, mode)


@attribute("configs.*")
def declared_config(declared: View, entry: Entry) -> Iterator[Effect]:
    """Make the ConfigMap of one config that somebody mounts."""
    key, estate = str(entry.path[1]), entry.estate
    for name in ("file", "content", "environment", "external", "name"):
        declared.get(name)
    if not consumers(estate, key):
        declared.plain()
        yield LocalOnly(f"no service mounts the config `{key}`; nothing is made for it", code="unused-config")
        return
    found = config(estate, key)
    if found.external:
        yield _external(found)
    elif found.trouble:
        yield Problem(
            "config-content", Severity.ERROR, f"the config `{key}` {found.trouble}", _ways_out(found), _at(declared)
        )
    elif found.secret:
        yield _refused(key, found, declared)
    else:
        if not found.filled:
            yield Emit(config_map(found.name, found.files))
        yield from renamed(found.hits, estate.hostnames, _at(declared))
    yield from _rest(declared, found, "ConfigMap" if found.usable and not found.external else "")


def _at(declared: View) -> Path:
    return next(((name,) for name in ("file", "content", "environment") if name in declared), ())


def _ways_out(found: Config) -> str:
    if "larger" in found.trouble or "more than" in found.trouble:
        return "put it into the image, or let the program fetch it when it starts"
    if "not set" in found.trouble:
        return "set it in `.env` or in the stack file"
    return "write the path of a file of the project, relative to the compose file"


def _refused(key: str, found: Config, declared: View) -> Problem:
    return Problem(
        "secret-in-file",
        Severity.ERROR,
        f"the config `{key}` cannot become a ConfigMap: {found.secret}",
        "three ways out: write `${VARIABLE}` in place of the value, and the text as `content:`; or make the whole file "
        "a secret, by `secrets:` in place of `configs:`; or, if it is no secret, allow `secret-in-file` for those "
        "that mount it",
        _at(declared),
        found.span,
    )


def _external(found: Config) -> Approximated:
    return Approximated(
        f"the ConfigMap `{found.name}` must be in the namespace before the first deployment, with the content under "
        f"the key `{found.name}`",
        f"`kubectl create configmap {found.name} --from-file={found.name}=<file>`, or declare the content here",
        ("external",),
        "external-config",
    )


def _rest(declared: View, found: Config, kind: str) -> Iterator[Effect]:
    owner = ObjectKey(kind, found.name) if kind else None
    yield from annotate(declared.get("labels"), owner, "ConfigMap of ours")
    for name in ("driver", "driver_opts", "template_driver"):
        value = declared.get(name)
        if value:
            plain(value)
            yield Unsupported(
                f"`{name}` belongs to Docker Swarm" + ("; the content is not filled in" if "template" in name else ""),
                "write the content as the container is to read it",
                (name,),
                "config-driver",
            )
