"""`sysctls` → `sysctls` of the pod, those that Kubernetes calls safe.

The kubelet refuses a pod with any other unless the node allows it by name, so others are left out and reported. With
`allow: [sysctls]` they are written, for nodes that do (`allowedUnsafeSysctls`). A `vm.max_map_count` that the nodes of
EKS have anyway is left out with a note.
Source: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#sysctls
and https://kubernetes.io/docs/tasks/administer-cluster/sysctl-cluster/#safe-and-unsafe-sysctls
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.estate.facts import SAFE_SYSCTLS
from longshore.convert.estate.node_limits import MAP_COUNT
from longshore.convert.registry import attribute
from longshore.model import Item, LocalOnly, Problem, Severity, Unsupported

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.convert.view import View
    from longshore.model import Effect


@attribute("services.*.sysctls")
def sysctls(value: View, service: Service) -> Iterator[Effect]:
    """Translate each entry."""
    owner = service.host.model.get("sysctls") or {}
    for name, setting in value.items():
        allowed = "sysctls" in service.allowed
        if name == "vm.max_map_count" and str(setting).isdecimal() and int(setting) <= MAP_COUNT and not allowed:
            yield LocalOnly(
                f"the nodes of EKS have {MAP_COUNT:,}, which is as much; on others it is set there: a pod cannot",
                at=(name,),
            )
            continue
        if name not in SAFE_SYSCTLS and not allowed:
            yield Unsupported(
                f"nodes refuse pods that set `{name}`, so it is left out: it keeps the node's value",
                "set it on the nodes; where they allow it to pods (`allowedUnsafeSysctls`), write "
                "`x-longshore: {allow: [sysctls]}`",
                (name,),
            )
            continue
        if service.host is not service and str(owner.get(name, setting)) != str(setting):
            yield Unsupported(f"the pod belongs to `{service.host.name}`, which sets `{name}` otherwise", at=(name,))
            continue
        yield service.put_pod("securityContext", "sysctls", Item("name", name), "value", value=str(setting))
        if name not in SAFE_SYSCTLS:
            yield Problem("sysctls", Severity.WARNING, f"nodes must allow `{name}` to pods", at=(name,))
