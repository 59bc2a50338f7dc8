"""Rights of a container: what Docker gives is kept, unless it is known that nothing there needs it.

Docker and containerd give the same fourteen capabilities, the nodes of EKS among them, so nothing has to be added. What
may be taken away is decided by what the image does. A program whose file has a capability (SQL Server, Caddy, `ping`)
is not run at all where that one is dropped, and `sudo` gives nothing where privilege escalation is off. So a container
loses both only where its image is known to need neither, and nothing that we see of it does; the Pod Security level
`restricted` takes them from all.
Sources: https://man7.org/linux/man-pages/man7/capabilities.7.html,
https://github.com/containerd/containerd/blob/main/pkg/oci/spec.go
and https://github.com/awslabs/amazon-eks-ami/blob/main/nodeadm/internal/containerd/base-runtime-spec.json
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from longshore.convert.estate.facts import capability, run_as
from longshore.convert.estate.own_texts import commands, files
from longshore.convert.estate.programs import runs_its_program
from longshore.convert.estate.service_images import of
from longshore.model import Each
from longshore.regex import Regex

if TYPE_CHECKING:
    from longshore.convert.estate import Service
    from longshore.model import Path

BY_DEFAULT: Final = frozenset(
    "AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE NET_RAW SETFCAP SETGID SETPCAP SETUID "
    "SYS_CHROOT".split()
)
"""Capabilities that Docker gives to every container, and containerd too."""

ADDED: Final = {"baseline": BY_DEFAULT - {"NET_RAW"}, "restricted": frozenset({"NET_BIND_SERVICE"})}
"""Pod Security level → what a container may add there. At `restricted` it must drop everything else."""

_RAISING: Final = Regex(
    r"(?:^|[\s;&|(`\"'=/!])"
    r"(sudo|doas|su|pkexec|newgrp|ping6?|fping|traceroute6?|arping|mtr|fusermount3?|crontab|sendmail|postdrop)"
    r"(?=$|[\s;&|)`\"'])",
    re.MULTILINE,
)
"""Programs that get more rights than whoever runs them: by the set-user-ID bit, or by capabilities of their file."""


def raises(service: Service) -> tuple[Path, str] | None:
    """The first place that runs a program with more rights than its caller, and that program; root needs none."""
    return service.memo(_raises)


def _raises(service: Service) -> tuple[Path, str] | None:
    for path, text in commands(service):
        program = _raising(text)
        if program:
            return path, program
    for path, text in files(service):
        program = _raising(text) if text.startswith("#!") else ""
        if program:
            return path, program
    return None


@lru_cache(maxsize=4096)
def _raising(text: str) -> str:
    """The first program of a script that runs with more rights than its caller; empty where none does."""
    match = _RAISING.search(text)
    return match[1] if match else ""


def dropped(service: Service) -> frozenset[str]:
    """Capabilities that compose drops."""
    return frozenset(capability(name) for name in service.model.get("cap_drop") or ())


def given_anyway(service: Service, name: str) -> bool:
    """Does a container have the capability without adding it, where the level would refuse to add it?"""
    level = service.options.pod_security
    return level == "baseline" and name in BY_DEFAULT - ADDED[level] and dropped(service).isdisjoint({"ALL", name})


def needless(service: Service) -> bool:
    """Is it known that nothing in the container needs more rights than its first process has?

    An image of which no port is known has no program of its own: anything may run in it.
    """
    facts = of(service)
    return (
        facts.certain
        and not facts.built
        and bool(facts.ports)
        and not (facts.file_capabilities or facts.set_user_id)
        and not service.model.get("cap_add")
        and runs_its_program(service)
        and raises(service) is None
    )


def container_security(service: Service) -> Each:
    """Fields of the container's `securityContext` that it gets by itself.

    A privileged container cannot be kept from more rights; the API refuses the contradiction. At `restricted` all are
    held to what the level demands.
    """
    if service.model.get("privileged") and "privileged" in service.allowed:
        return Each()
    found, user, restricted = Each(), run_as(service), service.options.pod_security == "restricted"
    if user:
        found["runAsNonRoot"] = True
        if not service.model.get("user"):
            # An image may name its user; Kubernetes takes no name for proof that it is not root.
            found["runAsUser"] = user
            if of(service).group is not None:
                found["runAsGroup"] = of(service).group
    if restricted or needless(service):
        found["allowPrivilegeEscalation"] = False
        if restricted or user:
            kept = sorted(ADDED["restricted"].intersection(of(service).file_capabilities)) if restricted else []
            found["capabilities"] = Each({"drop": ["ALL"], **({"add": kept} if kept else {})})
    return found
