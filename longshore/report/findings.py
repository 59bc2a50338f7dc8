"""Findings made ready to be shown: each with its place in a file, sorted, those that say the same put together."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from longshore.compose.references import visible
from longshore.convert.kubernetes.names import host_label
from longshore.convert.secrets.detection.masks import conceal, nothing_to_conceal
from longshore.model import Fate, Finding, Severity, path_text
from longshore.regex import Regex
from longshore.report.excerpt import printable

if TYPE_CHECKING:
    from longshore.model import Path, Span

Locate = Callable[["Path"], "Span | None"]
"""A path → its place in a file, where it has one."""

_QUOTED = Regex(r"`[^`]*`|\d+")
_NAME = Regex(r"([\w-]+)")
_NUMBER = Regex(r"\d+")

RANK = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


class Place(NamedTuple):
    """One finding and where it stands; None where no file says it."""

    finding: Finding
    span: Span | None


class Group(NamedTuple):
    """Findings that say the same of several places, the first place first."""

    finding: Finding
    places: tuple[Place, ...]


def nowhere(path: Path) -> Span | None:  # noqa: ARG001  a Locate
    """Locate nothing: for findings that bring their own places."""
    return None


def located(findings: Iterable[Finding], locate: Locate) -> list[Place]:
    """Look up where each finding stands, and sort by file and line; those without a place come last.

    Whatever a message quotes of the user's files, no secret of them gets further than here.
    """
    findings = list(findings)
    clean = nothing_to_conceal(text for finding in findings for text in _texts(finding))
    places = [
        Place(finding if clean else _concealed(finding), finding.span or locate(finding.path)) for finding in findings
    ]
    places.sort(key=_order)
    return places


def _texts(finding: Finding) -> Iterator[str]:
    yield finding.message
    yield finding.help
    yield from (part for part in finding.path if isinstance(part, str))


def _concealed(finding: Finding) -> Finding:
    path = tuple(conceal(part) if isinstance(part, str) else part for part in finding.path)
    message, help_text = conceal(finding.message), conceal(finding.help)
    if (path, message, help_text) == (finding.path, finding.message, finding.help):
        return finding
    return finding._replace(path=path, message=message, help=help_text)


def _order(place: Place) -> tuple[bool, str, int, int, int, str, str]:
    finding, span = place
    rank = RANK[finding.severity]
    if span is None:
        return True, "", 0, 0, rank, path_text(finding.path), finding.code
    return False, span.file, span.line, span.column, rank, finding.code, finding.message


def groups(places: Iterable[Place], *, strict: bool) -> list[Group]:
    """Put findings together that say the same; each group stands where its first place does.

    Two messages are the same that differ only in the names that their own paths have: "`web` gets 256Mi" of
    `services.web`, and "`api` gets 256Mi" of `services.api`. Unless `strict`, warnings and notes may also differ in
    whatever they quote and count: one mutable tag explains all of them. What is to be done must be the same, but for
    those names: the help of the first is the only one that is shown.
    """
    places = list(places)
    found: dict[tuple[object, ...], list[Place]] = {}
    for place in places:
        finding = place.finding
        loose = not strict and finding.severity is not Severity.ERROR
        message = _QUOTED.sub("…", finding.message) if loose else _without_names(finding)
        same = (finding.code, finding.severity, finding.fate, loose, message)
        found.setdefault(same, []).append(place)
    parts = [part for (*_, loose, _), same in found.items() for part in _advised(same, loose=bool(loose))]
    position = {id(place): number for number, place in enumerate(places)}
    parts.sort(key=lambda part: position[id(part[0])])
    return [Group(same[0].finding, tuple(same)) for same in parts]


def _advised(places: list[Place], *, loose: bool) -> list[list[Place]]:
    """Part those whose help differs in more than the names of their paths, wherever it quotes them, and in counts."""
    if all(place.finding.help == places[0].finding.help for place in places):
        return [places]
    names = {
        name
        for place in places
        for part in place.finding.path[1:]
        if isinstance(part, str)
        for name in (part, host_label(part))
    }
    found: dict[str, list[Place]] = {}
    for place in places:
        parts = place.finding.help.split("`")
        parts[1::2] = (_nameless(quoted, names) for quoted in parts[1::2])
        text = "`".join(parts)
        found.setdefault(_NUMBER.sub("…", text) if loose else text, []).append(place)
    return list(found.values())


def _nameless(text: str, names: Container[str]) -> str:
    words = _NAME.split(text)  # every second is a name
    words[1::2] = ("…" if word in names else word for word in words[1::2])
    return "".join(words)


def _without_names(finding: Finding) -> str:
    message = finding.message
    if "`" in message:
        for part in finding.path[1:]:
            message = message.replace(f"`{part}`", "`…`")
    return message


def fates_line(fates: Mapping[Path, Fate]) -> str:
    """Count what became of every leaf: `24 attributes: 20 translated, 3 approximated, 1 unsupported`."""
    counts = count_fates(fates)
    total = sum(counts.values())
    parts = [f"{count} {fate.value}" for fate, count in counts.items() if count]
    return f"{total} attribute{'' if total == 1 else 's'}: {', '.join(parts)}" if parts else "0 attributes"


def count_fates(fates: Mapping[Path, Fate]) -> dict[Fate, int]:
    """Count the leaves by fate; every fate is there."""
    found = list(fates.values())
    return {fate: found.count(fate) for fate in Fate}


def once(places: Iterable[Place]) -> list[Finding]:
    """Take what an anchor or a merge key brings to many services as the one line of the file that it is."""
    found: dict[tuple[object, ...], Finding] = {}
    for number, (finding, span) in enumerate(places):
        same = (finding.code, finding.severity, span, _without_names(finding)) if span else (number,)
        found.setdefault(same, finding)
    return list(found.values())


class Count(NamedTuple):
    """How many findings of a code and a severity there are."""

    number: int
    severity: Severity
    code: str


def statistics(findings: Iterable[Finding]) -> list[Count]:
    """Count the findings by code, the most first."""
    found: dict[tuple[Severity, str], int] = {}
    for finding in findings:
        found[finding.severity, finding.code] = found.get((finding.severity, finding.code), 0) + 1
    counts = [Count(count, severity, code) for (severity, code), count in found.items()]
    return sorted(counts, key=lambda each: (-each.number, RANK[each.severity], each.code))


def findings_line(findings: Iterable[Finding], *, hidden: bool, left: int = 0) -> str:
    """Count the findings: `1 error, 2 warnings, 14 notes (-v shows them)`; `hidden` says that notes are not shown.

    left: how many others there are, which nobody wanted to see.
    """
    counts = dict.fromkeys(RANK, 0)
    for finding in findings:
        counts[finding.severity] += 1
    parts = [_plural(counts[severity], name) for severity, name in _NAMES.items() if counts[severity]]
    notes = " (-v shows them)" if hidden and counts[Severity.INFO] else ""
    others = f"; {left} more not selected" if left else ""
    return f"{', '.join(parts)}{notes}{others}" if parts else f"no findings{others}"


_NAMES = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def _plural(count: int, name: str) -> str:
    return f"{count} {name}{'' if count == 1 else 's'}"


def words(text: str) -> str:
    """Make a message fit to be shown: on one line, secret references by name, nothing that commands a terminal."""
    return printable(visible(text))
