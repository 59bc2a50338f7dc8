"""libyaml, as PyYAML binds it, without the rest of PyYAML.

`import yaml` also loads readers, resolvers, constructors and dumpers in Python, none of which is used here; that takes
as long as reading forty services. All that the binding wants of them are the exceptions that it raises. So a package
that has those, and PyYAML's own nodes and events, stands in while the binding loads, and is then given up: whoever
imports `yaml` itself gets all of it.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.machinery import PathFinder
from types import ModuleType, SimpleNamespace
from typing import Any

_PARTS = ("error", "tokens", "events", "nodes")
_MARKED = ("scanner", "parser", "composer", "constructor")
_UNMARKED = ("reader", "emitter", "serializer", "representer")


def _binding() -> ModuleType:
    """Import `yaml._yaml`."""
    spec = None if "yaml" in sys.modules else PathFinder.find_spec("yaml")
    if spec is None or spec.submodule_search_locations is None:
        return import_module("yaml._yaml")
    package: Any = ModuleType("yaml")
    package.__path__ = spec.submodule_search_locations
    sys.modules["yaml"] = package
    try:
        for part in _PARTS:
            import_module(f"yaml.{part}")
        for part in _MARKED:
            setattr(package, part, _raising(part, package.error.MarkedYAMLError))
        for part in _UNMARKED:
            setattr(package, part, _raising(part, package.error.YAMLError))
        return import_module("yaml._yaml")
    finally:
        del sys.modules["yaml"]


def _raising(part: str, base: type[Exception]) -> SimpleNamespace:
    """Stand in for the module `part`, of which the binding wants the exception: `ScannerError` of `scanner`."""
    name = f"{part.capitalize()}Error"
    return SimpleNamespace(**{name: type(name, (base,), {})})


_yaml = _binding()
_error, _events, _nodes = (sys.modules[f"yaml.{part}"] for part in ("error", "events", "nodes"))

CParser: Any = _yaml.CParser
YAMLError: Any = _error.YAMLError
MarkedYAMLError: Any = _error.MarkedYAMLError
MappingNode: Any = _nodes.MappingNode
ScalarNode: Any = _nodes.ScalarNode
SequenceNode: Any = _nodes.SequenceNode
AliasEvent: Any = _events.AliasEvent
DocumentStartEvent: Any = _events.DocumentStartEvent
MappingEndEvent: Any = _events.MappingEndEvent
MappingStartEvent: Any = _events.MappingStartEvent
ScalarEvent: Any = _events.ScalarEvent
SequenceEndEvent: Any = _events.SequenceEndEvent
SequenceStartEvent: Any = _events.SequenceStartEvent
