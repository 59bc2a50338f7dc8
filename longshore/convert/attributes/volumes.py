"""`volumes` → mounts: claims for named volumes, ConfigMaps for small files of the project, `emptyDir` for the rest.

- A *named volume* is one PersistentVolumeClaim, called like its key, with size and class from the stack. Mounted is
  its folder `data`: a fresh disk holds `lost+found`, and databases refuse a directory that is not empty. With more
  than one consumer or replica it must be `ReadWriteMany`, from `storage.sharedClass`, or it is an error. `external:
  true` names a claim that is there already, and is mounted whole. A StatefulSet gets a claim per pod. NFS options
  become an `nfs` mount, `type: tmpfs` memory.
- A *bind mount* of files of the project, read-only and at most a mebibyte, is a ConfigMap; scripts stay executable. A
  single file that is mounted to be written becomes one too, with a warning, and so does a directory below `/etc` or
  one of scripts for an entrypoint, which programs only read; any other directory is an error. Files that are a secret,
  or have one in them, go to the secret store (`longshore secrets push`), and are mounted from the Secret that the
  operator makes, at the same paths, beside the rest of their directory. Any other path of the Docker host is an error
  with three ways out. Docker's socket is an error of its own; the host's clock files are left out. Files that are
  mounted over or beside those of such a directory, and configs and secrets inside of it, come into one `projected`
  volume with it: in a ConfigMap no place can be made for a mount.
- An *anonymous volume* is an `emptyDir`: it lives as long as the pod. One that only keeps a bind mount off a
  directory of the image is not needed. `type: tmpfs` is an `emptyDir` in memory, `type: image` an image volume from
  1.33 on.

What is lost: Docker fills an empty volume from the image and gives it that directory's owner; a claim starts empty,
and belongs to root and a group that the container has (policy `volume_group`).
Source: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#volumes
and https://github.com/compose-spec/compose-spec/blob/main/07-volumes.md
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.estate import claims
from longshore.convert.estate.labels import annotate
from longshore.convert.estate.mounts import mounted, refused
from longshore.convert.estate.storage import claim_name, colliding, declaration, is_claim, templated
from longshore.convert.registry import attribute
from longshore.model import Approximated, LocalOnly, ObjectKey, Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.convert.registry import Entry
    from longshore.convert.view import View
    from longshore.model import Effect, Path


@attribute("services.*.volumes")
def volumes(mounts: View, service: Service) -> Iterator[Effect]:
    """Translate every mount of one service."""
    for index, mount in enumerate(mounts):
        yield from _options(mount, (index,))
        wrong = list(refused(service, str(mount.get("target") or ""), ("volumes", index), (index,)))
        yield from wrong or mounted(service, service, service.model["volumes"][index], (index,))
    templates = [claims.claim(service.estate, key) for key in templated(service)]
    if templates:
        yield service.put("spec", "volumeClaimTemplates", value=templates)


def _options(mount: View, at: Path) -> Iterator[Effect]:
    """Read every option of a mount; what cannot be kept is reported."""
    for key in ("type", "source", "target", "read_only", "consistency"):
        mount.get(key)
    binding, kept, image = mount.get("bind"), mount.get("volume"), mount.get("image")
    if binding:
        binding.get("create_host_path")
        for key in ("propagation", "selinux", "recursive"):
            if binding.get(key):
                yield LocalOnly("", at=(*at, "bind", key))
    if kept:
        kept.get("nocopy")
        kept.get("subpath")
        if kept.get("labels"):
            kept["labels"].plain()
            yield LocalOnly("labels of the mount; those of the volume are kept", at=(*at, "volume", "labels"))
    if image:
        image.get("subpath")
    memory_options = mount.get("tmpfs")
    if memory_options:
        memory_options.get("size")
        if memory_options.get("mode") is not None:
            yield Approximated(
                "the mode of a volume in memory is always 1777", at=(*at, "tmpfs", "mode"), severity=Severity.INFO
            )


@attribute("volumes.*")
def volume_claim(declared: View | None, entry: Entry) -> Iterator[Effect]:
    """Make the claim of one named volume that somebody mounts."""
    key, estate = str(entry.path[1]), entry.estate
    users = estate.consumers.get(key, ())
    if declared:
        for name in ("name", "driver", "external"):
            declared.get(name)
        if declared.get("driver_opts"):
            declared["driver_opts"].plain()
    if not users:
        if declared and declared.get("labels"):
            declared["labels"].plain()
        yield LocalOnly(f"no service mounts the volume `{key}`; nothing is made for it", code="unused-volume")
        return
    yield from claims.driver(estate, key)
    own = ObjectKey("PersistentVolumeClaim", claim_name(estate, key))
    ours = is_claim(estate, key) and not declaration(estate, key).get("external")
    yield from annotate(declared.get("labels") if declared else None, own if ours else None, "claim of ours")
    if not is_claim(estate, key):
        return
    if key in colliding(estate):
        yield Problem(
            "name-collision",
            Severity.ERROR,
            f"the volumes `{colliding(estate)[key]}` and `{key}` would share the claim `{own.name}`",
            "rename one of them",
        )
    elif ours:
        yield from claims.made(estate, key, own, users)
    else:
        yield from claims.external(estate, key, own.name)
