"""`security_opt` → fields of the container's `securityContext`.

`no-new-privileges` → `allowPrivilegeEscalation: false`; `seccomp=unconfined|builtin` → `seccompProfile`;
`apparmor=<profile>` → `appArmorProfile`, where nodes must know the profile; `label=user|role|type|level:…` →
`seLinuxOptions`. A seccomp file on the Docker host, `systempaths=unconfined` and `label=disable` have no equivalent.
What the namespace's Pod Security level refuses is an error of the policy `pod_security`.
Source: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#security_opt
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.estate.facts import security_option
from longshore.convert.registry import attribute
from longshore.model import Approximated, LocalOnly, Severity, Unsupported

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.convert.view import View
    from longshore.model import Effect


@attribute("services.*.security_opt")
def security_opt(value: View, service: Service) -> Iterator[Effect]:
    """Translate each `name`, `name=value` or `name:value`."""
    for index, option in enumerate(value):
        name, setting = security_option(str(option))
        at = (index,)
        if name == "no-new-privileges":
            if setting not in {"", "true"}:
                yield LocalOnly("", at=at)
            elif not service.model.get("privileged"):
                yield service.put_container("securityContext", "allowPrivilegeEscalation", value=False)
        elif name == "seccomp":
            yield from _seccomp(service, setting, at)
        elif name == "apparmor":
            yield from _apparmor(service, setting, at)
        elif name == "label" and setting.partition(":")[0] in {"user", "role", "type", "level"}:
            kind, _, text = setting.partition(":")
            yield service.put_container("securityContext", "seLinuxOptions", kind, value=text)
        else:
            yield Unsupported(
                f"`{option}` has no equivalent",
                "leave it out, or let the platform's node image provide for it",
                at,
                "security-opt",
            )


def _seccomp(service: Service, profile: str, at: tuple[int]) -> Iterator[Effect]:
    if profile in {"builtin", "unconfined"}:
        kind = "RuntimeDefault" if profile == "builtin" else "Unconfined"
        yield service.put_container("securityContext", "seccompProfile", value={"type": kind})
    else:
        yield Unsupported(
            f"the seccomp profile `{profile}` is a file on the Docker host; the node's default profile is used",
            "most profiles only add a few system calls to the default; if yours is needed, ship it to the nodes "
            "(Security Profiles Operator)",
            at,
            "security-opt",
        )


def _apparmor(service: Service, profile: str, at: tuple[int]) -> Iterator[Effect]:
    if profile in {"unconfined", "docker-default"}:
        kind = "Unconfined" if profile == "unconfined" else "RuntimeDefault"
        yield service.put_container("securityContext", "appArmorProfile", value={"type": kind})
        return
    named = {"type": "Localhost", "localhostProfile": profile}
    yield service.put_container("securityContext", "appArmorProfile", value=named)
    yield Approximated(
        f"nodes must have loaded the AppArmor profile `{profile}`, else the pod is refused",
        "the node images of EKS (Amazon Linux, Bottlerocket) come without AppArmor: leave it out there",
        at,
        "security-opt",
        Severity.WARNING,
    )
