"""AWS Secrets Manager, by boto3 with whatever credentials the shell has (profile, SSO, role, environment).

A write is a compare-and-swap, which Secrets Manager does not offer as such: the new version is put under a staging
label of our own, where nobody reads it, and then AWSCURRENT is moved to it *from the version we had read*; AWS refuses
to move a label that is no longer there. Whatever ends the program in between, the old version stays current.
Sources: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html and
https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecretVersionStage.html
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from uuid import uuid4

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, NoRegionError

from longshore.errors import Refused
from longshore.stores.document import content_of, document
from longshore.stores.interface import (
    EMPTY,
    MISSHAPEN,
    MOST_PAGES,
    BackendError,
    Changed,
    Content,
    Deleted,
    Denied,
    Described,
    Misshapen,
    Version,
)
from longshore.stores.key_names import names_of, noted
from longshore.stores.quiet import hush

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from longshore.stack.settings import Settings
    from longshore.stores.value import Value

CURRENT: Final = "AWSCURRENT"
PREVIOUS: Final = "AWSPREVIOUS"
OURS: Final = "LONGSHORE"
"""Staging label of a version that is written but not current yet."""

_TAG_LENGTH: Final = 256

_EXPIRED: Final = frozenset(
    {
        "ExpiredToken",
        "ExpiredTokenException",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "UnrecognizedClientException",
    }
)
_THROTTLED: Final = frozenset({"Throttling", "ThrottlingException", "TooManyRequestsException", "RequestLimitExceeded"})
_CODE: Final = re.compile(r"(?:[A-Z]{1,4}[a-z]{1,20}){1,8}").fullmatch
"""What an error of AWS is called: words. Whatever else answers in its place may have a value there."""

_DENIED: Final = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"})


class Place(NamedTuple):
    """Where a stack's secrets live: an AWS account (empty: the stack file names none) and region, and their tags."""

    region: str
    account: str
    tags: Mapping[str, str]
    key: str = ""


def connect(settings: Settings, _environment: Mapping[str, str], *, deploying: bool = False) -> SecretsManager:
    """Connect for a stack; when deploying, as the role that deploys, which needs no right to any value."""
    aws = settings.aws
    tags = {"team": settings.team, "environment": settings.environment, "managed-by": "longshore"}
    place = Place(
        region=settings.secrets.region or (aws.region if aws else ""),
        account=aws.account_id if aws else "",
        tags={**(aws.tags if aws else {}), **tags},
        key=settings.secrets.kms_key,
    )
    return SecretsManager(place, aws.assume_role if aws and deploying else "")


