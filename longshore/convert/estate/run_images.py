"""Which image a container runs: the one that the compose file names, unless the stack says otherwise.

`services.<name>.image` of the stack file names another one. A lock says which image a name meant when somebody looked,
or which one was built: an entry counts only while the name that it was made for is the one that is asked for. Where
the stack has a repository for what is built, the name in the compose file was one on the machine that ran it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from longshore.convert.estate.images import parse

if TYPE_CHECKING:
    from longshore.convert.estate import Service
    from longshore.convert.options import Images

LOCK, REPOSITORY = "images.lock", "images.repository"


class Run(NamedTuple):
    """reference: what the container runs; empty where nothing names it. setting: what of the stack says so, or ""."""

    reference: str
    setting: str = ""


def run_image(service: Service) -> Run:
    """The image of the service's container."""
    return service.memo(_run)


def pushed_to(service: Service) -> str:
    """The repository that the build of a service is pushed to; empty where its own name says so, or it has none."""
    repository = service.options.images.repository if service.model.get("build") else ""
    return f"{repository}/{service.slug}" if repository and not service.settings.image else ""


def locked(reference: str, images: Images) -> Run:
    """The image that a name means, by the lock: for what nobody builds here."""
    digest = "" if parse(reference).digest else images.pulled.get(reference, "")
    return Run(f"{reference}@{digest}", LOCK) if digest else Run(reference)


def _run(service: Service) -> Run:
    owner = service.estate.services.get(service.name)
    written = str(service.model.get("image") or "")
    if owner and owner is not service and written == str(owner.model.get("image") or ""):
        return run_image(owner)  # a hook that runs the image of its service
    wanted = service.settings.image or written
    if service.model.get("build") and not parse(wanted).digest:
        built, repository = service.options.images.built.get(service.name, ""), pushed_to(service)
        if built and (parse(built).repository == repository if repository else _names(built, wanted)):
            return Run(built, LOCK)
        if repository:
            return Run(repository, REPOSITORY)
    found = locked(wanted, service.options.images)
    return found._replace(setting=f"{service.setting}.image") if service.settings.image else found


def _names(built: str, wanted: str) -> bool:
    """Is the image that was built the one that is asked for, if any name is?"""
    return not wanted or _name(built) == _name(wanted)


def _name(reference: str) -> str:
    image = parse(reference)
    return f"{image.short}:{image.tag or 'latest'}"
