"""Labels of compose: which ones programs read from Docker itself, and which may not be shown to everybody.

A proxy, an updater or a scheduler that asks Docker for labels finds none in a cluster, and nobody reads them from an
annotation. They are not carried over; one finding for each such program says what does its work there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from convert.compose.references import OPEN
from convert.estate.proxied import proposal
from convert.model import Unsupported
from convert.secrets.detection import detect

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from convert.estate import Service

READERS: Final = {
    "traefik.": ("Traefik", "set `exposure` of the service in the stack file: host, path and certificate"),
    "caddy": ("Caddy's Docker proxy", "set `exposure` of the service in the stack file: host, path and certificate"),
    "com.github.jrcs.letsencrypt": ("an nginx proxy", "set `exposure` of the service in the stack file"),
    "com.centurylinklabs.watchtower": ("Watchtower", "deploy new versions by the pipeline, with a tag of their own"),
    "wud.": ("What's up Docker", "let the pipeline open pull requests for new versions"),
    "diun.": ("Diun", "let the pipeline open pull requests for new versions"),
    "ofelia.": ("Ofelia", "run it as a CronJob of the cluster"),
    "deck-chores.": ("deck-chores", "run it as a CronJob of the cluster"),
    "swarm.cronjob.": ("swarm-cronjob", "run it as a CronJob of the cluster"),
    "autoheal": ("autoheal", "nothing is needed: the liveness probe restarts the container"),
    "docker-volume-backup.": (
        "docker-volume-backup",
        "take snapshots of the claims, or back up by the program's own means",
    ),
    "homepage.": ("Homepage", "list the service in its own configuration"),
    "com.datadoghq.": ("the Datadog agent", "annotate the pods for the cluster's own agent (`annotations:`)"),
}
"""Prefix of a label → who reads it from Docker, and what does that work in a cluster."""


def reader(key: str) -> str:
    """The prefix in READERS that a label has; empty where nobody is known to read it from Docker."""
    return next((prefix for prefix in READERS if key.startswith(prefix)), "")


def read_elsewhere(keys: Iterable[str], service: Service) -> Iterator[Unsupported]:
    """Give up the labels that somebody reads from Docker, and tell so once for each reader, at its first label."""
    found: dict[str, list[str]] = {}
    for key in keys:
        prefix = reader(key)
        if prefix:
            found.setdefault(prefix, []).append(key)
    for prefix, labels in found.items():
        who, instead = READERS[prefix]
        said = proposal(service) if prefix == "traefik." else ""
        if said:
            instead = f"what they say is `{said}` in the stack file"
        many = f"this label and {len(labels) - 1} more" if labels[1:] else "this label"
        yield Unsupported(
            f"{who} reads {many} from Docker; in a cluster nobody does", instead, (labels[0],), "label-reader"
        )
        yield from (Unsupported("", at=(key,)) for key in labels[1:])


def is_secret(key: str, value: str) -> bool:
    """Does a label hold a secret, by a variable, its name or its look? Everybody can read an annotation."""
    if OPEN in value:
        return True
    hit = detect(key, value)
    return hit is not None and hit.kind == "secret"
