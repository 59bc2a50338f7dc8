"""Every golden case of the attributes and the policies; see `golden.py` for what a case says."""

from pathlib import Path

import pytest
import yaml

import longshore.convert.attributes
import longshore.convert.policies
from tests.attributes import golden

HERE = Path(__file__).parent

CASES = sorted(file.parent for root in (HERE, HERE.parent / "policies") for file in root.glob("*/*/compose.yaml"))


def name(folder):
    return "/".join(folder.parts[-3:])


@pytest.mark.parametrize("folder", CASES, ids=name)
def test_case(folder):
    answer = golden.answer(folder)
    assert golden.report(answer.findings) == (folder / "report.txt").read_text()
    assert not [finding for finding in answer.findings if "\n" in finding.message + finding.help], "all fits in a line"
    expected = [document for document in yaml.safe_load_all((folder / "manifests.yaml").read_text()) if document]
    if answer.conversion is None:
        assert expected == []
    else:
        assert golden.differences(expected, answer.conversion) == []


@pytest.mark.parametrize("folder", CASES, ids=name)
def test_a_case_is_whole(folder):
    assert {"compose.yaml", "manifests.yaml", "report.txt"} <= {file.name for file in folder.iterdir()}
    assert list(yaml.safe_load_all((folder / "manifests.yaml").read_text())), "it expects something"


@pytest.mark.parametrize(
    ("package", "folder"),
    [(longshore.convert.attributes, HERE), (longshore.convert.policies, HERE.parent / "policies")],
    ids=["attributes", "policies"],
)
def test_every_module_has_a_case(package, folder):
    modules = {file.stem for file in Path(package.__path__[0]).glob("*.py")} - {"__init__"}
    assert modules - {case.name for case in folder.iterdir() if any(case.glob("*/compose.yaml"))} == set()


class Conversion:
    manifests = (
        {"kind": "Pod", "metadata": {"name": "a"}, "spec": {"n": 1, "flag": True, "list": [{"a": 1, "b": 2}]}},
    )


@pytest.mark.parametrize(
    "spec",
    [
        {"n": 2},
        {"n": "1"},
        {"flag": 1},
        {"flag": None},
        {"other": 1},
        {"list": []},
        {"list": [{"a": 2}]},
        {"n": {"x": 1}},
    ],
)
def test_a_difference_is_seen(spec):
    assert golden.differences([{"kind": "Pod", "metadata": {"name": "a"}, "spec": spec}], Conversion)


def test_what_is_left_out_is_no_difference():
    said = {"kind": "Pod", "metadata": {"name": "a"}, "spec": {"n": 1, "none": None, "list": [{"b": 2}]}}
    assert golden.differences([said], Conversion) == []
    assert golden.differences([{"kind": "Pod", "metadata": {"name": "b"}}], Conversion)
    assert golden.differences([{"kind": "Pod", "metadata": {"name": "a"}, "absent": True}], Conversion)
