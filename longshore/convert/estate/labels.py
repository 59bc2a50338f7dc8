"""Labels of compose: which ones programs read from Docker itself, and which may not be shown to everybody.

A proxy, an updater or a scheduler that asks Docker for labels finds none in a cluster, and nobody reads them from an
annotation. They are not carried over; one finding for each such program says what does its work there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from longshore.compose.references import OPEN
from longshore.convert.estate.proxies import CADDY, PROXIES, SWAG
from longshore.convert.estate.schedules import how_to_schedule
from longshore.convert.kubernetes.names import valid_annotation
from longshore.convert.secrets.detection import detect
from longshore.model import LocalOnly, Put, Severity, Unsupported

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from longshore.convert.estate import Service
    from longshore.convert.view import View
    from longshore.model import Effect, ObjectKey, Path

SCHEDULED: Final = ""
"""Of a scheduler: what it starts tells what to do instead."""

READERS: Final = {
    "com.github.jrcs.letsencrypt": ("nginx-proxy", "set `exposure` of the service in the stack file"),
    "com.github.nginx-proxy.": ("nginx-proxy", "set `exposure` of the service in the stack file"),
    "com.centurylinklabs.watchtower": ("Watchtower", "deploy new versions by the pipeline, with a tag of their own"),
    "wud.": ("What's up Docker", "let the pipeline open pull requests for new versions"),
    "diun.": ("Diun", "let the pipeline open pull requests for new versions"),
    "tsdproxy.": ("TSDProxy", "let Tailscale's operator of the cluster lead to the Service"),
    "sablier.": ("Sablier", "pods are not started by requests: let it run, or scale it by the cluster's own means"),
    "deunhealth.": ("deunhealth", "nothing is needed: the liveness probe restarts the container"),
    "chadburn.": ("Chadburn", SCHEDULED),
    "ofelia.": ("Ofelia", SCHEDULED),
    "deck-chores.": ("deck-chores", SCHEDULED),
    "swarm.cronjob.": ("swarm-cronjob", SCHEDULED),
    "autoheal": ("autoheal", "nothing is needed: the liveness probe restarts the container"),
    "docker-volume-backup.": (
        "docker-volume-backup",
        "take snapshots of the claims, or back up by the program's own means",
    ),
    "homepage.": ("Homepage", "list the service in its own configuration"),
    "com.datadoghq.": ("the Datadog agent", "annotate the pods for the cluster's own agent (`annotations:`)"),
}
"""Prefix of a label → who reads it from Docker, and what does that work in a cluster."""


_LABELS: Final = {"caddy": CADDY, "swag": SWAG}


def reader(key: str) -> str:
    """The prefix in PROXIES or READERS that a label has; empty where nobody is known to read it from Docker."""
    for prefix in PROXIES:
        known = _LABELS.get(prefix)
        if known.match(key) if known else key.lower().startswith(prefix):
            return prefix
    return next((prefix for prefix in READERS if key.startswith(prefix)), "")


def read_elsewhere(keys: Iterable[str], service: Service) -> Iterator[Unsupported | LocalOnly]:
    """Give up the labels that somebody reads from Docker, and tell so once for each reader, at its first label."""
    found: dict[str, list[str]] = {}
    for key in keys:
        prefix = reader(key)
        if prefix:
            found.setdefault(prefix, []).append(key)
    if not found:
        return
    from longshore.convert.estate.fronts import Told, told  # noqa: PLC0415  eight modules, which few projects need

    for prefix, labels in found.items():
        many = f"this label and {len(labels) - 1} more" if labels[1:] else "this label"
        who, instead = READERS.get(prefix) or (PROXIES[prefix], "")
        said = told(service, who) if prefix in PROXIES else Told("", instead or how_to_schedule(service))
        if said and said.lost:
            yield Unsupported(
                f"{who} reads {many} from Docker; in a cluster nobody does, and what protects `{service.name}` is "
                f"lost: {said.lost}",
                said.help,
                (labels[0],),
                "lost-protection",
                Severity.ERROR,
            )
        elif said:
            yield Unsupported(
                f"{who} reads {many} from Docker; in a cluster nobody does", said.help, (labels[0],), "label-reader"
            )
        else:
            yield from (LocalOnly("", at=(key,)) for key in labels)
            continue
        yield from (Unsupported("", at=(key,)) for key in labels[1:])


def unfit(key: str, value: str, at: Path) -> Unsupported | None:
    """Why an entry, at `at` below the claimed place, cannot become an annotation; None: it can."""
    if not valid_annotation(key):
        return Unsupported(
            f"`{key}` cannot be the key of an annotation",
            "write `name` or `domain/name`: letters, digits, `-`, `_` and `.`, the name at most 63 characters",
            at,
            "label-key",
        )
    if _is_secret(key, value):
        return Unsupported(
            "an annotation cannot hold a secret, everybody can read it",
            "pass it in the environment, or as a file of `secrets`",
            at,
            "secret-in-label",
            Severity.ERROR,
        )
    return None


def annotate(entries: Mapping[str, Any] | View | None, owner: ObjectKey | None, what: str) -> Iterator[Effect]:
    """Annotate `owner` with the `labels` of what it is made of; None: there is no object of ours, a `what`."""
    for key, value in entries.items() if entries else ():
        at = ("labels", key)
        if owner is None:
            yield LocalOnly(f"there is no {what} to carry it", at=at)
        else:
            yield unfit(key, str(value), at) or Put(owner, ("metadata", "annotations", key), str(value))


def _is_secret(key: str, value: str) -> bool:
    if OPEN in value:
        return True
    hit = detect(key, value)
    return hit is not None and hit.kind == "secret"
