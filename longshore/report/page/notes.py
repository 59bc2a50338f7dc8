"""Findings as the page has them: with the lines they are about, by service, and once where several say the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.model import path_text
from longshore.report.excerpt import excerpt, sources_of
from longshore.report.findings import groups, words
from longshore.report.page.model import Excerpt, Note
from longshore.report.style import Style

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from longshore.report.findings import Place
    from longshore.report.masking import Source

_STYLE = Style(width=110)
_NONE = Excerpt(())
_LEAST_PATH = 2
"""Parts of a path that name a service: `services.web`."""


def all_notes(places: Sequence[Place], texts: Mapping[str, str]) -> tuple[Note, ...]:
    """All findings, those that say the same once, with all other places."""
    sources = sources_of(texts)
    found = groups(places, strict=False)
    return tuple(_note(group.places[0], sources, tuple(_where(place) for place in group.places[1:])) for group in found)


def notes_of_services(places: Sequence[Place], texts: Mapping[str, str]) -> dict[str, tuple[Note, ...]]:
    """Service → the findings that are about it."""
    sources = sources_of(texts)
    found: dict[str, list[Note]] = {}
    for place in places:
        if name := _service(place):
            found.setdefault(name, []).append(_note(place, sources))
    return {name: tuple(notes) for name, notes in found.items()}


def _note(place: Place, sources: Mapping[str, Source], others: tuple[str, ...] = ()) -> Note:
    finding, span = place
    source = sources.get(span.file) if span else None
    lines = excerpt(source, span, words(path_text(finding.path)), _STYLE, "") if span and source else []
    return Note(
        finding.severity.value,
        finding.code,
        finding.message,
        finding.help,
        _where(place),
        _service(place),
        Excerpt(tuple(lines[1:-1])) if lines else _NONE,
        others,
    )


def _where(place: Place) -> str:
    return str(place.span) if place.span else path_text(place.finding.path)


def _service(place: Place) -> str:
    path = place.finding.path
    return str(path[1]) if len(path) >= _LEAST_PATH and path[0] == "services" else ""
