"""Which versions EKS supports on which day, and the way to the next one."""

from __future__ import annotations

import io
import json
import os
import shutil
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
import yaml

from longshore.cli.program import run
from longshore.cli.shell import Shell
from longshore.cli.upgrade import served_no_more
from longshore.stack.addons import VERSIONS
from longshore.stack.charts import AUTOSCALER_IMAGES, PINNED
from longshore.stack.editing import with_settings
from longshore.stack.file import read_stack_file
from longshore.stack.support import ENDS
from longshore.stack.validation import check_settings
from tests.components.stage import EKS, REPOSITORY, copy, edit
from tools.eks_versions import chart_differences, differences

if TYPE_CHECKING:
    from pathlib import Path


def said(version: str, day: date, **more: Any) -> list[str]:
    addons = dict.fromkeys(("metrics-server",), "v0.9.0-eksbuild.5")
    config = {**EKS, "longshore:cluster": {"kind": "eks", "version": version, "addons": addons, **more}}
    found = check_settings(config, read_stack_file("", "stack.yaml"), day).findings
    return [f"{one.severity.value}: {one.message}".replace("longshore:cluster.version", "…") for one in found]


@pytest.mark.parametrize(
    ("version", "day", "more", "message"),
    [
        ("1.35", date(2026, 12, 26), {}, ""),
        (
            "1.35",
            date(2026, 12, 28),
            {},
            "warning: `…` 1.35 is in standard support until 2027-03",
        ),
        (
            "1.34",
            date(2026, 12, 2),
            {},
            "warning: `…` 1.34 is in standard support until 2026-12",
        ),
        ("1.34", date(2026, 12, 3), {}, "error: `…` 1.34 is out of standard support since"),
        (
            "1.34",
            date(2026, 12, 3),
            {"support": "extended"},
            "warning: `…` 1.34 costs about six",
        ),
        (
            "1.34",
            date(2027, 12, 3),
            {"support": "extended"},
            "error: `…` 1.34 is out of extended",
        ),
        (
            "1.29",
            date(2026, 12, 3),
            {"support": "extended"},
            "error: `…` 1.29 is out of support",
        ),
        ("1.36", date(2030, 1, 1), {}, ""),
    ],
)
def test_a_version_is_told_before_its_support_ends_and_refused_after(version, day, more, message):
    found = said(version, day, **more)
    assert len(found) == bool(message), found
    assert all(each.startswith(message) for each in found), found


def test_support_lasts_as_long_as_aws_says():
    for version, ends in ENDS.items():
        assert ends.standard.replace(year=ends.standard.year + 1) == ends.extended, version


BLOCK = """config: # ours
  longshore:cluster: # the cluster
    kind: eks # of our own
    version: "1.35" # until spring

    compute: auto
"""


@pytest.mark.parametrize(
    ("text", "after"),
    [
        (BLOCK, BLOCK.replace("1.35", "1.36")),
        (BLOCK.replace('"1.35"', "'1.35'"), BLOCK.replace("1.35", "1.36")),
        (BLOCK.replace('    version: "1.35" # until spring\n', ""),
         BLOCK.replace('    version: "1.35" # until spring\n', "") + '    version: "1.36"\n'),
        ("config: {longshore:cluster: {kind: eks, name: x}}\n",
         'config: {longshore:cluster: {version: "1.36", kind: eks, name: x}}\n'),
    ],
)  # fmt: skip
def test_the_version_alone_is_written(text, after):
    assert with_settings(text, {("config", "longshore:cluster", "version"): "1.36"}, "stack.yaml") == after


def test_what_a_version_serves_no_more_is_told():
    budget = {"apiVersion": "policy/v1beta1", "kind": "PodDisruptionBudget", "metadata": {"name": "web"}}
    fine = {**budget, "apiVersion": "policy/v1"}
    assert list(served_no_more([budget, fine, {}], "1.25")) == [
        "PodDisruptionBudget web is policy/v1beta1, which 1.25 serves no more: policy/v1"
    ]
    assert list(served_no_more([budget], "1.24")) == []


class Done(NamedTuple):
    code: int
    out: str
    err: str


def upgrade(root: Path, *words: str) -> Done:
    shutil.copy(REPOSITORY / "__main__.py", root)
    out, err = io.StringIO(), io.StringIO()
    arguments = ("upgrade", *words)
    code = run(arguments, Shell(out, err, io.BytesIO(), dict(os.environ), str(root), arguments))
    return Done(code, out.getvalue(), err.getvalue())


