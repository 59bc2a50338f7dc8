"""One ExternalSecret per service that needs secrets, one per secret file that is mounted, and the store they read from.

The keys are those that `longshore.convert.secrets.needs` found; an environment entry that only a command or a probe
names is added to the container here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.estate.exposure_troubles import why_not
from longshore.convert.kubernetes.kinds import new
from longshore.convert.registry import estate_policy, service_policy
from longshore.convert.secrets.binding import bound, entry, file_secret_name, secret_name, variable
from longshore.convert.secrets.external_secret import external_secret, file_secret
from longshore.convert.secrets.interface import backend
from longshore.convert.secrets.logins_of_people import login_secret
from longshore.convert.secrets.needs import needs
from longshore.convert.secrets.remotes import remote_key, remote_keys, remotes
from longshore.model import Effect, Emit, ObjectKey, Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Estate, Service


@service_policy
def service_secrets(service: Service) -> Iterator[Effect]:
    """Bind the keys that one container has as environment entries in one ExternalSecret."""
    keys = bound(service)
    if not keys:
        return
    yield Emit(external_secret(service.options, secret_name(service), remote_key(service.options, service), keys))
    found = needs(service)
    for key in keys:
        if any(path[0] == "services" and path[2] != "environment" for path in found[key].paths):
            yield entry(service, variable(service, key), key)


@service_policy
def login_secrets(service: Service) -> Iterator[Effect]:
    """Bind what the load balancer before a service logs people in with, where the service is open at all."""
    made = None if why_not(service) else login_secret(service)
    if made:
        yield Emit(made)


@estate_policy
def shared_files(estate: Estate) -> Iterator[Effect]:
    """Bind what is mounted as files: ours by their one key, external secrets by their own name, whole."""
    named: dict[str, str] = {}
    for remote in remotes(estate):
        if not remote.shared:
            continue
        target = file_secret_name(estate.options, remote)
        if target in named:
            yield Problem(
                "name-collision",
                Severity.ERROR,
                f"the secrets `{named[target]}` and `{remote.owner}` would share the Secret `{target}`",
                "rename one of them",
                ("secrets", remote.owner),
            )
            continue
        named[target] = remote.owner
        yield Emit(file_secret(estate.options, target, remote))


@estate_policy
def store(estate: Estate) -> Iterator[Effect]:
    """Make the namespace's SecretStore and its ServiceAccount, where anything is read from it."""
    keys = remote_keys(estate)
    if not keys:
        return
    settings = estate.options.secrets
    kind = backend(settings.backend)
    account = f"{settings.store}-secrets"
    if settings.backend != "fake":
        manifest = new(ObjectKey("ServiceAccount", account), automountServiceAccountToken=False)
        annotations = kind.identity(estate.options)
        if annotations:
            manifest["metadata"]["annotations"] = annotations
        yield Emit(manifest)
    spec = {"provider": kind.provider(estate.options, account, keys)}
    yield Emit(new(ObjectKey("SecretStore", settings.store), spec=spec))
