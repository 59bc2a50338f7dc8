"""Faults that a converter could have, planted into the manifests of `planted_project/`: each must be seen.

A fault takes the manifests apart by kind and name, and changes one thing; what it is called says what is lost.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from longshore.model import Manifest


class Fault(NamedTuple):
    """What is changed, and the observation by which it is seen."""

    seen_by: str
    change: Callable[[Made], object]


class Made(NamedTuple):
    """The manifests of the project, to be changed in place."""

    manifests: list[Manifest]

    def one(self, kind: str, name: str) -> Manifest:
        """One object of them."""
        return next(x for x in self.manifests if x["kind"] == kind and x["metadata"]["name"] == name)

    def pod(self, name: str = "app") -> dict[str, Any]:
        """The pod's specification of one service."""
        spec: dict[str, Any] = self.one("Deployment", name)["spec"]["template"]["spec"]
        return spec

    def container(self, name: str = "app") -> dict[str, Any]:
        """Its one container."""
        found: dict[str, Any] = self.pod(name)["containers"][0]
        return found

    def volume(self, part: str, name: str = "app") -> dict[str, Any]:
        """The volume of one service whose name has a part."""
        return next(x for x in self.pod(name)["volumes"] if part in x["name"])

    def mount(self, path: str, name: str = "app") -> dict[str, Any]:
        """The mount of one service at a path."""
        return next(x for x in self.container(name)["volumeMounts"] if x["mountPath"] == path)

    def drop(self, kind: str, name: str) -> None:
        """Leave an object out."""
        self.manifests.remove(self.one(kind, name))

    def variable(self, name: str) -> dict[str, Any]:
        """An environment entry of `app`."""
        return next(x for x in self.container()["env"] if x["name"] == name)


def _mode(made: Made, part: str, mode: int) -> None:
    volume = made.volume(part, "root")
    source = volume.get("configMap") or volume["secret"]
    source["defaultMode"] = mode
    for item in source.get("items", ()):
        item.pop("mode", None)


def _content(made: Made) -> None:
    for each in made.manifests:
        if each["kind"] == "ConfigMap" and "motd" in each["metadata"]["name"]:
            each["data"] = {key: value.rstrip("\n") for key, value in each["data"].items()}


def _port(made: Made) -> None:
    for port in made.one("Service", "app")["spec"]["ports"]:
        port["targetPort"] = 9999


def _cut_off(made: Made) -> None:
    """Name servers alone may be asked."""
    policy = made.one("NetworkPolicy", "network-back")["spec"]
    policy["ingress"] = []
    policy["egress"] = [rule for rule in policy["egress"] if "ports" in rule]


def _forgetful(made: Made) -> None:
    volume = made.volume("data", "root")
    del volume["persistentVolumeClaim"]
    volume["emptyDir"] = {}


def _probe(made: Made) -> None:
    for kind in ("livenessProbe", "readinessProbe", "startupProbe"):
        made.container()[kind]["exec"] = {"command": ["is-it-well"]}


