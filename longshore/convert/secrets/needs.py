"""What each service needs from the secret backend: which keys, why, and under which remote name.

Computed once per service from the canonical model. The manifests, `longshore secrets` and the reports all read it, so
they cannot disagree.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from longshore.compose.references import OPEN, reference, references, sole_reference
from longshore.convert.kubernetes.names import digest
from longshore.convert.secrets.detection import Hit, detect, text_hit, variable
from longshore.convert.secrets.overrides import overrides
from longshore.regex import Regex

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from longshore.convert.estate import Estate, Service
    from longshore.convert.options import Options
    from longshore.model import Path

SHARED: Final = "_shared"
"""Folder of the remote secrets that several services read: compose's top-level `secrets:`."""

VALUE: Final = "value"
"""The one key of such a remote secret."""

FIXED: Final = frozenset({"V1", "V2"})
"""Rules that no declaration overrules in production: a private key, the shape of a known token."""

_ELSEWHERE: Final = ("command", "entrypoint", "healthcheck", "post_start", "pre_stop", "pre_start")
"""Attributes that end up in the pod beside the environment, and may name secret variables."""

_REFUSED: Final = Regex(r"[^A-Za-z0-9_]|^(?=[0-9])")


Origin = Literal["variable", "literal", "env_file", "file"]


class Need(NamedTuple):
    """One key of a remote secret, and where its value comes from.

    origin: `variable`, the value of the compose variable `source`; `literal`, the value that the compose file gives to
    the environment entry `source`; `env_file`, the one that an env file of the service gives to it; `file`, the content
    of the file `source`. paths: every place that uses it.
    """

    key: str
    origin: Origin
    source: str
    paths: tuple[Path, ...]


class Remote(NamedTuple):
    """One remote secret that the manifests read.

    name: its path in the backend. owner: the compose service, or the entry of top-level `secrets:`, it belongs to.
    external: somebody else owns it; it is read whole.
    """

    name: str
    owner: str
    needs: Mapping[str, Need]
    shared: bool = False
    external: bool = False


class Setting(NamedTuple):
    """How one environment entry is written into the container.

    kind: `plain` text; `variable`, the value of one secret variable; `env_file`, the value that an env file of the
    service gives to a secret variable; `composed`, text around such values; `literal`, a secret that stands in the
    compose file and is stored whole. key: of the remote secret; none for plain and composed.
    """

    kind: Literal["plain", "variable", "env_file", "composed", "literal"]
    key: str = ""
    hit: Hit | None = None


PLAIN: Final = Setting("plain")
COMPOSED: Final = Setting("composed")


def settings(service: Service) -> Mapping[str, Setting]:
    """How each entry of a service's environment is written; those without a value are not."""
    return service.memo(_settings)


def _settings(service: Service) -> dict[str, Setting]:
    entries = (service.model.get("environment") or {}).items()
    return {key: setting(service, key, value) for key, value in entries if isinstance(value, str)}


def setting(service: Service, key: str, value: str) -> Setting:
    """Judge one environment entry; what the owners declare wins over detection."""
    name = sole_reference(value)
    if name is not None:
        if name == key and _in_env_file(service, key):
            return Setting("env_file", property_of(service, key, "IN_ENV_FILE"))
        return Setting("variable", name)
    hit = detect(key, value)
    if hit and hit.rule.startswith("V") and (OPEN in value or (hit.rule in FIXED and service.options.production)):
        # Part of it is plain text and secret by itself: it cannot be composed in the open.
        return Setting("literal", property_of(service, key), hit)
    if OPEN in value:
        return COMPOSED
    declared = overrides(service)
    if key in declared.secret:
        return Setting("literal", property_of(service, key), Hit("declared", "secret", declared.secret[key]))
    if key in declared.plain or not hit:
        return PLAIN
    if hit.kind == "suspect":
        return Setting("plain", hit=hit)
    return Setting("literal", property_of(service, key), hit)


def property_of(service: Service, key: str, place: str = "IN_COMPOSE") -> str:
    """Name the key of the remote secret that holds what the environment entry `key` says itself.

    An identifier, `.` and `-` replaced: the operator reads a property as a path into the JSON, where other characters
    mean something. `place` is added where the service uses a compose variable of the same name too, which may have
    another value.
    """
    name = _REFUSED.sub("_", key)
    if name != key and name in (service.model.get("environment") or {}):
        name = f"{name}_{digest(key)}"
    return f"{name}_{place}" if name in service.memo(_variables) else name


def _in_env_file(service: Service, key: str) -> bool:
    return service.estate.project.in_env_file((*service.path, "environment", key))


def _variables(service: Service) -> frozenset[str]:
    """The secret variables that a service uses; an entry of an env file is a value of its own."""
    found: set[str] = set()
    for path, text in referring(service).get("environment", ()):
        key = str(path[-1])
        if not (sole_reference(text) == key and _in_env_file(service, key)):
            found.update(references(text))
    for _, text in _elsewhere(service):
        found.update(references(text))
    return frozenset(found)


def needs(service: Service) -> Mapping[str, Need]:
    """Keys that the service's own remote secret must have, sorted."""
    return service.memo(_needs)


