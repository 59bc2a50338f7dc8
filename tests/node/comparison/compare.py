"""Finds what differs between the two worlds, and what explains each difference: a finding, or a line of the page."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from longshore.model import Finding
    from tests.node.comparison.observe import Facts

PAGE = Path(__file__).parents[3] / "docs" / "differences.md"
ABSENT = "absent"

_SEEN = re.compile(
    r"^- `(?P<observation>[^`]+)`: `(?P<docker>[^`]*)` → `(?P<kubernetes>[^`]*)`(?: \[(?P<codes>[a-z, -]+)\])?$"
)
_HEADING = re.compile(r"^##+ (?P<title>.+)$")


# What is seen in one service and may be told of another: names, what is shared, and what several mount.
_OF_OTHERS = ("name.", "port.", "shares.", "process 1", "mount.")


class Difference(NamedTuple):
    """One observation of one service that is not the same in both worlds."""

    project: str
    service: str
    observation: str
    docker: str
    kubernetes: str

    def __str__(self) -> str:
        what = f"{self.project}/{self.service} {self.observation}"
        return f"{what}: {self.docker!r} in Docker, {self.kubernetes!r} in Kubernetes"


class Line(NamedTuple):
    """A line of the page: the differences that it explains, by patterns in which `*` is any text.

    codes: it explains them only where one of these findings names the service; empty: always.
    """

    title: str
    observation: str
    docker: str
    kubernetes: str
    codes: tuple[str, ...]

    def explains(self, difference: Difference, findings: Iterable[Finding]) -> bool:
        """Whether the difference is one of these."""
        return (
            _fits(self.observation, difference.observation)
            and _fits(self.docker, difference.docker)
            and _fits(self.kubernetes, difference.kubernetes)
            and (not self.codes or any(x.code in self.codes and _tells(x, difference) for x in findings))
        )


@lru_cache(maxsize=1024)
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in text.split("*")), re.DOTALL)


def _fits(pattern: str, text: str) -> bool:
    return _pattern(pattern).fullmatch(text) is not None


def _tells(finding: Finding, difference: Difference) -> bool:
    """Does a finding speak of the service? One about a volume, a network, or a name that others call, speaks of all."""
    place = finding.path
    ours = place[:1] != ("services",) or len(place) == 1 or place[1] == difference.service
    # A finding that holds for several services has the place of the first, and names the others.
    return ours or f"`{difference.service}`" in finding.message or difference.observation.startswith(_OF_OTHERS)


def lines(page: str) -> Iterator[Line]:
    """The lines of the page: ``- `observation`: `in Docker` → `in Kubernetes` [finding, finding]`` below a heading."""
    title = ""
    for line in page.splitlines():
        if heading := _HEADING.match(line):
            title = heading["title"]
        elif seen := _SEEN.match(line):
            codes = tuple(x.strip() for x in (seen["codes"] or "").split(",") if x.strip())
            yield Line(title, seen["observation"], seen["docker"], seen["kubernetes"], codes)


def differences(project: str, service: str, docker: Facts, kubernetes: Facts) -> Iterator[Difference]:
    """Every observation of one service that differs; one that only one world has is absent in the other.

    What can only be seen of a thing that one world lacks is no difference of its own: the lack is.
    """
    lacking: list[str] = []
    for observation in sorted(docker.keys() | kubernetes.keys(), key=_heads_first):
        one, other = docker.get(observation, ABSENT), kubernetes.get(observation, ABSENT)
        if one == other or _near(observation, one, other) or any(map(observation.startswith, lacking)):
            continue
        if ABSENT in {one, other}:
            path = observation.removeprefix("mount.")
            if path != observation and docker.keys() & kubernetes.keys() & {f"file.{path}"}:
                # One world mounts the file, the other has it there already: what is in it is what counts.
                lacking.append(f"{observation}.")
                continue
            lacking += _below(observation)
        if observation == "probed":
            lacking.append("called.")
        if observation.startswith("writable."):
            lacking += [
                f"kept over {what}.{observation.removeprefix('writable.')}" for what in ("a crash", "a replacement")
            ]
        yield Difference(project, service, observation, one, other)


def _heads_first(observation: str) -> tuple[bool, str]:
    return not observation.startswith(("mount.", "probed", "writable.")), observation


def _below(observation: str) -> tuple[str, ...]:
    """How observations begin that say more of the thing that this one says is there."""
    kind, _, path = observation.partition(".")
    if kind == "mount":
        return (f"{observation}.", f"file.{path}", f"volume.{path}", f"writable.{path}", f"kept over a crash.{path}")
    return (f"{observation}.", f"{observation}/") if kind in {"file", "volume"} else ()


def _near(observation: str, one: str, other: str) -> bool:
    """Seconds are counted on a machine that does other things too."""
    return observation == "end.seconds" and ABSENT not in {one, other} and abs(int(one) - int(other)) <= 1


class Tally(NamedTuple):
    """What a comparison came to. used: lines of the page that something showed."""

    observations: int
    found: tuple[Difference, ...]
    unexplained: tuple[Difference, ...]
    used: frozenset[Line]


def judge(
    project: str,
    docker: Mapping[str, Facts],
    kubernetes: Mapping[str, Facts],
    findings: Iterable[Finding],
    page: Iterable[Line],
) -> Tally:
    """Compare the services that Docker runs; one that does not run on the node is a difference of its own."""
    findings, page = list(findings), list(page)
    found: list[Difference] = []
    observations = 0
    for service, one in sorted(docker.items()):
        other = kubernetes.get(service)
        observations += 1
        if other is None:
            found.append(Difference(project, service, "service", "runs", ABSENT))
            continue
        observations += len(one.keys() | other.keys())
        found += differences(project, service, one, other)
    unexplained = []
    used: set[Line] = set()
    for each in found:
        explaining = [line for line in page if line.explains(each, findings)]
        used.update(explaining)
        if not explaining:
            unexplained.append(each)
    return Tally(observations, tuple(found), tuple(unexplained), frozenset(used))
