"""Compose configs as Kubernetes sees them: where the content comes from, and what its ConfigMap is called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from longshore.compose.references import OPEN, reference, references
from longshore.convert.estate.content import LIMIT, TOO_LARGE, Content, content, hosts_renamed
from longshore.convert.estate.leaks import Leak, leak, leaks_at, targets
from longshore.convert.estate.storage import containers
from longshore.convert.kubernetes.names import digest, label
from longshore.convert.secrets.contents import fits
from longshore.convert.secrets.detection import by_name, variable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from longshore.convert.estate import Estate, Service


class Config(NamedTuple):
    """One top-level config. name: of its ConfigMap. external: the ConfigMap is not ours to make.

    path: of its file or directory, absolute; empty where the compose file has the text. files: key → content, with old
    host names rewritten. stored: the same of those with a secret in them, which the secret store keeps; leaks: why.
    variables: secret variables that the content names. mixed: it has a secret of its own beside them. large: a file
    with a secret in it that no secret store takes, or empty. trouble: why there is no content, or empty.
    """

    name: str
    external: bool = False
    path: str = ""
    directory: bool = False
    files: Mapping[str, bytes] = {}
    stored: Mapping[str, bytes] = {}
    leaks: Mapping[str, Leak] = {}
    hits: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()
    mixed: bool = False
    large: str = ""
    trouble: str = ""

    @property
    def usable(self) -> bool:
        """Is there a ConfigMap to mount, or a file that the secret store keeps?"""
        return self.external or bool((self.files or self.stored) and not self.large and not self.variables)

    @property
    def filled(self) -> bool:
        """Is it a file that the secret operator fills in, because its content names secret variables?"""
        return bool(self.variables and not self.mixed)


def declaration(estate: Estate, key: str) -> Mapping[str, Any]:
    """What the top level says of a config; empty where it says nothing."""
    return (estate.project.model.get("configs") or {}).get(key) or {}


def config(estate: Estate, key: str) -> Config:
    """The config `key`; computed once."""
    cache = estate.memo(_cache)
    if key not in cache:
        cache[key] = _config(estate, key)
    return cache[key]


def _cache(_estate: Estate) -> dict[str, Config]:
    return {}


def _config(estate: Estate, key: str) -> Config:
    declared = declaration(estate, key)
    name = label(key)
    made = f"config-{name}" if name == key else f"config-{name}-{digest(key)}"
    if declared.get("external"):
        return Config(label(str(declared.get("name") or key)), external=True)
    found = _content(estate, key, declared)
    if found.trouble:
        return Config(label(made), trouble=found.trouble)
    path = str(declared.get("file") or "")
    files, hits = hosts_renamed(estate, found.files)
    text = "" if path else "".join(data.decode(errors="ignore") for data in files.values())
    variables = references(text) if OPEN in text else ()
    leaks = {} if _allowed(estate, key) else _leaks(estate, key, declared, found)
    return Config(
        label(made), path=path, directory=found.directory, hits=hits, variables=variables, leaks=leaks,
        files={file: data for file, data in files.items() if file not in leaks},
        stored={file: files[file] for file in leaks if not variables},
        mixed=bool(leaks and variables),
        large=next((file for file in leaks if not fits(file, files[file])), ""),
    )  # fmt: skip


def _content(estate: Estate, key: str, declared: Mapping[str, Any]) -> Content:
    if "file" in declared:
        return content(estate, str(declared["file"]))
    if "content" in declared:
        return _of_text(key, str(declared["content"]))
    if "environment" not in declared:
        # The canonical model leaves an empty `content` out.
        return Content({key: b""})
    named = str(declared["environment"])
    value = _variable_text(estate, named)
    if value is None:
        return Content({}, trouble=f"takes its content from the variable `{named}`, which is not set")
    return _of_text(key, value)


def _of_text(key: str, text: str) -> Content:
    data = text.encode()
    return Content({key: data}) if len(data) <= LIMIT else Content({}, trouble=TOO_LARGE)


def _variable_text(estate: Estate, name: str) -> str | None:
    """What stands for the variable `name`: its reference where it is secret, set or not; None where it is not set."""
    value = estate.project.environment.get(name)
    if value is None and estate.options.secrets.variables.get(name, variable(name, None)):
        return reference(name)
    return value


def _leaks(estate: Estate, key: str, declared: Mapping[str, Any], found: Content) -> Mapping[str, Leak]:
    if "file" in declared:
        return leaks_at(estate, str(declared["file"]))
    ((name, data),) = found.files.items()
    if not references(data.decode()) and by_name(str(declared.get("environment") or "")):
        return {name: Leak(1, f"the value of `{declared['environment']}`", 0, whole=False)}
    hit = leak([name, *targets(estate, key)], data)
    return {name: hit} if hit else {}


def _allowed(estate: Estate, key: str) -> bool:
    users = consumers(estate, key)
    return bool(users) and all("secret-in-file" in user.allowed for user in users)


def consumers(estate: Estate, key: str) -> tuple[Service, ...]:
    """The services that mount a config, in their own container or in a hook's."""
    return estate.memo(_consumers).get(key, ())


def _consumers(estate: Estate) -> dict[str, tuple[Service, ...]]:
    found: dict[str, dict[str, Service]] = {}
    for service in estate:
        for _, container in containers(service):
            for mount in container.get("configs") or []:
                found.setdefault(str(mount["source"]), {})[service.name] = service
    return {key: tuple(services.values()) for key, services in found.items()}
