"""Argument lists of commands, hooks and probes: old host names rewritten, plain secrets refused.

A secret *variable* in an argument is a reference and harmless here; who writes the argument binds it. A secret that
stands in a command as plain text would end up in the workload, in Pulumi's state and in every diff.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from longshore.convert.kubernetes.hostnames import renamed, rewrite_words
from longshore.convert.secrets.command_lines import in_command
from longshore.model import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from longshore.convert.estate import Service
    from longshore.model import Path

PLAIN_SECRET = "plaintext-secret"  # noqa: S105  the code of a finding


class Arguments(NamedTuple):
    """An argument list fit for a manifest, references still in it; `words` is None where it holds a plain secret."""

    words: list[str] | None
    findings: tuple[Problem, ...]


def arguments(words: Sequence[object], service: Service, at: Path = (), first: int = 0) -> Arguments:
    """Prepare the arguments that stand at `at`, a path below the claimed one; `first` is the index of the first."""
    renames = service.estate.hostnames
    written, hits = rewrite_words([str(word) for word in words], renames)
    findings: list[Problem] = []
    for index, old in hits:
        findings.extend(renamed((old,), renames, (*at, first + index)))
    secrets = in_command(written)
    for found in secrets:
        told = _plain(found.reason) if found.sure else _RANDOM
        findings.append(told._replace(at=(*at, first + found.at)))
    refused = any(found.sure for found in secrets) and PLAIN_SECRET not in service.allowed
    return Arguments(None if refused else written, tuple(findings))


def _plain(reason: str) -> Problem:
    return Problem(
        PLAIN_SECRET,
        Severity.ERROR,
        f"a secret stands here as plain text ({reason}); it would be readable in the workload and in every diff",
        "put it into a variable, `${MY_PASSWORD}` here and its value in `.env`; "
        "`longshore secrets push` takes it to the secret store; if it is no secret, write `x-longshore: {allow: "
        f"[{PLAIN_SECRET}]}}` on the service",
    )


_RANDOM: Final = Problem(
    "looks-random",
    Severity.WARNING,
    "a word of this command looks random; it is written as plain text",
    "if it is a secret, put it into a variable, `${MY_TOKEN}` here and its value in `.env`; if it is none, write "
    "`x-longshore: {allow: [looks-random]}` on the service",
)
