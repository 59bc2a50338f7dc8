"""Old host names in text: where a service had to be renamed, what still calls it by its old name is rewritten.

Compose lets a service be called `my_db`; a Kubernetes Service cannot be. `postgres://my_db:5432/shop` becomes
`postgres://my-db:5432/shop`, and the report says so. A database that happens to be called like its host keeps its name.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from convert.model import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from convert.model import Path

FEW: Final = 9
"""So many names are looked for one by one before the text is taken apart."""

# Patterns stay text until they are used, which few projects need: compiling them takes longer than their import.
_HOST: Final = r"""(?mx)
    (?:(?<=//)|(?<=[@=,;\s"'`\[({|])|^)   # where a host may begin: a URL, after credentials, an assignment, a list
    ([A-Za-z0-9_][\w.-]*)
    (?=[:/,;?\s"'`\])}|&]|$)"""
_WORD_BEFORE: Final = r"""([\w-]+)[\s=:"']*$"""
_NO_HOST: Final = (
    r"(?i)(?:^-[UdutpDA]$)|(?:^|(?<!host)[-_.])(?:db|dbs|database|databases|dbname|user|username|login|name|password"
    r"|passwd|pass|pwd|schema|bucket|topic|queue|vhost|keyspace|index|table|collection|project|prefix|group|realm"
    r"|tenant|role)$"
)


def rewrite(text: str, renames: Mapping[str, str], key: str = "") -> tuple[str, tuple[str, ...]]:
    """Replace old host names that stand alone as hosts; gives the new text and the old names found, each once.

    key: what `text` is the value of (`DB_HOST`, or the argument before it, `-h`). A bare name that is the value of
    something that is no host (`POSTGRES_DB`, `dbname=`, `-d`) is left alone; one that a port follows never is.
    """
    if not renames or (len(renames) < FEW and not any(old in text for old in renames)):
        return text, ()
    hits: dict[str, None] = {}

    def replace(match: re.Match[str]) -> str:
        old = match[1].rstrip(".")
        new = renames.get(old)
        if new is None or not _is_host(text, match, key):
            return match[0]
        hits[old] = None
        return new + match[1][len(old) :]

    return re.sub(_HOST, replace, text), tuple(hits)


def _is_host(text: str, match: re.Match[str], key: str) -> bool:
    start, end = match.span(1)
    if text[start - 1 : start] in {"/", "@"} or re.match(r":\d", text[end:]):
        return True
    before = re.search(_WORD_BEFORE, text[max(0, start - 64) : start])
    return not re.search(_NO_HOST, before[1] if before else key)


def renamed(hits: tuple[str, ...], renames: Mapping[str, str], at: Path) -> Iterator[Problem]:
    """Say which host names were rewritten at `at`, a path below the claimed one."""
    for old in hits:
        yield Problem(
            "hostname-rewritten",
            Severity.INFO,
            f"the host name `{old}` is not valid in Kubernetes; it is written as `{renames[old]}` here",
            f"rename the service to `{renames[old]}` in the compose file, and nothing has to be rewritten"
            if not old.startswith("tasks.")
            else "",
            at,
        )
