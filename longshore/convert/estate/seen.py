"""What an inventory saw of a service: it wins over what is known of the image, since it is the image that ran.

Source: `longshore inventory`, docs/inventory.md.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from longshore.compose.files import clean
from longshore.regex import Regex

if TYPE_CHECKING:
    from collections.abc import Mapping

    from longshore.convert.estate import Estate, Service
    from longshore.convert.estate.image_facts import ImageFacts
    from longshore.convert.observed import SeenCheck, SeenService, SeenVolume

NO_DATA: Final = Regex(r"/(?:tmp|run|var/(?:run|cache|log|tmp))(?:/|$)|.*/(?:node_modules|\.cache|cache|logs?)$")
"""Directories that hold nothing that must be kept, whatever an image says of them."""


def seen(service: Service) -> SeenService | None:
    """What was seen of a service; None: there is no inventory, or the service did not run there."""
    observed = service.options.observed
    return observed.services.get(service.name) if observed else None


def seen_volume(estate: Estate, key: str) -> SeenVolume | None:
    """What was seen of a named volume, by its key in compose."""
    observed = estate.options.observed
    return observed.volumes.get(key) if observed else None


def source(service: Service) -> str:
    """What `explain` says of a value that the inventory decided: `inventory vm.json`."""
    observed = service.options.observed
    return f"inventory {observed.source}" if observed else ""


def open_ports(service: Service) -> tuple[int, ...] | None:
    """TCP ports at which the service was seen to listen, those that its image declares first; None: nobody saw it."""
    found = seen(service)
    if found is None or found.listening is None or not found.own:
        return None
    ports = [one.port for one in found.listening if one.protocol == "tcp" and not one.loopback]
    declared = {port for port, protocol in found.exposed if protocol == "tcp"}
    declared |= {port for port, _ in service.container_ports}
    return tuple(sorted(ports, key=lambda port: (port not in declared, port)))


def with_what_was_seen(facts: ImageFacts, service: Service) -> ImageFacts:
    """Put what was seen over what is known of an image; what was not seen stays."""
    found = seen(service)
    if found is None or not found.own:
        return facts
    known, ports = facts, open_ports(service)
    if ports is not None:
        facts = facts._replace(ports=ports, answers=bool(ports))
    elif not facts.ports:
        facts = facts._replace(ports=tuple(port for port, protocol in found.exposed if protocol == "tcp"))
    return _user(facts, found, service)._replace(
        starts_as_root=known.starts_as_root or bool(found.drops_root),
        data=_data(known, found.data),
        shell=known.shell if found.shell is None else found.shell,
        stop_signal=found.stop_signal or known.stop_signal,
        certain=True,
        # What files of it have more rights, an inventory does not see.
        built=known.built or not known.certain,
        **_check(known, found, service),
    )


def _user(facts: ImageFacts, found: SeenService, service: Service) -> ImageFacts:
    """Of a container that compose gives a user by name, the number says who that is, and nothing of the image's own."""
    if found.user is None:
        return facts
    name = str(service.model.get("user") or "").partition(":")[0]
    if name:
        return facts if name.isdecimal() else facts._replace(users=MappingProxyType({**facts.users, name: found.user}))
    return facts._replace(user=found.user, group=found.group if found.user else None)


def _data(facts: ImageFacts, volumes: Mapping[str, int | None]) -> tuple[str, ...]:
    """Where it keeps data: not in what is an empty volume; of an image that nobody knows, where a volume has some."""
    sizes = {clean(place): size for place, size in volumes.items()}
    known = tuple(place for place in facts.data if sizes.get(place) != 0)
    if facts.certain and not facts.built:
        return known
    more = (place for place, size in sizes.items() if size and place not in known and not NO_DATA.match(place))
    return (*known, *more)


def _check(facts: ImageFacts, found: SeenService, service: Service) -> dict[str, Any]:
    """The health check of the image, as Docker ran it where compose has no test of its own."""
    told = service.model.get("healthcheck") or {}
    if told.get("test") or told.get("disable"):
        return {}
    if found.check is None or found.healthy is False:
        return {"healthcheck": ()}
    return {"healthcheck": found.check.test or facts.healthcheck, "times": _times(found.check)}


def _times(check: SeenCheck) -> Mapping[str, str]:
    numbers = {"interval": check.interval, "timeout": check.timeout, "start_period": check.start_period}
    times = {key: f"{seconds:g}s" for key, seconds in numbers.items() if seconds}
    return MappingProxyType({**times, **({"retries": str(check.retries)} if check.retries else {})})
