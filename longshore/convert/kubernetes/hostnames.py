"""Old host names in text: what calls a service by a name that no Service has is rewritten, where a host stands.

Compose lets a service be called `my_db`; a Kubernetes Service cannot be. `postgres://my_db:5432/shop` becomes
`postgres://my-db:5432/shop`, and the report says so. A database, a module or a queue that happens to be called like its
host keeps its name: `longshore.convert.kubernetes.host_places` says where a host stands.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from longshore.convert.kubernetes.host_places import HostPlace, host_places
from longshore.model import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from longshore.model import Path

FEW: Final = 9
"""So many names are looked for one by one before the text is taken apart."""


class Renames(dict[str, str]):
    """Old name → new one.

    anywhere: those that are hosts wherever they stand as a word (`tasks.web` of a Swarm), but for behind a flag of one
    letter (`celery -A tasks.web`). groups: names that files give to groups of servers (`upstream web` of nginx), which
    `http://web` means in a file.
    """

    def __init__(self, names: Mapping[str, str], anywhere: Iterable[str] = (), groups: Iterable[str] = ()) -> None:
        super().__init__(names)
        self.anywhere = frozenset(anywhere)
        self.groups = frozenset(groups)


def rewrite(text: str, renames: Renames, key: str = "", *, file: bool = False) -> tuple[str, tuple[str, ...]]:
    """Replace old names that stand where a host does; gives the new text and the old names found, each once.

    key: the setting that `text` is the value of (`DB_HOST`), where there is one. file: it is the content of a file.
    """
    found = _old(text, renames, key)
    if file and renames.groups:
        found = [place for place in found if not place.may_be_group or place.name not in renames.groups]
    for place in reversed(found):
        text = text[: place.start] + renames[place.name] + text[place.end :]
    return text, tuple(dict.fromkeys(place.name for place in found))


def rewrite_words(words: Sequence[str], renames: Renames) -> tuple[list[str], list[tuple[int, str]]]:
    """The same for the words of a command, of which one says what the next is (`--host`, `my_db`).

    Gives the new words, and (index of the word, old name) for each that was found.
    """
    written = list(words)
    starts = (0, *accumulate(len(word) + 1 for word in words))
    found = _old(" ".join(words), renames, "")
    hits = [(bisect_right(starts, place.start) - 1, place) for place in found]
    for index, place in reversed(hits):
        word, start = written[index], place.start - starts[index]
        written[index] = word[:start] + renames[place.name] + word[start + len(place.name) :]
    return written, list(dict.fromkeys((index, place.name) for index, place in hits))


def _old(text: str, renames: Renames, key: str) -> list[HostPlace]:
    if not renames or (len(renames) < FEW and not any(old in text for old in renames)):
        return []
    found = {place.start: place for place in host_places(text, key) if place.name in renames}
    for name in renames.anywhere:
        word = rf"(?<![\w.-])(?<!-[A-Za-gi-z][ ]){re.escape(name)}(?![\w-]|\.\w)"
        for match in re.finditer(word, text) if name in text else ():
            found[match.start()] = HostPlace(*match.span(), name)
    return [found[start] for start in sorted(found)]


def renamed(hits: tuple[str, ...], renames: Mapping[str, str], at: Path) -> Iterator[Problem]:
    """Say which host names were rewritten at `at`, a path below the claimed one."""
    for old in hits:
        yield Problem(
            "hostname-rewritten",
            Severity.INFO,
            f"no Service is called `{old}`; the host is written as `{renames[old]}` here",
            f"call it `{renames[old]}` in the compose file, and nothing has to be rewritten"
            if not old.startswith("tasks.")
            else "",
            at,
        )
