"""The compose estate of an application that no stack file describes: the same settings, rules and findings.

Who declares an `Application` in a program of their own says there what others say in a stack file, in the same words.
Nothing is asked of a secret store: secrets stay at the versions that the program names, or follow what the store has.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from pydantic.alias_generators import to_camel

from longshore.errors import Refused
from longshore.model import Severity
from longshore.stack.file import read_stack_file
from longshore.stack.reading import Stack, convert_stack, summary
from longshore.stack.validation import GUARD, GUARDED, check_settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from longshore.model import Conversion

NAMED: Final = frozenset({"services", "volumes"})
"""Settings by a name that the user chose, each of them settings again."""

PLAIN: Final = frozenset({"annotations", "plain", "redirects", "secret", "shared_owners", "variables", "versions"})
"""Settings by a name that the user chose, each of them a value."""


class Converted(NamedTuple):
    """The conversion, and what is to be told beside it: the warnings by their number."""

    conversion: Conversion
    told: str


def convert_application(name: str, args: Mapping[str, Any]) -> Converted:
    """Read and convert the compose files of the application `name`, as its arguments say.

    args: with the names of Python and without outputs; `longshore.components.application` has their types.

    Raises:
        Refused: with all errors of the arguments or of the compose files.
    """
    file = read_stack_file("", name)
    checked = check_settings(_configuration(args), file)
    stack = Stack(name, os.getcwd(), checked.settings, None, checked.findings, {}, file)
    estate = convert_stack(stack, os.environ)
    findings, text = summary(stack, estate, "longshore check")
    severities = {finding.severity for finding in findings}
    if estate is None or estate.conversion is None or Severity.ERROR in severities:
        raise Refused(text)
    return Converted(estate.conversion, f"{name}: {text}" if Severity.WARNING in severities else "")


def _configuration(args: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments as a stack file has them."""
    cluster = {"kind": "kubeconfig", "version": args.get("kubernetes_version", "1.35"), "networkPolicies": True}
    secrets = {"rotation": "refresh" if not args.get("secrets", {}).get("versions") else "pinned"}
    given = {"environment", "team", "production", "compose", "services", "storage", "secrets", "workloads"}
    settings = _in_words_of_a_stack_file({key: value for key, value in args.items() if key in given})
    settings |= {"cluster": cluster, "secrets": {**secrets, **settings.get("secrets", {})}}
    return {GUARD: sorted(GUARDED), **{f"longshore:{key}": value for key, value in settings.items()}}


def _in_words_of_a_stack_file(settings: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in settings.items():
        if key in PLAIN:
            found[to_camel(key)] = dict(value)
        elif isinstance(value, dict) and key in NAMED:
            found[to_camel(key)] = {name: _in_words_of_a_stack_file(one) for name, one in value.items()}
        elif isinstance(value, dict):
            found[to_camel(key)] = _in_words_of_a_stack_file(value)
        elif isinstance(value, float):
            found[to_camel(key)] = int(value)  # as other languages send whole numbers
        else:
            found[to_camel(key)] = list(value) if isinstance(value, tuple) else value
    return found