FAULTS: dict[str, Fault] = {
    "a bind is not mounted": Fault(
        "mount./etc/motd", lambda x: x.container()["volumeMounts"].remove(x.mount("/etc/motd"))
    ),
    "a secret is not mounted": Fault(
        "file./run/secrets/key",
        lambda x: x.container("root")["volumeMounts"].remove(x.mount("/run/secrets/key", "root")),
    ),
    "a mount is at another path": Fault("mount./scratch", lambda x: x.mount("/scratch").update(mountPath="/Scratch")),
    "a config has another mode": Fault("file./etc/app/settings.txt.mode", lambda x: _mode(x, "settings", 0o444)),
    "a secret may be read by all": Fault("file./run/secrets/key.mode", lambda x: _mode(x, "secret-key", 0o444)),
    "a file has lost its last line's end": Fault("file./etc/motd.content", _content),
    "a read-only root file system can be written": Fault(
        "mount./.read only", lambda x: x.container()["securityContext"].pop("readOnlyRootFilesystem")
    ),
    "a capability that was added is lost": Fault(
        "capability.effective.SYS_CHROOT", lambda x: x.container("root")["securityContext"]["capabilities"].pop("add")
    ),
    "capabilities that were dropped are there": Fault(
        "capability.effective.CHOWN", lambda x: x.container("root")["securityContext"].pop("capabilities")
    ),
    "a dollar is not escaped": Fault("arguments", lambda x: x.container()["args"].__setitem__(1, "$(TEXT)")),
    "an argument is lost": Fault("arguments", lambda x: x.container()["args"].pop()),
    "the entrypoint is lost": Fault("arguments", lambda x: x.container().pop("command")),
    "the working directory is lost": Fault("directory", lambda x: x.container().pop("workingDir")),
    "a variable is lost": Fault("environment.DOLLARS", lambda x: x.container()["env"].remove(x.variable("DOLLARS"))),
    "a value has lost its last blank": Fault(
        "environment.TEXT", lambda x: x.variable("TEXT").update(value=x.variable("TEXT")["value"].rstrip())
    ),
    "a variable is expanded": Fault(
        "environment.DOLLARS", lambda x: x.variable("DOLLARS").update(value="$x $(TEXT) ${y}")
    ),
    "the user is another one": Fault("user", lambda x: x.container()["securityContext"].update(runAsUser=1001)),
    "the group is lost": Fault("group", lambda x: x.container()["securityContext"].pop("runAsGroup")),
    "an additional group is lost": Fault("groups.1002", lambda x: x.pod()["securityContext"].pop("supplementalGroups")),
    "an alias is lost": Fault("name.also-app", lambda x: x.drop("Service", "also-app")),
    "a service has no name": Fault("name.app", lambda x: x.drop("Service", "app")),
    "a Service leads to another port": Fault("port.app:8080/tcp", _port),
    "networks are not kept apart": Fault(
        "port.apart:7000/tcp", lambda x: x.pod("apart") and x.drop("NetworkPolicy", "network-front")
    ),
    "members of a network do not reach each other": Fault("port.app:8080/tcp", _cut_off),
    "the size of a tmpfs is lost": Fault(
        "mount./scratch.size", lambda x: x.volume("scratch")["emptyDir"].pop("sizeLimit")
    ),
    "a tmpfs is on the disk": Fault("mount./scratch.memory", lambda x: x.volume("scratch")["emptyDir"].pop("medium")),
    "the size of /dev/shm is another one": Fault(
        "mount./dev/shm.size", lambda x: x.volume("shm")["emptyDir"].update(sizeLimit="8Mi")
    ),
    "the memory limit is another one": Fault(
        "memory limit", lambda x: x.container()["resources"]["limits"].update(memory="97Mi")
    ),
    "the processor limit is lost": Fault("processor limit", lambda x: x.container()["resources"]["limits"].pop("cpu")),
    "a sysctl is lost": Fault(
        "sysctl.net.ipv4.tcp_keepalive_time", lambda x: x.pod()["securityContext"].pop("sysctls")
    ),
    "the host name is lost": Fault("host name", lambda x: x.pod().pop("hostname")),
    "an entry of /etc/hosts is lost": Fault("hosts.other.example", lambda x: x.pod().pop("hostAliases")),
    "the terminal is lost": Fault("terminal", lambda x: x.container("root").pop("tty")),
    "standard input is closed": Fault("standard input", lambda x: x.container("apart").pop("stdin")),
    "there is no init": Fault("process 1", lambda x: x.pod("root").pop("shareProcessNamespace")),
    "a probe has lost its argument": Fault("called.['is-it-well']", _probe),
}
"""What is planted, by what is then wrong."""

AT_THE_END: dict[str, Fault] = {
    "there is less time to end": Fault("end.seconds", lambda x: x.pod().update(terminationGracePeriodSeconds=8)),
    "data is not kept": Fault(
        "kept over a replacement./data",
        _forgetful,
    ),
}
"""What only shows when a container ends."""


def planted(manifests: Iterable[Manifest], faults: Iterable[Fault]) -> list[Manifest]:
    """The manifests with faults in them."""
    made = Made(copy.deepcopy(list(manifests)))
    for each in faults:
        each.change(made)
    return made.manifests


def together(faults: Mapping[str, Fault]) -> list[dict[str, Fault]]:
    """Groups of faults of which none can hide another, for they change different things: each may have one project."""
    groups: list[dict[str, Fault]] = []
    for what, fault in faults.items():
        fits = (x for x in groups if _subject(fault) not in map(_subject, x.values()))
        group = next(fits, None)
        if group is None:
            group = {}
            groups.append(group)
        group[what] = fault
    return groups


_SUBJECTS = {"name": "network", "port": "network", "user": "rights", "group": "rights", "capability": "rights"}


def _subject(fault: Fault) -> str:
    """What a fault changes: one file or mount, the rights, the network, or what is observed alone."""
    kind, _, rest = fault.seen_by.partition(".")
    if kind in {"mount", "file"}:
        return rest.partition(".")[0]
    return _SUBJECTS.get(kind, fault.seen_by)
