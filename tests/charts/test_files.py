"""The files of a chart, and of a base with overlays, without a program that reads them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from jsonschema_rs import Draft7Validator

import longshore.report.helm
from longshore.convert.engine import convert_project
from longshore.convert.options import Exposure, Options, ServiceSettings
from longshore.report.helm.chart import chart, charts
from longshore.report.helm.values import image_parts
from longshore.report.kustomize import kustomizations
from tests.attributes import golden
from tests.attributes.test_golden import CASES
from tests.marketplace import marketplace

SMALL = Path(__file__).parent / "small"
TEMPLATES = Path(longshore.report.helm.__path__[0]) / "templates"
MOST_LINES = 20
"""Of a block of values.yaml that somebody still reads."""


def _small() -> tuple[dict[str, Any], ...]:
    conversion = golden.answer(SMALL).conversion
    assert conversion
    return conversion.manifests


@pytest.mark.parametrize("name", ["Chart.yaml", "values.yaml"])
def test_a_small_project(name: str) -> None:
    assert chart("small", _small())[name] == (SMALL / name).read_text()


def test_all_that_is_rendered_lies_below_files() -> None:
    found = [
        each
        for name, text in chart("small", _small()).items()
        if name.startswith("files/")
        for each in yaml.safe_load(text)["items"]
    ]
    assert sorted(found, key=json.dumps) == sorted(_small(), key=json.dumps)


def test_text_of_users_is_in_no_template() -> None:
    """Helm would take `{{` in it for its own."""
    ours = {f"templates/{file.name}": file.read_text() for file in TEMPLATES.iterdir()}
    ours["templates/NOTES.txt"] += ours.pop("templates/NOTES.secrets.txt")
    found = chart("small", _small())
    assert {name: text for name, text in found.items() if name.startswith("templates/")} == ours
    assert [name for name, text in found.items() if '{{ "hello" }}' in text] == ["values.yaml", "files/web.yaml"]


def test_a_block_of_the_marketplace_is_short() -> None:
    exposure = Exposure(
        "ingress", port=80, host="shop.example.com", certificate="arn:aws:acm:eu-west-1:1:certificate/6"
    )
    options = Options(services={"gateway": ServiceSettings(exposure=exposure)}, shared_load_balancers=True)
    text = chart("shop", convert_project(marketplace(), options).manifests)["values.yaml"]
    blocks = re.split(r"^  (?=[a-z])", text[text.index("\nservices:\n") :], flags=re.MULTILINE)[1:]
    lines = {block.partition(":")[0]: block.rstrip().count("\n") + 1 for block in blocks}
    assert len(lines) > 40
    assert max(lines.values()) <= MOST_LINES, lines


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: "/".join(folder.parts[-3:]))
def test_the_schema_allows_the_values(folder: Path) -> None:
    conversion = golden.answer(folder).conversion
    for files in _charts(conversion.manifests if conversion else ()):
        validator = Draft7Validator(json.loads(files["values.schema.json"]))
        assert [error.message for error in validator.iter_errors(yaml.safe_load(files["values.yaml"]))] == []


def _charts(manifests: tuple[dict[str, Any], ...]) -> list[dict[str, str]]:
    parts: dict[str, dict[str, str]] = {"": chart("whole", manifests)}
    for name, text in charts(manifests).items():
        folder, _, path = name.partition("/")
        parts.setdefault(folder, {})[path] = text
    return list(parts.values())


def test_every_object_is_in_one_chart_of_several() -> None:
    parts = charts(_small())
    assert {name.partition("/")[0] for name in parts} == {"api", "web", "shared"}
    assert yaml.safe_load(parts["api/Chart.yaml"])["name"] == "api"
    assert "appVersion" not in yaml.safe_load(parts["api/Chart.yaml"])
    found = [each for name, text in parts.items() if "/files/" in name for each in yaml.safe_load(text)["items"]]
    assert sorted(found, key=json.dumps) == sorted(_small(), key=json.dumps)


def test_a_service_that_is_called_as_the_common_chart_would_be() -> None:
    renamed = json.loads(json.dumps(_small()).replace('"web"', '"shared"'))
    assert {name.partition("/")[0] for name in charts(renamed)} == {"api", "shared", "shared-2"}


@pytest.mark.parametrize(
    ("image", "parts"),
    [
        ("nginx", {"repository": "nginx"}),
        ("nginx:1.27", {"repository": "nginx", "tag": "1.27"}),
        ("registry:5000/web", {"repository": "registry:5000/web"}),
        ("registry:5000/web:1@sha256:ab", {"repository": "registry:5000/web", "tag": "1", "digest": "sha256:ab"}),
        ("web@sha256:ab", {"repository": "web", "digest": "sha256:ab"}),
    ],
)
def test_an_image(image: str, parts: dict[str, str]) -> None:
    assert image_parts(image) == parts


VALUE = st.recursive(
    st.none() | st.booleans() | st.integers(0, 2) | st.sampled_from(["", "a", "b"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b/c", "d~e", "f"]), inner, max_size=3)
    ),
    max_leaves=8,
)
SPEC = st.dictionaries(st.sampled_from(["a", "b/c", "d~e"]), VALUE, max_size=3)


@given(st.lists(SPEC, min_size=1, max_size=3))
def test_an_overlay_makes_of_the_base_what_its_environment_has(specs: list[dict[str, Any]]) -> None:
    environments = {
        f"e{number}": [{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": spec}]
        for number, spec in enumerate(specs)
    }
    files = kustomizations(environments)
    for name, [manifest] in environments.items():
        found = yaml.safe_load(files["base/deployment-web.yaml"])
        for change in yaml.safe_load(files.get(f"overlays/{name}/patches/deployment-web.yaml", "[]")):
            _apply(change, found)
        assert json.dumps(found, sort_keys=True) == json.dumps(manifest, sort_keys=True)


def _apply(change: dict[str, Any], whole: Any) -> None:
    """As RFC 6902 has it, for what stands in maps and lists."""
    *way, last = [part.replace("~1", "/").replace("~0", "~") for part in change["path"].split("/")[1:]]
    for part in way:
        whole = whole[int(part)] if isinstance(whole, list) else whole[part]
    key = int(last) if isinstance(whole, list) else last
    assert change["op"] == ("add" if isinstance(whole, dict) and key not in whole else "replace")
    whole[key] = change["value"]
