"""`longshore explain`: what a finding means, what becomes of an attribute, where a field of a manifest came from."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from longshore.cli.findings_output import locate, show
from longshore.cli.flags import Verb
from longshore.cli.project_input import FLAGS, exit_code, output, read
from longshore.convert.kubernetes.stable import stable_name
from longshore.errors import Refused, suggestion
from longshore.model import field_text, key_of
from longshore.report.catalogue import by_code
from longshore.report.json_document import json_document
from longshore.report.manual import attribute_page, code_page, find_attribute
from longshore.report.origins import find_field, told, written
from longshore.report.table import columns

if TYPE_CHECKING:
    from longshore.cli.flags import Given
    from longshore.cli.project_input import Reading
    from longshore.cli.shell import Shell
    from longshore.model import Manifest
    from longshore.report.manual import Explained
    from longshore.report.origins import Source


def run(given: Given, shell: Shell) -> int:
    """Explain one thing: an object is written `deployment/web`, everything else is a code or a path of attributes."""
    what, *rest = given.operands
    if "/" in what:
        return _explain_object(what, rest[0] if rest else "", given, shell)
    if rest:
        raise Refused(
            f"`{what}` takes no second word", "a field can be named after an object: `deployment/web spec.replicas`"
        )
    pages = _manual_pages(what)
    if given.text("--output") == "json":
        shell.out.write(json_document({"version": 1, "pages": [page.data for page in pages]}))
    else:
        shell.show("\n".join("\n".join([*page.lines, ""]) for page in pages))
    return 0


def _manual_pages(what: str) -> list[Explained]:
    from longshore.cli.manual import claims, manual  # noqa: PLC0415  it reads every module of ours

    found = manual()
    codes, claimed = by_code(found), claims(found)
    parts = [code_page(what, codes[what])] if what in codes else []
    if not parts or what in {pattern.rpartition(".")[2] for pattern in claimed}:
        parts += [attribute_page(pattern, claimed[pattern]) for pattern in find_attribute(what, claimed)]
    if not parts:
        known = {*codes, *(pattern.rpartition(".")[2] for pattern in claimed)}
        hint = suggestion(what, sorted(known))
        raise Refused(
            f"`{what}` is no finding, no attribute and no object",
            hint or "`longshore attributes` lists attributes; an object is written `deployment/web`",
        )
    return parts


def _explain_object(what: str, field: str, given: Given, shell: Shell) -> int:
    reading = read(given._replace(operands=()), shell)
    if reading.conversion is None:
        show(reading, given, shell, shell.err)
        return exit_code(reading, given)
    manifest = _object(what, reading)
    key = key_of(manifest)
    sources = written(manifest, reading.conversion.origins[key])
    chosen = find_field(field, sources) if field else sources
    if not chosen:
        raise Refused(f"nothing wrote `{field}` of {key}", f"`longshore explain {key}` lists what was written")
    find = locate(reading)
    if given.text("--output") == "json":
        fields = [
            {"field": field_text(each.field), "value": each.value, "from": told(each.origin, find, column=True)}
            for each in chosen
        ]
        shell.out.write(json_document({"version": 1, "object": str(key), "fields": fields}))
        return 0
    rows = [(_name(source), _value(source), told(source.origin, find, column=True)) for source in chosen]
    shell.show("".join(f"{line}\n" for line in columns(rows)))
    return 0


def _object(what: str, reading: Reading) -> Manifest:
    """Find an object by `kind/name`, in capitals or not, as kubectl does; a Job also without its digest."""
    assert reading.conversion  # noqa: S101  the caller looked
    manifests = reading.conversion.manifests
    names = {f"{manifest['kind']}/{stable_name(manifest)}".lower(): manifest for manifest in manifests}
    names |= {str(key_of(manifest)).lower(): manifest for manifest in manifests}
    found = names.get(what.lower())
    if found is None:
        hint = suggestion(what.lower(), names)
        raise Refused(f"no object `{what}` comes of these files", hint or "`longshore render` lists them all")
    return found


def _name(source: Source) -> str:
    return field_text(source.field) or "(the whole object)"


def _value(source: Source) -> str:
    """The value in a few words; never of a Secret, of which there is none, and cut where it is long."""
    if not source.field:
        return ""
    text = source.value if isinstance(source.value, str) else json.dumps(source.value, ensure_ascii=False)
    text = text.replace("\n", "\\n")
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


_LONGEST = 48

VERB = Verb(
    "explain",
    "say what a finding means, or where a field came from",
    run,
    (*FLAGS, output("text", "json", what="how to write")),
    "WHAT [FIELD]",
    least=1,
    most=2,
    examples=(
        "longshore explain plaintext-secret                          a finding",
        "longshore explain services.healthcheck                      an attribute",
        "longshore explain deployment/web spec.replicas -f compose.yaml   where a field came from",
    ),
)
