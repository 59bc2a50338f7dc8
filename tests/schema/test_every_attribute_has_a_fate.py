"""Nothing of the compose-spec schema is dropped in silence: every leaf reaches a claim, and every claim reads it.

Two sides: each leaf of the schema, as a pattern, is covered by some rule; and projects that hold a value for each leaf
convert with a fate for everything in the canonical model, and without one leaf that nobody claimed or read.
"""

from pathlib import Path
from textwrap import indent

import pytest
import yaml

from longshore.compose import Request, load
from longshore.convert.engine import TREE, convert_project
from longshore.convert.options import Options, Storage
from longshore.convert.view import leaves
from longshore.disk import Disk
from longshore.model import Fate, Severity, path_text
from tests.schema.samples import SCHEMA, leaf_patterns, samples, sections, service_attributes

USED_UP = {"include"}
"""Top-level keys that the loader replaces by what they name."""

REST = """
networks:
  given: {ipam: {config: [{subnet: 10.1.0.0/16}, {subnet: "2001:db8::/64"}]}}
volumes: {data: {}, a: {}}
configs: {given: {content: hello}}
secrets: {given: {file: ./given.env}}
models: {given: {model: ai/smollm2}}
"""

CASES = [
    pytest.param(attribute, value, id=f"{attribute}-{index}")
    for attribute, node in service_attributes().items()
    if attribute != "extends"
    for index, value in enumerate(samples(node, (attribute,)))
]


def convert(folder: Path, text: str, profiles=("*",)):
    (folder / "given.env").write_text("A=1\n")
    (folder / "compose.yaml").write_text(text)
    request = Request(working_directory=str(folder), files=("compose.yaml",), project_name="p", profiles=profiles)
    loaded = load(request, Disk())
    errors = [f"{finding.code} {finding.message}" for finding in loaded.findings if finding.severity is Severity.ERROR]
    assert loaded.project is not None, (errors, text)
    return loaded.project, convert_project(loaded.project, Options(storage=Storage(size="1Gi", shared_class="efs")))


def unclaimed(conversion):
    return [path_text(finding.path) for finding in conversion.findings if finding.code == "unsupported"]


@pytest.mark.parametrize(
    "pattern", sorted({path for path in leaf_patterns(SCHEMA) if path[0] not in USED_UP}), ids=".".join
)
def test_every_leaf_of_the_schema_reaches_a_claim(pattern):
    branch = TREE
    for part in pattern:
        branch = branch.step("0" if part == "[]" else "anything" if part == "*" else part)
        assert branch is not None, pattern
        if branch.claim:
            return
    pytest.fail(".".join(pattern))


@pytest.mark.parametrize(("attribute", "value"), CASES)
def test_every_attribute_of_a_service_has_a_fate(attribute, value, tmp_path):
    service = {"image": "registry.example.com/x:1", attribute: value}
    other = {"image": "registry.example.com/y:1", "healthcheck": {"test": ["CMD", "true"]}, "volumes": ["data:/data"]}
    if attribute == "provider":
        del service["image"]
    services = yaml.safe_dump({"x": service, "other": other})
    project, conversion = convert(tmp_path, f"services:\n{indent(services, '  ')}{REST}")
    everything = list(leaves(dict(project.model["services"]["x"]), ("services", "x")))
    assert [path_text(path) for path in everything if path not in conversion.fates] == []
    assert unclaimed(conversion) == []
    canonical = {path[2] for path in everything}
    assert value is None or attribute in canonical | {"env_file", "label_file"}, "the sample says something"


ENTRIES = [
    pytest.param(section, value, id=f"{section}-{index}")
    for section, node in sections().items()
    for index, value in enumerate(samples(node, (section, "*"), own=False))
]


@pytest.mark.parametrize(("section", "value"), ENTRIES)
def test_every_attribute_of_the_top_level_has_a_fate(section, value, tmp_path):
    entry = _valid(section, value)
    if entry is None:
        pytest.skip("two ways to say one thing; each is sampled alone")
    use = {"networks": ["it"], "volumes": ["it:/it"], "configs": ["it"], "secrets": ["it"], "models": ["it"]}.get(
        section
    )
    service = {"image": "registry.example.com/x:1", **({section: use} if use else {})}
    text = yaml.safe_dump({"services": {"x": service}, section: {"it": entry}})
    project, conversion = convert(tmp_path, text)
    everything = list(leaves(dict(project.model[section]["it"]), (section, "it")))
    assert [path_text(path) for path in everything if path not in conversion.fates] == []
    assert unclaimed(conversion) == []


def _valid(section, value):
    """Leave of a sample what may stand together."""
    entry = dict(value)
    if isinstance(entry.get("external"), dict):
        return None
    if section == "configs":
        entry = {"content": "hello", **{key: entry[key] for key in ("labels", "template_driver", "name")}}
    elif section == "secrets":
        entry = {"file": "./given.env", **{key: entry[key] for key in entry if key not in {"environment", "external"}}}
        entry["file"] = "./given.env"
    elif section in {"networks", "volumes"}:
        entry.pop("external", None)
    elif section == "jobs":
        return {"image": "registry.example.com/x:1", "triggers": {"manual": True, "schedule": ["0 * * * *"]}}
    return entry


@pytest.mark.parametrize("section", ["networks", "volumes", "configs", "secrets"])
def test_what_is_external_has_a_fate(section, tmp_path):
    use = {"volumes": ["it:/it"]}.get(section, ["it"])
    model = {"services": {"x": {"image": "x:1", section: use}}, section: {"it": {"external": True, "name": "there"}}}
    project, conversion = convert(tmp_path, yaml.safe_dump(model))
    everything = list(leaves(dict(project.model[section]["it"]), (section, "it")))
    assert [path_text(path) for path in everything if path not in conversion.fates] == []
    assert unclaimed(conversion) == []


def test_extensions_are_no_losses(tmp_path):
    text = """
x-top: {a: [1, 2]}
name: p
services:
  x: {image: "x:1", x-note: {b: 1}, networks: [n], volumes: ["v:/v"]}
networks: {n: {x-note: 1}}
volumes: {v: {x-note: [1]}}
"""
    _, conversion = convert(tmp_path, text)
    assert unclaimed(conversion) == []
    assert not [finding for finding in conversion.findings if "x-" in path_text(finding.path)]
    assert conversion.fates["services", "x", "x-note", "b"] is Fate.LOCAL_ONLY


def test_what_nobody_claims_is_told(tmp_path):
    project, _ = convert(tmp_path, "services: {x: {image: 'x:1'}}")

    newer = {**project.model, "services": {"x": {"image": "x:1", "invented": {"a": 1, "b": [2]}}}}

    class Newer:
        model, name, directory, files, left_out = newer, project.name, project.directory, project.files, {}

    conversion = convert_project(Newer, Options())
    assert unclaimed(conversion) == ["services.x.invented.a", "services.x.invented.b[0]"]
