"""How many of the forms in which people write secrets get through: every form in every place, converted as one estate.

`make secrets-report` prints the tables of docs/secrets.md: forms bound or refused, forms that only warn, forms that
came through, and harmless settings that were touched.
"""

from __future__ import annotations

import json
import random
import shlex
import sys
import tempfile
from base64 import b64decode
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from longshore.compose import Request, load
from longshore.convert.engine import convert_project
from longshore.convert.options import Options
from longshore.convert.secrets.detection import variable
from longshore.convert.secrets.detection.uses import secret_by_use
from longshore.disk import Disk
from tests.secrets import forms, measure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.model import Conversion
    from tests.secrets.forms import Form

CODES = frozenset(
    "plaintext-secret placeholder-secret looks-random secret-in-file secret-in-label secret-in-build secret-by-value "
    "secret-in-image secret-in-logging secret-in-extension".split()
)


class Case(NamedTuple):
    """One form in one place, as a service of the estate."""

    kind: str
    place: str
    service: str
    form: Form


class Outcome(NamedTuple):
    """What became of a case. came: a canary stands in the manifests. told: a finding says so. touched: of a harmless
    setting, a finding speaks of it, or it is bound."""

    case: Case
    came: bool
    told: bool
    touched: bool


def estate(folder: Path, *, theirs: bool, seed: int) -> list[Case]:
    """Write compose.yaml and its files into `folder`: each form in each place where it may stand."""
    chance = random.Random(seed)  # noqa: S311  canaries, the same each time
    services: dict[str, Any] = {}
    configs: dict[str, Any] = {}
    cases = list(_cases(theirs=theirs, chance=chance))
    for case in cases:
        services[case.service] = _service(case, folder, configs)
    text = yaml.safe_dump({"services": services, "configs": configs}, sort_keys=False, allow_unicode=True)
    (folder / "compose.yaml").write_text(text.replace("$", "$$"))
    return cases


def _cases(*, theirs: bool, chance: random.Random) -> Iterator[Case]:
    number = 0
    for kind, places, find in (
        ("environment", ("environment",), lambda: forms.environment(theirs=theirs, chance=chance)),
        ("commands", ("command", "CMD", "CMD-SHELL", "hook"), lambda: forms.commands(theirs=theirs, chance=chance)),
        ("files", ("bind", "config"), lambda: forms.files(theirs=theirs, chance=chance)),
        ("harmless", ("environment",), lambda: forms.harmless(theirs=theirs)),
        ("harmless files", ("bind", "config"), lambda: forms.harmless_files(theirs=theirs)),
    ):
        for place in places:
            for form in find():  # other values in each place
                number += 1
                yield Case(kind, place, f"s{number}", form)


def _service(case: Case, folder: Path, configs: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {"image": "registry.example.com/x:1"}
    form, place = case.form, case.place
    if place == "environment":
        made["environment"] = {form.name: form.text}
    elif place == "command":
        made["command"] = shlex.split(form.text) if "(" in form.text else form.text
    elif place == "CMD":
        made["healthcheck"] = {"test": ["CMD", *shlex.split(form.text)]}
    elif place == "CMD-SHELL":
        made["healthcheck"] = {"test": ["CMD-SHELL", form.text]}
    elif place == "hook":
        made["post_start"] = [{"command": ["sh", "-c", form.text]}]
    else:
        path = Path("files", case.service, form.name)
        (folder / path).parent.mkdir(parents=True)
        (folder / path).write_bytes(form.data)
        if place == "bind":
            made["volumes"] = [{"type": "bind", "source": f"./{path}", "target": "/etc/x/y", "read_only": True}]
        else:
            configs[case.service] = {"file": f"./{path}"}
            made["configs"] = [{"source": case.service, "target": "/etc/x/y"}]
    return made


def outcomes(folder: Path, *, theirs: bool, seed: int) -> list[Outcome]:
    """Convert the estate and look for every canary in its manifests."""
    cases = estate(folder, theirs=theirs, seed=seed)
    request = Request(str(folder), is_secret=variable, used_as_secrets=secret_by_use)
    loaded = load(request, Disk())
    assert loaded.project, [finding.message for finding in loaded.findings][:5]
    conversion = convert_project(loaded.project, Options())
    findings = (*loaded.findings, *conversion.findings)
    told = {str(part) for finding in findings if finding.code in CODES for part in finding.path[1:2]}
    written = text_of(conversion)
    plain = {
        entry["name"]
        for manifest in conversion.manifests
        if manifest["kind"] == "Deployment"
        for entry in manifest["spec"]["template"]["spec"]["containers"][0].get("env") or ()
        if "value" in entry
    }
    return [
        Outcome(
            case,
            any(canary in written for canary in case.form.canaries),
            case.service in told,
            case.service in told or (case.kind == "harmless" and case.form.name not in plain),
        )
        for case in cases
    ]


def text_of(conversion: Conversion) -> str:
    """Everything that the manifests hold, binary content in each encoding that a canary may be in."""
    binary = [
        b64decode(value) for manifest in conversion.manifests for value in (manifest.get("binaryData") or {}).values()
    ]
    decoded = (text for data in binary for text in (data.decode("latin-1"), data.decode("utf-16", errors="ignore")))
    return "\n".join([json.dumps(list(conversion.manifests), ensure_ascii=False), *decoded])


def table(found: list[Outcome], title: str) -> str:
    """A row for each kind and place."""
    lines = [f"| {title} | forms | bound or refused | warned only | came through | touched |"]
    lines.append("| --- | --: | --: | --: | --: | --: |")
    rows: dict[str, Counter[str]] = {}
    for outcome in found:
        row = rows.setdefault(f"{outcome.case.kind}: {outcome.case.place}", Counter())
        row["forms"] += 1
        if outcome.case.kind.startswith("harmless"):
            row["touched"] += outcome.touched
        else:
            row["held" if not outcome.came else "warned" if outcome.told else "came"] += 1
    for name, row in rows.items():
        counts = " | ".join(str(row[column]) for column in ("forms", "held", "warned", "came", "touched"))
        lines.append(f"| {name} | {counts} |")
    return "\n".join(lines) + "\n"


def report() -> str:
    """The tables for our own forms and, where they are here, for those of others."""
    told = ""
    for theirs, title in ((False, "ours"), (True, "those of `../shared/leaks`")):
        if theirs and not forms.LEAKS.is_dir():
            continue
        with tempfile.TemporaryDirectory() as folder:
            found = outcomes(Path(folder), theirs=theirs, seed=1)
        told += table(found, title) + "\n"
        for outcome in found:
            if outcome.came or (outcome.touched and outcome.case.kind.startswith("harmless")):
                print(
                    "warned" if outcome.told else "CAME THROUGH",
                    outcome.case.place,
                    outcome.case.form[:2],
                    file=sys.stderr,
                )
    return told


if __name__ == "__main__":
    print(report())
    everything = measure.everything()
    print(measure.table(everything))
    total = measure.score(everything)
    print(f"precision {total.precision:.3f}, recall {total.recall:.3f}, {total}")
