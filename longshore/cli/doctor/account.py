"""Whether the AWS account is the right one, offers what a stack makes, has room for it, and lets us make it.

Quotas are those that a new cluster runs into. Sources:
https://docs.aws.amazon.com/general/latest/gr/vpc-service.html, https://docs.aws.amazon.com/general/latest/gr/eks.html,
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-on-demand-instances.html#ec2-on-demand-instances-limits
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from longshore.cli.doctor.checks import Answer, Check, some
from longshore.stack.eks_settings import EksCluster
from longshore.stores.interface import MISSHAPEN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from longshore.stack.reading import Stack
    from longshore.stack.settings import Aws, Settings

_SMALL: Final = 16
"""Virtual processors: four nodes of a usual size. A new account has five."""
_NETWORK: Final = ("ec2:CreateVpc", "ec2:CreateSubnet", "ec2:CreateNatGateway", "ec2:AllocateAddress")
_CLUSTER: Final = (
    "eks:CreateCluster",
    "iam:CreateRole",
    "iam:AttachRolePolicy",
    "kms:CreateKey",
    "logs:CreateLogGroup",
)
_SECRETS: Final = ("secretsmanager:DescribeSecret",)


class Quota(NamedTuple):
    """A limit of the account in a region. used: counts what there is; needed: what the stack adds."""

    service: str
    code: str
    name: str
    needed: int
    used: Callable[[], int]


def checks(stack: Stack) -> list[Check]:
    """What to look at: nothing where the stack has nothing in AWS."""
    settings = stack.settings
    if settings is None or settings.aws is None:
        return []
    aws = settings.aws
    return [
        Check("account", "credentials", lambda: _identity(aws)),
        Check("account", "region", lambda: _region(aws)),
        Check("account", "quotas", lambda: _quotas(settings, aws)),
        Check("account", "permissions", lambda: _permissions(settings, aws)),
    ]


def client(aws: Aws, service: str) -> Any:
    """A client of a service that does not wait for long."""
    import boto3  # noqa: PLC0415  not for other stacks
    from botocore.config import Config  # noqa: PLC0415  likewise

    config = Config(connect_timeout=4, read_timeout=8, retries={"mode": "standard", "total_max_attempts": 2})
    return boto3.Session(region_name=aws.region).client(service, config=config)


@contextmanager
def _explained(what: str, found: list[Answer], *, state: str = "unseen") -> Iterator[None]:
    """Say in one line why AWS does not answer; of its own words the name of the error only."""
    from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError  # noqa: PLC0415  as above

    try:
        yield
    except NoCredentialsError:
        help_ = "`aws sso login`, AWS_PROFILE, or a role of the machine; CI gets one by OIDC"
        found.append(Answer("wrong" if state == "wrong" else "unseen", f"{what}: there are no AWS credentials", help_))
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        expired = "log in again: the credentials have ended" if "Expired" in code or "InvalidClient" in code else ""
        found.append(Answer("wrong" if state == "wrong" else "unseen", f"{what}: AWS refuses ({code})", expired))
    except MISSHAPEN:
        found.append(Answer("unseen", f"{what}: the answer is none that AWS gives", "see what answers in its place"))
    except BotoCoreError as error:
        found.append(Answer("unseen", f"{what}: AWS does not answer ({type(error).__name__})", "see the way to it"))


def _identity(aws: Aws) -> Iterator[Answer]:
    found: list[Answer] = []
    with _explained("credentials", found, state="wrong"):
        caller = client(aws, "sts").get_caller_identity()
        found.append(_same(str(caller["Account"]), str(caller["Arn"]), aws))
        if aws.assume_role:
            client(aws, "sts").assume_role(RoleArn=aws.assume_role, RoleSessionName="longshore-doctor")
            found.append(Answer("ok", f"{aws.assume_role} may be assumed, which deploys"))
    yield from found


def _same(account: str, arn: str, aws: Aws) -> Answer:
    if aws.account_id and account != aws.account_id and not aws.assume_role:
        help_ = "log in to the other: AWS_PROFILE, or `aws sso login`; a deployment with these would be refused"
        return Answer(
            "wrong", f"these are credentials of account {account}, and the stack is of {aws.account_id}", help_
        )
    return Answer("ok", f"account {account}, as {arn}")


def _region(aws: Aws) -> Iterator[Answer]:
    import boto3  # noqa: PLC0415  not for other stacks

    session = boto3.Session(region_name=aws.region)
    known = {name for part in session.get_available_partitions() for name in session.get_available_regions("ec2", part)}
    if aws.region not in known:
        told = f"boto3 {boto3.__version__} knows no region {aws.region}"
        yield Answer("wrong", told, "mend `region` of `longshore:aws`; a region younger than boto3 needs a newer one")
        return
    found: list[Answer] = []
    with _explained(f"region {aws.region}", found):
        regions = client(aws, "ec2").describe_regions(AllRegions=True)["Regions"]
        status = next((str(x.get("OptInStatus")) for x in regions if x["RegionName"] == aws.region), "")
        if status in {"", "not-opted-in"}:
            help_ = "an administrator turns it on in the account settings"
            found.append(Answer("wrong", f"region {aws.region} is not turned on in this account", help_))
        else:
            found.append(Answer("ok", f"region {aws.region} is there"))
    yield from found


def _quotas(settings: Settings, aws: Aws) -> Iterator[Answer]:
    limits = client(aws, "service-quotas")
    for quota in _wanted(settings, aws):
        found: list[Answer] = []
        with _explained(quota.name, found):
            value = _value(limits, quota)
            used = quota.used()
            told = f"{quota.name}: {used} of {value} in use, and this stack takes {quota.needed}"
            help_ = (
                f"`aws service-quotas request-service-quota-increase --service-code {quota.service} --quota-code "
                f"{quota.code} --desired-value N` asks for more; what is deployed already is counted as in use"
            )
            found.append(Answer("ok", told) if used + quota.needed <= value else Answer("warning", told, help_))
        yield from found
    found = []
    if isinstance(settings.cluster, EksCluster):
        with _explained("virtual processors", found):
            value = _value(limits, Quota("ec2", "L-1216C47A", "", 0, int))
            told = f"virtual processors of usual instances: {value} at once"
            help_ = "nodes stop coming there; ask for more: service code ec2, quota code L-1216C47A"
            found.append(Answer("ok", told) if value >= _SMALL else Answer("warning", told, help_))
    yield from found


def _value(limits: Any, quota: Quota) -> int:
    """What the account has, or where that was never changed what AWS gives to everybody."""
    from botocore.exceptions import ClientError  # noqa: PLC0415  as above

    asked = {"ServiceCode": quota.service, "QuotaCode": quota.code}
    try:
        return int(limits.get_service_quota(**asked)["Quota"]["Value"])
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") != "NoSuchResourceException":
            raise
        return int(limits.get_aws_default_service_quota(**asked)["Quota"]["Value"])


def _wanted(settings: Settings, aws: Aws) -> list[Quota]:
    found = []
    network = settings.network
    if network is not None and not network.vpc_id:
        addresses = {"single": 1, "per-zone": 3}.get(network.nat, 0)
        ec2 = client(aws, "ec2")
        found += [
            Quota("vpc", "L-F678F1CE", "VPCs", 1, lambda: len(ec2.describe_vpcs()["Vpcs"])),
            Quota("ec2", "L-0263D0A3", "elastic addresses", addresses,
                  lambda: len(ec2.describe_addresses()["Addresses"])),
        ]  # fmt: skip
    if settings.cluster_name:
        eks = client(aws, "eks")
        found.append(Quota("eks", "L-1194D53C", "EKS clusters", 1, lambda: len(eks.list_clusters()["clusters"])))
    return found


def _permissions(settings: Settings, aws: Aws) -> Iterator[Answer]:
    actions = [
        *(_NETWORK if settings.network is not None and not settings.network.vpc_id else ()),
        *(_CLUSTER if settings.cluster_name else ()),
        *(_SECRETS if settings.team and settings.secrets.backend == "aws-secrets-manager" else ()),
    ]
    found: list[Answer] = []
    if actions:
        with _explained("permissions", found):
            arn = aws.assume_role or _role(str(client(aws, "sts").get_caller_identity()["Arn"]))
            found.append(simulated(client(aws, "iam"), arn, actions))
    yield from found


def simulated(iam: Any, arn: str, actions: Sequence[str]) -> Answer:
    """What IAM says of an identity's rights, without conditions, boundaries of resources or policies of organisations.

    Raises:
        ClientError: we may not ask.
    """
    results = iam.simulate_principal_policy(PolicySourceArn=arn, ActionNames=list(actions))["EvaluationResults"]
    denied = sorted(str(each["EvalActionName"]) for each in results if each["EvalDecision"] != "allowed")
    if not denied:
        return Answer("ok", f"{arn} may do what the stack begins with: {len(actions)} actions were asked for")
    help_ = "give them to the role, or deploy as another; a policy that asks for tags may allow them all the same"
    return Answer("warning", f"{arn} may not: {some(denied)}", help_)


def _role(arn: str) -> str:
    """The role behind a session, which is what policies are of."""
    begin, _, rest = arn.partition(":assumed-role/")
    if not rest:
        return arn
    return f"{begin.replace(':sts:', ':iam:')}:role/{rest.partition('/')[0]}"
