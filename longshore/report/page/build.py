"""The page of an estate from what reading and converting it gave."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from longshore.convert.estate import Estate
from longshore.convert.secrets.overrides import overrides
from longshore.model import Severity
from longshore.report.findings import count_fates, located, once
from longshore.report.page.load import loads
from longshore.report.page.model import Page, Waiver
from longshore.report.page.notes import all_notes, notes_of_services
from longshore.report.page.services import absent, edges, objects_by_lasting_name, services
from longshore.report.page.shown import shown
from longshore.report.page.stored import secrets, volumes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from longshore.compose import Project
    from longshore.convert import estate as of_compose
    from longshore.convert.options import Options
    from longshore.model import Conversion, Finding
    from longshore.report.findings import Locate
    from longshore.report.page.model import Changes, Cost, Note, Service

_STORES = {
    "aws-secrets-manager": "AWS Secrets Manager",
    "vault": "Vault",
    "fake": "a store of this cluster alone, for trying",
}


class Subject(NamedTuple):
    """What was read and converted. name: of the stack, "" for files. findings, sources: as `check` shows them."""

    name: str
    project: Project
    conversion: Conversion
    options: Options
    findings: Sequence[Finding]
    sources: Mapping[str, str]
    locate: Locate


def page_of(subject: Subject, changes: Changes | None = None, cost: Cost | None = None) -> Page:
    """Say what the page says; pure, and every text of it fit to be shown."""
    project, conversion, options = subject.project, subject.conversion, subject.options
    estate = Estate(project, options)
    objects = objects_by_lasting_name(conversion.manifests)
    places = located(subject.findings, subject.locate)
    severities = Counter(finding.severity for finding in once(places))
    stored = secrets(estate)
    own = notes_of_services(places, subject.sources)
    found = services(estate, objects, stored, own)
    page = Page(
        title=subject.name or project.name,
        subject=f"stack {subject.name}" if subject.name else ", ".join(subject.sources),
        facts=tuple(_facts(subject, found)),
        counts=dict(Counter(manifest["kind"] for manifest in conversion.manifests)),
        fates={fate.value: count for fate, count in count_fates(conversion.fates).items()},
        severities={severity.value: severities[severity] for severity in reversed(Severity)},
        services=found,
        absent=absent(estate),
        edges=edges(estate),
        volumes=volumes(estate, objects),
        secrets=stored,
        store=_STORES[options.secrets.backend],
        notes=all_notes(places, subject.sources),
        capacity=loads(conversion, options, {service.slug: service.name for service in estate}),
        waivers=tuple(waiver for service in estate for waiver in _waivers(service, own.get(service.name, ()))),
        changes=changes,
        cost=cost,
    )
    return shown(page)


def _facts(subject: Subject, services: Sequence[Service]) -> Iterator[tuple[str, str]]:
    options = subject.options
    yield "project", subject.project.name
    yield "environment", options.environment + (", judged as production" if options.production else "")
    yield "team", options.team
    if options.namespace:
        yield "namespace", options.namespace
    yield "Kubernetes", ".".join(map(str, options.kubernetes_version))
    networks = dict.fromkeys(network for service in services for network in service.networks)
    yield "networks", ", ".join(networks)
    yield "between networks", "closed by policies" if options.network_policies else "open: policies are off"


def _waivers(service: of_compose.Service, notes: Sequence[Note]) -> Iterator[Waiver]:
    """What the owners of a service consented to, in the compose file or in the stack file."""
    of_stack, of_file = "the stack file", "x-longshore"
    for code in sorted(service.allowed):
        told = [note.message for note in notes if note.code == code]
        reason = told[0].removesuffix(" (allowed)") if told else "nothing of this is found any more"
        yield Waiver(service.name, code, reason, of_stack if code in service.settings.allow else of_file)
    declared = overrides(service)
    for what, names, stack in (
        ("is no secret", declared.plain, service.settings.plain),
        ("is a secret", declared.secret, service.settings.secret),
    ):
        for name, reason in names.items():
            yield Waiver(service.name, f"{name} {what}", reason, of_stack if name in stack else of_file)