def test_the_steps_are_said_and_the_version_is_written(tmp_path):
    copy(tmp_path)
    path = tmp_path / "stacks/Pulumi.platform.dev.yaml"
    before = path.read_text("utf-8")
    done = upgrade(tmp_path, "-s", "platform.dev")
    assert done.code == 0, done.err
    order = ["UPGRADE_READINESS", "control plane", "add-ons", "metrics-server", "nodes", "shop.dev", "serves"]
    assert sorted(order, key=done.out.index) == order
    document = json.loads(upgrade(tmp_path, "-s", "platform.dev", "-o", "json").out)
    assert (document["from"], document["to"], document["servedNoMore"]) == ("1.35", "1.36", [])
    assert document["steps"] == done.out.splitlines()[1:]
    assert path.read_text("utf-8") == before
    assert upgrade(tmp_path, "-s", "platform.dev", "--write").code == 0
    assert path.read_text("utf-8") == before.replace('"1.35"', '"1.36"')


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["-s", "platform.dev", "--to", "1.37"], "from 1.35 EKS goes to 1.36 only"),
        (["-s", "shop.dev"], "clusters are made by: platform.dev"),
    ],
)
def test_what_cannot_be_upgraded_is_told(tmp_path, words, told):
    done = upgrade(copy(tmp_path), *words)
    assert done.code == 2
    assert told in done.err


def test_a_version_that_is_out_of_support_can_be_left(tmp_path):
    edit(copy(tmp_path), "platform.dev", lambda config: config["longshore:cluster"].update(version="1.33"))
    done = upgrade(tmp_path, "-s", "platform.dev")
    assert done.code == 0, done.err
    assert "1.33 to 1.34, in standard support until 2026-12-02" in done.out


class Played:
    """What AWS would answer, with another newest version of each add-on."""

    def __init__(self, offered: str) -> None:
        self._offered = offered

    def describe_cluster_versions(self, **_: Any) -> dict[str, Any]:
        return {
            "clusterVersions": [
                {
                    "clusterVersion": version,
                    "endOfStandardSupportDate": datetime(2027, 3, 27, tzinfo=UTC),
                    "endOfExtendedSupportDate": datetime(2028, 3, 27, tzinfo=UTC),
                }
                for version in ("1.35", "1.36")
            ]
        }

    def describe_addon_versions(self, **asked: str) -> dict[str, Any]:
        ours = VERSIONS[asked["addonName"]][asked["kubernetesVersion"]]
        versions = [self._offered or ours] if self._offered == "other" else list(filter(None, (self._offered, ours)))
        return {"addons": [{"addonVersions": [{"addonVersion": version} for version in versions]}]}


def test_the_tables_are_held_against_what_aws_says():
    (newer,) = differences(Played(""))
    assert newer.startswith("support of 1.36: 2027-03-27")
    assert "vpc-cni for 1.35: v1.23.0-eksbuild.1; the newest is v9" in list(differences(Played("v9")))
    assert any("is not offered any more" in line for line in differences(Played("other")))


def test_the_pinned_charts_are_held_against_their_repositories():
    def index(*more: str, without: str = "") -> Any:
        entries = {chart.name: [{"version": each} for each in (chart.version, *more)] for chart in PINNED}
        entries[without] = [{"version": "0.1.0"}]
        return lambda _: yaml.safe_dump({"entries": entries})

    assert list(chart_differences(index("0.0.9", "999.0.0-rc.1"))) == []
    newer = list(chart_differences(index("999.0.0")))
    assert newer[0] == f"chart {PINNED[0].name}: {PINNED[0].version}; the newest is 999.0.0"
    assert len(newer) == len(PINNED)
    (gone,) = chart_differences(index(without=PINNED[0].name))
    assert gone.endswith("is not offered; the newest is 0.1.0")


def test_the_autoscaler_is_of_the_version_of_its_cluster():
    assert VERSIONS["kube-proxy"].keys() <= AUTOSCALER_IMAGES.keys()
    assert all(image.startswith(f"v{version}.") for version, image in AUTOSCALER_IMAGES.items())


def test_the_steps_say_what_becomes_of_managed_nodes(tmp_path):
    groups = {"general": {"maxUnavailable": 2}, "kept": {"release": "1.35.3-20260812"}}
    managed = {"compute": "managed", "nodeGroups": groups}
    edit(copy(tmp_path), "platform.dev", lambda config: config["longshore:cluster"].update(managed))
    done = upgrade(tmp_path, "-s", "platform.dev")
    assert done.code == 0, done.err
    assert "general: to the newest release for 1.36, 2 at once" in done.out
    assert "kept: pinned to 1.35.3-20260812: name a release for 1.36" in done.out
    assert f"autoscaler: {AUTOSCALER_IMAGES['1.35']} to {AUTOSCALER_IMAGES['1.36']}" in done.out
