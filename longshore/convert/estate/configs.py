"""Compose configs as Kubernetes sees them: where the content comes from, and what its ConfigMap is called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from longshore.compose.references import OPEN, references
from longshore.convert.estate.content import LIMIT, TOO_LARGE, Content, content, hosts_renamed, leak
from longshore.convert.kubernetes.names import digest, label
from longshore.convert.secrets.detection import by_name
from longshore.convert.secrets.needs import variable_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from longshore.convert.estate import Estate, Service
    from longshore.model import Span


class Config(NamedTuple):
    """One top-level config. name: of its ConfigMap. external: the ConfigMap is not ours to make.

    files: key → content, with old host names rewritten. variables: secret variables that the content names. secret: why
    the content is one, or empty; span: the line of its file that is. trouble: why there is no content, or empty.
    """

    name: str
    external: bool = False
    directory: bool = False
    files: Mapping[str, bytes] = {}
    hits: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()
    secret: str = ""
    span: Span | None = None
    trouble: str = ""

    @property
    def usable(self) -> bool:
        """Is there a ConfigMap to mount?"""
        return self.external or bool(self.files and not self.secret and not self.variables)

    @property
    def filled(self) -> bool:
        """Is it a file that the secret operator fills in, because its content names secret variables?"""
        return bool(self.variables and not self.secret)


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
    files, hits = hosts_renamed(estate, found.files)
    text = "".join(data.decode(errors="ignore") for data in files.values()) if "file" not in declared else ""
    variables = references(text) if OPEN in text else ()
    secret = "" if _allowed(estate, key) else _secret(declared, found, variables)
    return Config(
        label(made), directory=found.directory, files=files, hits=hits, variables=variables,
        secret=secret, span=_span(estate, declared, found) if secret else None,
    )  # fmt: skip


def _content(estate: Estate, key: str, declared: Mapping[str, Any]) -> Content:
    if "file" in declared:
        return content(estate, str(declared["file"]))
    if "content" in declared:
        return _of_text(key, str(declared["content"]))
    if "environment" not in declared:
        # The canonical model leaves an empty `content` out.
        return Content({key: b""})
    variable = str(declared["environment"])
    value = variable_text(estate, variable)
    if value is None:
        return Content({}, trouble=f"takes its content from the variable `{variable}`, which is not set")
    return _of_text(key, value)


def _of_text(key: str, text: str) -> Content:
    data = text.encode()
    return Content({key: data}) if len(data) <= LIMIT else Content({}, trouble=TOO_LARGE)


def _secret(declared: Mapping[str, Any], found: Content, variables: tuple[str, ...]) -> str:
    if not variables and by_name(str(declared.get("environment") or "")):
        return f"the variable `{declared['environment']}` is called like a secret"
    hit = leak(found.files, str(declared.get("file") or ""))
    return f"it holds {hit.sentence}" if hit else ""


def _span(estate: Estate, declared: Mapping[str, Any], found: Content) -> Span | None:
    """The line of the file that holds the secret; None where it stands in the compose file itself."""
    hit = leak(found.files, str(declared["file"])) if "file" in declared else None
    return hit.span(estate, str(declared["file"]), directory=found.directory) if hit else None


def _allowed(estate: Estate, key: str) -> bool:
    users = consumers(estate, key)
    return bool(users) and all("secret-in-file" in user.allowed for user in users)


def consumers(estate: Estate, key: str) -> tuple[Service, ...]:
    """The services that mount a config."""
    return estate.memo(_consumers).get(key, ())


def _consumers(estate: Estate) -> dict[str, tuple[Service, ...]]:
    found: dict[str, dict[str, Service]] = {}
    for service in estate:
        for mount in service.model.get("configs") or []:
            found.setdefault(str(mount["source"]), {})[service.name] = service
    return {key: tuple(services.values()) for key, services in found.items()}