class SecretsManager:
    """A `Backend`; see `longshore.stores.interface`."""

    def __init__(self, place: Place, role: str = "") -> None:
        self._where = place
        # Five tries in all, with pauses that grow; throttling is retried too.
        config = Config(retries={"mode": "standard", "total_max_attempts": 5}, connect_timeout=10, read_timeout=30)
        hush()
        with explaining("connect to AWS", ""):
            session = boto3.Session(region_name=place.region or None)
            self._sts = session.client("sts", config=config)
            if role:
                session = _assumed(self._sts, role, place.region)
                self._sts = session.client("sts", config=config)
            self._client = session.client("secretsmanager", config=config)

    def place(self) -> str:
        """Ask AWS who we are, and refuse another account than the stack's."""
        with explaining("ask AWS who we are (sts:GetCallerIdentity)", ""):
            account = str(self._sts.get_caller_identity()["Account"])
            if not account.isdecimal():
                raise Misshapen("ask AWS who we are", "AWS")
        wanted = self._where.account
        if wanted and account != wanted:
            raise Refused(
                f"these credentials are of AWS account {account}, but the stack is in {wanted}",
                "choose the right ones (`AWS_PROFILE=…`), or correct `longshore:aws` in the stack file",
            )
        note = "" if wanted else " (the stack file names no account to compare with)"
        return f"AWS account {account}{note}, region {self._client.meta.region_name}"

    def describe(self, path: str) -> Described | None:
        """Describe by DescribeSecret, which gives no value and needs no right to one."""
        try:
            with explaining("describe", path):
                found = self._client.describe_secret(SecretId=path)
                # boto3 takes what is no JSON, such as a login page, for an answer without fields.
                if "Name" not in found:
                    raise Misshapen(f"describe {path}", "AWS")
                stages: Mapping[str, list[str]] = found.get("VersionIdsToStages") or {}
                version = _holder(stages, CURRENT)
                tags = {tag["Key"]: tag["Value"] for tag in found.get("Tags") or []}
                keys = names_of(version, tags)
                return Described(version, _holder(stages, PREVIOUS), keys, found.get("DeletedDate"))
        except _Absent:
            return None

    def read(self, path: str, version: str = "") -> Content:
        """Read by GetSecretValue."""
        which = {"VersionId": version} if version else {"VersionStage": CURRENT}
        try:
            with explaining("read", path):
                found = self._client.get_secret_value(SecretId=path, **which)
                if "SecretString" not in found:
                    raise BackendError(
                        f"{path} holds binary data, no JSON", "see who wrote it, and move it to another name"
                    )
                return content_of(str(found["VersionId"]), str(found["SecretString"]), path)
        except _Absent:
            return EMPTY

    def write(self, path: str, values: Mapping[str, Value], base: str) -> str:
        """Put a version under our own label, then move AWSCURRENT to it from `base`."""
        token = str(uuid4())
        text = document(path, values)
        if not base and self.describe(path) is None:
            self._create(path, text, token)
        else:
            with explaining("write", path):
                self._client.put_secret_value(
                    SecretId=path, SecretString=text, ClientRequestToken=token, VersionStages=[OURS]
                )
            self._make_current(path, token, base)
        self._name_keys(path, token, values)
        return token

    def roll_back(self, path: str, to: str, base: str) -> str:
        """Move AWSCURRENT back to a version that is still there; that version keeps its id."""
        self._make_current(path, to, base)
        self._name_keys(path, to, self.read(path, to).values)
        return to

    def restore(self, path: str) -> None:
        """Cancel the scheduled deletion."""
        with explaining("restore", path):
            self._client.restore_secret(SecretId=path)

    def versions(self, path: str) -> tuple[Version, ...]:
        """List the versions that have a label; AWS deletes the others when it likes."""
        try:
            with explaining("list the versions of", path):
                found = sorted(self._pages(path), key=lambda version: version["CreatedDate"], reverse=True)
                return tuple(
                    Version(
                        str(version["VersionId"]), version["CreatedDate"], CURRENT in version.get("VersionStages", ())
                    )
                    for version in found
                )
        except _Absent:
            return ()

    def _pages(self, path: str) -> Iterator[dict[str, Any]]:
        """All versions of a secret, page by page: boto3 has no paginator for them."""
        more: dict[str, str] = {}
        for _ in range(MOST_PAGES):
            page = self._client.list_secret_version_ids(SecretId=path, **more)
            yield from page["Versions"]
            if not page.get("NextToken"):
                return
            more = {"NextToken": page["NextToken"]}
        raise Misshapen(f"list the versions of {path}", "AWS")

    def paths(self, prefix: str) -> tuple[str, ...] | None:
        """List names; the right to list cannot be limited to a path in AWS, so it may well be missing."""
        filters = [{"Key": "name", "Values": [prefix]}]
        try:
            with explaining("list secrets below", prefix):
                limits = {"PageSize": 100, "MaxItems": 100 * MOST_PAGES}
                pages = self._client.get_paginator("list_secrets").paginate(Filters=filters, PaginationConfig=limits)
                found = [str(secret["Name"]) for page in pages for secret in page["SecretList"]]
        except Denied:
            return None
        return tuple(sorted(name for name in found if name.startswith(prefix)))

    def _create(self, path: str, text: str, token: str) -> None:
        tags = [{"Key": key, "Value": value} for key, value in self._where.tags.items()]
        own_key = {"KmsKeyId": self._where.key} if self._where.key else {}
        with explaining("create", path):
            self._client.create_secret(Name=path, SecretString=text, ClientRequestToken=token, Tags=tags, **own_key)

    def _make_current(self, path: str, version: str, base: str) -> None:
        described = self.describe(path)
        current = described.version if described else ""
        if current == version or not (base or current):
            return  # the first version of a secret becomes current by itself
        if current != base:
            raise _changed(path)
        with explaining("write", path, swap=True):
            self._client.update_secret_version_stage(
                SecretId=path, VersionStage=CURRENT, MoveToVersionId=version, RemoveFromVersionId=base
            )

    def _name_keys(self, path: str, version: str, values: Mapping[str, Value]) -> None:
        """Note the names of the keys where they can be read without a right to the values."""
        tags = {**self._where.tags, **noted(values, version, _TAG_LENGTH)}
        with explaining("tag", path):
            self._client.tag_resource(SecretId=path, Tags=[{"Key": x, "Value": y} for x, y in tags.items()])


