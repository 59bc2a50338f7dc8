"""The check against the Compose Specification's JSON schema, and what is done with what does not pass.

jsonschema-rs says yes or no; only for a no are the reasons searched (`mismatch`). What is wrong is then taken
out of the tree, so that the stages after this one can report what else is wrong.

Functions of our own in its place would save 15 ms of a `render` of 40 services, most of it for the import, and nothing
for 4,000, which take 8 seconds.
Source: https://github.com/compose-spec/compose-spec/blob/main/schema/compose-spec.json
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from jsonschema_rs import Draft202012Validator

from longshore.compose.mismatch import Mismatch, mismatches
from longshore.compose.source import not_a_number
from longshore.compose.tree import Node, plain, walk

if TYPE_CHECKING:
    from longshore.compose.problems import Problems


@cache
def schema_text() -> str:
    """Give the schema as it is published."""
    # not by importlib.resources, which takes longer to import than this whole stage to run
    data: bytes = __loader__.get_data(f"{__file__.rpartition('/')[0]}/compose-spec.json")  # type: ignore[name-defined]
    return data.decode()


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(schema_text(), validate_formats=False)


def check_schema(root: Node, problems: Problems) -> None:
    """Report everything below `root` that the schema does not allow, and take it out."""
    instance = plain(root)
    wrong = not_a_number(root)  # which is none to the validator either, and has words of its own
    if wrong is not None:
        problems.error("wrong-type", "this is not a number that can be used", wrong, help="write a finite number")
    if not _validator().is_valid(instance):
        found = mismatches(instance, schema_text())
        if not found and wrong is None:
            found = [Mismatch((), "schema", "this is not as the Compose Specification wants it")]
        for mismatch in found:
            _report(root, mismatch, problems)
        for mismatch in sorted(found, key=lambda each: [str(part).rjust(9) for part in each.path], reverse=True):
            _take_out(root, mismatch, problems)


def _report(root: Node, mismatch: Mismatch, problems: Problems) -> None:
    node, _ = walk(root, mismatch.path)
    problems.error(mismatch.code, mismatch.message, node, help=mismatch.help, key=mismatch.key)


_SERVICE = 2


def _take_out(root: Node, mismatch: Mismatch, problems: Problems) -> None:
    path = mismatch.path
    problems.damage(path)
    if len(path) == _SERVICE and mismatch.code == "missing-attribute":
        return
    if path:
        parent, whole = walk(root, path[:-1])
        if whole and type(parent.value) is dict:
            parent.value.pop(path[-1], None)
        elif whole and type(parent.value) is list and isinstance(path[-1], int) and path[-1] < len(parent.value):
            del parent.value[path[-1]]
