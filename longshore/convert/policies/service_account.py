"""A ServiceAccount for every service, without a token: a program gets an identity when somebody gives it one.

With the namespace's `default` account, what is granted to one service is granted to all.
Source: https://kubernetes.io/docs/concepts/security/service-accounts/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.kubernetes.kinds import new
from longshore.convert.kubernetes.pod import POD
from longshore.convert.registry import service_policy
from longshore.model import Default, Emit, ObjectKey

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.model import Effect


@service_policy
def service_account(service: Service) -> Iterator[Effect]:
    """Make the account and let the pods use it."""
    if service.host is not service:
        return
    account = new(ObjectKey("ServiceAccount", service.slug), automountServiceAccountToken=False)
    account["metadata"]["labels"] = service.labels
    if service.options.image_pull_secrets:
        account["imagePullSecrets"] = [{"name": name} for name in service.options.image_pull_secrets]
    yield Emit(account)
    yield Default(service.workload, (*POD, "serviceAccountName"), service.slug)
