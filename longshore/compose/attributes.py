"""Which type each attribute of the compose model has: the tables that `binding` gives meaning to.

Source: https://github.com/compose-spec/compose-spec/blob/main/spec.md
"""

from __future__ import annotations

from longshore.compose.binding import Type, each, named, structure
from longshore.compose.values import (
    check,
    command,
    count,
    decimal,
    duration,
    duration_or_nothing,
    either,
    environment,
    flag,
    hosts,
    lists,
    mapping,
    mode,
    numbers_or_texts,
    opt_out,
    options,
    printed,
    size,
    strict_options,
    text,
    texts,
    ulimit,
    unsigned,
    whole,
)

_NUMBER = whole()
_POSITIVE_16 = unsigned((1 << 16) - 1)
_COUNT = unsigned((1 << 64) - 1)
_COUNT_OR_ZERO = unsigned((1 << 64) - 1, keep_zero=True)

_THROTTLE = each(structure({"path": text, "rate": size}, always={"path": "", "rate": "0"}))
_FILE_REFERENCE = each(structure({"source": text, "target": text, "uid": text, "gid": text, "mode": mode}))
_DEVICE_REQUEST = each(
    structure({"capabilities": texts, "driver": text, "count": count, "device_ids": texts, "options": mapping})
)
_VOLUME = each(
    structure(
        {
            "type": text,
            "source": text,
            "target": text,
            "read_only": flag,
            "consistency": text,
            "bind": structure({"selinux": text, "propagation": text, "create_host_path": opt_out, "recursive": text}),
            "volume": structure({"labels": mapping, "nocopy": flag, "subpath": text}),
            "tmpfs": structure({"size": size, "mode": unsigned((1 << 32) - 1)}),
            "image": structure({"subpath": text}),
        }
    )
)

CONTAINER: dict[str, Type] = {
    "annotations": mapping,
    "blkio_config": structure(
        {
            "weight": _POSITIVE_16,
            "weight_device": each(structure({"path": text, "weight": _POSITIVE_16}, always={"path": "", "weight": 0})),
            "device_read_bps": _THROTTLE,
            "device_read_iops": _THROTTLE,
            "device_write_bps": _THROTTLE,
            "device_write_iops": _THROTTLE,
        }
    ),
    "cap_add": texts,
    "cap_drop": texts,
    "cgroup_parent": text,
    "cgroup": text,
    "cpu_count": _NUMBER,
    "cpu_percent": decimal,
    "cpu_period": _NUMBER,
    "cpu_quota": _NUMBER,
    "cpu_rt_period": _NUMBER,
    "cpu_rt_runtime": _NUMBER,
    "cpus": decimal,
    "cpuset": text,
    "cpu_shares": _NUMBER,
    "command": command,
    "configs": _FILE_REFERENCE,
    "credential_spec": structure({"config": text, "file": text, "registry": text}),
    "device_cgroup_rules": texts,
    "devices": each(structure({"source": text, "target": text, "permissions": text})),
    "dns": texts,
    "dns_opt": texts,
    "dns_search": texts,
    "domainname": text,
    "entrypoint": command,
    "environment": environment,
    "env_file": each(structure({"path": text, "required": opt_out, "format": text})),
    "extra_hosts": hosts,
    "group_add": texts,
    "gpus": _DEVICE_REQUEST,
    "hostname": text,
    "image": text,
    "init": either,
    "ipc": text,
    "isolation": text,
    "labels": mapping,
    "label_file": texts,
    "logging": structure({"driver": text, "options": options}),
    "mem_limit": size,
    "mem_reservation": size,
    "memswap_limit": size,
    "mem_swappiness": size,
    "mac_address": text,
    "models": named(structure({"endpoint_var": text, "model_var": text})),
    "network_mode": text,
    "networks": named(
        structure(
            {
                "aliases": texts,
                "driver_opts": options,
                "gw_priority": _NUMBER,
                "interface_name": text,
                "ipv4_address": text,
                "ipv6_address": text,
                "link_local_ips": texts,
                "mac_address": text,
                "priority": _NUMBER,
                "use_service_name_alias": either,
            }
        )
    ),
    "oom_kill_disable": flag,
    "oom_score_adj": _NUMBER,
    "pid": text,
    "pids_limit": _NUMBER,
    "platform": text,
    "privileged": flag,
    "pull_policy": text,
    "pull_refresh_after": text,
    "read_only": flag,
    "runtime": text,
    "secrets": _FILE_REFERENCE,
    "security_opt": texts,
    "shm_size": size,
    "stop_grace_period": duration,
    "stop_signal": text,
    "storage_opt": strict_options,
    "sysctls": mapping,
    "tmpfs": texts,
    "ulimits": named(ulimit),
    "umask": unsigned((1 << 32) - 1, keep_zero=True),
    "use_api_socket": flag,
    "user": text,
    "userns_mode": text,
    "uts": text,
    "volumes": _VOLUME,
    "volumes_from": texts,
    "working_dir": text,
}

