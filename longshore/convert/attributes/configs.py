"""`configs` → a ConfigMap for each, mounted as a file (by `subPath`) or, where `file` is a directory, as a directory.

Content from `file`, `content` or `environment` is kept byte for byte, but for host names that had to change; what is
not text goes to `binaryData`. A change of the content rolls the pods. `external` names a ConfigMap that is there
already, with its content under the key of the same name. `mode` is kept, 0444 by default.

A content that names secret variables is filled in by the secret operator, and mounted from the Secret that it makes.
One that is a secret, or holds one as plain text, goes to the secret store as a whole (`longshore secrets push`), and is
mounted from the Secret that the operator makes of it; of a directory the files that are, beside the others.
What is lost: `uid` and `gid`. The file belongs to root, and where not everybody may read it to a group that the pod
has, as with `secrets`.
Source: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#configs
and https://github.com/compose-spec/compose-spec/blob/main/08-configs.md
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.estate.binds import stored_help
from longshore.convert.estate.configs import Config, config, consumers
from longshore.convert.estate.content import config_map
from longshore.convert.estate.file_owners import owned
from longshore.convert.estate.groups import mode_of
from longshore.convert.estate.labels import annotate
from longshore.convert.estate.leaks import line_of
from longshore.convert.estate.mounts import attach_parts, refused
from longshore.convert.estate.nested import config_parts
from longshore.convert.estate.storage import config_target
from longshore.convert.kubernetes.hostnames import renamed
from longshore.convert.registry import attribute
from longshore.convert.secrets.files import secret_config
from longshore.convert.secrets.interface import MOST_BYTES
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
        given = service.model["configs"][index]
        found = config(service.estate, key)
        yield from owned(mount, service, path, index, "config-owner")
        wrong = list(refused(service, path, ("configs", index), (index,)))
        if wrong:
            yield from wrong
        elif found.usable:
            yield from attach_parts(service, config_parts(service, given))
        elif found.filled:
            yield from secret_config(service, key, path, mode_of(given))


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
    elif found.leaks:
        yield _secret(entry, found, declared)
    made = found.usable and bool(found.files) and not found.external
    if made:
        yield Emit(config_map(found.name, found.files))
    if made or found.filled or found.usable:
        yield from renamed(found.hits, estate.hostnames, _at(declared))
    yield from _rest(declared, found, "ConfigMap" if made else "")


def _at(declared: View) -> Path:
    return next(((name,) for name in ("file", "content", "environment") if name in declared), ())


def _ways_out(found: Config) -> str:
    if "larger" in found.trouble or "more than" in found.trouble:
        return "put it into the image, or let the program fetch it when it starts"
    if "not set" in found.trouble:
        return "set it in `.env` or in the stack file"
    return "write the path of a file of the project, relative to the compose file"


def _secret(entry: Entry, found: Config, declared: View) -> Problem:
    """Tell where a config with a secret in it goes, or why it can go nowhere."""
    key = str(entry.path[1])
    file, hit = next(iter(found.leaks.items()))
    if found.large:
        return Problem(
            "secret-file",
            Severity.ERROR,
            f"the config `{key}` has a secret in it, and is too large for the secret store: a secret has at most "
            f"{MOST_BYTES:,} bytes",
            "keep only what is secret in it, and mount the rest as another config; or, if it is no secret, allow "
            "`secret-in-file` for those that mount it",
            _at(declared),
        )
    path = found.path and (f"{found.path}/{file}" if found.directory else found.path)
    span = line_of(entry.estate, path, hit) if path else None
    if found.mixed:
        return Problem(
            "secret-in-file",
            Severity.ERROR,
            f"the config `{key}` {hit.sentence}, in plain text beside variables",
            "write `${VARIABLE}` in place of that value too; or, if it is no secret, allow `secret-in-file` for those "
            "that mount it",
            _at(declared),
            span,
        )
    more = len(found.stored) - 1
    others = f" (and so {'do' if more > 1 else 'does'} {more} more of its files)" if more else ""
    what = f"the config `{key}`" if not found.directory else f"`{entry.estate.project.relative(path)}`"
    return Problem(
        "secret-in-file",
        Severity.WARNING,
        f"{what} {hit.sentence}: as a whole it goes to the secret store, not into a ConfigMap{others}",
        stored_help(),
        _at(declared),
        span,
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
