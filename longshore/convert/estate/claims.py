"""The claims behind named volumes: their size, class and access mode, and what is lost on the way from Docker."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from longshore.compose.files import clean
from longshore.convert.estate.facts import access_mode, run_as, shared
from longshore.convert.estate.programs import runs_its_program
from longshore.convert.estate.scripts import command_line
from longshore.convert.estate.seen import seen_volume
from longshore.convert.estate.service_images import of
from longshore.convert.estate.sockets import meetings
from longshore.convert.estate.storage import DEFAULT_SIZE, declaration, driver_options, export, named, templated
from longshore.convert.kubernetes.names import label
from longshore.convert.kubernetes.quantity import bytes_in, memory
from longshore.model import Approximated, ObjectKey, Problem, Put, Severity, Unsupported

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from longshore.convert.estate import Estate, Service
    from longshore.model import Effect

_GIBIBYTE: Final = 1 << 30


def given_size(estate: Estate, key: str) -> str:
    """The size that the stack gives a volume; empty where it gives none."""
    own = estate.options.storage.volumes.get(key)
    return (own.size if own else "") or estate.options.storage.size


def seen_size(estate: Estate, key: str) -> str:
    """Twice what an inventory saw in a volume, and the default at least; empty where it saw none."""
    found = seen_volume(estate, key)
    if found is None or found.size is None:
        return ""
    return memory(max(bytes_in(DEFAULT_SIZE), ceil(2 * found.size / _GIBIBYTE) * _GIBIBYTE))


def given_class(estate: Estate, key: str) -> str:
    """The StorageClass that the stack gives a volume; empty where the cluster's default one decides."""
    storage = estate.options.storage
    own = storage.volumes.get(key)
    if own and own.storage_class:
        return own.storage_class
    if access_mode(estate, key) != "ReadWriteMany":
        return storage.storage_class
    return storage.shared_owners.get(_owner(key, estate.consumers.get(key, ())), storage.shared_class)


def _owner(key: str, users: tuple[Service, ...]) -> str:
    """`uid:gid` of the one user to whom files of a volume belong; empty where there are several, or nobody knows.

    Who gives them an owner decides, else who writes them.
    """
    deciding = [user for user in users if _changes_owners(user, key)] or [
        user for user in users if any(not mount.get("read_only") for mount in _mounts(user, key))
    ]
    found = {_runs_as(user) for user in deciding}
    return found.pop() if len(found) == 1 else ""


def _mounts(service: Service, key: str) -> list[Mapping[str, Any]]:
    return [mount for mount in service.model.get("volumes") or () if mount.get("source") == key]


def _runs_as(service: Service) -> str:
    facts, number = of(service), run_as(service)
    if not number and facts.starts_as_root and runs_its_program(service) and len(facts.users) == 1:
        (number,) = facts.users.values()  # the only one to whom it can drop
    if not number:
        return ""
    group = str(service.model.get("user") or "").partition(":")[2]
    return f"{number}:{group if group.isdecimal() else facts.group or number}"


def claim(estate: Estate, key: str) -> dict[str, Any]:
    """Name and spec of the claim behind `key`."""
    kind = given_class(estate, key)
    spec = {
        "accessModes": [access_mode(estate, key)],
        **({"storageClassName": kind} if kind else {}),
        "resources": {"requests": {"storage": given_size(estate, key) or seen_size(estate, key) or DEFAULT_SIZE}},
    }
    return {"metadata": {"name": label(key)}, "spec": spec}


def made(estate: Estate, key: str, own: ObjectKey, users: tuple[Service, ...]) -> Iterator[Effect]:
    """Make the claim `own` of the volume `key`, and tell what it cannot do for its users."""
    yield from _sharing(estate, key, users)
    yield from _one_owner(estate, key, users)
    yield from _prefill(estate, key, users)
    if any(key in templated(user) for user in users):
        return
    yield Put(own, ("metadata", "annotations", "pulumi.com/skipAwait"), "true")
    setting = f"storage.volumes.{key}" if key in estate.options.storage.volumes else "storage"
    decided = {"storageClassName": given_class(estate, key), "resources": given_size(estate, key)}
    by = {name: setting for name, value in decided.items() if value}
    if estate.options.observed and seen_size(estate, key):
        by.setdefault("resources", f"inventory {estate.options.observed.source}")
    for name, value in claim(estate, key)["spec"].items():
        yield Put(own, ("spec", name), value, by.get(name, ""))


def _sharing(estate: Estate, key: str, users: tuple[Service, ...]) -> Iterator[Effect]:
    asked = estate.options.storage.volumes.get(key)
    if not shared(estate, key) or access_mode(estate, key) == "ReadWriteMany" or (asked and asked.access_mode):
        return
    if key in meetings(estate):
        return  # no class of storage helps there
    pods = list(dict.fromkeys(user.host.name for user in users))
    who = ", ".join(f"`{name}`" for name in pods) if pods[1:] else f"several pods of `{pods[0]}`"
    yield Problem(
        "shared-volume",
        Severity.ERROR,
        f"`{key}` is mounted by {who}, and a disk is mounted by one node at a time",
        "set `storage.sharedClass` in the stack file to a class that many nodes can mount (EFS); or, where all pods "
        f"run on one node, `storage.volumes.{key}.accessMode: ReadWriteOnce`; or keep the data in a bucket or database",
    )