def _needs(service: Service) -> dict[str, Need]:
    found: dict[str, Need] = {}

    def add(key: str, origin: Origin, path: Path, source: str) -> None:
        before = found.get(key)
        found[key] = before._replace(paths=(*before.paths, path)) if before else Need(key, origin, source, (path,))

    for key, judged in settings(service).items():
        path = (*service.path, "environment", key)
        if judged.kind in {"literal", "env_file"}:
            add(judged.key, judged.kind, path, key)
        elif judged.kind != "plain":
            for name in references(service.model["environment"][key]):
                add(name, "variable", path, name)
    for path, text in _elsewhere(service):
        for name in references(text):
            add(name, "variable", path, name)
    return dict(sorted(found.items()))


def _elsewhere(service: Service) -> Iterator[tuple[Path, str]]:
    for attribute in _ELSEWHERE:
        yield from referring(service).get(attribute, ())
    for mount in service.model.get("configs") or []:
        yield from config_text(service.estate, str(mount["source"]))


def config_text(estate: Estate, name: str) -> Iterator[tuple[Path, str]]:
    """The content of a config that the operator fills in: it names secret variables, and no plain secret is beside."""
    declared = (estate.project.model.get("configs") or {}).get(name) or {}
    if "content" in declared:
        place, text = "content", str(declared["content"])
    elif "environment" in declared:
        place, text = "environment", variable_text(estate, str(declared["environment"])) or ""
    else:
        return
    if OPEN in text and not text_hit(text):
        yield ("configs", name, place), text


def variable_text(estate: Estate, name: str) -> str | None:
    """What stands for the variable `name`: its reference where it is secret, set or not; None where it is not set."""
    value = estate.project.environment.get(name)
    if value is None and estate.options.secrets.variables.get(name, variable(name, None)):
        return reference(name)
    return value


Places = list[tuple["Path", str]]


def referring(service: Service) -> Mapping[str, Places]:
    """The texts of a service that name secret variables, with their places, by attribute."""
    return service.memo(_referring)


def _referring(service: Service) -> dict[str, Places]:
    found: dict[str, Places] = {}
    for attribute, value in service.model.items():
        places: Places = []
        _add_referring(value, (*service.path, attribute), places)
        if places:
            found[attribute] = places
    return found


def _add_referring(value: Any, path: Path, found: Places) -> None:
    if isinstance(value, str):
        if OPEN in value:
            found.append((path, value))
    elif isinstance(value, (dict, list)):
        for key, child in value.items() if isinstance(value, dict) else enumerate(value):
            if not isinstance(child, str) or OPEN in child:
                _add_referring(child, (*path, key), found)


def remote_key(options: Options, service: Service) -> str:
    """Name of the remote secret of one service: `dev/shop/orders`."""
    return f"{folder(options)}{service.slug}"


def shared_key(options: Options, name: str) -> str:
    """Name of the remote secret behind an entry of compose's top-level `secrets:`: `dev/shop/_shared/tls_key`."""
    return f"{folder(options)}{SHARED}/{name}"


def folder(options: Options) -> str:
    """Where all remote secrets of one team in one environment live: `dev/shop/`."""
    return f"{options.secrets.prefix}{options.environment}/{options.team}/"


def shared_secrets(estate: Estate) -> dict[str, dict[str, Any]]:
    """Entries of compose's top-level `secrets:` that some service mounts, by name."""
    used = {mount["source"] for service in estate for mount in service.model.get("secrets") or []}
    declared = estate.project.model.get("secrets") or {}
    return {name: declared[name] or {} for name in sorted(used) if name in declared}


def remotes(estate: Estate) -> tuple[Remote, ...]:
    """Every remote secret that the project reads: those of services, then the shared ones."""
    return estate.memo(_remotes)


def _remotes(estate: Estate) -> tuple[Remote, ...]:
    options = estate.options
    own = (Remote(remote_key(options, service), service.name, needs(service)) for service in estate)
    shared = (_shared(options, name, declared) for name, declared in shared_secrets(estate).items())
    return (*(remote for remote in own if remote.needs), *shared)


def shared_remote(estate: Estate, name: str) -> Remote | None:
    """The remote secret behind one entry of top-level `secrets:`; None where nobody mounts it."""
    return next((remote for remote in remotes(estate) if remote.shared and remote.owner == name), None)


def _shared(options: Options, name: str, declared: Mapping[str, Any]) -> Remote:
    if declared.get("external"):
        return Remote(str(declared.get("name") or name), name, {}, shared=True, external=True)
    path: Path = ("secrets", name)
    if "environment" in declared:
        need = Need(VALUE, "variable", str(declared["environment"]), ((*path, "environment"),))
    else:
        need = Need(VALUE, "file", str(declared.get("file") or ""), ((*path, "file"),))
    return Remote(shared_key(options, name), name, {VALUE: need}, shared=True)


def remote_keys(estate: Estate) -> dict[str, tuple[str, ...]]:
    """Every remote secret that the project reads, with its properties; none for an external one, read whole."""
    return {remote.name: tuple(remote.needs) for remote in remotes(estate)}
