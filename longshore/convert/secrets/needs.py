"""What each service needs from the secret backend: which keys, and why.

Computed once per service from the canonical model. The manifests, `longshore secrets` and the reports all read it, so
they cannot disagree.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from longshore.compose.references import OPEN, references, sole_reference
from longshore.convert.estate.configs import config, declaration
from longshore.convert.kubernetes.names import digest
from longshore.convert.secrets.detection import Hit, detect
from longshore.convert.secrets.overrides import overrides
from longshore.regex import Regex

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from longshore.convert.estate import Estate, Service
    from longshore.model import Path

FIXED: Final = frozenset({"V1", "V2"})
"""Rules that no declaration overrules in production: a private key, the shape of a known token."""

_ELSEWHERE: Final = ("command", "entrypoint", "healthcheck", "post_start", "pre_stop", "pre_start")
"""Attributes that end up in the pod beside the environment, and may name secret variables."""

_REFUSED: Final = Regex(r"[^A-Za-z0-9_]|^(?=[0-9])")


Origin = Literal["variable", "literal", "env_file", "file", "mounted", "content"]


class Need(NamedTuple):
    """One key of a remote secret, and where its value comes from.

    origin: `variable`, the value of the compose variable `source`; `literal`, the value that the compose file gives to
    the environment entry `source`; `env_file`, the one that an env file of the service gives to it; `file`, the content
    of the file `source`; `mounted`, the same with host names as they are in the cluster; `content`, the text of the
    config `source`. paths: every place that uses it.
    """

    key: str
    origin: Origin
    source: str
    paths: tuple[Path, ...]


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
    exposure = service.settings.exposure
    if exposure and exposure.login and exposure.login.variable:
        name = exposure.login.variable
        add(name, "variable", ("exposure", service.name, "login"), name)  # no container has it
    return dict(sorted(found.items()))


def _elsewhere(service: Service) -> Iterator[tuple[Path, str]]:
    for attribute in _ELSEWHERE:
        yield from referring(service).get(attribute, ())
    for mount in service.model.get("configs") or []:
        yield from _config_text(service.estate, str(mount["source"]))


def _config_text(estate: Estate, name: str) -> Iterator[tuple[Path, str]]:
    """The content of a config that the operator fills in, because it names secret variables."""
    found = config(estate, name)
    if found.filled:
        (text,) = found.files.values()
        yield ("configs", name, "content" if "content" in declaration(estate, name) else "environment"), text.decode()


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
