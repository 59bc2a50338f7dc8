"""Attributes that Kubernetes has no equivalent for: each with what becomes of the service without it, and what to do.

Where a value asks for what a pod does anyway (`cgroup: private`, `userns_mode: host`), nothing is lost and nothing is
told.
Sources: https://github.com/compose-spec/compose-spec/blob/main/05-services.md,
https://github.com/compose-spec/compose-spec/blob/main/deploy.md#rollback_config
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from longshore.convert.registry import attribute
from longshore.convert.view import plain
from longshore.model import Severity, Unsupported

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from longshore.model import Effect


class Row(NamedTuple):
    """One attribute: its pattern, what is lost and what to do. same: values that a pod has by itself."""

    pattern: str
    reason: str
    help: str = ""
    severity: Severity = Severity.WARNING
    same: tuple[Any, ...] = ()


NODE_DECIDES = "it is a setting of the node; ask the owners of the platform for it"

ROWS = (
    Row(
        "services.*.blkio_config",
        "disks are not shared out by weight or rate between pods",
        "give the service a volume of a storage class with the throughput that it needs",
    ),
    Row("services.*.cgroup", "a pod has control groups of its own", NODE_DECIDES, same=("private",)),
    Row("services.*.cgroup_parent", "the node chooses where in its tree of control groups a pod is", NODE_DECIDES),
    Row(
        "services.*.cpu_count",
        "the number of processors is not limited, their time is",
        "write `cpus`",
        same=(0,),
    ),
    Row(
        "services.*.cpu_percent",
        "a share of the host's processors means nothing on many nodes",
        "write `cpus`",
        same=(0,),
    ),
    Row(
        "services.*.cpu_rt_period",
        "pods have no real-time scheduling",
        "run it on nodes of its own, with a CPU limit of whole processors",
        same=(0,),
    ),
    Row(
        "services.*.cpu_rt_runtime",
        "pods have no real-time scheduling",
        "run it on nodes of its own, with a CPU limit of whole processors",
        same=(0,),
    ),
    Row(
        "services.*.cpuset",
        "a pod cannot choose processors; the node hands out whole ones where its CPU manager is `static`",
        "ask for whole processors: the same `cpus` as limit and as reservation, and memory likewise",
    ),
    Row(
        "services.*.credential_spec",
        "a managed service account of Windows is set in the pod's `windowsOptions`, which is not translated",
        "add `securityContext.windowsOptions.gmsaCredentialSpecName` by a patch",
        Severity.ERROR,
    ),
    Row(
        "services.*.deploy.rollback_config",
        "a failed rollout stops while the pods of the last version keep serving; there is no way back to shape",
        "to go back, deploy the last version again",
        Severity.INFO,
    ),
    Row(
        "services.*.device_cgroup_rules",
        "a pod cannot be given rights on devices of its node",
        "install a device plugin for them and ask for its resource",
    ),
    Row(
        "services.*.domainname",
        "the domain of a pod is the cluster's: `<service>.<namespace>.svc.cluster.local`",
        "if the program needs another name, pass it in its configuration",
    ),
    Row(
        "services.*.external_links",
        "a container outside this project has no name here",
        "if it runs in the same cluster, call it `<service>.<namespace>`; else call it by its DNS name",
    ),
    Row("services.*.isolation", "only Windows knows it", same=("", "default", "process")),
    Row(
        "services.*.mem_swappiness",
        "pods do not swap",
        "nothing is lost unless the service lived on swap; then raise its memory limit",
        Severity.INFO,
        same=("0",),
    ),
    Row(
        "services.*.models",
        "models are served by Docker's model runner, which a cluster does not have: the variables for it are not set",
        "run a model server as a service and pass its address in `environment`",
        Severity.ERROR,
    ),
    Row(
        "models.*",
        "models are served by Docker's model runner, which a cluster does not have",
        "run a model server as a service, or use one outside the cluster",
    ),
    Row(
        "jobs.*",
        "jobs are not translated: nothing runs this one",
        'write it as a service with `restart: "no"`, or as a CronJob of your own',
    ),
    Row(
        "services.*.oom_kill_disable",
        "the kernel ends a container that takes more memory than its limit; it cannot be told not to",
        "set the memory limit to what it needs",
    ),
    Row(
        "services.*.oom_score_adj",
        "who is ended first when a node runs out of memory follows from requests and limits",
        "give the service the same memory request and limit; it is then among the last",
        Severity.INFO,
        same=(0,),
    ),
    Row(
        "services.*.pids_limit",
        "the number of processes is limited per pod for a whole node, not by the pod",
        "the kubelet's `podPidsLimit` is the setting",
        same=(0, -1),
    ),
    Row(
        "services.*.provider",
        "an external program provides this service on a developer's machine; no container does",
        "run it as a service, or use a managed one and pass its address to those that use it",
        Severity.ERROR,
    ),
    Row(
        "services.*.pull_refresh_after",
        "a node asks the registry when a pod starts, not after some time",
        "deploy a fixed tag or a digest",
        Severity.INFO,
    ),
    Row(
        "services.*.umask",
        "the container keeps its runtime's umask, 0022",
        'set it in the entrypoint: `sh -c "umask 0027; exec …"`',
        same=("0022", "022", 18),
    ),
    Row(
        "services.*.use_api_socket",
        "there is no Docker in a cluster to talk to",
        "what starts containers asks the Kubernetes API, with a service account of its own",
        Severity.ERROR,
        same=(False,),
    ),
    Row(
        "services.*.userns_mode",
        "user namespaces are not remapped as on a Docker host",
        NODE_DECIDES,
        same=("", "host"),
    ),
    Row(
        "services.*.uts",
        "a pod has its own host name; only one on the host's network shares the host's",
        "if the program needs the node's name, pass it by the downward API in a patch",
    ),
)


def _rule(row: Row) -> Callable[..., Iterator[Effect]]:
    code = row.pattern.split(".")[-1].replace("_", "-") if row.pattern.startswith("services") else ""

    @attribute(row.pattern)
    def lost(value: Any, place: object) -> Iterator[Effect]:
        """Report what the row says."""
        del place
        if plain(value) not in row.same:
            yield Unsupported(row.reason, row.help, code=code, severity=row.severity)

    return lost


RULES = tuple(_rule(row) for row in ROWS)
