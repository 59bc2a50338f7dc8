"""`longshore explain` and `longshore attributes`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.cli.screen import longshore

if TYPE_CHECKING:
    from pathlib import Path


def test_a_finding(tmp_path: Path) -> None:
    screen = longshore("explain", "no-compose-file", folder=tmp_path)
    assert screen.code == 0
    assert screen.out.startswith("no-compose-file\n\n  error: there is no compose file in `…` or above\n    help: ")


def test_a_finding_that_can_be_accepted(tmp_path: Path) -> None:
    out = longshore("explain", "plaintext-secret", folder=tmp_path).out
    assert "`x-longshore: {allow: [plaintext-secret]}`" in out
    assert "\nlongshore.convert.secrets.arguments:\n  Argument lists of commands" in out


@pytest.mark.parametrize(
    "what",
    [
        "stop_grace_period",
        "services.stop_grace_period",
        "services.*.stop_grace_period",
        "services.web.stop_grace_period",
    ],
)
def test_an_attribute(what: str, tmp_path: Path) -> None:
    screen = longshore("explain", what, folder=tmp_path)
    assert screen.code == 0
    assert screen.out.startswith(
        "services.*.stop_grace_period\n\n  `stop_grace_period` → `terminationGracePeriodSeconds` of the pod"
    )
    assert "\nRule: longshore.convert.attributes.stop_grace_period\n" in screen.out


def test_a_part_of_an_attribute_is_explained_with_it(tmp_path: Path) -> None:
    assert longshore("explain", "services.web.healthcheck.test", folder=tmp_path).out.startswith(
        "services.*.healthcheck\n"
    )


def test_attributes_below(tmp_path: Path) -> None:
    out = longshore("explain", "deploy", folder=tmp_path).out
    assert "services.*.deploy.replicas\n" in out
    assert "services.*.deploy.resources\n" in out


def test_an_object_says_where_each_field_came_from(clean: Path) -> None:
    screen = longshore("explain", "deployment/web", folder=clean)
    rows = {line.split("  ")[0]: line.split("  ")[-1].strip() for line in screen.out.splitlines()}
    assert rows["spec.template.spec.containers[web].image"] == "compose.yaml:4:5"
    assert rows["spec.template.spec.enableServiceLinks"] == "policy pod_defaults"
    assert list(rows) == sorted(rows, key=lambda name: name.split(".")[0] == "spec")


@pytest.mark.parametrize("field", ["spec.template.spec.containers[web].image", "containers[web].image", "image"])
def test_one_field(clean: Path, field: str) -> None:
    screen = longshore("explain", "Deployment/web", field, folder=clean)
    assert screen.out == "spec.template.spec.containers[web].image  nginx:1.27.2  compose.yaml:4:5\n"


def test_a_field_inside_a_value_that_was_written_whole(clean: Path) -> None:
    out = longshore("explain", "deployment/web", "env[DB_PASSWORD].valueFrom.secretKeyRef.key", folder=clean).out
    assert out.startswith("spec.template.spec.containers[web].env[DB_PASSWORD]  ")


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        (
            ["plaintxt-secret"],
            "`plaintxt-secret` is no finding, no attribute and no object",
            "did you mean `plaintext-secret`?",
        ),
        (["deployment/wbe"], "no object `deployment/wbe` comes of these files", "did you mean `deployment/web`?"),
        (
            ["deployment/web", "nope"],
            "nothing wrote `nope` of deployment/web",
            "`longshore explain deployment/web` lists",
        ),
        (["restart", "x"], "`restart` takes no second word", "a field can be named after an object"),
    ],
)
def test_what_is_not_there(clean: Path, words: list[str], message: str, hint: str) -> None:
    screen = longshore("explain", *words, folder=clean)
    assert (screen.code, screen.out) == (2, "")
    assert screen.err.startswith(f"error: {message}\nhelp: {hint}")


def test_the_matrix(tmp_path: Path) -> None:
    out = longshore("attributes", "stop_grace", folder=tmp_path).out
    assert out.startswith("services.*.stop_grace_period  translated  `stop_grace_period` → ")
    assert out.endswith("\n1 attributes: 1 translated (0 of them with limits)\n")
    document = json.loads(longshore("attributes", "-o", "json", folder=tmp_path).out)
    assert {row["attribute"] for row in document["attributes"]} >= {
        "services.*.image",
        "volumes.*",
        "services.*.healthcheck",
    }
    assert longshore("attributes", "imgae", folder=tmp_path).err == (
        "error: compose has no attribute `imgae`\nhelp: did you mean `image`?\n"
    )
