"""`values.schema.json` of a chart: Helm refuses what is misspelt, before anything is changed.

Draft 7, which every Helm 3 reads. A quantity and a variable may be numbers, as `--set` makes them of digits; a tag may
be a whole one, and no fraction: `1.10` would be `1.1`.
Source: https://helm.sh/docs/topics/charts/#schema-files
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from longshore.convert.kubernetes.kinds import REPLICATED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from longshore.model import Manifest
    from longshore.report.helm.groups import Group

Schema = dict[str, Any]

_TEXT: Final[Schema] = {"type": "string"}
_TRUTH: Final[Schema] = {"type": "boolean"}
_ANYTHING: Final[Schema] = {"type": "object"}
_COUNT: Final[Schema] = {"type": "integer", "minimum": 0}
_PERCENT: Final[Schema] = {"type": "integer", "minimum": 1}
_PORT: Final[Schema] = {"type": ["integer", "string"]}
_QUANTITY: Final[Schema] = {"type": ["string", "number"]}
_TEXTS: Final[Schema] = {"type": "object", "additionalProperties": _TEXT}
_VARIABLES: Final[Schema] = {
    "type": "object",
    "additionalProperties": {"type": ["string", "number", "boolean"]},
    "description": "name → value; $(NAME) is another variable",
}


def _closed(properties: Mapping[str, Any], *required: str, says: str = "") -> Schema:
    schema: Schema = {"type": "object", "additionalProperties": False, "properties": dict(properties)}
    return schema | ({"required": list(required)} if required else {}) | ({"description": says} if says else {})


_QUANTITIES: Final[Schema] = {"type": "object", "additionalProperties": _QUANTITY}

_PROBE: Final = _closed(
    {
        "enabled": _TRUTH,
        "httpGet": _closed(
            {
                "path": _TEXT,
                "port": _PORT,
                "host": _TEXT,
                "scheme": {"enum": ["HTTP", "HTTPS"]},
                "httpHeaders": {"type": "array", "items": _closed({"name": _TEXT, "value": _TEXT}, "name", "value")},
            }
        ),
        "tcpSocket": _closed({"port": _PORT, "host": _TEXT}),
        "grpc": _closed({"port": {"type": "integer"}, "service": _TEXT}),
        "exec": _closed({"command": {"type": "array", "items": _TEXT}}),
        "initialDelaySeconds": _COUNT,
        "periodSeconds": _COUNT,
        "timeoutSeconds": _COUNT,
        "successThreshold": _COUNT,
        "failureThreshold": _COUNT,
        "terminationGracePeriodSeconds": _COUNT,
    },
    says="how often it is asked, and what; what is asked is as files/ has it where nothing is said here",
)

_CONTAINER: Final[Schema] = {
    "image": _closed(
        {
            "repository": _TEXT,
            "tag": {"type": ["string", "integer"]},
            "digest": {"type": "string", "pattern": "^(?:[a-z0-9]+:[0-9a-fA-F]+)?$"},
            "pullPolicy": {"enum": ["Always", "IfNotPresent", "Never"]},
        },
        "repository",
    ),
    "resources": _closed({"requests": _QUANTITIES, "limits": _QUANTITIES, "claims": {"type": "array"}}),
    "env": _VARIABLES,
    "livenessProbe": {"$ref": "#/definitions/probe"},
    "readinessProbe": {"$ref": "#/definitions/probe"},
    "startupProbe": {"$ref": "#/definitions/probe"},
}

_POD: Final[Schema] = _CONTAINER | {
    "podAnnotations": _TEXTS,
    "podLabels": _TEXTS,
    "nodeSelector": _TEXTS,
    "tolerations": {"type": "array", "items": _ANYTHING},
    "affinity": _ANYTHING,
    "service": _closed(
        {
            "type": {"enum": ["ClusterIP", "NodePort", "LoadBalancer"]},
            "loadBalancerClass": _TEXT,
            "loadBalancerSourceRanges": {"type": "array", "items": _TEXT},
            "annotations": _TEXTS,
        }
    ),
    "ingress": _closed(
        {
            "enabled": _TRUTH,
            "host": _TEXT,
            "path": _TEXT,
            "port": {"type": "integer"},
            "className": _TEXT,
            "tlsSecret": _TEXT,
            "annotations": _TEXTS,
        },
        "host",
    ),
}

_REPLICATED: Final[Schema] = _POD | {
    "replicaCount": _COUNT,
    "autoscaling": _closed(
        {
            "enabled": _TRUTH,
            "minReplicas": _COUNT,
            "maxReplicas": _COUNT,
            "targetCPUUtilizationPercentage": _PERCENT,
            "targetMemoryUtilizationPercentage": _PERCENT,
        },
        "maxReplicas",
    ),
}

_DEFINITIONS: Final = {
    "probe": _PROBE,
    "container": _closed(_CONTAINER, says="a service that runs in the pods of another one"),
    "pod": _closed(_POD, says="a service that ends by itself, or runs on each node"),
    "replicated": _closed(_REPLICATED, says="a service of which several pods may run"),
}


def schema(groups: Iterable[Group], single: frozenset[str], values: Mapping[str, Any]) -> Schema:
    """Say what the values of a chart may be.

    single: claims of one node at a time, beside which there is one pod. values: those of the chart; what it has not at
    the top, nothing would read.
    """
    services: dict[str, Schema] = {}
    for group in groups:
        for container in group.workload["spec"]["template"]["spec"]["containers"]:
            services[container["name"]] = {"$ref": "#/definitions/container"}
        services[group.name] = _service(group, single)
    known: Schema = {
        "commonEnv": _VARIABLES,
        "imagePullSecrets": {"type": "array", "items": _closed({"name": _TEXT}, "name")},
        "networkPolicy": _closed({"enabled": _TRUTH}),
        "persistence": _closed({"resourcePolicy": {"enum": ["", "keep"]}}),
        "services": _closed(services),
    }
    top = {"global": _ANYTHING} | {key: known[key] for key in values}
    return {"$schema": "http://json-schema.org/draft-07/schema#", **_closed(top), "definitions": _DEFINITIONS}


def for_one_node(manifests: Iterable[Manifest]) -> frozenset[str]:
    """Names of the claims that one node mounts at a time."""
    several = {"ReadWriteMany", "ReadOnlyMany"}
    claims = (each for each in manifests if each["kind"] == "PersistentVolumeClaim")
    return frozenset(each["metadata"]["name"] for each in claims if several.isdisjoint(each["spec"]["accessModes"]))


def _service(group: Group, single: frozenset[str]) -> Schema:
    if group.workload["kind"] not in REPLICATED:
        return {"$ref": "#/definitions/pod"}
    found: Schema = {"$ref": "#/definitions/replicated"}
    volumes = group.workload["spec"]["template"]["spec"].get("volumes", ())
    claims = {volume.get("persistentVolumeClaim", {}).get("claimName") for volume in volumes}
    several = "replicas" not in group.workload["spec"] or group.workload["spec"]["replicas"] > 1
    if several or not claims & single:
        return found
    why = f"{', '.join(sorted(claims & single))}: a volume that one node mounts at a time"
    most = {"properties": {"replicaCount": {"maximum": 1}, "autoscaling": False}, "description": why}
    return {"allOf": [found, most]}
