"""Sample values for everything that the compose-spec schema allows: a value for each leaf, each alternative once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import longshore.compose

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEMA: dict[str, Any] = json.loads((Path(longshore.compose.__path__[0]) / "compose-spec.json").read_text())

ABSENT = object()
"""Stands for an attribute that excludes another one and is sampled elsewhere."""

OWN: dict[str, list[Any]] = {
    "additional_contexts": [{"a": "."}, ["a=."]],
    "annotations": [{"example.com/a": "1"}, ["example.com/a=1"]],
    "bind.propagation": ["rslave"],
    "blkio_config.weight": [10],
    "blkio_limit.path": ["/dev/sda"],
    "blkio_limit.rate": [1048576, "1mb"],
    "blkio_weight.path": ["/dev/sda"],
    "blkio_weight.weight": [10],
    "build.context": ["."],
    "build.dockerfile_inline": [ABSENT],
    "build.extra_hosts": [{"a": "10.0.0.1"}, ["a=10.0.0.1"]],
    "build.platforms": [["linux/amd64"]],
    "build.secrets": [["given"], [{"source": "given", "target": "t", "uid": "1", "gid": "1", "mode": "0400"}]],
    "build.shm_size": ["64m"],
    "build.ssh": [["default"]],
    "build.tags": [["registry.example.com/x:1"]],
    "build.ulimits": [{"nofile": 1024}, {"nofile": {"soft": 1, "hard": 2}}],
    "build": [".", {"context": ".", "dockerfile_inline": "FROM scratch"}, ...],
    "cap_add": [["NET_BIND_SERVICE"]],
    "cap_drop": [["ALL"]],
    "configs": [["given"], [{"source": "given", "target": "/c", "uid": "1", "gid": "1", "mode": "0444"}]],
    "container_name": ["the-name"],
    "cpuset": ["0-1"],
    "credential_spec": [{"file": "spec.json"}, {"registry": "spec"}, {"config": "given"}],
    "deploy.mode": ["replicated", "global", "replicated-job", "global-job"],
    "deploy.endpoint_mode": ["vip", "dnsrr"],
    "deploy.labels": [{"com.example.a": "1"}, ["com.example.a=1"]],
    "depends_on": [["other"], {"other": {"condition": "service_healthy", "restart": True, "required": True}}],
    "device_cgroup_rules": [["c 1:3 mr"]],
    "devices": [["/dev/fuse:/dev/fuse:rwm"], [{"source": "/dev/fuse", "target": "/dev/fuse", "permissions": "rw"}]],
    "dns": ["10.0.0.2", ["10.0.0.2"]],
    "dns_opt": [["ndots:2"]],
    "driver_opts": [{"a": "1"}],
    "duration": ["10s"],
    "env_file": ["./given.env", ["./given.env"], [{"path": "./given.env", "format": "raw", "required": True}]],
    "expose": [["80", 81]],
    "extends": [...],
    "external_links": [["legacy:old"]],
    "extra_hosts": [{"a": "10.0.0.1"}, {"a": ["10.0.0.1", "10.0.0.2"]}, ["a=10.0.0.1"]],
    "generic_resources": [[{"discrete_resource_spec": {"kind": "SSD", "value": 1}}]],
    "gpus": [
        "all",
        [{"driver": "nvidia", "count": 1, "options": {"a": "1"}}],
        [{"driver": "amd", "device_ids": ["0"]}],
    ],
    "group_add": [["1000", 1001]],
    "healthcheck.test": ["true", ["CMD", "true"], ["NONE"]],
    "ipam.config": [
        [{"subnet": "10.1.0.0/16", "ip_range": "10.1.1.0/24", "gateway": "10.1.0.1",
          "aux_addresses": {"a": "10.1.0.2"}}],
    ],
    "ipc": ["private"],
    "ipv4_address": ["10.1.0.9"],
    "ipv6_address": ["2001:db8::9"],
    "label_file": ["./given.env", ["./given.env"]],
    "links": [["other", "other:alias"]],
    "mac_address": ["02:42:ac:11:65:43"],
    "mem_reservation": ["32m"],
    "memory": ["64m"],
    "models": [["given"], {"given": {"endpoint_var": "A", "model_var": "B"}}],
    "network_mode": ["none"],
    "networks": [
        ["given"],
        {"given": None},
        {"given": {"aliases": ["a"], "interface_name": "eth1", "ipv4_address": "10.1.0.9",
                   "ipv6_address": "2001:db8::9", "link_local_ips": ["169.254.8.8"],
                   "mac_address": "02:42:ac:11:65:43", "driver_opts": {"a": "1"},
                   "priority": 1, "gw_priority": 1, "use_service_name_alias": True}},
    ],
    "pid": ["host"],
    "placement.constraints": [["node.labels.a == b", "node.role == manager"]],
    "placement.preferences": [[{"spread": "node.labels.zone"}]],
    "platform": ["linux/amd64"],
    "ports": [
        [80, "8081:81", "127.0.0.1:8082:82/udp"],
        [{"name": "web", "mode": "host", "host_ip": "10.0.0.1", "target": 80, "published": "8080", "protocol": "tcp",
          "app_protocol": "http"}],
    ],
    "post_start": [...],
    "pull_policy": ["always"],
    "pull_refresh_after": ["24h"],
    "reservations.devices": [
        [{"driver": "nvidia", "count": 1, "capabilities": ["gpu"], "options": {"a": "1"}}],
        [{"capabilities": ["gpu"], "device_ids": ["0"], "options": ["a=1"]}],
    ],
    "restart": ["always", "no", "on-failure:3", "unless-stopped"],
    "secrets": [["given"], [{"source": "given", "target": "t", "uid": "1", "gid": "1", "mode": "0400"}]],
    "security_opt": [["no-new-privileges", "label=disable"]],
    "shm_size": ["64m"],
    "storage_opt": [{"size": "1g", "other": "1"}],
    "sysctls": [{"net.ipv4.tcp_syncookies": 1, "net.core.somaxconn": 1}, ["net.ipv4.tcp_syncookies=1"]],
    "tmpfs": ["/t", ["/t:size=64m"]],
    "ulimits": [{"nofile": 1024}, {"nofile": {"soft": 1, "hard": 2}}],
    "umask": ["0027"],
    "user": ["1000:1000"],
    "userns_mode": ["private"],
    "uts": ["host"],
    "volumes": [
        ["data:/data"],
        [{"type": "volume", "source": "data", "target": "/d", "read_only": True, "consistency": "cached",
          "volume": {"labels": {"a": "1"}, "nocopy": True, "subpath": "a"}}],
        [{"type": "volume", "source": "data", "target": "/d", "volume": {"labels": ["a=1"]}}],
        [{"type": "bind", "source": "./given.env", "target": "/d", "read_only": True,
          "bind": {"propagation": "rslave", "create_host_path": True, "recursive": "enabled", "selinux": "z"}}],
        [{"type": "tmpfs", "target": "/d", "tmpfs": {"size": 1048576, "mode": 448}}],
        [{"type": "image", "source": "busybox:1", "target": "/d", "image": {"subpath": "a"}}],
        [{"type": "npipe", "source": "a", "target": "/d"}],
        [{"type": "cluster", "source": "a", "target": "/d"}],
    ],
    "volumes_from": [["other", "other:ro", "container:legacy"]],
    "watch": [
        [{"action": "sync+exec", "path": ".", "target": "/t", "include": "a", "ignore": "b", "initial_sync": True,
          "exec": {"command": ["a"], "user": "u", "privileged": True, "working_dir": "/w", "environment": {"A": "1"}}}],
        [{"action": "rebuild", "path": ".", "include": ["a"], "ignore": ["b"]}],
    ],
}  # fmt: skip
"""Samples for attributes whose text has a syntax of its own, by the end of their path; `...`: what the schema says."""

DURATIONS = ("delay", "interval", "monitor", "start_interval", "start_period", "stop_grace_period", "timeout", "window")
BYTES = ("mem_limit", "memswap_limit", "memory", "size")


def samples(node: dict[str, Any], path: tuple[str, ...], *, own: bool = True) -> list[Any]:
    """Values for a schema node: all its leaves in the first, each alternative of a leaf in one of the others."""
    if own:
        for length in (2, 1):
            given = OWN.get(".".join(path[-length:]))
            if given:
                return [one for value in given for one in (samples(node, path, own=False) if value is ... else [value])]
        if path[-1] in DURATIONS:
            return ["10s"]
        if path[-1] in BYTES:
            return ["64m"]
    if "$ref" in node:
        return samples(SCHEMA["$defs"][node["$ref"].rpartition("/")[2]], path, own=False)
    alternatives = [one for key in ("oneOf", "anyOf") for one in node.get(key, ()) if "required" not in one]
    if alternatives and "properties" not in node:
        return [value for one in alternatives for value in samples(one, path, own=False)]
    properties = dict(_properties(node))
    if properties:
        return _objects({key: samples(child, (*path, key)) for key, child in properties.items()})
    return _scalars(node, path)


def _scalars(node: dict[str, Any], path: tuple[str, ...]) -> list[Any]:
    kinds = node.get("type", "string")
    found: list[Any] = []
    for kind in [kinds] if isinstance(kinds, str) else _apart(kinds):
        if "enum" in node:
            found.extend(node["enum"])
        elif kind == "array":
            found.extend([value] for value in samples(node["items"], (*path, "[]"), own=False))
        elif kind == "object":
            children = [*node.get("patternProperties", {}).values(), node.get("additionalProperties")]
            child = next((one for one in children if isinstance(one, dict) and one), {"type": "string"})
            found.extend({"key": value} for value in samples(child, (*path, "key")))
        else:
            found.append({"string": "1", "integer": 1, "number": 1, "boolean": True, "null": None}[kind])
    return found


def _apart(kinds: list[str]) -> list[str]:
    """Types that differ in what leaves they have: a number that may be written as text is one leaf."""
    scalars = [kind for kind in kinds if kind not in {"array", "object", "null"}]
    return [*(kind for kind in kinds if kind in {"array", "object"}), *scalars[:1]]


def _properties(node: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    if "$ref" in node:
        yield from _properties(SCHEMA["$defs"][node["$ref"].rpartition("/")[2]])
    yield from node.get("properties", {}).items()
    for part in node.get("allOf", ()):
        yield from _properties(part)


def _objects(choices: dict[str, list[Any]]) -> list[dict[str, Any]]:
    first = {key: values[0] for key, values in choices.items() if values[0] is not ABSENT}
    return [first, *({**first, key: value} for key, values in choices.items() for value in values[1:])]


def service_attributes() -> dict[str, dict[str, Any]]:
    """Attribute of a service → its part of the schema."""
    return dict(_properties(SCHEMA["$defs"]["service"]))


def sections() -> dict[str, dict[str, Any]]:
    """Section of the top level that holds named entries → the schema of an entry."""
    found = {}
    for name, node in SCHEMA["properties"].items():
        entry = next(iter(node.get("patternProperties", {}).values()), None)
        if entry is not None and name != "services":
            found[name] = entry
    return found


def leaf_patterns(node: dict[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every leaf of the schema as a pattern: `*` for names that the user chooses, `[]` for elements."""
    if "$ref" in node:
        node = {**SCHEMA["$defs"][node["$ref"].rpartition("/")[2]], **{k: v for k, v in node.items() if k != "$ref"}}
    inner = [(key, child) for key, child in _properties(node)]
    named = [child for key, child in node.get("patternProperties", {}).items() if key != "^x-"]
    more = node.get("additionalProperties")
    named += [more] if isinstance(more, dict) and more else []
    items = node.get("items")
    alternatives = [one for key in ("oneOf", "anyOf") for one in node.get(key, ()) if "required" not in one]
    for key, child in inner:
        yield from leaf_patterns(child, (*path, key))
    for child in named:
        yield from leaf_patterns(child, (*path, "*"))
    if isinstance(items, dict):
        yield from leaf_patterns(items, (*path, "[]"))
    for one in alternatives:
        yield from leaf_patterns(one, path)
    if not (inner or named or isinstance(items, dict) or alternatives):
        yield path
