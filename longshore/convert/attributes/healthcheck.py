"""`healthcheck` → `readinessProbe`, `startupProbe` and `livenessProbe` of the container.

Readiness is the test as it is, with all numbers written out: Docker's defaults (30 s, 30 s, 3) are not those of
Kubernetes. The startup probe asks every `start_interval` (5 s) and gives the program `start_period` and all retries,
five minutes at least. Liveness is looser: twice the failures and a minute of them at least, 5 s at least for an answer;
where Docker only showed `unhealthy`, the container is restarted. A test that calls another service, or gets its answer
by way of one (`celery inspect ping`, `airflow jobs check`), gets no liveness probe: one service that is down would
restart all that ask for it. The stack's `services.<name>.liveness` says `on` or `off`.

`curl` and `wget` on the container itself become `httpGet`, `nc -z` and `/dev/tcp` become `tcpSocket`,
`grpc_health_probe` becomes `grpc`, where that behaves the same: at a port that is declared, dialled by others or known
of the image, not over TLS, and where no command, setting or mounted file says that the program listens on the loopback
only, answers by the address of who asks (`allow 127.0.0.1`), or sends a test that follows elsewhere. Any other test is
run as the command it is, by `/bin/sh` where it is text. The kubelet does not put secrets into a probe's command: a
secret variable in it is read from the environment by a shell.

A test that needs a shell, `curl` or `wget`, in an image that is known to have none, gives no probes: in Docker it only
shows `unhealthy`, here the container would never be ready.

Numbers that compose does not say are those of the image's `HEALTHCHECK`, where it is known, as in Docker.

What is lost: parts of seconds (rounded up). A test inside the image is taken from what is known of images; of any other
only its numbers are here. A Job is judged by its exit code and has no probes.
Source: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#healthcheck
"""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Any

from longshore.compose.references import OPEN
from longshore.compose.units import duration_seconds
from longshore.convert.estate.facts import (
    DEFAULT_INTERVAL,
    DEFAULT_RETRIES,
    DEFAULT_START_INTERVAL,
    DEFAULT_TIMEOUT,
    Times,
    health_times,
    startup_budget,
)
from longshore.convert.estate.health import asks_through, called, request, target
from longshore.convert.estate.network_names import hosts
from longshore.convert.estate.peers import peers
from longshore.convert.estate.seen import seen
from longshore.convert.estate.service_images import of
from longshore.convert.registry import attribute
from longshore.convert.secrets.arguments import arguments
from longshore.convert.secrets.binding import shell, variable
from longshore.convert.secrets.shell import command_line
from longshore.model import Approximated, LocalOnly, Severity, Unsupported

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from longshore.convert.estate import Service
    from longshore.convert.view import View
    from longshore.model import Effect


MINIMUM_TIMEOUT = 5
"""Seconds that a liveness probe waits for an answer: a busy program is not a dead one."""

LONGEST_BUSY = 60
"""Seconds in which every test must fail before a container is restarted. Files that ask every second mean to notice a
start early; a Redis that forks, or a database that writes its checkpoint, is silent for longer than some rounds."""

_OF_A_SYSTEM = frozenset({"sh", "bash", "ash", "curl", "wget", "nc"})


@attribute("services.*.healthcheck")
def healthcheck(value: View, service: Service) -> Iterator[Effect]:
    """Translate test and numbers."""
    check = value.plain() if value else {}
    test = service.health_test
    if not check or check.get("disable") or check.get("test") == ["NONE"]:
        return
    if test is None and _has_none(service):
        yield LocalOnly(
            "the image has no test, as the inventory shows: Docker never asks, and neither is it asked here"
        )
    elif test is None:
        yield Unsupported(
            "the test is inside the image, where Kubernetes does not look, and the image is not known; only its "
            "numbers are here",
            "write the test here too: `test: [CMD, …]`",
        )
    elif service.workload.kind == "Job":
        yield LocalOnly("a Job is judged by its exit code; nothing waits for it to be healthy")
    else:
        yield from _rounded(check)
        yield from _probes(test, _times(service), service)


def _rounded(check: Mapping[str, Any]) -> Iterator[Approximated]:
    for key in ("interval", "timeout", "start_interval"):
        given = duration_seconds(check[key]) if check.get(key) else 0
        if given != ceil(given):
            yield Approximated(
                f"Kubernetes counts whole seconds: {given:g} s becomes {ceil(given)} s",
                at=(key,),
                severity=Severity.INFO,
            )


