"""A platform gets a domain on a real engine: what is there stays, and all of it goes again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.engine.project import operations, resources

if TYPE_CHECKING:
    from tests.engine.project import Project
    from tools.cluster.api import Api

PLATFORM = "platform.dev"
PROOF = """

_SPECIAL["aws:acm/certificate:Certificate"] = lambda w, n, i, r: {
    "arn": w.arn("acm", "certificate/" + r),
    "domainValidationOptions": [
        {"domainName": i["domainName"], "resourceRecordName": "_a." + i["domainName"] + ".",
         "resourceRecordType": "CNAME", "resourceRecordValue": "_b.acm-validations.aws."}
    ],
}
_SPECIAL["aws:route53/record:Record"] = lambda w, n, i, r: {"fqdn": i["name"].rstrip(".")}
"""
"""What AWS answers of a certificate, which the provider of these tests does not know."""


@pytest.fixture
def certificates(aws: Project) -> None:
    catalog = aws.folder.parent / "stub_aws" / "catalog.py"
    catalog.write_text(catalog.read_text("utf-8") + PROOF, "utf-8")


@pytest.mark.usefixtures("like_eks", "chart", "certificates")
def test_a_platform_gets_a_domain(aws: Project, api: Api) -> None:
    stack = aws.stack(PLATFORM)
    stack.up()

    def with_domain(config: dict[str, Any]) -> None:
        found = str(aws.folder / "chart")
        config["longshore:domain"] = {"zone": "example.com", "zoneId": "Z0123456789ABCDEFGHIJ", "chart": found}

    aws.settings(PLATFORM, with_domain)
    changed = operations(stack.up())
    assert set(changed) == {"same", "create", "update"}, "nothing is replaced"
    assert changed["update"] == 2, "the parameters of both ingress classes"
    assert set(operations(stack.up())) == {"same"}
    for name in ("alb", "alb-internal"):
        spec = api.get("eks.amazonaws.com/v1", "IngressClassParams", "", name)["spec"]
        assert [arn.split(":")[2] for arn in spec["certificateARNs"]] == ["acm"]
    assert api.exists("v1", "Namespace", "", "external-dns")
    stack.destroy()
    assert resources(stack) == []
    assert not api.exists("v1", "Namespace", "", "external-dns")