_WORKLOAD: dict[str, Type] = {
    "build": structure(
        {
            "context": text,
            "dockerfile": text,
            "dockerfile_inline": text,
            "entitlements": texts,
            "args": environment,
            "provenance": text,
            "sbom": text,
            "ssh": named(printed),
            "labels": mapping,
            "cache_from": texts,
            "cache_to": texts,
            "no_cache": flag,
            "no_cache_filter": texts,
            "additional_contexts": mapping,
            "pull": flag,
            "extra_hosts": hosts,
            "isolation": text,
            "network": text,
            "target": text,
            "secrets": _FILE_REFERENCE,
            "shm_size": size,
            "tags": texts,
            "ulimits": named(ulimit),
            "platforms": texts,
            "privileged": flag,
        }
    ),
    "depends_on": named(structure({"condition": text, "restart": flag, "required": either})),
    "expose": numbers_or_texts,
    "healthcheck": structure(
        {
            "test": check,
            "timeout": duration,
            "interval": duration,
            "retries": _COUNT_OR_ZERO,
            "start_period": duration,
            "start_interval": duration,
            "disable": flag,
        }
    ),
    "ports": each(
        structure(
            {
                "name": text,
                "mode": text,
                "host_ip": text,
                "target": unsigned((1 << 32) - 1),
                "published": text,
                "protocol": text,
                "app_protocol": text,
            }
        )
    ),
    "stdin_open": flag,
    "tty": flag,
}

_HOOK_FIELDS: dict[str, Type] = {
    "command": command,
    "user": text,
    "privileged": flag,
    "working_dir": text,
    "environment": environment,
}
_HOOK = structure(_HOOK_FIELDS)
_ROLLING = structure(
    {
        "parallelism": _COUNT_OR_ZERO,
        "delay": duration_or_nothing,
        "failure_action": text,
        "monitor": duration_or_nothing,
        "max_failure_ratio": decimal,
        "order": text,
    }
)
_RESOURCES = structure(
    {
        "cpus": decimal,
        "memory": size,
        "pids": _NUMBER,
        "devices": _DEVICE_REQUEST,
        "generic_resources": each(
            structure(
                {"discrete_resource_spec": structure({"kind": text, "value": _NUMBER}, always={"kind": "", "value": 0})}
            )
        ),
    }
)

SERVICE = structure(
    {
        **CONTAINER,
        **_WORKLOAD,
        "profiles": texts,
        "deploy": structure(
            {
                "mode": text,
                "replicas": whole(keep_zero=True),
                "labels": mapping,
                "update_config": _ROLLING,
                "rollback_config": _ROLLING,
                "resources": structure({"limits": _RESOURCES, "reservations": _RESOURCES}, keep_empty=False),
                "restart_policy": structure(
                    {"condition": text, "delay": duration, "max_attempts": _COUNT_OR_ZERO, "window": duration}
                ),
                "placement": structure(
                    {
                        "constraints": texts,
                        "preferences": each(structure({"spread": text})),
                        "max_replicas_per_node": _COUNT,
                    },
                    keep_empty=False,
                ),
                "endpoint_mode": text,
            }
        ),
        "develop": structure(
            {
                "watch": each(
                    structure(
                        {
                            "path": text,
                            "action": text,
                            "target": text,
                            "exec": structure(_HOOK_FIELDS, keep_empty=False),
                            "include": texts,
                            "ignore": texts,
                            "initial_sync": flag,
                        }
                    )
                )
            }
        ),
        "restart": text,
        "scale": whole(keep_zero=True),
        "attach": either,
        "container_name": text,
        "provider": structure({"type": text, "options": lists}),
        "extends": structure({"file": text, "service": text}),
        "external_links": texts,
        "links": texts,
        "pre_start": each(structure({**CONTAINER, "per_replica": flag})),
        "post_start": each(_HOOK),
        "pre_stop": each(_HOOK),
    }
)

JOB = structure(
    {
        **CONTAINER,
        **_WORKLOAD,
        "profiles": texts,
        "triggers": structure(
            {
                "manual": either,
                "schedule": each(
                    structure({"cron": text, "timezone": text, "concurrency": text, "missed_fires": text})
                ),
            }
        ),
    }
)

_NETWORK = structure(
    {
        "name": text,
        "driver": text,
        "driver_opts": options,
        "ipam": structure(
            {
                "driver": text,
                "config": each(
                    structure({"subnet": text, "gateway": text, "ip_range": text, "aux_addresses": mapping})
                ),
                "options": options,
            },
            keep_empty=False,
        ),
        "external": flag,
        "internal": flag,
        "attachable": flag,
        "labels": mapping,
        "enable_ipv4": either,
        "enable_ipv6": either,
    }
)
_STORE: dict[str, Type] = {"name": text, "driver": text, "driver_opts": options, "external": flag, "labels": mapping}
_FILE: dict[str, Type] = {
    "name": text,
    "file": text,
    "environment": text,
    "content": text,
    "external": flag,
    "labels": mapping,
    "driver": text,
    "driver_opts": strict_options,
    "template_driver": text,
}

_MODEL: dict[str, Type] = {"name": text, "model": text, "context_size": _NUMBER, "runtime_flags": texts}

SECTIONS: dict[str, Type] = {
    "services": SERVICE,
    "jobs": JOB,
    "networks": _NETWORK,
    "volumes": structure(_STORE),
    "secrets": structure(_FILE),
    "configs": structure(_FILE),
    "models": structure(_MODEL),
}

CONTAINER_KEYS = frozenset(CONTAINER)
