"""Schedulers that read Docker's labels: what they start and when, and the line that tells a cluster to do it.

Ofelia and Chadburn run a command in a container that is there (`job-exec`) or in a new one (`job-run`), deck-chores
does the first, swarm-cronjob starts the service itself again. In a cluster each of these is a CronJob. A time with
seconds loses them: Kubernetes starts nothing more than once a minute. Commands are not shown: a password may stand
there.
Source: https://github.com/mcuadros/ofelia/blob/master/docs/jobs.md, https://crazymax.dev/swarm-cronjob/usage/get-started/
and https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from longshore.convert.kubernetes.names import label
from longshore.regex import Regex

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from longshore.convert.estate import Service

_OWN: Final = "swarm.cronjob."
_CHORES: Final = "deck-chores."
_FEW: Final = 3
_FIELDS: Final = 5
_MACROS: Final = frozenset(("hourly", "daily", "weekly", "monthly", "yearly"))
_SAFE: Final = Regex(r"[\w*/,@ .:+-]{1,200}")
"""What may stand between quotes of a shell, whatever the label holds."""


class Job(NamedTuple):
    """What a scheduler starts: under which name, when (empty: nothing here says so), and in which image."""

    name: str
    schedule: str
    image: str


def how_to_schedule(service: Service) -> str:
    """What to do in a cluster about the jobs that the labels of a service tell a scheduler of."""
    jobs = tuple(_jobs(service, _labels(service)))
    if not jobs:
        return "make each of its jobs a CronJob of the cluster (`kubectl create cronjob`)"
    lines = ", ".join(f"`{_line(job)}`" for job in jobs[:_FEW])
    more = f" and {len(jobs) - _FEW} more" if jobs[_FEW:] else ""
    return f"a CronJob does it, with the command, the settings and the volumes that it has here: {lines}{more}"


def _labels(service: Service) -> Mapping[str, str]:
    deploy = service.model.get("deploy") or {}
    both = {**(deploy.get("labels") or {}), **(service.model.get("labels") or {})}
    return {str(key): str(value) for key, value in both.items()}


def _jobs(service: Service, labels: Mapping[str, str]) -> Iterator[Job]:
    own = service.settings.image or str(service.model.get("image") or "")
    if f"{_OWN}schedule" in labels:
        yield Job(service.slug, labels[f"{_OWN}schedule"], own)
    told: dict[str, dict[str, str]] = {}
    for key, value in labels.items():
        before, _, option = key.rpartition(".")
        kind, _, name = before.rpartition(".")
        if ".job-" in kind or (f"{kind}." == _CHORES and name != "options"):
            told.setdefault(name, {})[option] = value
    for name, options in told.items():
        every = options.get("interval", "")
        schedule = options.get("schedule") or options.get("cron") or (f"@{every}" if every in _MACROS else "")
        yield Job(label(f"{service.slug}-{name}"), schedule, options.get("image") or own)


def _line(job: Job) -> str:
    fields = job.schedule.split()
    schedule = " ".join(fields[1:] if len(fields) > _FIELDS else fields)
    image, when = (text if _SAFE.fullmatch(text) else "…" for text in (job.image, schedule))
    return f"kubectl create cronjob {job.name} --image={image} --schedule='{when}' -- …"