def _has_none(service: Service) -> bool:
    """Was it seen that Docker runs no test in the container?"""
    found = seen(service)
    return found is not None and found.own and found.check is None


def _times(service: Service) -> Times:
    """All numbers written out, whole seconds rounded up."""
    times = health_times(service)
    return times._replace(
        interval=ceil(times.interval or DEFAULT_INTERVAL),
        timeout=ceil(times.timeout or DEFAULT_TIMEOUT),
        start_interval=ceil(times.start_interval or DEFAULT_START_INTERVAL),
        retries=times.retries or DEFAULT_RETRIES,
    )


def _probes(test: list[str], times: Times, service: Service) -> Iterator[Effect]:
    words, findings = arguments(test[1:], service, ("test",), 1)
    yield from findings
    if words is None:
        return
    if not words:
        yield Unsupported(
            "there is no command to run, so Docker never calls the container healthy; there are no probes",
            "write the command after `CMD`, or `disable: true`",
            ("test",),
        )
        return
    asked = request([test[0], *words], target(service))
    missing = "" if asked or of(service).shell else _missing(test[0], words)
    if missing:
        yield Unsupported(
            f"the image has no `{missing}`, so the test never succeeds, in Docker either: there it only shows, here "
            "the container would never be ready; there are no probes",
            "let it run a program that the image has, `test: [CMD, …]`; or write `disable: true`",
            ("test",),
        )
        return
    handler = asked.handler if asked else {"exec": {"command": _command(test[0], words, service)}}
    timeout = max(1, ceil(min(times.timeout, asked.timeout))) if asked and asked.timeout else times.timeout
    ready = {
        **handler,
        "periodSeconds": times.interval,
        "timeoutSeconds": timeout,
        "failureThreshold": times.retries,
    }
    yield service.put_container("readinessProbe", value=ready)
    yield service.put_container(
        "startupProbe",
        value={
            **handler,
            "periodSeconds": times.start_interval,
            "timeoutSeconds": timeout,
            "failureThreshold": ceil(startup_budget(service) / times.start_interval),
        },
    )
    yield from _liveness([test[0], *words], ready, times, service)


def _liveness(test: list[str], ready: Mapping[str, Any], times: Times, service: Service) -> Iterator[Effect]:
    """Write the looser probe that restarts the container; ready: its readiness probe."""
    if service.settings.liveness == "off":
        return
    because = _depends(test, service)
    if because and service.settings.liveness != "on":
        yield Approximated(
            f"the test {because}, so there is no liveness probe: the container is not restarted because another "
            "service is down",
            f"let the test ask this service alone; or set `services.{service.name}.liveness: on` in the stack file",
            ("test",),
            "liveness",
            Severity.INFO,
        )
        return
    failures = max(2 * times.retries, ceil(LONGEST_BUSY / times.interval))
    alive = {**ready, "timeoutSeconds": max(MINIMUM_TIMEOUT, ready["timeoutSeconds"]), "failureThreshold": failures}
    setting = f"{service.setting}.liveness" if service.settings.liveness else ""
    yield service.put_container("livenessProbe", value=alive, setting=setting)


def _missing(form: str, words: list[str]) -> str:
    """The program that a test needs and an image of one static program does not have; empty: none that we know."""
    if form == "CMD-SHELL" or any(OPEN in word for word in words):
        return "/bin/sh"
    return words[0] if words[0].rpartition("/")[2] in _OF_A_SYSTEM else ""


def _command(form: str, words: list[str], service: Service) -> list[str]:
    if form == "CMD-SHELL":
        return ["/bin/sh", "-c", shell(service, words[0] if words else "")]
    if any(OPEN in word for word in words):
        return ["/bin/sh", "-c", f"exec {command_line(words, lambda name: variable(service, name))}"]
    return words


def _depends(test: list[str], service: Service) -> str:
    """How the test needs other services; empty: it asks this one alone."""
    known: dict[str, Any] = service.estate.memo(hosts)
    found = {known[name]: None for name in called(test) if name in known}
    others = [name for name in found if service.estate.services[name].host is not service.host]
    if others:
        return f"calls {', '.join(f'`{name}`' for name in others)}"
    if members := sorted(peers(service)):
        return f"may need the members with which it forms one system, {', '.join(f'`{name}`' for name in members)}"
    between = asks_through(test)
    return f"gets its answer by way of {between}" if between else ""
