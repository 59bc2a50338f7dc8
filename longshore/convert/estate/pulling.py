"""Names of images that no node of a cluster can pull, though Docker has the image: it was built where compose runs.

A name without a registry is Docker Hub's, where only Docker itself may push one without an owner (`shop-api`). A
registry on `localhost`, or with a name that only a local network knows (`registry:5000`), is another one on each node,
or none. An image's ID is known only where the image is.
Source: https://github.com/distribution/reference/blob/main/normalize.go (what is a registry in a name)
and https://docs.docker.com/docker-hub/repos/ (names of repositories)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from longshore.convert.estate.images import parse, valid
from longshore.convert.estate.run_images import LOCK, REPOSITORY, run_image
from longshore.regex import Regex

if TYPE_CHECKING:
    from longshore.convert.estate import Estate, Service

_LOOPBACK: Final = Regex(r"localhost|127(?:\.\d{1,3}){3}|0\.0\.0\.0|\[::1?\]|host\.docker\.internal")
_ID: Final = Regex(r"(?:sha256:)?(?:[0-9a-f]{64}|[0-9a-f]{12})")
_RESERVED: Final = "scratch"


def registry(reference: str) -> str:
    """The registry that an image reference names, perhaps with a port; empty where it is Docker Hub."""
    first, slash, _ = parse(reference).repository.partition("/")
    named = bool(slash) and (any(sign in first for sign in ".:[") or first == "localhost" or first != first.lower())
    return first if named and first != "docker.io" else ""


def repository_in(reference: str) -> str:
    """The repository as its registry calls it: `library/postgres` for `postgres`."""
    host = registry(reference)
    path = parse(reference).repository.removeprefix(f"{host or 'docker.io'}/")
    return path if host or "/" in path else f"library/{path}"


def unpullable(service: Service) -> str:
    """Why no node can pull the image of a service, as a clause; empty where one may, or where it names none."""
    return service.memo(_unpullable)


def _unpullable(service: Service) -> str:
    run = run_image(service)
    decided = run.setting in {LOCK, REPOSITORY}
    reference = run.reference.partition("@")[0] if decided else str(service.model.get("image") or "")
    if service.settings.image or not reference:
        return ""  # whoever names it for one cluster knows what its nodes find
    if _ID.fullmatch(reference):
        return "it is the ID of an image, which only the machine that has it knows"
    if not valid(reference):
        return ""
    host = registry(reference)
    return _no_registry(host) if host else _not_pushed(service, reference)


def _not_pushed(service: Service, reference: str) -> str:
    """Judge a name on Docker Hub, by who builds it."""
    repository = parse(reference).short
    if repository == _RESERVED:
        return "it is a name that builders know for an empty image"
    if service.model.get("build") and "/" not in repository:
        return "on Docker Hub nobody may push a name without an owner; it tags what is built where compose runs"
    builder = service.estate.memo(_built).get(_tagged(reference), service.name)
    if builder != service.name and ("/" not in repository or _local(service)):
        return f"`{builder}` builds it, where compose runs"
    never = service.model.get("pull_policy") == "never"
    return "it is never pulled, so it is only on the machine that built it" if never else ""


def _local(service: Service) -> bool:
    """Does compose take the image only from its own machine?"""
    return service.model.get("pull_policy") in {"never", "build"}


def _no_registry(host: str) -> str:
    name, _, port = host.rpartition(":") if not host.endswith("]") else (host, "", "")
    name = name if port.isdecimal() else host
    if _LOOPBACK.fullmatch(name.lower()):
        return f"`{host}` is the machine that asks, and each node asks itself"
    if "." not in name and not name.startswith("["):
        return f"`{host}` is a name of a local network, and no node finds a registry by it"
    return ""


def _tagged(reference: str) -> str:
    image = parse(reference)
    return f"{image.short}:{image.tag or 'latest'}"


def _built(estate: Estate) -> dict[str, str]:
    """The names that the project gives to what it builds, compose's own names too → the first service that does."""
    found: dict[str, str] = {}
    for service in estate:
        build = service.model.get("build")
        if not build:
            continue
        tags = build.get("tags") or () if isinstance(build, dict) else ()
        own = (f"{estate.project.name}{sign}{service.name}" for sign in "-_")
        for reference in (
            *filter(None, [service.model.get("image")]),
            *tags,
            *(() if service.model.get("image") else own),
        ):
            if valid(str(reference)) and not registry(str(reference)):
                found.setdefault(_tagged(str(reference)), service.name)
    return found
