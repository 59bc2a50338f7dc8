"""Stack files: every error at once, each in its place; and what the settings become."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from longshore.errors import Refused
from longshore.model import Severity
from longshore.rehearsal.rehearse import engine_config
from longshore.stack.bootstrap_validation import check_bootstrap
from longshore.stack.file import StackFile, read_stack_file
from longshore.stack.inputs import options_of
from longshore.stack.names import store_role
from longshore.stack.reading import BOOTSTRAP, convert_stack, read_stack, stack_names, summary
from longshore.stack.validation import check_against, check_settings
from tests.components.stage import BASE, EKS, GUARD, MANAGED, REPOSITORY, check, copy, edit

APPLICATION = {"longshore:compose": {"files": ["compose.yaml"]}}


def messages(config: dict[str, Any]) -> list[str]:
    return [f"{found.severity.value}: {found.message}" for found in check(config).findings]


WRONG = Path(__file__).with_name("wrong")


def checked(config: dict[str, Any], file: StackFile) -> Any:
    """A stack of any class, read as `read_stack` does."""
    return check_bootstrap(config, file) if BOOTSTRAP in config else check_settings(config, file)


@pytest.mark.parametrize("name", sorted(path.name for path in WRONG.iterdir()))
def test_every_error_of_a_stack_file_at_once_and_in_its_place(name):
    file = read_stack_file((WRONG / name / "Pulumi.yaml").read_text("utf-8"), "Pulumi.yaml")
    found = checked({GUARD: ["aws", "kubernetes"], **file.values["config"]}, file)
    assert found.settings is None
    told = "".join(f"{finding.span}: {finding.message}\n    {finding.help}\n" for finding in found.findings)
    assert told.replace("    \n", "") == (WRONG / name / "report.txt").read_text("utf-8")


@pytest.mark.parametrize("name", sorted(path.name for path in WRONG.iterdir()))
def test_no_value_is_repeated(name):
    """Each text that is wrong in its place could be a secret: with a canary there, nothing shows it."""
    text = (WRONG / name / "Pulumi.yaml").read_text("utf-8")
    values = read_stack_file(text, "").values

    def spoilt(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: spoilt(each) for key, each in value.items()}
        return [spoilt(each) for each in value] if isinstance(value, list) else "canary 7f3a"

    config = {GUARD: ["aws", "kubernetes"], **spoilt(values["config"])}
    assert "canary" not in "".join(map(str, checked(config, read_stack_file("", "Pulumi.yaml")).findings))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("config: [", "not YAML: did not find expected node content"),
        ("- config", "a stack file is a mapping with `config:` at its top"),
        ("config: {a: 1, a: 2}", "`a` is written twice"),
        ("config: &x [*x]", "not YAML: the text can't be read"),
        ("a: \x07", "not YAML: the text can't be read"),
    ],
)
def test_a_stack_file_that_cannot_be_read_says_why(text, message):
    found = read_stack_file(text, "stack.yaml").findings
    assert [finding.message for finding in found if finding.message.startswith(message[:30])]
    assert all(finding.span for finding in found)


@pytest.mark.parametrize("text", ["config: [", "- config", "config: &x [*x]", "longshore:team: shop: dev"])
def test_of_a_stack_file_that_cannot_be_read_nothing_else_is_said(text):
    """That `environment` is missing there would be a guess."""
    file = read_stack_file(text, "stack.yaml")
    assert check_settings({}, file).findings == file.findings


def test_scalars_are_those_of_yaml_1_2():
    text = "a: yes\nb: 0755\nc: 22:22\nd: true\ne: 1.5\nf: '7'\ng: ~\nh: 2024-01-01"
    assert read_stack_file(text, "x").values == {
        "a": "yes", "b": 755, "c": "22:22", "d": True, "e": 1.5, "f": "7", "g": None, "h": "2024-01-01",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"longshore:aws": None}, "of kind `eks` needs an account"),
        ({"longshore:network": {"cidr": "10.0.0.0/8"}}, "must be /16 to /22, is /8"),
        ({"longshore:network": {"cidr": "10.0.0.1/16"}}, "is no address range"),
        ({"longshore:network": {"zones": ["eu-west-1a", "eu-west-1b"]}}, "must be 3 different zones"),
        ({"longshore:network": {"zones": ["eu-west-1a", "eu-west-1b", "us-east-1a"]}}, "is not in `eu-west-1`"),
        ({"longshore:cluster": {"kind": "gke"}}, "`longshore:cluster.kind` must be one of `eks`, `kubecon"),
        ({"longshore:cluster": {}}, "needs `kind`"),
        ({"longshore:cluster": "eks"}, "must be a mapping, is text"),
        ({"longshore:cluster": {"kind": "eks", "endpoint": {"public": True}}}, "does not say who may reach the API"),
        ({"longshore:cluster": {"kind": "eks", "endpoint": {"cidrs": ["10.0.0.0/8"]}}}, "has no effect on a private"),
        ({"longshore:cluster": {"kind": "eks", "nodeGroups": {"a": {}}}}, "are not used in Auto Mode"),
        ({"longshore:cluster": {"kind": "eks", "nodePools": []}}, "leaves nothing to run on"),
        ({"longshore:cluster": {"kind": "eks", "nodePools": ["general"]}}, "must be one of `system`"),
        ({"longshore:cluster": {"kind": "eks", "compute": "managed"}}, "`managed` needs nodes"),
        ({"longshore:cluster": {"kind": "eks", "version": "1.40"}}, "must pin `metrics-server` for Kubernetes 1.40"),
        ({"longshore:cluster": {"kind": "eks", "addons": {"coredns": "latest"}}}, "is not an exact EKS add-on version"),
        ({"longshore:team": "kube-system"}, "is a namespace of Kubernetes itself"),
        ({"longshore:team": "", "longshore:compose": {"files": ["x"]}}, "needs a team that the application belongs to"),
        ({"longshore:compose": {"files": []}}, "names no compose file"),
        ({"longshore:cluster": {"kind": "eks", "logDays": 0}}, "is not a retention that CloudWatch knows"),
        ({"longshore:network": {"flowLogDays": 2}}, "is not 0, or a retention that CloudWatch knows"),
        ({"longshore:capacity": {"memory": "5ki"}}, "is not a Kubernetes quantity"),
        ({"longshore:cluster": {**MANAGED, "nodeGroups": {"a": {"desired": 9}}}}, "must have `desired` between"),
        ({**APPLICATION, "longshore:secrets": {"backend": "vault"}}, "needs the address of Vault"),
        (
            {**APPLICATION, "longshore:secrets": {"backend": "vault", "server": "http://localhost.example.com:8200"}},
            "travel in the clear",
        ),
        ({"longshore:compose": {}}, "needs `files`"),
        ({"longshore:access": {"group": "system:masters"}}, "that EKS lets one name"),
        ({"longshore:budget": {"monthly": 1, "notify": []}}, "names nobody to tell"),
        ({"longshore:cluster": {"kind": "stack", "stack": "platform.dev"}}, "is for an EKS cluster of this stack"),
        ({GUARD: ["aws"]}, "must turn the default providers off"),
    ],
)  # fmt: skip
def test_what_contradicts_itself_is_refused(change, message):
    found = check({**EKS, **change})
    assert any(message in finding.message for finding in found.findings), messages({**EKS, **change})
    assert found.settings is None
    assert all(finding.severity is Severity.ERROR for finding in found.findings)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (APPLICATION, "`longshore:secrets` needs a region of AWS Secrets Manager"),
        ({"longshore:access": {"people": ["arn:aws:iam::111122223333:role/x"]}}, "`longshore:access` names IAM roles"),
        ({"longshore:budget": {"monthly": 1, "notify": ["a@example.com"]}}, "`longshore:budget` needs an account"),
        ({"longshore:team": ""}, "the stack makes nothing: it has no cluster, no operator and no team"),
    ],
)
def test_what_needs_an_account_or_a_team_says_so(change, message):
    assert [found for found in messages({**BASE, **change}) if found.startswith(f"error: {message}")]


def test_a_stack_may_be_the_operator_alone():
    assert check({**BASE, "longshore:team": "", "longshore:operator": {}}).settings


def test_production_must_not_be_open_to_everyone():
    everyone = {"kind": "eks", "endpoint": {"public": True, "cidrs": ["0.0.0.0/0"]}}
    assert messages({**EKS, "longshore:cluster": everyone}) == [
        "warning: `longshore:cluster.endpoint.cidrs` lets everyone reach the API server"
    ]
    production = {**EKS, "longshore:environment": "prod", "longshore:cluster": everyone, "longshore:backup": {}}
    assert messages({**production, "longshore:network": {"nat": "regional"}}) == [
        "error: `longshore:cluster.endpoint.cidrs` opens the API server of production to everyone"
    ]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("compose", {"files": ["x"], "variables": {"DB_PASSWORD": "hunter2-canary"}}),
        ("aws", {"region": "eu-west-1", "accountId": "111122223333", "tags": {"api-token": "hunter2-canary"}}),
        ("operator", {"values": {"extraEnv": [{"password": "hunter2-canary"}]}}),
        ("secrets", "hunter2-canary"),
        ("services", {"web": {"plain": {"URL": "postgres://me:hunter2-canary@db/x"}}}),
    ],
)
def test_a_secret_in_a_stack_file_is_refused_and_never_repeated(path, value):
    found = check({**EKS, f"longshore:{path}": value})
    assert found.settings is None
    assert any("holds a secret" in finding.message for finding in found.findings)
    assert "hunter2" not in "".join(map(str, found.findings))


def test_an_encrypted_value_is_refused_too():
    found = check({**EKS, "longshore:quota": {"secure": "AAABAOnPEn7"}})
    assert [finding.message for finding in found.findings] == [
        "`longshore:quota.secure` is an encrypted value; a stack file holds no secrets, not even encrypted ones"
    ]


@pytest.mark.parametrize("stack", stack_names(str(REPOSITORY)))
def test_the_stacks_of_this_repository_are_right(stack):
    found = read_stack(stack, str(REPOSITORY))
    assert found.settings
    assert [finding.message for finding in found.findings if finding.severity is Severity.ERROR] == []


@pytest.mark.parametrize("stack", stack_names(str(REPOSITORY)))
def test_an_engine_gives_the_same_settings_as_the_file(stack):
    """It hands lists and mappings over as JSON, and every scalar as text."""
    file = read_stack(stack, str(REPOSITORY))
    given = engine_config(dict(file.file.values["config"].items()) | {GUARD: ["aws", "kubernetes"]})
    assert all(isinstance(value, str) for value in given.values())
    assert read_stack(stack, str(REPOSITORY), given).settings == file.settings


def test_scalars_at_the_top_may_come_as_text():
    found = check({**BASE, "longshore:production": "true", "longshore:quota": json.dumps({"pods": 5})})
    assert found.settings.in_production
    assert found.settings.quota.pods == 5


def test_an_application_takes_account_and_tags_from_its_platform(tmp_path):
    root = copy(tmp_path)
    found = read_stack("shop.dev", str(root))
    assert found.settings
    assert found.platform
    assert found.settings.aws == found.platform.aws
    assert (
        store_role(found.settings, found.platform)
        == "arn:aws:iam::111122223333:role/longshore-eu-west-1-dev-shop-secrets"
    )
    options = options_of(found.settings, found.platform)
    assert options.kubernetes_version == (1, 35)
    assert options.storage.shared_class == "efs"
    assert options.secrets.region == "eu-west-1"
    assert options.load_balancer_class == "eks.amazonaws.com/nlb"
    edit(
        root,
        "shop.dev",
        lambda config: config.update({"longshore:aws": {"region": "eu-west-1", "accountId": "999999999999"}}),
    )
    findings = read_stack("shop.dev", str(root)).findings
    assert [finding.message for finding in findings] == [
        "`longshore:aws.accountId` is not that of platform.dev, `111122223333`"
    ]
    assert str(findings[0].span).startswith("stacks/Pulumi.shop.dev.yaml:")


@pytest.mark.parametrize("stack", ["platform.prod", "shop.dev", "shop.local"])
def test_a_platform_that_is_none_is_told(tmp_path, stack):
    root = copy(tmp_path)
    edit(root, "shop.dev", lambda config: config["longshore:cluster"].update(stack=stack))
    found = read_stack("shop.dev", str(root))
    assert found.settings is None
    assert found.findings[0].span
    assert found.findings[0].span.file == "stacks/Pulumi.shop.dev.yaml"


def test_a_stack_or_project_that_is_not_there_is_told(tmp_path):
    with pytest.raises(Refused, match=r"no Pulumi\.yaml here") as refused:
        read_stack("shop.dev", str(tmp_path))
    assert refused.value.code == 3
    with pytest.raises(Refused, match="has no file") as refused:
        read_stack("shop.dve", str(REPOSITORY / "stacks"))
    assert refused.value.help == "did you mean `shop.dev`?"


def test_services_and_volumes_that_compose_does_not_have_are_told():
    found = check({**BASE, "longshore:services": {"wbe": {}}, "longshore:storage": {"volumes": {"dta": {}}}})
    project: Any = SimpleNamespace(model={"services": {"web": {}}, "volumes": {"data": {}}})
    told_of = check_against(found.settings, None, project, read_stack_file("", "x"))
    assert [(finding.message, finding.help) for finding in told_of] == [
        ("`longshore:services.wbe` is none of the services of the compose files", "did you mean `web`?"),
        ("`longshore:storage.volumes.dta` is none of the volumes of the compose files", "did you mean `data`?"),
    ]


def test_errors_are_told_in_full_and_warnings_by_number(monkeypatch, tmp_path):
    monkeypatch.setenv("LONGSHORE_REHEARSAL", "1")
    root = copy(tmp_path)
    stack = read_stack("shop.local", str(root))
    _, text = summary(stack, convert_stack(stack, {}))
    assert "missing-memory-limit" in text
    assert text.count("\n") == 0
    (root / "examples/marketplace/compose.yaml").write_text("services: {web: {imgae: x}}\n", "utf-8")
    findings, text = summary(stack, convert_stack(stack, {}))
    assert "compose.yaml:1:18: error[unknown-key]" in text
    assert any(finding.severity is Severity.ERROR for finding in findings)


def test_every_example_in_the_manual_is_a_stack_file_without_errors():
    manual = (REPOSITORY / "docs/stacks.md").read_text("utf-8")
    examples = [block.split("```")[0] for block in manual.split("```yaml\n")[1:]]
    whole = [example for example in examples if example.startswith("config:")]
    assert len(whole) >= 4
    for example in whole:
        file = read_stack_file(example, "docs/stacks.md")
        found = checked({GUARD: ["aws", "kubernetes"], **file.values["config"]}, file)
        assert [finding.message for finding in found.findings if finding.severity is Severity.ERROR] == [], example


def test_settings_import_no_pulumi():
    seen = "any(name.split('.')[0].startswith('pulumi') for name in sys.modules)"
    code = f"import sys, longshore.stack.reading, longshore.stack.inputs; sys.exit({seen})"
    assert subprocess.run([sys.executable, "-c", code], cwd=Path(REPOSITORY), check=False).returncode == 0


def test_two_stacks_never_share_a_namespace_of_a_cluster(tmp_path):
    root = copy(tmp_path)
    text = (root / "stacks/Pulumi.shop.dev.yaml").read_text("utf-8")
    (root / "stacks/Pulumi.twin.dev.yaml").write_text(
        text.replace("team: shop", "team: twin\n  longshore:namespace: shop"), "utf-8"
    )
    edit(root, "twin.dev", lambda config: config.pop("longshore:access"))
    found = read_stack("twin.dev", str(root))
    assert found.settings is None
    assert [finding.message for finding in found.findings] == [
        "`longshore:namespace` makes `shop` its namespace, which is that of stack shop.dev on this cluster"
    ]
    assert read_stack("shop.local", str(root)).settings, "another cluster"
    edit(root, "twin.dev", lambda config: config.pop("longshore:namespace"))
    assert read_stack("twin.dev", str(root)).settings


def test_what_a_cluster_does_not_give_is_warned_of(tmp_path):
    root = copy(tmp_path)
    edit(
        root,
        "platform.dev",
        lambda config: config["longshore:cluster"].update(
            compute="managed", nodeGroups={"a": {}}, networkPolicies=False, loadBalancerController=False
        ),
    )
    found = read_stack("shop.dev", str(root))
    assert found.settings
    assert [(finding.severity.value, finding.message.split("` ")[0]) for finding in found.findings] == [
        ("warning", "`longshore:cluster"),
        ("warning", "`longshore:services.gateway.exposure"),
    ]


@pytest.mark.parametrize(
    "server",
    ["https://vault:8200", "http://127.0.0.1:8200", "http://[::1]:8200", "http://localhost", "http://vault:8200"],
)
def test_plain_http_goes_to_this_machine_only_or_with_consent(server):
    consent = {"allowHttp": True} if server == "http://vault:8200" else {}
    config = {**BASE, **APPLICATION, "longshore:secrets": {"backend": "vault", "server": server, **consent}}
    assert messages(config) == ["warning: `longshore:cluster` must have the External Secrets Operator already"]


@pytest.mark.parametrize(
    ("own", "told"),
    [
        ({"server": "https://vault:8200", "serverFromOutside": "http://127.0.0.1:8200"}, ""),
        ({"server": "https://vault:8200", "serverFromOutside": "http://vault.example.com"}, "in the clear"),
        ({"serverFromOutside": "https://vault.example.com"}, "stands beside no `server`"),
    ],
)
def test_the_way_to_vault_from_outside(own, told):
    found = messages({**BASE, **APPLICATION, "longshore:secrets": {"backend": "vault", **own}})
    about = [message for message in found if "serverFromOutside" in message]
    assert (len(about) == 1 and told in about[0]) if told else about == []
