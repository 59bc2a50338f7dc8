"""What a program asks AWS while it runs: where AWS does not answer, the setting, the right and what to do are said."""

from __future__ import annotations

import ast
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pulumi
import pytest

from longshore.program import running_nodes
from longshore.program.questions import LONGEST
from longshore.stack.file import read_stack_file
from tests.components.stage import REPOSITORY, check

PARAMETER = "arn:aws:ssm:eu-west-1::parameter/aws/service/eks/optimized-ami/1.35/amazon-linux-2023/x86_64/standard"
DENIED = (
    "invoke of {token} failed: invocation of {token} returned an error: invoking {token}: 1 error occurred:\n"
    "\t* reading: operation error {service}, https response error StatusCode: 400, RequestID: 0a1b, "
    "api error AccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/ci/me is not authorized to perform: "
    "{right} on resource: {resource} because no identity-based policy allows the {right} action\n\n"
)
"""As pulumi-aws gives on what AWS says."""
EXPIRED = (
    "invoke of aws:eks/getClusters:getClusters failed: rpc error: 1 error occurred:\n\t* reading EKS Clusters: "
    "operation error EKS: ListClusters, api error ExpiredTokenException: The security token included is expired\n\n"
)
TEXT = """\
config:
  longshore:environment: dev
  longshore:aws: {region: eu-west-1, accountId: "111122223333"}
  longshore:network: {}
  longshore:cluster:
    kind: eks
    compute: managed
    nodeGroups: {general: {minimum: 3}}
"""
PLACE = "Pulumi.platform.dev.yaml:8:17: `longshore:cluster.nodeGroups` asks AWS, "


class Answers:
    """AWS, which refuses some questions."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, **refused: Exception) -> None:
        self._refused = refused
        answers = {
            "get_parameter": ("ssm", {"value": "1.35.3-20260812"}),
            "get_clusters": ("eks", {"names": ["longshore-dev"]}),
            "get_node_groups": ("eks", {"names": ["longshore-dev-nodes-general-0123abc"]}),
            "get_node_group": (
                "eks",
                {"scaling_configs": [SimpleNamespace(min_size=2, max_size=6, desired_size=4)]},
            ),
        }
        services: dict[str, Any] = {"ssm": SimpleNamespace(), "eks": SimpleNamespace()}
        for question, (service, answer) in answers.items():
            setattr(services[service], question, self._answering(question, answer))
        monkeypatch.setattr(running_nodes, "aws", SimpleNamespace(**services))
        monkeypatch.delenv("LONGSHORE_REHEARSAL", raising=False)

    def _answering(self, question: str, answer: dict[str, Any]) -> Any:
        def ask(*, opts: pulumi.InvokeOptions, **_: Any) -> Any:
            if question in self._refused:
                raise self._refused[question]
            return SimpleNamespace(**answer)

        return ask


def asked() -> running_nodes.Seen:
    file = read_stack_file(TEXT, "Pulumi.platform.dev.yaml")
    settings = check({**file.values["config"], "pulumi:disable-default-providers": ["aws", "kubernetes"]}).settings
    provider: Any = SimpleNamespace()
    return running_nodes.seen(settings, provider, file)


@pytest.mark.parametrize(
    ("question", "token", "service", "right", "resource", "help_text"),
    [
        (
            "get_parameter",
            "aws:ssm/getParameter:getParameter",
            "SSM: GetParameter",
            "ssm:GetParameter",
            PARAMETER,
            "or name the `release` of each group",
        ),
        (
            "get_clusters",
            "aws:eks/getClusters:getClusters",
            "EKS: ListClusters",
            "eks:ListClusters",
            "arn:aws:eks:eu-west-1:111122223333:cluster/*",
            "give it, as roles of a bootstrap stack have it",
        ),
        (
            "get_node_group",
            "aws:eks/getNodeGroup:getNodeGroup",
            "EKS: DescribeNodegroup",
            "eks:DescribeNodegroup",
            "arn:aws:eks:eu-west-1:111122223333:nodegroup/longshore-dev/longshore-dev-nodes-general-0123abc/*",
            "give it, as roles of a bootstrap stack have it",
        ),
    ],
)
def test_a_right_that_is_missing_is_named_with_the_setting_that_asks(
    monkeypatch, question, token, service, right, resource, help_text
):
    text = DENIED.format(token=token, service=service, right=right, resource=resource)
    Answers(monkeypatch, **{question: Exception(text)})
    with pytest.raises(pulumi.RunError) as refused:
        asked()
    said = str(refused.value)
    assert said.startswith(f"{PLACE}and whoever deploys has no right to `{right}` on `{resource}`; ")
    assert said.rstrip().endswith(help_text)
    assert said.count("\n") == 1


def test_what_else_keeps_aws_from_answering_is_said_in_its_words(monkeypatch):
    Answers(monkeypatch, get_clusters=Exception(EXPIRED))
    with pytest.raises(pulumi.RunError) as refused:
        asked()
    assert str(refused.value) == (
        f"{PLACE}which does not answer: reading EKS Clusters: operation error EKS: ListClusters, api error "
        "ExpiredTokenException: The security token included is expired; see to what it says\n"
    )


def test_an_answer_without_end_is_cut(monkeypatch):
    Answers(monkeypatch, get_clusters=Exception("x" * 5000))
    with pytest.raises(pulumi.RunError) as refused:
        asked()
    assert len(str(refused.value)) < LONGEST + len(PLACE) + 80


def test_a_bug_stays_one(monkeypatch):
    Answers(monkeypatch, get_clusters=TypeError("an argument too many"))
    with pytest.raises(TypeError):
        asked()


def test_what_aws_answers_is_what_is_seen(monkeypatch):
    Answers(monkeypatch)
    assert asked() == (
        {"general": "1.35.3-20260812"},
        {"general": running_nodes.Running(minimum=2, maximum=6, nodes=4)},
    )


def test_no_question_is_asked_without_a_word_for_its_refusal():
    """A program calls none of the functions that ask: it hands them to `Questions.ask`."""
    asking = [
        f"{path.relative_to(REPOSITORY)}:{node.lineno}"
        for folder in ("components", "longshore/program")
        for path in sorted(Path(REPOSITORY, folder).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and ast.unparse(node.func).startswith(("aws.", "pulumi_aws."))
        and node.func.attr.startswith("get_")
    ]
    assert asking == []
