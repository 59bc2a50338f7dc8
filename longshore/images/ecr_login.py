"""Who one is at a registry of ECR: a password of twelve hours, which AWS gives to whoever may ask for one.

So that a job needs neither the program `aws` nor a step of its own to log in. Whoever has logged in by Docker is
that one.
Source: https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry_auth.html#registry-auth-token
"""

from __future__ import annotations

import base64
from threading import Lock
from typing import TYPE_CHECKING, Final

from longshore.images.docker_login import Login, login_at
from longshore.images.registry import RegistryError
from longshore.regex import Regex

if TYPE_CHECKING:
    from collections.abc import Mapping

_HOST: Final = Regex(r"[0-9]{12}\.dkr\.ecr(?:-fips)?\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?")


def in_ecr(host: str) -> bool:
    """Is this the private registry of an account?"""
    return bool(_HOST.fullmatch(host))


class Logins:
    """Logins by host, each found once: what `docker login` left, else for ECR what AWS gives.

    environment: of the process, where Docker keeps its files. Several threads may ask.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._found: dict[str, Login | None] = {}
        self._one_by_one = Lock()

    def __call__(self, host: str) -> Login | None:
        """Who one is there; None where that is nobody.

        Raises:
            RegistryError: AWS gives no password for a registry of ECR.
        """
        with self._one_by_one:
            if host not in self._found:
                self._found[host] = login_at(host, self._environment) or self.from_aws(host)
            return self._found[host]

    def from_aws(self, host: str) -> Login | None:
        """The password that AWS gives; None where the host is none of ECR's, or boto3 is not installed.

        Raises:
            RegistryError: it gives none.
        """
        region = _HOST.fullmatch(host)
        if not region:
            return None
        try:
            import boto3  # noqa: PLC0415  only who asks ECR waits for it
            from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415  likewise
        except ModuleNotFoundError:
            return None
        try:
            given = boto3.Session().client("ecr", region_name=region[1]).get_authorization_token()
            token = str(given["authorizationData"][0]["authorizationToken"])
            user, _, password = base64.b64decode(token).decode("utf-8").partition(":")
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            raise RegistryError(f"AWS gives no password for {host} ({code})") from None
        except (BotoCoreError, KeyError, IndexError, ValueError) as error:
            raise RegistryError(f"AWS gives no password for {host} ({type(error).__name__})") from None
        return Login(user, password)
