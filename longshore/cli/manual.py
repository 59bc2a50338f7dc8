"""Reads the converter's own modules and the compose schema, from which the manual is made."""

from __future__ import annotations

import json
from pathlib import Path

import longshore
from longshore.report.catalogue import Page, pages

ROOT = Path(longshore.__file__).parent
SCHEMA = ROOT / "compose" / "compose-spec.json"
_REPORTING = ("compose", "convert", "images", "stack")
_SECTIONS = {
    "services": "service",
    "networks": "network",
    "volumes": "volume",
    "configs": "config",
    "secrets": "secret",
}
_RESOLVED_WHEN_READ = frozenset(
    {"services.*.extends", "services.*.env_file", "services.*.profiles", "services.*.label_file"}
)
"""Attributes that the loader has carried out, so that no rule can see them."""


def manual() -> list[Page]:
    """The pages of all modules that report something: reader, converter, images, stacks."""
    texts: dict[str, str] = {}
    for file in sorted(file for package in _REPORTING for file in (ROOT / package).rglob("*.py")):
        name = ".".join(file.relative_to(ROOT.parent).with_suffix("").parts).removesuffix(".__init__")
        texts[name] = file.read_text("utf-8")
    return pages(texts)


def claims(found: list[Page]) -> dict[str, Page]:
    """Claimed pattern → the page of its rule."""
    return {pattern: page for page in found for pattern in page.patterns}


def known_attributes() -> list[str]:
    """Every attribute of the compose schema that reaches the converter: `services.*.init`, `networks.*`, `models`."""
    schema = json.loads(SCHEMA.read_text("utf-8"))
    definitions = schema["$defs"]
    paths = [key for key in schema["properties"] if key not in {*_SECTIONS, "version", "name", "include"}]
    for section, definition in _SECTIONS.items():
        paths += [f"{section}.*.{key}" for key in definitions[definition].get("properties", {})]
    paths += [f"services.*.deploy.{key}" for key in definitions["deployment"]["properties"]]
    return [path for path in paths if path not in _RESOLVED_WHEN_READ and path != "services.*.deploy"]
