"""What the namespace's Pod Security level would refuse is an error here, before a rollout hangs on it.

The level is the stack's `workloads.podSecurity`: `privileged`, `baseline` (the default) or `restricted`. At
`restricted` every container must be known not to run as root: by a number in `user`, or by an image that is known.
Source: https://kubernetes.io/docs/concepts/security/pod-security-standards/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.estate.facts import SAFE_SYSCTLS, capability, run_as, security_option
from longshore.convert.estate.rights import ADDED, given_anyway
from longshore.convert.kubernetes.pod import POD_SECURITY
from longshore.convert.registry import service_policy
from longshore.model import Default, Path, Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.model import Effect


INSTEAD = {
    "IPC_LOCK": "drop it, and let the program not lock its memory (`disable_mlock = true` of Vault): pods do not swap",
    "NET_RAW": "leave it out, and do not drop it: nodes give it to every container",
    "SYS_NICE": "drop it: what misses it is slower at most (MySQL logs `mbind: Operation not permitted`, and goes on)",
    "SYS_PTRACE": "drop it: it is for debuggers that look at processes of other users",
}
"""Capability → what a program does without it."""

SELINUX = frozenset({"container_t", "container_init_t", "container_kvm_t", "container_engine_t"})


@service_policy
def pod_security(service: Service) -> Iterator[Effect]:
    """Compare what was asked for, and consented to, with the level."""
    level = service.options.pod_security
    if level == "privileged":
        return
    for what, instead, at in _beyond_baseline(service):
        yield _refused(service, what, instead, at)
    for index, given in enumerate(service.model.get("cap_add") or ()):
        name = capability(given)
        if name not in ADDED[level] and not given_anyway(service, name):
            yield _refused(service, f"the capability {name}", INSTEAD.get(name, "drop it"), ("cap_add", index))
    if level == "restricted":
        yield from _restricted(service)


def _beyond_baseline(service: Service) -> Iterator[tuple[str, str, Path]]:
    model, allowed = service.model, service.allowed
    if model.get("privileged") and "privileged" in allowed:
        yield "a privileged container", "give it the one capability that it needs, by `cap_add`", ("privileged",)
    for key, code in (("pid", "host-pid"), ("ipc", "host-ipc"), ("network_mode", "host-network")):
        if model.get(key) == "host" and code in allowed:
            yield f"`{key}: host`", "leave it out", (key,)
    for index, option in enumerate(model.get("security_opt") or ()):
        name, value = security_option(str(option))
        kind, _, wanted = value.partition(":")
        if name in {"seccomp", "apparmor"} and value == "unconfined":
            yield f"{name} off", "leave it out: the runtime's own profile suits most programs", ("security_opt", index)
        elif name == "label" and (kind in {"user", "role"} or (kind == "type" and wanted not in SELINUX)):
            yield f"the SELinux {kind} `{wanted}`", "leave it out", ("security_opt", index)
    if "sysctls" in allowed:
        for name in model.get("sysctls") or ():
            if name not in SAFE_SYSCTLS:
                yield f"the kernel setting `{name}`", "set it on the nodes", ("sysctls", name)


def _restricted(service: Service) -> Iterator[Effect]:
    user = run_as(service)
    if service.host is service:
        yield Default(service.workload, (*POD_SECURITY, "runAsNonRoot"), True)
    if not user:
        who = "is not known to run as anybody but root" if user is None else "runs as root"
        yield Problem(
            "runs-as-root",
            Severity.ERROR,
            f"`{service.name}` {who}, and the Pod Security level `restricted` admits no root",
            'write the number of its user: `user: "10001:10001"`; or use an image that does not need root; or set '
            "`workloads: {podSecurity: baseline}` in the stack file",
            ("user",) if "user" in service.model else (),
        )


def _refused(service: Service, what: str, instead: str, at: Path) -> Problem:
    level = service.options.pod_security
    wider = "privileged" if level == "baseline" or at[0] != "cap_add" else "baseline"
    return Problem(
        "pod-security",
        Severity.ERROR,
        f"the Pod Security level `{level}` refuses pods with {what}",
        f"{instead}; or set `workloads: {{podSecurity: {wider}}}` in the stack file, for the whole namespace",
        at,
    )
