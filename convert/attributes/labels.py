"""`labels` → annotations of the workload and of its pods.

Annotations take any text; labels of Kubernetes do not, and selecting by them is the business of the converter. A key
that is no valid annotation is reported, and so is a value with a secret in it. Programs that read labels from Docker
(a proxy, an updater, a scheduler) find nothing in a cluster: the finding says what does their work here.
Source: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#labels
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from convert.compose.references import OPEN
from convert.kubernetes.names import valid_annotation
from convert.kubernetes.pod import POD_ANNOTATIONS
from convert.model import Approximated, Put, Severity, Unsupported
from convert.registry import attribute
from convert.secrets.detection import text_hit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from convert.estate import Service
    from convert.model import Effect
    from convert.view import View

READERS: Final = {
    "traefik.": ("Traefik", "set `exposure` of the service in the stack file: host, path and certificate"),
    "caddy": ("Caddy's Docker proxy", "set `exposure` of the service in the stack file: host, path and certificate"),
    "com.github.jrcs.letsencrypt": ("an nginx proxy", "set `exposure` of the service in the stack file"),
    "com.centurylinklabs.watchtower": ("Watchtower", "deploy new versions by the pipeline, with a tag of their own"),
    "wud.": ("What's up Docker", "let the pipeline open pull requests for new versions"),
    "ofelia.": ("Ofelia", "run it as a CronJob of the cluster"),
    "deck-chores.": ("deck-chores", "run it as a CronJob of the cluster"),
    "swarm.cronjob.": ("swarm-cronjob", "run it as a CronJob of the cluster"),
    "autoheal": ("autoheal", "nothing is needed: the liveness probe restarts the container"),
    "docker-volume-backup.": (
        "docker-volume-backup",
        "take snapshots of the claims, or back up by the program's own means",
    ),
    "homepage.": ("Homepage", "list the service in its own configuration"),
    "prometheus.": ("Prometheus' Docker discovery", "annotate for the cluster's own scraper"),
    "co.elastic.": ("Elastic's agents", "annotate the pods for the cluster's own agent (`annotations:`)"),
    "com.datadoghq.": ("the Datadog agent", "annotate the pods for the cluster's own agent (`annotations:`)"),
}
"""Prefix of a label → who reads it from Docker, and what does that work in a cluster."""


@attribute("services.*.labels")
def labels(entries: View, service: Service) -> Iterator[Effect]:
    """Translate each label, and tell once of every program that reads such labels from Docker."""
    explicit = service.model.get("annotations") or {}
    read: dict[str, str] = {}
    for key, value in entries.items():
        reader = next((prefix for prefix in READERS if key.startswith(prefix)), "")
        if reader:
            read.setdefault(reader, key)
        if not valid_annotation(key):
            yield Unsupported(
                f"`{key}` cannot be the key of an annotation",
                "write `name` or `domain/name`: letters, digits, `-`, `_` and `.`, the name at most 63 characters",
                (key,),
                "label-key",
            )
        elif OPEN in str(value) or _is_secret(str(value)):
            yield Unsupported(
                "an annotation cannot hold a secret, everybody can read it",
                "pass it in the environment, or as a file of `secrets`",
                (key,),
                "secret-in-label",
                Severity.ERROR,
            )
        elif (other := _other(service, key, value)) is not None:
            yield Unsupported(f"the pod is shared with `{other.name}`, which gives `{key}` another value", at=(key,))
        else:
            yield Put(service.workload, ("metadata", "annotations", key), str(value))
            if key not in explicit:
                yield Put(service.workload, (*POD_ANNOTATIONS, key), str(value))
    for prefix, key in read.items():
        who, instead = READERS[prefix]
        yield Approximated(
            f"{who} reads this label from Docker, and nobody reads it from an annotation",
            instead,
            (key,),
            "label-reader",
        )


def _is_secret(value: str) -> bool:
    hit = text_hit(value)
    return hit is not None and hit.kind == "secret"


def _other(service: Service, key: str, value: object) -> Service | None:
    """A service before this one in the same pod that gives the label another value."""
    for member in service.estate.pods[service.host.name]:
        if member is service:
            return None
        if (member.model.get("labels") or {}).get(key, value) != value:
            return member
    return None
