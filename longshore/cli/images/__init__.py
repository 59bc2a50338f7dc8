"""`longshore images`: which images a project needs, which of them must be built, and where they come from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from longshore.cli.flags import Verb
from longshore.cli.images.estate import CHANGED, FLAGS, LOCK, changed_in, estate_of
from longshore.cli.project_input import output, unusable_code
from longshore.convert.estate.caches import DOCKER_HUB
from longshore.images.listing import Listed, listed
from longshore.report.json_document import json_document
from longshore.report.table import columns

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from longshore.cli.flags import Given
    from longshore.cli.shell import Shell

VERBS: Final = {
    "bake": ("longshore.cli.images.bake", "write the builds as a Bake file"),
    "push": (
        "longshore.cli.images.push",
        "build and push what the registry does not have yet, and write which images run",
    ),
    "lock": ("longshore.cli.images.lock", "write which images run, by their digests"),
}
_USES: Final = {"container": "", "pre_start": "pre_start", "volume": "as a volume"}


def run(given: Given, shell: Shell) -> int:
    """List the images, those to be built first."""
    reading, estate = estate_of(given, shell)
    if estate is None:
        return unusable_code(reading.findings, given)
    found = listed(estate, shell.directory)
    if given.on("--changed"):
        wanted = set(changed_in(given, shell, estate))
        found = [each for each in found if each.build and each.service in wanted]
    if given.text("--output") == "json":
        document = {"version": 1, "images": [_document(each) for each in found]}
        shell.out.write(json_document(document))
    else:
        shell.show("".join(f"{line}\n" for line in text(found)))
    return 0


def _document(each: Listed) -> dict[str, Any]:
    build = each.build and {**each.build._asdict(), "platforms": list(each.build.platforms)}
    return {**each._asdict(), "build": build}


def text(found: Sequence[Listed]) -> Iterator[str]:
    """Write the list for people: what must be built, what is pulled, and what no cluster can pull."""
    parts = {
        "to be built and pushed": [_row(each, _built_from(each)) for each in found if each.build],
        "pulled": [_row(each, _pulled_from(each)) for each in found if not each.build],
    }
    for title, rows in parts.items():
        if rows:
            yield f"{title}:"
            yield from columns(rows, indent="  ")
    troubles: dict[str, list[str]] = {}
    for each in found:
        if each.trouble:
            troubles.setdefault(each.trouble, []).append(each.image or f"the image of {each.service}")
    yield from (f"no cluster can pull {', '.join(names)}: {trouble}" for trouble, names in troubles.items())


def _row(each: Listed, whence: str) -> tuple[str, ...]:
    moving = (
        "" if each.digest or each.tag not in {"", "latest"} or not each.repository else "names another one tomorrow"
    )
    told = "; ".join(filter(None, [_USES[each.use], whence, moving, each.setting and f"by {each.setting}"]))
    return each.service, told, each.image or "-"


def _built_from(each: Listed) -> str:
    build = each.build
    if build is None:
        return ""
    parts = {"": build.context, "with ": build.dockerfile, "target ": build.target, "for ": " ".join(build.platforms)}
    return ", ".join(f"{word}{part}" for word, part in parts.items() if part)


def _pulled_from(each: Listed) -> str:
    return "Docker Hub" if each.registry == DOCKER_HUB else each.registry


VERB = Verb(
    "images",
    "list the images: what must be built, what is pulled, and from where",
    run,
    (*FLAGS, CHANGED, LOCK, output("text", "json", what="of the list")),
    "[FILE|FOLDER|SERVICE...]",
    most=-1,
    examples=(
        "longshore images                       of the compose file in this folder",
        "longshore images -s shop.dev -o json   of a stack, for programs",
        "longshore images -s shop.dev --changed  what must be built again",
    ),
)
