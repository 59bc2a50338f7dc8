"""What IAM makes of policies: a denial wins, what nothing allows is denied.

As https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html has it, for policies of one
identity. moto's evaluator looks at neither resources nor conditions. An operator that is not known here ends the test.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Context = dict[str, Any]


def allowed(policies: Iterable[Mapping[str, Any]], action: str, resource: str, context: Context | None = None) -> bool:
    """Does a principal with these policies, a boundary not among them, get to do this?"""
    given = context or {}
    effects = {
        statement["Effect"]
        for policy in policies
        for statement in policy["Statement"]
        if _of_action(statement, action) and _of_resource(statement, resource) and _holds(statement, given)
    }
    return effects == {"Allow"}


def trusted(policy: Mapping[str, Any], claims: Mapping[str, str]) -> bool:
    """Does a role with this trust policy let in whoever GitHub signs these claims for?"""
    context = {f"token.actions.githubusercontent.com:{name}": value for name, value in claims.items()}
    return allowed([policy], "sts:AssumeRoleWithWebIdentity", "", context)


def _of_action(statement: Mapping[str, Any], action: str) -> bool:
    if "NotAction" in statement:
        return not _any_like(statement["NotAction"], action.lower(), lower=True)
    return _any_like(statement["Action"], action.lower(), lower=True)


def _of_resource(statement: Mapping[str, Any], resource: str) -> bool:
    return "Resource" not in statement or _any_like(statement["Resource"], resource)


def _any_like(patterns: str | list[str], text: str, *, lower: bool = False) -> bool:
    listed = [patterns] if isinstance(patterns, str) else patterns
    return any(_like(pattern.lower() if lower else pattern, text) for pattern in listed)


def _like(pattern: str, text: str) -> bool:
    expression = "".join({"*": ".*", "?": "."}.get(letter, re.escape(letter)) for letter in pattern)
    return re.fullmatch(expression, text, re.DOTALL) is not None


def _holds(statement: Mapping[str, Any], context: Context) -> bool:
    return all(
        _compared(operator, wanted if isinstance(wanted, list) else [wanted], context.get(key))
        for operator, keys in statement.get("Condition", {}).items()
        for key, wanted in keys.items()
    )


def _compared(operator: str, wanted: list[str], found: Any) -> bool:
    if operator == "StringEquals":
        return found in wanted
    if operator == "StringNotEquals":  # a key that is not there equals nothing
        return found not in wanted
    if operator == "StringLike":
        return found is not None and _any_like(wanted, found)
    if operator == "ForAnyValue:StringEquals":
        return not set(found or ()).isdisjoint(wanted)
    if operator == "Null":
        return (found is None) == (wanted == ["true"])
    raise AssertionError(f"the evaluator of these tests does not know {operator}")