def _one_owner(estate: Estate, key: str, users: tuple[Service, ...]) -> Iterator[Effect]:
    """Tell of programs that give files an owner, where the file system gives every file the same one.

    An access point of EFS does all as one user, whoever the program runs as: who may mount it may write, and `chown` is
    refused, to root too. Source: https://docs.aws.amazon.com/efs/latest/ug/enforce-identity-access-points.html
    """
    kind = given_class(estate, key)
    owner = _owner(key, users)
    if access_mode(estate, key) != "ReadWriteMany" or "efs" not in kind.lower():
        return
    if kind in estate.options.storage.shared_owners.values():
        return  # who gives files to whom they belong already is not refused
    changing = [user for user in users if not named(user)[key] and _changes_owners(user, key)]
    if changing:
        who = ", ".join(f"`{user.name}`" for user in changing)
        owned = f'let `{owner}` be that owner (on EKS by `cluster.sharedStorage: {{owners: ["{owner}"]}}`), or '
        yield Problem(
            "shared-volume-owner",
            Severity.INFO if all("shared-volume-owner" in user.allowed for user in changing) else Severity.WARNING,
            f"{who}: files of `{key}` are given an owner at the start, and `{kind}` refuses that where its access "
            "points do all as one user (EFS); a program that insists on it ends",
            f'{owned if owner else ""}run it as a user who cannot, such as `user: "33:33"`: it may write all the same, '
            "since there everybody is the owner; if the class lets owners change, "
            "`x-longshore: {allow: [shared-volume-owner]}` on the service",
        )


def _changes_owners(service: Service, key: str) -> bool:
    """Does the program begin as root and give what it finds in the volume to the user that it drops to?"""
    targets = [clean(str(mount.get("target"))) for mount in _mounts(service, key)]
    command = " ".join(command_line(service.model))
    facts = of(service)
    by_itself = facts.starts_as_root and runs_its_program(service)
    own = [at for at in targets for data in facts.data if f"{at}/".startswith(f"{data}/") or data.startswith(f"{at}/")]
    told = "chown" in command and any(target in command for target in targets)
    return not run_as(service) and (told or (by_itself and bool(own)))


class Prefill(NamedTuple):
    """From where Docker would fill a volume. target: the place in the image; empty where nothing is filled.

    missed: the programs that mount it are not known to do without.
    """

    target: str
    missed: bool


def prefilled(estate: Estate, key: str) -> Prefill:
    """What Docker would put into the volume when it is empty, and a claim lacks."""
    fillers = [
        (user, mount)
        for user in estate.consumers[key]
        for mount in user.model.get("volumes") or []
        if mount.get("source") == key and mount.get("type") == "volume"
    ]
    if all((mount.get("volume") or {}).get("nocopy") for _, mount in fillers):
        return Prefill("", missed=False)
    return Prefill(str(fillers[0][1].get("target")), missed=not all(of(user).fills_itself for user, _ in fillers))


def _prefill(estate: Estate, key: str, users: tuple[Service, ...]) -> Iterator[Effect]:
    target = prefilled(estate, key).target
    if not target:
        return
    yield Approximated("")
    if all(named(user)[key] for user in users):
        yield Problem(
            "volume-prefill",
            Severity.WARNING,
            f"nobody writes to `{key}`: Docker fills it from the image's `{target}`, a claim stays empty",
            "drop the mount if the image's own files are meant; else let something fill the claim",
        )


def external(estate: Estate, key: str, name: str) -> Iterator[Effect]:
    """Tell that the claim `name` is not ours to make."""
    declared = str(declaration(estate, key).get("name") or key)
    renamed = "" if name == declared else f" (`{declared}` is no name for a claim)"
    yield Approximated(
        f"the claim `{name}` must be in the namespace before the first deployment{renamed}",
        "make it by hand or from a snapshot, or drop `external` and let one be made",
        ("external",),
        "external-volume",
    )


def driver(estate: Estate, key: str) -> Iterator[Effect]:
    """Tell what becomes of the volume's driver and its options."""
    declared = declaration(estate, key)
    options, plugin = driver_options(declared), str(declared.get("driver") or "local")
    kind = options.get("type", "")
    if plugin != "local":
        yield Unsupported(
            f"the driver `{plugin}` is one of Docker's; the claim comes from the cluster's storage class",
            f"name a class for it, `storage.volumes.{key}.storageClass`, in the stack file",
            ("driver",),
            "volume-driver",
        )
    elif kind.startswith("nfs") and export(options):
        yield Approximated(
            "the export is mounted by the nodes, with their own mount options",
            "the nodes must reach the server; Pod Security level `restricted` refuses such a mount",
            ("driver_opts",),
            "volume-driver",
            Severity.INFO,
        )
    elif kind == "tmpfs":
        return
    elif "bind" in options.get("o", "").split(",") or kind == "none":
        yield Approximated(
            f"its data lie in `{options.get('device')}` on the Docker host; the claim starts empty",
            "copy the data into the claim before the first start",
            ("driver_opts",),
            "volume-driver",
        )
    elif options:
        yield Unsupported(
            f"a volume of type `{kind or plugin}` has no equivalent here; it becomes an ordinary claim",
            f"name a class for it, `storage.volumes.{key}.storageClass`, in the stack file",
            ("driver_opts",),
            "volume-driver",
        )