def _assumed(sts: Any, role: str, region: str) -> boto3.Session:
    given = sts.assume_role(RoleArn=role, RoleSessionName="longshore")["Credentials"]
    return boto3.Session(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"], region or None)


def _holder(stages: Mapping[str, list[str]], label: str) -> str:
    return next((str(version) for version, labels in stages.items() if label in labels), "")


class _Absent(BackendError):  # noqa: N818
    """There is no such secret, or no such version of it."""


def _changed(path: str) -> Changed:
    return Changed(
        f"{path} was changed by somebody else in the meantime; nothing of ours was written to it",
        "run the command again: it shows what differs now",
    )


@contextmanager
def explaining(doing: str, path: str, *, swap: bool = False) -> Iterator[None]:
    """Turn what boto3 raises into errors of ours. AWS's own words are passed on only where they cannot hold a value.

    swap: a refused parameter means that the label was moved by somebody else.
    """
    what = f"{doing} {path}".strip()
    try:
        yield
    except ClientError as error:
        raise _refusal(what, path, error, swap=swap) from None
    except NoCredentialsError:
        raise BackendError(f"can't {what}: there are no AWS credentials", _LOGIN) from None
    except NoRegionError:
        raise BackendError(f"can't {what}: no AWS region is set", "write `longshore:aws: {region: …}`") from None
    except BotoCoreError as error:
        if "Token" in type(error).__name__ or "Credential" in type(error).__name__:
            raise BackendError(f"can't {what}: the AWS login has expired or is incomplete", _LOGIN) from None
        raise BackendError(
            f"can't {what}: AWS was not reached ({type(error).__name__})", "see the network, the proxy and the region"
        ) from None
    except MISSHAPEN:
        raise Misshapen(what, "AWS") from None


_LOGIN: Final = "log in (`aws sso login`, or set AWS_PROFILE), then run the command again"


def _refusal(what: str, path: str, error: ClientError, *, swap: bool) -> Exception:
    code = str(error.response.get("Error", {}).get("Code", ""))
    message = str(error.response.get("Error", {}).get("Message", ""))
    if code == "ResourceNotFoundException":
        return _Absent(f"can't {what}: it is not there")
    if code == "ResourceExistsException" or (swap and code in {"InvalidParameterException", "InvalidRequestException"}):
        return _changed(path)
    if code in _EXPIRED:
        return BackendError(f"can't {what}: the AWS credentials have expired or are not valid ({code})", _LOGIN)
    if code in _THROTTLED:
        return BackendError(
            f"can't {what}: AWS throttles the requests, after five tries", "wait a minute, then run the command again"
        )
    if code in _DENIED:
        action = str(error.operation_name)
        return Denied(f"can't {what}: AWS denies {action}", "docs/secrets.md lists the rights that each verb needs")
    if code == "InvalidRequestException" and "delet" in message.lower():
        return Deleted(path)
    said = code if _CODE(code) else "an error"
    return BackendError(f"can't {what}: AWS answered {said} to {error.operation_name}")
