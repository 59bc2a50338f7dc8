"""What a golden case says, and how an answer is compared with it.

A case is a folder: `compose.yaml` (with whatever files it names), `manifests.yaml`, `report.txt`, and `options.yaml`
where the stack has something to say.

- `manifests.yaml` holds what the case is about, not whole objects. Each document names an object by `kind` and
  `metadata.name`; what it says must be so, and it may leave out anything. A mapping is compared key by key, a list
  element by element and in full length (`{}` stands for any mapping), a scalar by value and type. `~` means that the
  key must not be there; a document `{kind: …, metadata: {name: …}, absent: true}` that the object must not.
- `report.txt` is compared in full: every finding of the case, one line each, `severity[code] path: message`, sorted.
- `options.yaml` holds fields of `Options`; `services` maps names to fields of `ServiceSettings`.
  `profiles` are those that are enabled, all of them where it is not there.
- `observed.yaml` holds what an inventory saw: fields of `Observed`, its services and volumes by name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from longshore.compose import Request, load
from longshore.convert.engine import convert_project
from longshore.convert.kubernetes.stable import stable_name
from longshore.convert.observed import Listening, Observed, SeenCheck, SeenService, SeenVolume, Size
from longshore.convert.options import (
    Capacity,
    Exposure,
    Images,
    Login,
    Nodes,
    Options,
    Scale,
    SecretSettings,
    ServiceSettings,
    Storage,
    VolumeSettings,
)
from longshore.convert.secrets.detection import variable
from longshore.convert.secrets.detection.uses import secret_by_use
from longshore.disk import Disk
from longshore.model import Finding, path_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from longshore.model import Conversion


class Answer(NamedTuple):
    """What came of a case; no conversion where the file was refused."""

    conversion: Conversion | None
    findings: tuple[Finding, ...]


def options(folder: Path) -> Options:
    """Read the case's options; defaults where it has none."""
    given = _given(folder)
    given.pop("profiles", None)
    services = {name: _settings(fields) for name, fields in given.pop("services", {}).items()}
    made: dict[str, Any] = {"services": services}
    for name, build in (("storage", _storage), ("capacity", Capacity), ("secrets", SecretSettings), ("images", Images)):
        if name in given:
            made[name] = build(**given.pop(name))
    if "nodes" in given:
        made["nodes"] = tuple(Nodes(**_frozen(each)) for each in given.pop("nodes"))
    seen = folder / "observed.yaml"
    if seen.exists():
        made["observed"] = _observed(**yaml.safe_load(seen.read_text()))
    return Options(**_frozen(given), **made)


def _observed(services: dict[str, Any] | None = None, volumes: dict[str, Any] | None = None, **fields: Any) -> Observed:
    seen = {name: _seen(**given) for name, given in (services or {}).items()}
    found = {name: SeenVolume(**given) for name, given in (volumes or {}).items()}
    calls = tuple(tuple(call) for call in fields.pop("calls", ()))
    return Observed("vm.json", services=seen, volumes=found, calls=calls, **_frozen(fields))


def _seen(**given: Any) -> SeenService:
    given |= {name: tuple(tuple(each) for each in given[name]) for name in ("exposed", "published") if name in given}
    if given.get("listening") is not None:
        given["listening"] = tuple(Listening(*each) for each in given["listening"])
    for name, build in (("check", SeenCheck), ("size", Size)):
        if given.get(name):
            given[name] = build(**_frozen(given[name]))
    return SeenService(**given)


def _given(folder: Path) -> dict[str, Any]:
    path = folder / "options.yaml"
    found: dict[str, Any] = yaml.safe_load(path.read_text()) if path.exists() else {}
    return found


def _settings(fields: dict[str, Any]) -> ServiceSettings:
    exposure, scale = fields.pop("exposure", None), fields.pop("scale", None)
    fields["scale"] = Scale(**scale) if scale else None
    allow = frozenset(fields.pop("allow", ()))
    return ServiceSettings(allow=allow, exposure=_exposure(**exposure) if exposure else None, **fields)


def _exposure(login: dict[str, Any] | None = None, **fields: Any) -> Exposure:
    return Exposure(login=Login(**login) if login else None, **_frozen(fields))


def _storage(volumes: dict[str, Any] | None = None, **fields: Any) -> Storage:
    return Storage(volumes={name: VolumeSettings(**given) for name, given in (volumes or {}).items()}, **fields)


def _frozen(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()}


def answer(folder: Path) -> Answer:
    """Load and convert a case, secret variables as references, as `render` does."""
    request = Request(
        working_directory=str(folder),
        files=(str(folder / "compose.yaml"),),
        project_name="shop",
        profiles=tuple(_given(folder).get("profiles", ["*"])),
        is_secret=variable,
        used_as_secrets=secret_by_use,
    )
    loaded = load(request, Disk())
    if loaded.project is None:
        return Answer(None, loaded.findings)
    conversion = convert_project(loaded.project, options(folder))
    return Answer(conversion, loaded.findings + conversion.findings)


def report(findings: tuple[Finding, ...]) -> str:
    """Write findings as `report.txt` does."""
    lines = sorted(
        f"{finding.severity.value}[{finding.code}] {path_text(finding.path)}: {finding.message}" for finding in findings
    )
    return "".join(f"{line}\n" for line in lines)


def differences(expected: list[dict[str, Any]], conversion: Conversion) -> list[str]:
    """Everything in which the manifests are not as the case says; empty: the case holds."""
    made: dict[tuple[str, str], dict[str, Any]] = {}
    for manifest in conversion.manifests:
        # The name of a Job ends in a digest of its content; a case may speak of it by the part that stays.
        for name in {manifest["metadata"]["name"]} | ({stable_name(manifest)} if manifest["kind"] == "Job" else set()):
            made[manifest["kind"], name] = {**manifest, "metadata": {**manifest["metadata"], "name": name}}
    found: list[str] = []
    for document in expected:
        name = (document["kind"], document["metadata"]["name"])
        wanted = {key: value for key, value in document.items() if key not in {"kind", "absent"}}
        if document.get("absent"):
            found.extend([f"{name} is there"] if name in made else [])
        elif name not in made:
            found.append(f"{name} is not there; there are {sorted(made)}")
        else:
            found.extend(f"{'/'.join(name)}{difference}" for difference in _compare(wanted, made[name], ""))
    return found


def _compare(wanted: Any, actual: Any, place: str) -> Iterator[str]:
    if isinstance(wanted, dict) and isinstance(actual, dict):
        for key, value in wanted.items():
            if value is None:
                if key in actual:
                    yield f"{place}.{key} is {actual[key]!r}, expected to be absent"
            elif key not in actual:
                yield f"{place}.{key} is absent, expected {value!r}"
            else:
                yield from _compare(value, actual[key], f"{place}.{key}")
    elif isinstance(wanted, list) and isinstance(actual, list):
        if len(wanted) != len(actual):
            yield f"{place} has {len(actual)} elements, expected {len(wanted)}: {actual!r}"
        for index, (one, other) in enumerate(zip(wanted, actual, strict=False)):
            yield from _compare(one, other, f"{place}[{index}]")
    elif wanted != actual or type(wanted) is not type(actual):
        yield f"{place} is {actual!r}, expected {wanted!r}"
